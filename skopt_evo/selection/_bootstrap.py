"""Scores of rows that were left out of bootstraps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.ensemble import Candidates
from skopt_evo.predictions import (
    OutOfFoldPredictions,
    PredictionScorer,
    Stacked,
    mean_of_repeats,
)
from skopt_evo.trials import Predictions

# Where the scorer has to be called for one candidate after the other, those with the
# best scores are compared alone: others are hardly ever the best of a bootstrap.
MOST_CALLS = 10


class Draw(NamedTuple):
    """The rows of one bootstrap, by their place in each repetition.

    Attributes
    ----------
    inside : list of ndarray of int
        Those that were drawn, as often as they were drawn.
    outside : list of ndarray of int
        Those that were not.
    """

    inside: list[NDArray[Any]]
    outside: list[NDArray[Any]]


def draws(
    predictions: OutOfFoldPredictions, n_bootstraps: int, seed: int
) -> Iterator[Draw]:
    """Draw rows with replacement, as many as there are; groups are drawn whole.

    Parameters
    ----------
    predictions : OutOfFoldPredictions
        Its groups, if there are any, are what the splitter was given.
    n_bootstraps : int
        How many times.
    seed : int
        Seed of the random number generator.
    """
    rng = np.random.default_rng(seed)
    n_samples, groups = predictions.n_samples, predictions.groups
    unit = np.arange(n_samples)
    if groups is not None:
        unit = predictions.group_codes()
    n_units = int(unit.max()) + 1
    for _ in range(n_bootstraps):
        times = np.bincount(rng.integers(n_units, size=n_units), minlength=n_units)
        counts = times[unit]
        yield Draw(
            [
                np.repeat(np.arange(len(rows)), counts[rows])
                for rows in predictions.rows
            ],
            [np.flatnonzero(counts[rows] == 0) for rows in predictions.rows],
        )


def bootstrap_bias_corrected(
    candidates: Candidates, n_bootstraps: int, confidence: float, seed: int
) -> tuple[float, float, float]:
    """Return the score of the best candidate, corrected for the choice of it.

    Parameters
    ----------
    candidates : Candidates
        With predictions and a scorer.
    n_bootstraps : int
        How many times rows are drawn.
    confidence : float
        The share of bootstraps in the interval.
    seed : int
        Seed of the random number generator.

    Returns
    -------
    score, low, high : float
        The mean of the scores outside of the bootstraps, and two of their quantiles.
    """
    predictions, scorer = candidates.predictions, candidates.scorer
    assert predictions is not None
    assert scorer is not None
    sets = _sets(candidates, predictions, scorer)
    scores = []
    for draw in draws(predictions, n_bootstraps, seed):
        inside = np.concatenate([each.scores(draw.inside) for each in sets])
        if not np.isfinite(inside).any():
            continue
        winner = int(np.nanargmax(inside))
        for each in sets:
            if winner < len(each):
                scores.append(each.score(winner, draw.outside))
                break
            winner -= len(each)
    return _summary(np.array(scores), confidence)


def bootstrap_interval(
    pooled: list[Predictions],
    candidates: Candidates,
    n_bootstraps: int,
    confidence: float,
    seed: int,
) -> tuple[float, float, float]:
    """Return the score of predictions, and an interval by bootstraps of the rows.

    The interval is of the rows outside of the bootstraps, as for a single candidate.
    The mean of these is a third more variable than that of all rows. That is what is
    needed: rows drawn anew would show how much test sets differ, but not how much
    models of other training sets would.

    Parameters
    ----------
    pooled : list of Predictions
        One for each repetition.
    candidates : Candidates
        With the scorer.
    n_bootstraps, confidence, seed
        As for `bootstrap_bias_corrected`.

    Returns
    -------
    score, low, high : float
    """
    predictions, scorer = candidates.predictions, candidates.scorer
    assert predictions is not None
    assert scorer is not None
    whole = _Set(scorer, predictions.rows, [pooled])
    everything = [np.arange(len(rows)) for rows in predictions.rows]
    scores = [
        whole.score(0, draw.outside) for draw in draws(predictions, n_bootstraps, seed)
    ]
    _, low, high = _summary(np.array(scores), confidence)
    return float(whole.score(0, everything)), low, high


class _Set:
    """Candidates whose predictions are of one kind, so that they are scored at once."""

    def __init__(
        self,
        scorer: PredictionScorer,
        rows: list[NDArray[Any]],
        pools: list[list[Predictions]],
    ) -> None:
        self._scorer, self._rows = scorer, rows
        first = pools[0][0]
        self._method, self._is_list = first.method, first.is_list
        self._values = [
            Stacked([pool[repeat].values for pool in pools])
            for repeat in range(len(rows))
        ]

    def __len__(self) -> int:
        return len(self._values[0])

    def scores(self, positions: list[NDArray[Any]]) -> FloatArray:
        """Return the score of each candidate for some rows, NaN if it has none.

        Parameters
        ----------
        positions : list of ndarray of int
            The rows, by their place in each repetition; the mean over these counts.
        """
        return mean_of_repeats(
            [
                np.concatenate(
                    [self._score(block, rows) for block in values.blocks(places)]
                )
                for values, rows, places in self._parts(positions)
            ]
        )

    def score(self, candidate: int, positions: list[NDArray[Any]]) -> float:
        """Return the score of one candidate, as `scores` does."""
        found = [
            self._score(values[candidate][np.newaxis, places], rows)
            for values, rows, places in self._parts(positions)
        ]
        return float(mean_of_repeats(found)[0])

    def _parts(
        self, positions: list[NDArray[Any]]
    ) -> Iterator[tuple[Stacked, NDArray[Any], NDArray[Any]]]:
        for values, rows, places in zip(
            self._values, self._rows, positions, strict=True
        ):
            yield values, rows[places], places

    def _score(self, values: NDArray[Any], rows: NDArray[Any]) -> FloatArray:
        return self._scorer.scores(self._method, values, rows, is_list=self._is_list)


def _sets(
    candidates: Candidates, predictions: OutOfFoldPredictions, scorer: PredictionScorer
) -> list[_Set]:
    """Return the candidates, those with the same kind of predictions together."""
    kinds: dict[Any, list[list[Predictions]]] = {}
    order = np.argsort(-candidates.scores, kind="stable")
    rows = [int(i) for i in order if np.isfinite(candidates.scores[i])]
    rows = [i for i in rows if predictions.methods[i] is not None]
    for place, number in enumerate(rows):
        pool = predictions.pooled(number)
        if place >= MOST_CALLS and not scorer.is_vectorised(pool[0].method):
            continue
        if scorer.asks_for_labels:
            pool = [as_labels(each, scorer) for each in pool]
        kind = pool[0].method, pool[0].is_list, pool[0].values.shape[1]
        kinds.setdefault(kind, []).append(pool)
    return [_Set(scorer, predictions.rows, pools) for pools in kinds.values()]


def as_labels(predictions: Predictions, scorer: PredictionScorer) -> Predictions:
    """Return the classes that ``predict`` answered, if they are kept for themselves."""
    if predictions.labels is None:
        return predictions
    return Predictions("predict", scorer.targets.one_hot(predictions.labels))


def _summary(scores: FloatArray, confidence: float) -> tuple[float, float, float]:
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        return np.nan, np.nan, np.nan
    tail = (1 - confidence) / 2
    low, high = np.quantile(scores, [tail, 1 - tail])
    return float(scores.mean()), float(low), float(high)
