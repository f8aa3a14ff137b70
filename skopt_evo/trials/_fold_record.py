"""What the record of a fold may say: nothing else that a file says is believed.

Whoever writes a file can give its lines the right hashes. These checks see to it that
such a file has results at the most, and not the types, numbers or sizes that would be
an error, or endless, further on.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from reprlib import repr as shortened
from typing import Any

import numpy as np

from skopt_evo._sklearn_compat import ONLY_METRIC
from skopt_evo._typing import FloatArray

# Of a traceback that is longer, no more characters are kept.
MAX_ERROR = 2**17

FOLD = ("fit_error", "test_scores", "n_test_samples", "fit_time", "score_time")
FOLD_OPTIONS = ("train_scores", "gradient", "score_errors")
GRADIENT = ("loss", "params", "reasons", "is_converged")

# Larger integers are no floats.
MAX_NUMBER = int(sys.float_info.max)


def check_fold(fold: Any) -> dict[str, Any]:
    """Return what became of a fold: scores, times, the error, and the gradient.

    Parameters
    ----------
    fold : object
        What the journal holds.

    Returns
    -------
    fold : dict
        The same, with arrays in place of lists.
    """
    _check_dict(fold, "fold")
    check_keys(fold, FOLD, FOLD_OPTIONS)
    error = fold["fit_error"]
    if error is not None and not (isinstance(error, str) and len(error) <= MAX_ERROR):
        raise TypeError(f"fit_error={shortened(error)}")
    for name in ("fit_time", "score_time", "n_test_samples"):
        check_number(fold[name], name, finite=True)
    checked = {**fold, "test_scores": _scores(fold["test_scores"])}
    if "train_scores" in fold:
        checked["train_scores"] = _scores(fold["train_scores"])
        if names_of(checked["train_scores"]) != names_of(checked["test_scores"]):
            raise ValueError("train_scores of other metrics than test_scores")
    if "score_errors" in fold:
        _check_score_errors(fold["score_errors"], checked["test_scores"])
    if fold.get("gradient") is not None:
        checked["gradient"] = _gradient(fold["gradient"])
    return checked


def check_number(value: Any, name: str, *, finite: bool = False) -> None:
    """Raise for what is no number that a float can hold."""
    is_number = isinstance(value, (int, float)) and (
        not isinstance(value, int) or abs(value) <= MAX_NUMBER
    )
    if not is_number or (finite and not np.isfinite(float(value))):
        raise TypeError(f"{name}={shortened(value)}")


def is_index(value: Any, end: int) -> bool:
    """Tell whether a value counts something, from 0 on and below an end."""
    return type(value) is int and 0 <= value < end


def names_of(scores: Any) -> set[str] | None:
    """Return the metrics that there are scores of, None for a score without a name."""
    return set(scores) if isinstance(scores, dict) else None


def _scores(scores: Any) -> Any:
    if not isinstance(scores, dict):
        check_number(scores, "score")
        return scores
    if not scores:
        raise ValueError("no score")
    for name, score in scores.items():
        check_number(score, f"score {shortened(name)}")
    # All folds have the same names, in memory too.
    return {sys.intern(name): score for name, score in scores.items()}


def _check_score_errors(errors: Any, scores: Any) -> None:
    """Raise for what are no names of some of the metrics, each of them once."""
    names = names_of(scores) or {ONLY_METRIC}
    is_list = isinstance(errors, list) and all(isinstance(e, str) for e in errors)
    if not is_list or not set(errors) <= names or len(set(errors)) < len(errors):
        raise ValueError(f"score_errors={shortened(errors)}")


def _gradient(gradient: Any) -> dict[str, Any]:
    _check_dict(gradient, "gradient")
    check_keys(gradient, GRADIENT)
    loss, reasons = gradient["loss"], gradient["reasons"]
    check_number(loss, "loss")
    if np.isinf(loss):
        raise ValueError(f"loss={loss}")
    _check_dict(gradient["params"], "params")
    _check_dict(reasons, "reasons")
    for reason in reasons.values():
        if not isinstance(reason, str):
            raise TypeError(f"reason={shortened(reason)}")
    if not isinstance(gradient["is_converged"], bool):
        raise TypeError(f"is_converged={shortened(gradient['is_converged'])}")
    params = {name: _derivative(value) for name, value in gradient["params"].items()}
    return {**gradient, "params": params}


def _derivative(value: Any) -> float | FloatArray:
    if not isinstance(value, list):
        check_number(value, "derivative", finite=True)
        return float(value)
    _check_numbers(value, "derivative")
    array = np.array(value, dtype=np.float64)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"derivative={shortened(value)}")
    return array


def _check_numbers(values: Any, name: str) -> None:
    if not isinstance(values, list):
        raise TypeError(f"{name}={shortened(values)}")
    for value in values:
        if isinstance(value, list):  # no deeper than a line may be
            _check_numbers(value, name)
        else:
            check_number(value, name)


def _check_dict(value: Any, name: str) -> None:
    if not isinstance(value, dict):
        raise TypeError(f"{name}={shortened(value)}")


def check_keys(
    record: Mapping[str, Any], needed: Collection[str], others: Collection[str] = ()
) -> None:
    if not set(needed) <= record.keys() <= {*needed, *others}:
        raise ValueError(
            f"it has {shortened(list(record))} in place of {[*needed, *others]}"
        )
