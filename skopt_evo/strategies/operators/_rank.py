"""Selection of parents by linear ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._checks import check_number
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._candidates import candidates


@dataclass(frozen=True)
class RankSelection:
    """Draw parents with chances that fall linearly from the best rank to the worst.

    Members with the same loss have the same chance. A failed member is a parent only
    where all have failed.

    Parameters
    ----------
    pressure : float, default=1.5
        How often the best member is chosen, compared with the average one: 1 makes all
        chances equal, with 2 the worst member has none.

    References
    ----------
    J. E. Baker, "Adaptive selection methods for genetic algorithms", Proceedings of the
    1st International Conference on Genetic Algorithms, 101-111, 1985.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import RankSelection
    >>> losses = np.array([0.3, 0.1, 0.2])
    >>> rows = RankSelection(pressure=2.0)(losses, 3000, np.random.default_rng(0))
    >>> (np.bincount(rows) / 3000).round(1)  # 0, 2/3 and 1/3 in the mean
    array([0. , 0.7, 0.3])
    """

    pressure: float = 1.5

    def __post_init__(self) -> None:
        check_number(
            "RankSelection: pressure",
            self.pressure,
            "a float in [1, 2]",
            lambda pressure: 1 <= pressure <= 2,
            usual=1.5,
        )

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        rows = candidates(losses)
        n = len(rows)
        _, level, counts = np.unique(
            losses[rows], return_inverse=True, return_counts=True
        )
        # How many are worse; of equal members each counts for a half.
        n_worse = (n - counts.cumsum() + (counts - 1) / 2)[level]
        # From -1 for the worst to 1 for the best, 0 for an only one.
        place = (2 * n_worse - (n - 1)) / max(n - 1, 1)
        # Baker 1985: the expected number of children, 1 on average.
        times = 1 + (self.pressure - 1) * place
        chosen = rng.choice(rows, size=size, p=times / times.sum())
        return np.asarray(chosen, dtype=np.int64)
