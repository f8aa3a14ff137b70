"""What an ensemble is chosen from: scores and predictions of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.predictions import (
    MOST_CALLS,
    OutOfFoldPredictions,
    Pool,
    PredictionScorer,
)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The candidates of a search, as an ensemble sees them.

    Attributes
    ----------
    scores : ndarray of shape (n_candidates,)
        The mean test scores, greater is better; NaN for candidates that failed.
    best : int
        The candidate that the search has chosen.
    predictions : OutOfFoldPredictions or None
        None if they were not kept.
    scorer : PredictionScorer or None
        None if the scorer of the search needs more than predictions.
    positions : list of ndarray or None
        Which rows of each repetition count, None for all of them.
    reason : str
        Why there is nothing to average, empty if there is.
    """

    scores: FloatArray
    best: int
    predictions: OutOfFoldPredictions | None = None
    scorer: PredictionScorer | None = None
    positions: list[NDArray[Any]] | None = None
    reason: str = ""

    def members(self) -> list[int]:
        """Return the candidates that may be averaged with the best one."""
        if self.predictions is None:
            return [int(i) for i in np.flatnonzero(np.isfinite(self.scores))]
        return [
            number
            for number in self.predictions.comparable(self.best)
            if np.isfinite(self.scores[number])
        ]

    def best_members(self) -> list[int]:
        """Return the members that a selection by many scores is made from.

        All of them, if the metric is one that is computed for all at once. Else the
        scorer is called for one after the other, and there are the best ones alone.
        """
        members = self.members()
        assert self.predictions is not None
        assert self.scorer is not None
        if self.scorer.is_vectorised(self.predictions.pooled(self.best)[0].method):
            return members
        order = sorted(members, key=lambda i: (-self.scores[i], i))
        return sorted(order[:MOST_CALLS])

    def pool(self, numbers: Sequence[int]) -> Pool:
        """Return the predictions of some candidates, which can be averaged."""
        assert self.predictions is not None
        assert self.scorer is not None
        pools = [self.predictions.pooled(number) for number in numbers]
        return Pool(self.scorer, self.predictions.rows, pools, self.positions)

    def restricted(self, positions: list[NDArray[Any]]) -> Candidates:
        """Return the candidates as if there were some of the rows alone.

        The scores are those of the predictions for these rows, and so is the best.

        Parameters
        ----------
        positions : list of ndarray of int
            Which of the rows of each repetition, in ascending order.
        """
        part = replace(self, positions=positions)
        numbers = self.members()
        scores = np.full(len(self.scores), np.nan)
        scores[numbers] = part.pool(numbers).scores()
        best = int(np.nanargmax(scores)) if np.isfinite(scores).any() else self.best
        return replace(part, scores=scores, best=best)
