"""Elitist survival, (mu + lambda)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray, IntArray


@dataclass(frozen=True)
class ElitistSurvival:
    """Keep the best of parents and offspring, (mu + lambda).

    Of equals the younger stays: on a plateau the population drifts on. Failed members
    never stay.

    References
    ----------
    H.-G. Beyer and H.-P. Schwefel, "Evolution strategies: a comprehensive
    introduction", Natural Computing 1, 3-52, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import ElitistSurvival
    >>> losses, ages = np.array([0.3, np.nan, 0.1, 0.2]), np.array([1, 1, 0, 0])
    >>> ElitistSurvival()(losses, ages, 2, np.random.default_rng(0))
    array([2, 3])
    """

    def __call__(
        self,
        losses: FloatArray,
        ages: IntArray,
        size: int,
        rng: np.random.Generator,
    ) -> IntArray:
        order = np.lexsort((-np.arange(len(losses)), losses))  # NaN sorts last
        return np.asarray(order[~np.isnan(losses[order])][:size], dtype=np.int64)
