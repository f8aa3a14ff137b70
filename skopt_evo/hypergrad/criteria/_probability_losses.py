"""Losses of probabilities, with their derivatives by the outputs of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn import metrics

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Outputs
from skopt_evo.hypergrad.criteria._output_loss import OutputLoss


def probabilities(outputs: Outputs) -> FloatArray:
    """Return what log-odds say: shape (n_samples, n_classes)."""
    values = outputs.values
    if values.ndim == 1:
        return np.column_stack([expit(-values), expit(values)])
    if outputs.kind == "ovr_log_odds":
        single = expit(values)
        # Where all of them vanish scikit-learn divides by 0 as well.
        return np.asarray(single / single.sum(axis=1, keepdims=True))
    return np.asarray(softmax(values, axis=1))


def _by_values(
    outputs: Outputs, probability: FloatArray, slope: FloatArray
) -> FloatArray:
    """Return derivatives by the values from those by the probabilities."""
    if outputs.values.ndim == 1:
        product = probability[:, 0] * probability[:, 1]
        return np.asarray(product * (slope[:, 1] - slope[:, 0]))
    mean = np.sum(slope * probability, axis=1, keepdims=True)
    by_log = probability * (slope - mean)
    if outputs.kind == "ovr_log_odds":
        # log p = log(expit(v)) - log(sum), and d log(expit(v)) / dv = expit(-v).
        return np.asarray(by_log * expit(-outputs.values))
    return np.asarray(by_log)


def _log_loss(
    outputs: Outputs, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return minus the mean log-likelihood, as scikit-learn computes it."""
    probability = probabilities(outputs)
    rows = np.arange(len(codes))
    # scikit-learn clips what it takes the logarithm of.
    eps = np.finfo(np.float64).eps
    own = probability[rows, codes]
    true = np.clip(own, eps, 1.0 - eps)
    slope = np.zeros_like(probability)
    slope[rows, codes] = np.where(true == own, -weights / true, 0.0)
    return -float(weights @ np.log(true)), _by_values(outputs, probability, slope)


def _brier(
    outputs: Outputs, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the mean squared error of the probabilities, halved for two classes."""
    probability = probabilities(outputs)
    error = probability.copy()
    error[np.arange(len(codes)), codes] -= 1.0
    scale = 0.5 if probability.shape[1] == 2 else 1.0
    loss = scale * float(weights @ np.sum(error**2, axis=1))
    slope = 2.0 * scale * weights[:, np.newaxis] * error
    return loss, _by_values(outputs, probability, slope)


def _part_of_null(loss: OutputLoss) -> OutputLoss:
    """Return -d2: a loss as a part of that of the shares of the classes, minus 1."""

    def part(
        outputs: Outputs, codes: IntArray, weights: FloatArray
    ) -> tuple[float, FloatArray]:
        n_classes = len(np.asarray(outputs.classes))
        if np.ptp(codes[weights > 0.0]) == 0:
            raise NoHypergradientError("the test set has a single class.")
        with np.errstate(divide="ignore"):
            shares = np.log(np.bincount(codes, weights, minlength=n_classes))
        constant = Outputs(np.tile(shares, (len(codes), 1)), "log_odds")
        null, _ = loss(constant, codes, weights)
        value, slope = loss(outputs, codes, weights)
        return value / null - 1.0, slope / null

    part.__name__ = f"part_of_null{loss.__name__}"
    return part


# Metrics of probabilities: exact.
PROBABILITY_LOSSES: Mapping[Any, OutputLoss] = {
    metrics.log_loss: _log_loss,
    metrics.brier_score_loss: _brier,
    metrics.d2_log_loss_score: _part_of_null(_log_loss),
    # From scikit-learn 1.8 on.
    **(
        {metrics.d2_brier_score: _part_of_null(_brier)}
        if hasattr(metrics, "d2_brier_score")
        else {}
    ),
}
