"""Selection of parents by tournament."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._checks import check_count
from skopt_evo._typing import FloatArray, IntArray


@dataclass(frozen=True)
class TournamentSelection:
    """Let a few random members compete; the best of them becomes a parent.

    Members are drawn with replacement. A member with a loss beats a failed one.

    Parameters
    ----------
    size : int, default=2
        How many compete. The larger, the stronger the pressure towards the best.

    References
    ----------
    D. E. Goldberg and K. Deb, "A comparative analysis of selection schemes used in
    genetic algorithms", Foundations of Genetic Algorithms 1, 69-93, 1991.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import TournamentSelection
    >>> losses = np.array([0.3, 0.1, 0.2])
    >>> TournamentSelection(size=50)(losses, 2, np.random.default_rng(0))
    array([1, 1])
    """

    size: int = 2

    def __post_init__(self) -> None:
        check_count("TournamentSelection: size", self.size, usual=2)

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        entrants = rng.integers(len(losses), size=(size, self.size))
        # Ranks put NaN last and infinity before it, where argmin would take NaN for the
        # smallest; equal losses share a rank, so that the first entrant wins.
        ranks = np.unique(losses, return_inverse=True)[1]
        winners = entrants[np.arange(size), ranks[entrants].argmin(axis=1)]
        return np.asarray(winners, dtype=np.int64)
