"""Scores of classifiers, with their derivatives by log-odds or decision values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, log_softmax, softmax
from sklearn import metrics

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Outputs
from skopt_evo.hypergrad.criteria._criterion import Criterion

# From outputs, the numbers of the true classes, and weights that add up to 1, to the
# loss and its derivative by the values of the outputs.
OutputLoss: TypeAlias = Callable[
    [Outputs, IntArray, FloatArray], tuple[float, FloatArray]
]

# How far outputs of size 1 are scaled to make the best log-odds, in logarithms.
LOG_FACTORS = (-6.0, 6.0)

# A positive sample is compared with so many negative ones at a time.
PAIRS_AT_A_TIME = 10**6


def classification_criterion(
    metric: Callable[..., float], kwargs: Mapping[str, Any]
) -> Criterion:
    """Return the criterion of a metric of probabilities, or what stands in for one.

    Parameters
    ----------
    metric : callable
        A key of `PROBABILITY_LOSSES` or of `SURROGATES`.
    kwargs : mapping
        What the metric is called with.
    """
    is_surrogate = metric in SURROGATES
    loss = (SURROGATES if is_surrogate else PROBABILITY_LOSSES)[metric]
    if kwargs and not is_surrogate:
        raise NoHypergradientError(
            f"{metric.__name__} is called with {sorted(kwargs)}, whose effect on its "
            "derivative is not known."
        )

    def evaluate(
        y: Any, outputs: Outputs, sample_weight: FloatArray | None
    ) -> tuple[float, FloatArray]:
        codes = _codes(y, outputs)
        if outputs.kind == "margin" and not is_surrogate:
            raise NoHypergradientError(
                f"{metric.__name__} scores probabilities, which are none of the "
                "classifier's outputs."
            )
        weights = np.ones(len(codes)) if sample_weight is None else sample_weight
        return loss(outputs, codes, weights / np.sum(weights))

    return Criterion(loss.__name__.strip("_"), is_surrogate, evaluate)


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


def _codes(y: Any, outputs: Outputs) -> IntArray:
    """Return the number of the class of each sample."""
    labels = np.asarray(y)
    if outputs.classes is None or labels.ndim != 1:
        raise NoHypergradientError("the score is one of a single label a sample.")
    codes = np.searchsorted(outputs.classes, labels)
    codes = np.minimum(codes, len(outputs.classes) - 1)
    if not np.array_equal(outputs.classes[codes], labels):
        raise NoHypergradientError(
            "the test set has a class that the training set has not."
        )
    return np.asarray(codes, dtype=np.int64)


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
    minimum the derivative is that of the loss with the multiple held fixed. This is the
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
    """Return a loss of outputs whose mean is taken off: orders do not feel it."""

    def centred(
        outputs: Outputs, codes: IntArray, weights: FloatArray
    ) -> tuple[float, FloatArray]:
        # All samples if there is one output, all classes if there are several.
        values = outputs.values - outputs.values.mean(axis=-1, keepdims=True)
        value, slope = loss(outputs._replace(values=values), codes, weights)
        return value, slope - slope.mean(axis=-1, keepdims=True)

    centred.__name__ = loss.__name__
    return centred


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
