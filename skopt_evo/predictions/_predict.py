"""From a fitted estimator to its predictions, in columns that all fits share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.predictions._targets import Targets
from skopt_evo.trials import Predictions
from skopt_evo.trials._predictions import METHODS

# By how much of its spread a number may change, for the sake of half the memory.
HARMLESS = 1e-6


def method_of(estimator: Any, targets: Targets) -> str:
    """Return the method whose answers say most."""
    if targets.classes is None:
        return "predict"
    return next((n for n in METHODS if has_method(estimator, n, targets)), "predict")


def has_method(estimator: Any, method: str, targets: Targets | None = None) -> bool:
    """Tell whether an estimator has a method whose answers are of one class each.

    Parameters
    ----------
    estimator : estimator
        It may be fitted.
    method : {"predict_proba", "decision_function", "predict"}
        The name of the method.
    targets : Targets, default=None
        What is predicted, if that is known.
    """
    if not hasattr(estimator, method):
        return False
    if method != "decision_function" or targets is None or targets.classes is None:
        return True
    return len(targets.classes[0]) < 3 or not _decides_between_pairs(estimator)


def _decides_between_pairs(estimator: Any) -> bool:
    """Tell whether decisions are between pairs of classes, as `SVC` may have them.

    Of three classes there are as many pairs, so that nothing else tells.
    """
    params = estimator.get_params() if hasattr(estimator, "get_params") else {}
    name = "decision_function_shape"
    return any(params[n] == "ovo" for n in params if n.split("__")[-1] == name)


def predict(
    estimator: Any,
    X: Any,
    targets: Targets,
    *,
    method: str | None = None,
    with_labels: bool = False,
    rounded: bool = True,
) -> Predictions:
    """Return what a fitted estimator predicts.

    Parameters
    ----------
    estimator : estimator
        It is fitted.
    X : array-like of shape (n_rows, n_features)
        The rows to predict for.
    targets : Targets
        What is predicted. A class that the training set did not have gets the
        probability 0; of decisions, the smallest one of the row.
    method : {"predict_proba", "decision_function", "predict"}, default=None
        The method to ask; None for the first one of these that there is.
    with_labels : bool, default=False
        Whether to ask ``predict`` too: of some classifiers, such as
        ``SVC(probability=True)``, the class with the largest probability is not the one
        that they predict.
    rounded : bool, default=True
        Whether numbers are rounded to 32 bits, if that makes no two numbers of a column
        equal and changes none of them by more than a millionth of their spread.

    Returns
    -------
    predictions : Predictions

    Raises
    ------
    ValueError
        If the estimator answers in another form than those of scikit-learn.
    """
    method = method or method_of(estimator, targets)
    answer = getattr(estimator, method)(X)
    if targets.classes is None:
        values = np.asarray(answer, dtype=np.float64).reshape(-1, targets.n_outputs)
        return Predictions(method, smallest_type(values) if rounded else values)
    if method == "predict":
        codes = _codes(answer, targets)
        return Predictions(method, targets.one_hot(codes))
    is_list = isinstance(answer, list)
    if method == "predict_proba":
        values = _probabilities(answer, estimator, targets)
    else:
        values = _decisions(answer, estimator, targets)
    labels = None
    if with_labels:
        labels = _codes(estimator.predict(X), targets)
        if np.array_equal(labels, targets.codes(method, values)):
            labels = None
    if rounded:
        values = _rounded(values, method, targets)
    return Predictions(method, values, labels, is_list)


def smallest_type(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in 32 bits where that does no harm, else in 64.

    Probabilities close to 1 lose their order first, and with it the area under the
    curve; large targets that differ by little lose their differences.
    """
    values = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        small = values.astype(np.float32)
        spread = np.ptp(values, axis=0) if len(values) else np.zeros(values.shape[1])
        changes = np.abs(small - values).max(axis=0, initial=0.0)
    if not (changes <= HARMLESS * spread).all():
        return values
    return small if _has_ties_of(small, values) else values


