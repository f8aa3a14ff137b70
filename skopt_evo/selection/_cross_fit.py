"""Predictions of an ensemble for rows that its weights were not chosen by."""

from __future__ import annotations

import numpy as np

from skopt_evo.ensemble import Candidates, Ensemble
from skopt_evo.trials import Predictions


def cross_fitted(ensemble: Ensemble, candidates: Candidates) -> list[Predictions]:
    """Return what an ensemble predicts for the test set of each split.

    Its weights are chosen by the rows outside of that test set, as in stacking: an
    ensemble that was chosen by the very rows looks too good on them.

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
    first = predictions.pooled(candidates.best)
    results = [np.zeros(pool.values.shape) for pool in first]
    for repeat, split_of in enumerate(predictions.split_of):
        for split in np.unique(split_of):
            inside = np.flatnonzero(split_of == split)
            rows = predictions.rows[repeat][inside]
            outside = [
                np.flatnonzero(~np.isin(others, rows)) for others in predictions.rows
            ]
            # Without any other rows, as with a single split, all of them choose.
            has_others = any(len(each) for each in outside)
            others = candidates.restricted(outside) if has_others else candidates
            weights = ensemble.weights(others)
            for number in np.flatnonzero(weights):
                values = predictions.pooled(int(number))[repeat].values[inside]
                results[repeat][inside] += weights[number] * values
    return [
        Predictions(pool.method, values, is_list=pool.is_list)
        for pool, values in zip(first, results, strict=True)
    ]
