"""Whether what is known of candidates holds here: then it is taken for granted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.proposers._known import WarmStart
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FoldResult, Proposer, Trial

# The share of the budget that goes to evaluating known candidates anew, if what is
# known of them does not hold here.
RETRIED_SHARE = 1 / 4


# Scores of the same fold are the same but for rounding.
TOLERANCE = 1e-6


class WarmStartProposer:
    """Finds out whether known scores hold here, then leaves the search to another one.

    The best known candidate is evaluated first. If its scores are those that are known,
    fold by fold, so are the splits, the data and the scorers, and what is known of the
    other candidates is taken for granted. Otherwise the best are evaluated anew.

    Parameters
    ----------
    space : SearchSpace
        The space.
    start : WarmStart
        The candidates, the best ones first, with their scores.
    n_iter : int
        How many candidates there will be.
    make : callable
        Called with the genomes to begin with and those that are known, returns a
        proposer.
    """

    gradient = None

    def __init__(
        self,
        space: SearchSpace,
        start: WarmStart,
        n_iter: int,
        make: Callable[[FloatArray, FloatArray], Proposer],
    ) -> None:
        self._space = space
        self._start = start
        self._n_iter = n_iter
        self._make = make
        self._proposer: Proposer | None = None
        self._is_asked = False

    @property
    def lookahead(self) -> int:
        """That of the proposer which the search is left to."""
        return 1 if self._proposer is None else self._proposer.lookahead

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return the best known candidate, then what the other proposer proposes."""
        if self._proposer is not None:
            return self._proposer.propose(n_remaining)
        if self._is_asked:
            return []
        self._is_asked = True
        return [self._trial(0)]

    def observe(self, trials: Sequence[Trial]) -> None:
        """Compare the scores of the first candidate; pass on all others."""
        if self._proposer is None:
            # All at once: to a strategy, a candidate that is told later is younger.
            self._proposer, trials = self._decide(trials[0])
        self._proposer.observe(trials)

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Return what the other proposer warns of."""
        return [] if self._proposer is None else self._proposer.finish(trials)

    def _decide(self, trial: Trial) -> tuple[Proposer, list[Trial]]:
        """Return who goes on from the first candidate, and what is known to begin."""
        genomes, scores = self._start.genomes, self._start.scores
        if scores is not None and _agree(trial, scores[0]):
            known = [self._trial(row) for row in range(1, len(genomes))]
            for row, other in enumerate(known, start=1):
                other.complete(_folds(trial, scores[row]))
            # The best last: they are the youngest where survival is by age.
            return self._make(genomes[:0], genomes), [*known[::-1], trial]
        n_retried = max(1, round(RETRIED_SHARE * self._n_iter))
        return self._make(genomes[1:n_retried], genomes[:1]), [trial]

    def _trial(self, row: int) -> Trial:
        genome = self._start.genomes[row]
        return Trial(self._space.decode(genome), 0, "given", genome)


def _agree(trial: Trial, scores: FloatArray) -> bool:
    """Tell whether the scores of a trial are those that are known: (n_splits, n)."""
    rows = [
        list(fold.test_scores.values())
        if isinstance(fold.test_scores, dict)
        else [fold.test_scores]
        for fold in trial.folds
    ]
    # Of a scorer that is a function, a fit that failed has one score, not all.
    if any(len(row) != scores.shape[1] for row in rows):
        return False
    return np.allclose(rows, scores, rtol=TOLERANCE, atol=0.0, equal_nan=True)


def _folds(trial: Trial, scores: FloatArray) -> list[FoldResult]:
    """Return folds like those of a trial, with other scores."""
    folds = []
    for fold, row in zip(trial.folds, scores, strict=True):
        test_scores: Any = float(row[0])
        if fold.metrics is not None:
            test_scores = dict(zip(fold.metrics, map(float, row), strict=True))
        folds.append(FoldResult(test_scores))
    return folds
