"""What every proposer is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from skopt_evo.trials._fold_result import FoldGradient
from skopt_evo.trials._trial import Trial


class Proposer(Protocol):
    """Proposes candidates and learns what became of them.

    A candidate is in flight from `propose` until `observe`. With a `lookahead` of 1
    everything that was proposed is observed before more is proposed: a batch at a time.
    With a larger one candidate i is proposed when the results of candidates 0 to
    i - `lookahead` are known, and no others, however fast they were.

    Attributes
    ----------
    lookahead : int
        More is proposed as soon as fewer candidates than this are in flight; >= 1.
    gradient : callable or None
        What differentiates the scores of the candidates, a `FoldDifferentiator`; None
        if no derivatives are needed.
    """

    @property
    def lookahead(self) -> int:
        """How many candidates may be in flight before the oldest is waited for."""

    @property
    def gradient(self) -> Callable[..., FoldGradient] | None:
        """What differentiates the scores of the candidates."""

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return the next candidates, at most `n_remaining`; they start side by side.

        None of them means that results are needed first; when no candidate is in
        flight either, the search is over.
        """

    def observe(self, trials: Sequence[Trial]) -> None:
        """Learn from evaluated candidates, in the order in which they were proposed.

        Each one is observed once, and none before those that were proposed earlier.
        """

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Complete what is known of candidates; return what there is to warn of.

        Called once, when the search is over, with all the candidates that were
        evaluated: some of them may not have been observed.
        """
