"""Which of two candidates is the simpler one."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skopt_evo._messages import did_you_mean, listed, shown
from skopt_evo.space._values import is_number, same_value

CVResults = Mapping[str, Any]
Order = Mapping[str, str | Sequence[Any]] | Callable[[Mapping[str, Any]], Any]

SIGNS = {"smaller": 1.0, "larger": -1.0}
MISSING = math.nan


def check_order(order: Any) -> None:
    """Raise if `order` does not have the form of an order.

    Parameters
    ----------
    order : object
        What was passed to `OneStandardError`.

    Raises
    ------
    TypeError
        If it, one of its names or one of its values has a wrong type.
    ValueError
        If it, or one of its lists, is empty, or if a string is not a known one.
    """
    example = "for instance {'max_depth': 'smaller', 'kernel': ['linear', 'rbf']}"
    if not isinstance(order, Mapping):
        if callable(order):
            return
        raise TypeError(
            f"OneStandardError: order={shown(order)} is no order: pass a dict, "
            f"{example}, or a function of the parameters of a candidate."
        )
    if not order:
        raise ValueError(
            "OneStandardError: order is empty, so that no candidate is simpler than "
            f"another. Pass a dict, {example}, or refit=True to take the best."
        )
    for name, direction in order.items():
        _check_direction(name, direction)


def _check_direction(name: Any, direction: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(
            f"OneStandardError: order has the name {name!r}, which is not a string."
        )
    allowed = "Pass 'smaller', 'larger' or a list of values, the simplest one first."
    place = f"OneStandardError: order[{name!r}]={shown(direction)}"
    if isinstance(direction, str):
        if direction not in SIGNS:
            raise ValueError(
                f"{place} is not known.{did_you_mean(direction, SIGNS)} {allowed}"
            )
    elif not isinstance(direction, Sequence):
        raise TypeError(f"{place} does not say what is simple. {allowed}")
    elif not len(direction):
        raise ValueError(f"{place} is empty. {allowed}")


def simplicity_keys(order: Order, results: CVResults, rows: Sequence[int]) -> list[Any]:
    """Return what candidates are sorted by, the simplest one first.

    Parameters
    ----------
    order : dict or callable
        The order, see `OneStandardError`.
    results : dict
        The ``cv_results_`` of a search.
    rows : sequence of int
        The candidates.

    Returns
    -------
    keys : list of tuple
        One for each of `rows`.

    Raises
    ------
    ValueError
        If there is no parameter or column of a name, or if `order` does not say where
        one of the values belongs.
    """
    if isinstance(order, Mapping):
        criteria = [
            [_place(name, direction, value) for value in _values(name, results, rows)]
            for name, direction in order.items()
        ]
        return list(zip(*criteria, strict=True))
    return [_missing_last(order(results["params"][row])) for row in rows]


def _values(name: str, results: CVResults, rows: Sequence[int]) -> list[Any]:
    """Return the candidates' values of a parameter, or of another column."""
    parameters = {parameter for params in results["params"] for parameter in params}
    if name in parameters:
        return [results["params"][row].get(name, MISSING) for row in rows]
    others = [column for column in results if not column.startswith("param")]
    if name not in others:
        raise ValueError(
            f"OneStandardError: order has the name {name!r}, which is neither a "
            "parameter that was searched nor a column of cv_results_."
            f"{did_you_mean(name, [*parameters, *others])} The parameters are "
            f"{listed(sorted(parameters))}."
        )
    return [results[name][row] for row in rows]


def _place(name: str, direction: str | Sequence[Any], value: Any) -> tuple[bool, float]:
    """Return what a value is sorted by."""
    if isinstance(direction, str):
        if is_number(value):
            return _missing_last(SIGNS[direction] * float(value))
        reason = "is for numbers, but"
    else:
        for place, listed in enumerate(direction):
            if same_value(value, listed):
                return _missing_last(float(place))
        reason = "is no list of all the values:"
    if _is_nan(value):
        return _missing_last(value)
    raise ValueError(
        f"OneStandardError: order[{name!r}]={shown(direction)} {reason} a candidate "
        f"has {name}={shown(value)}. List all values, the simplest one first, or pass "
        "a function of the parameters as order."
    )


def _missing_last(key: Any) -> tuple[bool, Any]:
    """Return a key that sorts like `key`, NaN last."""
    return (True, 0.0) if _is_nan(key) else (False, key)


def _is_nan(value: Any) -> bool:
    return isinstance(value, numbers.Real) and bool(value != value)
