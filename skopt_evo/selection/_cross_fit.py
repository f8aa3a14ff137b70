"""Predictions of an ensemble for rows that its weights were not chosen by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.ensemble import Candidates, Ensemble, weights_of
from skopt_evo.predictions import OutOfFoldPredictions
from skopt_evo.trials import Predictions

# Weights are chosen so many times at most: leave-one-out has a split for each sample.
MOST_PARTS = 10

# Into how many parts samples are divided if they have a single test set.
PARTS_OF_ONE = 5


def cross_fitted(ensemble: Ensemble, candidates: Candidates) -> list[Predictions]:
    """Return what an ensemble predicts for the test set of each split.

    Its weights are chosen by the samples outside of that test set, as in stacking: an
    ensemble that was chosen by the very samples looks too good on them.

    Parameters
    ----------
    ensemble : Ensemble
        Chooses the weights.
    candidates : Candidates
        With predictions and a scorer.

    Returns
    -------
    pooled : list of Predictions
        One for each repetition, in the order of its rows.
    """
    predictions = candidates.predictions
    assert predictions is not None
    part_of = _parts(predictions)
    first = predictions.pooled(candidates.best)
    results = [np.zeros(pool.values.shape) for pool in first]
    for part in np.unique(part_of):
        inside = [np.flatnonzero(part_of[rows] == part) for rows in predictions.rows]
        outside = [np.flatnonzero(part_of[rows] != part) for rows in predictions.rows]
        weights = weights_of(ensemble, candidates.restricted(outside))
        for number in np.flatnonzero(weights):
            pools = predictions.pooled(int(number))
            for result, pool, rows in zip(results, pools, inside, strict=True):
                result[rows] += weights[number] * pool.values[rows]
    return [
        Predictions(pool.method, values, is_list=pool.is_list)
        for pool, values in zip(first, results, strict=True)
    ]


def _parts(predictions: OutOfFoldPredictions) -> NDArray[Any]:
    """Return the number of the part that each sample is in.

    Parts are the test sets of the first repetition of cross-validation, several of them
    together if there are many. Samples that have no test set there, as those of random
    splits, are spread over the parts; those of a group stay together.
    """
    parts = np.full(predictions.n_samples, -1)
    splits = np.unique(predictions.split_of[0])
    n_parts = min(MOST_PARTS, len(splits))
    if n_parts > 1:
        for part, some in enumerate(np.array_split(splits, n_parts)):
            is_in = np.isin(predictions.split_of[0], some)
            parts[predictions.rows[0][is_in]] = part
    else:  # one test set, or random ones
        n_parts = PARTS_OF_ONE
    return np.where(parts < 0, predictions.group_codes() % n_parts, parts)
