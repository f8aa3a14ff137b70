"""What every proposer is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from skopt_evo.results import Trial


class Proposer(Protocol):
    """Proposes batches of candidates and learns what became of them."""

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return the next candidates, at most `n_remaining`; none ends the search."""

    def observe(self, trials: Sequence[Trial]) -> None:
        """Learn from the evaluated candidates of the last `propose`."""

    def finish(self) -> None:
        """Say, when the search is over, what it has left out."""
