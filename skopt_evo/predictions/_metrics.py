"""Common metrics, of many predictions at once.

An ensemble is chosen by thousands of scores. For the metrics in the table below they
are computed for all candidates together, which takes a tenth of the time that
scikit-learn's functions take for one after the other; the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    jaccard_score,
    log_loss,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    median_absolute_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)

from skopt_evo._typing import FloatArray
from skopt_evo.predictions._targets import Targets

# From (targets, method, values, y) to a metric for each of many predictions: `values`
# has the shape (m, n_rows, n_columns), `y` are numbers of classes, or targets.
Metric = Callable[[Targets, str, NDArray[Any], NDArray[Any]], FloatArray]


def _accuracy(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    is_right = targets.codes(method, values)[..., 0] == y
    return np.asarray(is_right.mean(axis=1))


def _balanced_accuracy(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    is_right = targets.codes(method, values)[..., 0] == y
    recalls = [is_right[:, y == label].mean(axis=1) for label in np.unique(y)]
    return np.asarray(np.mean(recalls, axis=0))


def _log_loss(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    n_columns = values.shape[2]
    places = np.arange(len(y)) * n_columns + y
    of_truth = values.reshape(len(values), -1).take(places, axis=1).astype(np.float64)
    smallest = np.finfo(np.float64).eps  # that of scikit-learn
    likely = np.clip(of_truth, smallest, 1.0 - smallest)
    return np.asarray(-np.mean(np.log(likely), axis=1))


def _roc_auc(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    return _area(values[..., -1], y == 1)


def _area(values: NDArray[Any], is_positive: NDArray[Any]) -> FloatArray:
    """Return the share of pairs in the right order, by Mann and Whitney's statistic."""
    n_positive = int(is_positive.sum())
    n_pairs = n_positive * (len(is_positive) - n_positive)
    if not n_pairs:
        return np.full(len(values), np.nan)
    n_right = np.empty(len(values))
    for number, each in enumerate(values):
        negative, positive = np.sort(each[~is_positive]), np.sort(each[is_positive])
        # A pair of equal numbers counts as half a pair in the right order.
        n_below = np.searchsorted(negative, positive, side="left").sum()
        n_at_most = np.searchsorted(negative, positive, side="right").sum()
        n_right[number] = (n_below + n_at_most) / 2
    return n_right / n_pairs


def _one_against_rest(average: str) -> Metric:
    """Return the mean area under the curves of each class against the others."""

    def metric(
        targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
    ) -> FloatArray:
        labels = range(values.shape[2])
        areas = [_area(values[..., label], y == label) for label in labels]
        counts = np.bincount(y, minlength=len(labels))
        weights = counts if average == "weighted" else np.ones(len(labels))
        return np.average(areas, axis=0, weights=weights)

    return metric


