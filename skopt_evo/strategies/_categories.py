"""From a gene to the number of the category that it stands for, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from skopt_evo._typing import IntArray


def category_of(genes: Any, n_levels: Any) -> IntArray:
    """Return the numbers of the categories of genes.

    Parameters
    ----------
    genes : float or ndarray
        Genes in [0, 1].
    n_levels : int or ndarray
        How many categories each of them has.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies._categories import category_of, gene_of
    >>> category_of(np.array([0.125, 1.0]), 4)
    array([0, 3])
    >>> gene_of(np.array([0, 3]), 4)
    array([0.125, 0.875])
    """
    numbers = np.asarray(genes * n_levels).astype(np.int64)
    return np.asarray(np.minimum(numbers, n_levels - 1))  # 1.0 is of the last one


def gene_of(categories: Any, n_levels: Any) -> Any:
    """Return the canonical genes of categories, each in the middle of its bin.

    Parameters
    ----------
    categories : int or ndarray
        Their numbers.
    n_levels : int or ndarray
        How many categories there are of each gene.
    """
    return (categories + 0.5) / n_levels
