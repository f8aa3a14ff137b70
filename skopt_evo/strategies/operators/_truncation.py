"""Selection of parents by truncation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._checks import check_number
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._candidates import candidates


@dataclass(frozen=True)
class TruncationSelection:
    """Draw parents from the best part of the population, all with the same chance.

    A failed member is a parent only where all have failed. Which of equal members are
    still among the best is left to chance.

    Parameters
    ----------
    fraction : float, default=0.5
        The part of the population, rounded to members, at least one.

    References
    ----------
    H. Mühlenbein and D. Schlierkamp-Voosen, "Predictive models for the breeder genetic
    algorithm: I. Continuous parameter optimization", Evolutionary Computation 1(1),
    25-49, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import TruncationSelection
    >>> losses = np.array([0.3, 0.1, 0.2])
    >>> TruncationSelection(fraction=0.3)(losses, 2, np.random.default_rng(0))
    array([1, 1])
    """

    fraction: float = 0.5

    def __post_init__(self) -> None:
        check_number(
            "TruncationSelection: fraction",
            self.fraction,
            "a float in (0, 1]",
            lambda fraction: 0 < fraction <= 1,
            usual=0.5,
        )

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        rows = candidates(losses)
        order = rows[np.lexsort((rng.random(len(rows)), losses[rows]))]
        best = order[: max(1, round(self.fraction * len(losses)))]
        return np.asarray(rng.choice(best, size=size), dtype=np.int64)
