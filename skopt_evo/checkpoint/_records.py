"""What the records of a search may say: nothing else that a file says is believed.

Whoever writes a file can give its lines the right hashes. These checks see to it that
such a file has results at the most, and not the types, numbers or sizes that would be
an error, or endless, further on.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._sklearn_compat import ONLY_METRIC

# Of a traceback that is longer, no more characters are kept.
MAX_ERROR = 2**17

FOLD = ("fit_error", "test_scores", "n_test_samples", "fit_time", "score_time")
FOLD_OPTIONS = ("train_scores", "gradient", "score_errors")
GRADIENT = ("loss", "params", "reasons", "is_converged")

# Larger integers are no floats.
MAX_NUMBER = int(sys.float_info.max)


def check_budget(record: Mapping[str, Any], budgets: Sequence[int]) -> int:
    """Return how many candidates there are to be, more than ever before."""
    _check_keys(record, ["n_iter"])
    budget, least = record["n_iter"], budgets[-1] if budgets else 0
    if type(budget) is not int or budget <= least:
        raise ValueError(f"n_iter={shortened(budget)} after {least}")
    return budget


def check_candidate(
    record: Mapping[str, Any], n_before: int, budgets: Sequence[int]
) -> list[float] | None:
    """Return the genome of the next candidate, None for a grid point."""
    _check_keys(record, ["candidate", "genome", "origin"])
    number, genome = record["candidate"], record["genome"]
    if number != n_before or not budgets or not is_index(number, budgets[-1]):
        raise ValueError(f"candidate={shortened(number)} after {n_before} candidates")
    if not isinstance(record["origin"], str):
        raise TypeError(f"origin={shortened(record['origin'])}")
    if genome is None:
        return None
    if not isinstance(genome, list):
        raise TypeError(f"genome={shortened(genome)}")
    for gene in genome:
        check_number(gene, "gene")
        if not 0 <= gene <= 1:
            raise ValueError(f"gene={gene}")
    return [float(gene) for gene in genome]


def check_place(
    record: Mapping[str, Any], result: str, n_candidates: int
) -> tuple[int, int]:
    """Return which split of which candidate a result is of."""
    _check_keys(record, ["candidate", "split", result])
    number, split = record["candidate"], record["split"]
    if not is_index(number, n_candidates):
        raise ValueError(f"candidate={shortened(number)} of {n_candidates}")
    if not is_index(split, sys.maxsize):
        raise ValueError(f"split={shortened(split)}")
    return number, split


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
    _check_keys(fold, FOLD, FOLD_OPTIONS)
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
    _check_keys(gradient, GRADIENT)
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


def _derivative(value: Any) -> float | NDArray[np.float64]:
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


def _check_keys(
    record: Mapping[str, Any], needed: Collection[str], others: Collection[str] = ()
) -> None:
    if not set(needed) <= record.keys() <= {*needed, *others}:
        raise ValueError(
            f"it has {shortened(list(record))} in place of {[*needed, *others]}"
        )
