"""What an ensemble is chosen from: scores and predictions of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.predictions import (
    OutOfFoldPredictions,
    PredictionScorer,
    Stacked,
    mean_of_repeats,
)

# Of how many candidates an ensemble is selected where each of them is scored by a call
# of the scorer, which is then called ten thousand times.
MOST_CALLS = 10


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
        return Pool(self, numbers)

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


class Pool:
    """Predictions of candidates for the same rows, by the same method.

    Parameters
    ----------
    candidates : Candidates
        All of them; with predictions and a scorer.
    numbers : sequence of int
        Some of them.
    """

    def __init__(self, candidates: Candidates, numbers: Sequence[int]) -> None:
        predictions, scorer = candidates.predictions, candidates.scorer
        assert predictions is not None
        assert scorer is not None
        self._scorer = scorer
        pools = [predictions.pooled(number) for number in numbers]
        first = pools[0][0]
        self._method, self._is_list = first.method, first.is_list
        positions: Sequence[NDArray[Any] | None] = [None for _ in predictions.rows]
        if candidates.positions is not None:
            positions = candidates.positions
        self._rows = [
            rows if chosen is None else rows[chosen]
            for rows, chosen in zip(predictions.rows, positions, strict=True)
        ]
        self._values = [
            Stacked([pool[repeat].values for pool in pools], chosen)
            for repeat, chosen in enumerate(positions)
        ]

    def __len__(self) -> int:
        return len(self._values[0])

    def zero(self) -> list[FloatArray]:
        """Return the sum of no predictions."""
        return [np.zeros(values.shape) for values in self._values]

    def add(self, total: list[FloatArray], number: int, weight: float = 1.0) -> None:
        """Add the predictions of a candidate, by its place in the pool, to a sum."""
        for part, values in zip(total, self._values, strict=True):
            part += weight * values[number]

    def score(self, total: list[FloatArray]) -> float:
        """Return the score of predictions, the mean over the repetitions."""
        found = [
            self._score(part[np.newaxis], rows)
            for part, rows in zip(total, self._rows, strict=True)
        ]
        return float(mean_of_repeats(found)[0])

    def scores(
        self, total: list[FloatArray] | None = None, n_summed: int = 0
    ) -> FloatArray:
        """Return the score of each candidate, averaged with others.

        Parameters
        ----------
        total : list of ndarray, default=None
            The sum of predictions that each one is averaged with; None for nothing.
        n_summed : int, default=0
            How many predictions were summed up.

        Returns
        -------
        scores : ndarray of shape (len(pool),)
            NaN where the scorer raises.
        """
        found = []
        for repeat, values in enumerate(self._values):
            blocks = []
            for block in values.blocks():
                if total is not None:
                    block = block + total[repeat]
                    block /= n_summed + 1
                blocks.append(self._score(block, self._rows[repeat]))
            found.append(np.concatenate(blocks))
        return mean_of_repeats(found)

    def _score(self, values: NDArray[Any], rows: NDArray[Any]) -> FloatArray:
        return self._scorer.scores(self._method, values, rows, is_list=self._is_list)
