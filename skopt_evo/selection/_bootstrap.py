"""Scores of rows that were left out of bootstraps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.ensemble import Candidates
from skopt_evo.predictions import (
    MOST_CALLS,
    OutOfFoldPredictions,
    Pool,
    PredictionScorer,
)
from skopt_evo.trials import Predictions


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
    pools = _pools(candidates, predictions, scorer)
    scores = []
    for draw in draws(predictions, n_bootstraps, seed):
        inside = np.concatenate([each.scores(draw.inside) for each in pools])
        if not np.isfinite(inside).any():
            continue
        winner = int(np.nanargmax(inside))
        for each in pools:
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
    whole = Pool(scorer, predictions.rows, [pooled])
    scores = [
        whole.score(0, draw.outside) for draw in draws(predictions, n_bootstraps, seed)
    ]
    _, low, high = _summary(np.array(scores), confidence)
    return float(whole.scores()[0]), low, high


def _pools(
    candidates: Candidates, predictions: OutOfFoldPredictions, scorer: PredictionScorer
) -> list[Pool]:
    """Return the candidates, those with the same kind of predictions together."""
    kinds: dict[Any, list[list[Predictions]]] = {}
    order = np.argsort(-candidates.scores, kind="stable")
    rows = [int(i) for i in order if np.isfinite(candidates.scores[i])]
    rows = [i for i in rows if predictions.methods[i] is not None]
    for place, number in enumerate(rows):
        pool = predictions.pooled(number)
        # Those with the best scores come first: others hardly ever win a bootstrap.
        if place >= MOST_CALLS and not scorer.is_vectorised(pool[0].method):
            continue
        if scorer.asks_for_labels:
            pool = [as_labels(each, scorer) for each in pool]
        kind = pool[0].method, pool[0].is_list, pool[0].values.shape[1]
        kinds.setdefault(kind, []).append(pool)
    return [Pool(scorer, predictions.rows, pools) for pools in kinds.values()]


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
