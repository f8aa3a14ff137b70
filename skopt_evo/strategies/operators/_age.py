"""Survival of the youngest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._candidates import candidates


@dataclass(frozen=True)
class AgeSurvival:
    """Keep those born last, whatever their losses (ageing evolution).

    Every member is removed in time, the best one too, so that a single score that is
    good by chance does not last. Members of one generation are removed in the order
    in which they were proposed. Failed members stay only where all have failed.

    References
    ----------
    E. Real, A. Aggarwal, Y. Huang and Q. V. Le, "Regularized evolution for image
    classifier architecture search", Proceedings of the AAAI Conference on Artificial
    Intelligence 33, 4780-4789, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import AgeSurvival
    >>> losses, ages = np.array([0.1, 0.3, np.nan, 0.2]), np.array([3, 2, 1, 0])
    >>> AgeSurvival()(losses, ages, 2, np.random.default_rng(0))
    array([1, 3])
    """

    def __call__(
        self,
        losses: FloatArray,
        ages: IntArray,
        size: int,
        rng: np.random.Generator,
    ) -> IntArray:
        rows = candidates(losses)
        return np.asarray(rows[max(len(rows) - size, 0) :], dtype=np.int64)
