"""Exhaustive search: every point of a small finite space."""

from __future__ import annotations

from collections.abc import Sequence

from skopt_evo.space import SearchSpace
from skopt_evo.trials import Trial


class GridProposer:
    """Proposes the whole grid in one batch, in scikit-learn's order.

    Parameters
    ----------
    space : SearchSpace
        A finite space.
    """

    lookahead = 1  # there is nothing to learn, and nothing after the first batch
    gradient = None

    def __init__(self, space: SearchSpace) -> None:
        self._candidates = list(space.grid())

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return every candidate the first time, none the second."""
        candidates, self._candidates = self._candidates, []
        return [Trial(params, iteration=0, origin="grid") for params in candidates]

    def observe(self, trials: Sequence[Trial]) -> None:
        """Learn nothing: the grid is fixed."""

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Return nothing to warn of: the grid is complete."""
        return []
