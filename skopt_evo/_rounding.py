"""When two genomes are the same one but for rounding."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import BoolArray, FloatArray, IntArray

# Numbers of a continuum that are no further apart than this, on the unit scale, are the
# same but for rounding. Other processors and libraries make differences of 1e-16 to
# 1e-9, where sums of many numbers or ill-conditioned systems of equations are behind a
# gene; no search makes steps of less than 1e-4.
ROUNDING = 1e-6


def are_rounded_alike(
    first: FloatArray,
    second: FloatArray,
    n_levels: IntArray,
) -> BoolArray:
    """Tell which genes of canonical genomes are the same but for rounding.

    Parameters
    ----------
    first, second : ndarray of shape (..., n_genes)
        The genomes.
    n_levels : ndarray of shape (n_genes,), dtype=int
        The number of values of a gene, 0 if there is a continuum of them. Others than
        those of a continuum have to be equal.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo._rounding import are_rounded_alike
    >>> first, second = np.array([0.25, 0.5]), np.array([0.25, 0.5]) + 1e-9
    >>> are_rounded_alike(first, second, n_levels=np.array([2, 0]))
    array([False,  True])
    """
    limits = np.where(n_levels > 0, 0.0, ROUNDING)
    return np.asarray(np.abs(first - second) <= limits)