def _squared_error(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    return np.asarray(np.mean((values[..., 0] - y) ** 2, axis=1))


def _root_squared_error(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    return np.sqrt(_squared_error(targets, method, values, y))


def _absolute_error(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    return np.asarray(np.mean(np.abs(values[..., 0] - y), axis=1))


def _r2(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    if len(y) < 2:
        return np.full(len(values), np.nan)
    errors = _squared_error(targets, method, values, y)
    spread = np.mean((y - y.mean()) ** 2)
    if not spread > 0:  # as scikit-learn has it
        return np.where(errors == 0, 1.0, 0.0)
    return np.asarray(1.0 - errors / spread)


def _percentage_error(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    sizes = np.maximum(np.abs(y), np.finfo(np.float64).eps)  # as scikit-learn does
    return np.asarray(np.mean(np.abs(values[..., 0] - y) / sizes, axis=1))


def _median_error(
    targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
) -> FloatArray:
    return np.asarray(np.median(np.abs(values[..., 0] - y), axis=1))


# ---- of counts: from the numbers of right, of predicted and of true samples of a class

Counts = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """Return a ratio, 0 where there is nothing to divide by."""
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


COUNT_METRICS: dict[Any, Counts] = {
    f1_score: lambda right, predicted, true: _ratio(2 * right, predicted + true),
    jaccard_score: lambda right, predicted, true: _ratio(
        right, predicted + true - right
    ),
    precision_score: lambda right, predicted, true: _ratio(right, predicted),
    recall_score: lambda right, predicted, true: _ratio(right, true),
}


def _count_metric(counts: Counts, average: str, positive: int) -> Metric:
    """Return a metric of the numbers of samples, by an average over the classes.

    Of two classes `positive` is the place of the one that counts, for ``"binary"``.
    """

    def metric(
        targets: Targets, method: str, values: NDArray[Any], y: NDArray[Any]
    ) -> FloatArray:
        assert targets.classes is not None
        labels = np.arange(len(targets.classes[0]))
        codes = targets.codes(method, values)[..., 0, np.newaxis] == labels
        is_true = y[:, np.newaxis] == labels
        right = (codes & is_true).sum(axis=1, dtype=np.float64)
        predicted = codes.sum(axis=1, dtype=np.float64)
        true = np.broadcast_to(is_true.sum(axis=0, dtype=np.float64), right.shape)
        if average == "binary":
            return counts(right, predicted, true)[:, positive]
        if average == "micro":
            return counts(*(each.sum(axis=1) for each in (right, predicted, true)))
        weights = true if average == "weighted" else 1.0 * (predicted + true > 0)
        scores = (weights * counts(right, predicted, true)).sum(axis=1)
        return np.asarray(scores / weights.sum(axis=1))

    return metric


AVERAGES = ("binary", "macro", "micro", "weighted")

# ---- the tables

CLASS_METRICS: dict[Any, Metric] = {
    accuracy_score: _accuracy,
    balanced_accuracy_score: _balanced_accuracy,
    log_loss: _log_loss,
    roc_auc_score: _roc_auc,
}

VALUE_METRICS: dict[Any, Metric] = {
    mean_absolute_error: _absolute_error,
    mean_absolute_percentage_error: _percentage_error,
    mean_squared_error: _squared_error,
    median_absolute_error: _median_error,
    r2_score: _r2,
    root_mean_squared_error: _root_squared_error,
}

# What the metrics need: a probability a class; a number that orders two classes.
NEEDS_PROBABILITIES = (log_loss,)
NEEDS_TWO_CLASSES = (roc_auc_score,)


def metric_of(
    function: Any, options: Mapping[str, Any], targets: Targets, method: str
) -> Metric | None:
    """Return a metric for many predictions at once, None if there is none.

    Parameters
    ----------
    function : callable
        The metric of scikit-learn.
    options : mapping
        What else it is called with, beside targets and predictions.
    targets : Targets
        What is predicted.
    method : {"predict_proba", "decision_function", "predict"}
        The method that has answered.
    """
    if not isinstance(function, Hashable):  # it is no key of a table
        return None
    if targets.n_outputs > 1 or targets.is_multilabel:
        return None
    if targets.classes is None:
        return None if options else VALUE_METRICS.get(function)
    classes = targets.classes[0]
    average = options.get("average", "macro")
    if function is roc_auc_score and options.get("multi_class") == "ovr":
        is_known = method == "predict_proba" and len(classes) > 2
        has_others = bool(set(options) - {"average", "multi_class"})
        is_known = is_known and not has_others and average in ("macro", "weighted")
        return _one_against_rest(average) if is_known else None
    if function in COUNT_METRICS:
        average = options.get("average", "binary")
        if set(options) - {"average", "pos_label"} or average not in AVERAGES:
            return None
        counted, names = options.get("pos_label", 1), classes.tolist()
        if average == "binary" and (len(names) != 2 or counted not in names):
            return None
        place = names.index(counted) if average == "binary" else 0
        return _count_metric(COUNT_METRICS[function], average, place)
    if options or (function in NEEDS_PROBABILITIES and method != "predict_proba"):
        return None
    if function in NEEDS_TWO_CLASSES and (method == "predict" or len(classes) != 2):
        return None
    return CLASS_METRICS.get(function)
