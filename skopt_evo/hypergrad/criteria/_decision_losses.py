"""Losses in place of scores of decisions and of orders, which have jumps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, log_softmax, softmax
from sklearn import metrics

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Outputs
from skopt_evo.hypergrad.criteria._output_loss import OutputLoss

# How far outputs of size 1 are scaled to make the best log-odds, in logarithms.
LOG_FACTORS = (-6.0, 6.0)


# A positive sample is compared with so many negative ones at a time.
PAIRS_AT_A_TIME = 10**6


def _logistic_loss(
    outputs: Outputs, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the log loss of outputs of any kind, taken for log-odds.

    It is convex in the outputs: nothing is clipped.
    """
    values = outputs.values
    if values.ndim == 1:
        signs = np.where(codes == 1, 1.0, -1.0)
        margins = signs * values
        loss = float(weights @ np.logaddexp(0.0, -margins))
        return loss, -weights * signs * expit(-margins)
    rows = np.arange(len(codes))
    slope = weights[:, np.newaxis] * softmax(values, axis=1)
    slope[rows, codes] -= weights
    return -float(weights @ log_softmax(values, axis=1)[rows, codes]), slope


def _balanced_logistic_loss(
    outputs: Outputs, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the logistic loss with the same weight for each class that there is."""
    totals = np.bincount(codes, weights)
    n_present = np.count_nonzero(totals)
    totals[totals == 0.0] = 1.0  # all of its samples have weight 0
    return _logistic_loss(outputs, codes, weights / totals[codes] / n_present)


def _pairwise_logistic_loss(
    outputs: Outputs, codes: IntArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the mean of log(1 + exp(-(f_i - f_j))) over pairs of the two classes.

    Positives i and negatives j; with more than two classes it is the logistic loss.
    """
    values = outputs.values
    if values.ndim > 1:
        return _logistic_loss(outputs, codes, weights)
    counts = weights > 0.0
    positive, negative = (np.flatnonzero(counts & (codes == code)) for code in (1, 0))
    if not len(positive) or not len(negative):
        raise NoHypergradientError("the test set has a single class.")
    w_positive = weights[positive] / weights[positive].sum()
    w_negative = weights[negative] / weights[negative].sum()
    loss, slope = 0.0, np.zeros_like(values)
    size = max(1, PAIRS_AT_A_TIME // len(negative))
    for first in range(0, len(positive), size):
        rows = slice(first, first + size)
        gaps = values[positive[rows], np.newaxis] - values[negative]
        pairs = w_positive[rows, np.newaxis] * w_negative
        loss += float(np.sum(pairs * np.logaddexp(0.0, -gaps)))
        falling = pairs * expit(-gaps)
        slope[positive[rows]] -= falling.sum(axis=1)
        slope[negative] += falling.sum(axis=0)
    return loss, slope


def _calibrated(loss: OutputLoss) -> OutputLoss:
    """Return the least of the losses of all positive multiples of the outputs.

    Decisions and orders are the same for all of them, while how large log-odds or
    margins are changes with hyperparameters and has nothing to do with either. At the
    minimum the derivative is that of the loss with a fixed multiple. This is the
    scaling of Platt (1999), "Probabilistic outputs for support vector machines",
    without the shift, which would move decisions. The loss has to be convex.
    """

    def least(
        outputs: Outputs, codes: IntArray, weights: FloatArray
    ) -> tuple[float, FloatArray]:
        values = outputs.values
        size = float(np.sqrt(np.mean(values**2)))
        if size == 0.0:
            return loss(outputs, codes, weights)

        def scaled(log_factor: float) -> tuple[float, FloatArray]:
            multiple = outputs._replace(values=values * np.exp(log_factor) / size)
            return loss(multiple, codes, weights)

        def rise(log_factor: float) -> float:
            # The loss is convex in the factor, so that this has one change of sign.
            return float(np.vdot(scaled(log_factor)[1], values))

        low, high = LOG_FACTORS
        if rise(low) >= 0.0:
            best = low
        elif rise(high) <= 0.0:
            best = high
        else:
            best = float(brentq(rise, low, high, xtol=1e-10))
        value, slope = scaled(best)
        # At an end of the range the multiple changes with the size of the outputs.
        slope = slope - np.vdot(slope, values) / np.vdot(values, values) * values
        return value, slope * np.exp(best) / size

    least.__name__ = f"calibrated{loss.__name__}"
    return least


def _centred(loss: OutputLoss) -> OutputLoss:
    """Return a loss of outputs whose mean is taken off: orders do not depend on it."""

    def centred(
        outputs: Outputs, codes: IntArray, weights: FloatArray
    ) -> tuple[float, FloatArray]:
        # All samples if there is one output, all classes if there are several.
        values = outputs.values - outputs.values.mean(axis=-1, keepdims=True)
        value, slope = loss(outputs._replace(values=values), codes, weights)
        return value, slope - slope.mean(axis=-1, keepdims=True)

    centred.__name__ = loss.__name__
    return centred


_DECISION = _calibrated(_logistic_loss)


_BALANCED = _calibrated(_balanced_logistic_loss)


_ORDER = _centred(_calibrated(_pairwise_logistic_loss))


# Metrics of decisions and of orders, which have jumps: what stands in for them.
SURROGATES: Mapping[Any, OutputLoss] = {
    metrics.accuracy_score: _DECISION,
    metrics.balanced_accuracy_score: _BALANCED,
    metrics.f1_score: _DECISION,
    metrics.fbeta_score: _DECISION,
    metrics.precision_score: _DECISION,
    metrics.recall_score: _DECISION,
    metrics.jaccard_score: _DECISION,
    metrics.matthews_corrcoef: _DECISION,
    metrics.cohen_kappa_score: _DECISION,
    metrics.zero_one_loss: _DECISION,
    metrics.hamming_loss: _DECISION,
    metrics.top_k_accuracy_score: _DECISION,
    metrics.roc_auc_score: _ORDER,
    metrics.average_precision_score: _ORDER,
}
