"""Predictions of several candidates for the same rows, scored together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.predictions._scores import PredictionScorer, mean_of_repeats
from skopt_evo.predictions._stacked import Stacked
from skopt_evo.trials import Predictions

# Of how many candidates the scores are computed where the scorer has to be called for
# one after the other, which is then done ten thousand times.
MOST_CALLS = 10


class Pool:
    """Predictions of several candidates for the same rows, by the same method.

    Parameters
    ----------
    scorer : PredictionScorer
        Scores them.
    rows : sequence of ndarray of int
        The samples of each repetition of cross-validation.
    candidates : sequence of (list of Predictions)
        The predictions of each candidate, one for each repetition.
    positions : sequence of ndarray of int, default=None
        Which of the rows of each repetition count; None for all of them.
    """

    def __init__(
        self,
        scorer: PredictionScorer,
        rows: Sequence[NDArray[Any]],
        candidates: Sequence[list[Predictions]],
        positions: Sequence[NDArray[Any]] | None = None,
    ) -> None:
        self._scorer = scorer
        first = candidates[0][0]
        self._method, self._is_list = first.method, first.is_list
        self._rows = list(rows)
        chosen: Sequence[NDArray[Any] | None] = [None for _ in rows]
        if positions is not None:
            self._rows = [
                each[places] for each, places in zip(rows, positions, strict=True)
            ]
            chosen = positions
        self._values = [
            Stacked([each[repeat].values for each in candidates], places)
            for repeat, places in enumerate(chosen)
        ]

    def __len__(self) -> int:
        return len(self._values[0])

    def scores(self, positions: Sequence[NDArray[Any]] | None = None) -> FloatArray:
        """Return the score of each candidate, the mean over the repetitions.

        Parameters
        ----------
        positions : sequence of ndarray of int, default=None
            For which rows of each repetition, some of them perhaps more than once; None
            for all of them.

        Returns
        -------
        scores : ndarray of shape (len(pool),)
            NaN where the scorer raises.
        """
        found = []
        for repeat, values in enumerate(self._values):
            places = None if positions is None else positions[repeat]
            rows = self._rows[repeat] if places is None else self._rows[repeat][places]
            found.append(self._score_all(values.blocks(places), rows))
        return mean_of_repeats(found)

    def score(self, number: int, positions: Sequence[NDArray[Any]]) -> float:
        """Return the score of one candidate for some rows, as `scores` does."""
        found = [
            self._score_all([values[number][np.newaxis, places]], rows[places])
            for values, rows, places in zip(
                self._values, self._rows, positions, strict=True
            )
        ]
        return float(mean_of_repeats(found)[0])

    # ---- averages

    def zero(self) -> list[FloatArray]:
        """Return the sum of no predictions."""
        return [np.zeros(values.shape) for values in self._values]

    def add(self, total: list[FloatArray], number: int) -> None:
        """Add the predictions of a candidate, by its place in the pool, to a sum."""
        for part, values in zip(total, self._values, strict=True):
            part += values[number]

    def scores_with(self, total: list[FloatArray], n_summed: int) -> FloatArray:
        """Return the score of each candidate, averaged with others.

        Parameters
        ----------
        total : list of ndarray
            The sum of predictions that each one is averaged with.
        n_summed : int
            How many predictions were summed up.

        Returns
        -------
        scores : ndarray of shape (len(pool),)
            NaN where the scorer raises.
        """
        found = [
            self._score_all(
                ((block + part) / (n_summed + 1) for block in values.blocks()), rows
            )
            for values, rows, part in zip(self._values, self._rows, total, strict=True)
        ]
        return mean_of_repeats(found)

    def _score_all(
        self, blocks: Iterable[NDArray[Any]], rows: NDArray[Any]
    ) -> FloatArray:
        return np.concatenate(
            [
                self._scorer.scores(self._method, block, rows, is_list=self._is_list)
                for block in blocks
            ]
        )