def _has_ties_of(changed: NDArray[Any], values: NDArray[Any]) -> bool:
    """Tell whether as many numbers of each column are equal after a change as before.

    Metrics of ranks, such as the area under the curve, depend on it.
    """
    pairs = zip(changed.T, values.T, strict=True)
    return all(len(np.unique(c)) == len(np.unique(v)) for c, v in pairs)


def _rounded(values: NDArray[Any], method: str, targets: Targets) -> NDArray[Any]:
    """Return answers of a classifier in 32 bits where that does no harm, else in 64."""
    small = smallest_type(values)
    # Before a scorer gets probabilities they are scaled to the sum 1. Equal ones in
    # rows with another sum would differ then.
    is_scaled = method == "predict_proba"
    if is_scaled and not _has_ties_of(targets.scaled(small), values):
        return values
    return small


def _probabilities(answer: Any, estimator: Any, targets: Targets) -> NDArray[Any]:
    """Return probabilities, a column for each class of each output."""
    assert targets.classes is not None
    if targets.is_multilabel and not isinstance(answer, list):
        ones = np.asarray(answer, dtype=np.float64)
        return np.stack([1.0 - ones, ones], axis=2).reshape(len(ones), -1)
    parts = answer if isinstance(answer, list) else [answer]
    own = _own_classes(estimator, targets, parts)
    return np.concatenate(
        [
            _aligned(np.asarray(part, dtype=np.float64), names, classes, 0.0)
            for part, names, classes in zip(parts, own, targets.classes, strict=True)
        ],
        axis=1,
    )


def _decisions(answer: Any, estimator: Any, targets: Targets) -> NDArray[Any]:
    """Return decisions: one for two classes or a label, else one for each class."""
    assert targets.classes is not None
    values = np.asarray(answer, dtype=np.float64)
    if targets.is_multilabel:
        return values.reshape(-1, targets.n_outputs)
    classes = targets.classes[0]
    own = np.asarray(getattr(estimator, "classes_", classes))
    if len(own) == 1:  # the training set has a single class
        signs = np.where(classes == own[0], 1.0, -1.0)
        return np.tile(signs if len(classes) > 2 else signs[-1:], (len(values), 1))
    if values.ndim == 1:
        values = np.column_stack([-values, values])
    (own,) = _own_classes(estimator, targets, [values])
    if len(classes) > 2:
        return _aligned(values, own, classes, values.min(axis=1, keepdims=True))
    return values[:, 1:]


def _own_classes(
    estimator: Any, targets: Targets, parts: list[Any]
) -> list[NDArray[Any]]:
    """Return the classes of an estimator's columns: those of its training set."""
    assert targets.classes is not None
    own = getattr(estimator, "classes_", None)
    if own is None:
        own = list(targets.classes)
    elif not isinstance(own, list):
        own = [np.asarray(own)] * (1 if targets.n_outputs == 1 else len(parts))
    sizes = [np.shape(part)[-1] for part in parts]
    if len(own) != len(targets.classes) or [len(names) for names in own] != sizes:
        shapes = [np.shape(part) for part in parts]
        raise ValueError(
            f"{type(estimator).__name__} predicts arrays of shapes {shapes}, with "
            f"{[len(names) for names in own]} classes. Expected a column for each "
            "class, so that predictions of several fits can be averaged."
        )
    return own


def _aligned(
    values: NDArray[Any], own: NDArray[Any], classes: NDArray[Any], missing: Any
) -> NDArray[Any]:
    """Return columns for all classes, of columns for some of them."""
    if len(own) == len(classes):
        return values
    aligned = np.broadcast_to(missing, (len(values), len(classes))).copy()
    aligned[:, np.searchsorted(classes, own)] = values
    return aligned


def _codes(answer: Any, targets: Targets) -> NDArray[np.int32]:
    """Return the numbers of classes that ``predict`` returned."""
    assert targets.classes is not None
    dense = answer.toarray() if hasattr(answer, "toarray") else np.asarray(answer)
    columns = dense.reshape(-1, targets.n_outputs).T
    codes = [
        np.searchsorted(classes, column).clip(max=len(classes) - 1)
        for classes, column in zip(targets.classes, columns, strict=True)
    ]
    return np.stack(codes, axis=1).astype(np.int32)
