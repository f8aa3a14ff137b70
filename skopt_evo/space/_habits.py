"""What is written for a range in other libraries, and what to write here."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from skopt_evo._messages import shown
from skopt_evo.exceptions import (
    SearchSpaceError,
    SearchSpaceTypeError,
    SearchSpaceWarning,
)
from skopt_evo.space._distributions import ALLOWED, describe
from skopt_evo.space._values import is_number

# The packages of which objects are recognised, without importing them.
PEERS = (
    "ConfigSpace",
    "flaml",
    "hyperopt",
    "optuna",
    "ray",
    "sklearn_genetic",
    "skopt",
)
# Those whose ranges of integers end before their upper bound.
EXCLUSIVE = ("flaml", "hyperopt", "ray")

# The third part of a range of scikit-optimize.
PRIORS = ("uniform", "log-uniform")

# Their names for the values and for the bounds.
VALUES = ("choices", "categories", "sequence", "values", "grid_search")
LOWER, UPPER = ("low", "lower", "min"), ("high", "upper", "max")

# Bounds without a scale suggest a logarithmic one if their
# ratio is so large.
LARGE_RATIO = 100

# Words of hyperopt's that stand for the type of a number, not for a distribution.
CASTS = ("float", "int", "hyperopt_param")


def check_habits(name: str, values: Any) -> None:
    """Raise if a value of a ``param_grid`` is a range of another library.

    Parameters
    ----------
    name : str
        The parameter's name.
    values : object
        The value.

    Raises
    ------
    SearchSpaceTypeError
        If it is an object of another library, or a tuple with the name of a scale.
    SearchSpaceError
        If there is a distribution among listed values.
    """
    library = _library(type(values))
    if library in PEERS:
        raise SearchSpaceTypeError(
            f"The value {shown(values)} of parameter {name!r} in param_grid is an "
            f"object of {library}, {type(values).__name__}.{instead(values)} {ALLOWED}"
        )
    if not isinstance(values, (list, tuple)):
        return
    _check_prior(name, values)
    for value in values:
        _check_distributions(name, values, value)


def instead(values: Any) -> str:
    """Return the sentence that says what to pass for a range, empty if unknown.

    Parameters
    ----------
    values : object
        An object of another library, or a dict with its bounds or its values.
    """
    try:
        text = _hyperopt(values) if hasattr(values, "pos_args") else _equivalent(values)
    except Exception:  # other versions of these libraries may have other attributes
        text = None
    return f" Pass {text}." if text else ""


def _check_prior(name: str, values: Sequence[Any]) -> None:
    """Refuse ``(low, high, "log-uniform")``."""
    is_range = (
        len(values) in (3, 4)  # the fourth part is the base of the logarithm
        and all(map(is_number, values[:2]))
        and isinstance(values[2], str)
        and values[2] in PRIORS
    )
    # A list may well have numbers and the word "uniform" for its values.
    if is_range and (isinstance(values, tuple) or values[2] != "uniform"):
        low, high, prior = values[:3]
        are_integers = all(isinstance(end, numbers.Integral) for end in (low, high))
        range_ = _range(low, high, is_integer=are_integers, is_log=prior != "uniform")
        raise SearchSpaceTypeError(
            f"The value {shown(values)} of parameter {name!r} in param_grid would be "
            f"{len(values)} categories: {low!r}, {high!r} and the word {prior!r}. For "
            f"the range between the numbers pass {range_}."
        )


def pair_warning(name: str, values: Any) -> SearchSpaceWarning | None:
    """Return a warning of ``(low, high)``, which is likely to be meant as a range.

    Parameters
    ----------
    name : str
        The parameter's name.
    values : object
        The value.

    Returns
    -------
    warning : SearchSpaceWarning or None
        None unless it is a tuple of two increasing numbers.
    """
    is_pair = isinstance(values, tuple) and len(values) == 2
    if not is_pair or not all(map(is_number, values)):
        return None
    low, high = values
    are_integers = all(isinstance(end, numbers.Integral) for end in values)
    # Between 0 and 1, or 1 and 2, there is no other integer.
    if (
        not low < high
        or not math.isfinite(high - low)
        or (are_integers and high - low == 1)
    ):
        return None
    ranges = [_range(low, high, is_integer=are_integers, is_log=False)]
    if not are_integers and low > 0:
        ranges.append(_range(low, high, is_integer=False, is_log=True))
    return SearchSpaceWarning(
        f"The value {values!r} of parameter {name!r} in param_grid is two values, as "
        f"in GridSearchCV. For the range between them pass {' or '.join(ranges)}; for "
        f"the two values a list, [{low!r}, {high!r}], which is not warned of."
    )


def _check_distributions(name: str, values: Sequence[Any], value: Any) -> None:
    """Refuse a distribution in place of one value, or as a part of it."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    found = [part for part in parts if _is_distribution(part)]
    if not found:
        return
    check_habits(name, found[0])  # it may be an object of another library
    first = _described(found[0])
    kind = type(values).__name__
    message = (
        f"The {kind} of parameter {name!r} in param_grid lists single values, and "
        f"{first} is a distribution."
    )
    group = values if value is found[0] else value
    if all(map(_is_distribution, group)) and len({*map(_described, group)}) == 1:
        if len(group) == 1:
            raise SearchSpaceError(f"{message} Pass it by itself: {first}.")
        raise SearchSpaceError(
            f"{message} For arrays of {len(group)} such numbers pass "
            f"skopt_evo.space.Vector({first}, size={len(group)}); for single numbers "
            f"the distribution by itself, {first}; else list the values."
        )
    raise SearchSpaceError(
        f"{message} Pass a distribution by itself: where there are several, or values "
        "beside it, write param_grid as a list of dicts, one for each of them; where "
        "they are the parts of one value, list such values."
    )


def _library(kind: type) -> str:
    """Return the package that a class belongs to."""
    return kind.__module__.partition(".")[0]


def _is_distribution(value: Any) -> bool:
    if isinstance(value, type):
        return False
    # Of another library only what has bounds or values: samplers may be categories.
    library = _library(type(value))
    is_range = any(hasattr(value, name) for name in (*VALUES, *LOWER, "pos_args"))
    return callable(getattr(value, "rvs", None)) or (library in PEERS and is_range)


def _described(distribution: Any) -> str:
    is_scipy = hasattr(distribution, "dist")
    return describe(distribution) if is_scipy else shown(distribution)


def _equivalent(values: Any) -> str | None:
    """Return what to pass for an object with bounds or with values."""
    listed = _get(values, VALUES)
    if isinstance(listed, (list, tuple)):
        return f"the list of its values, {shown(list(listed))}"
    low, high = _get(values, LOWER), _get(values, UPPER)
    if not all(is_number(end) and math.isfinite(end) for end in (low, high)):
        return None
    if isinstance(values, Mapping):
        is_integer = all(isinstance(end, numbers.Integral) for end in (low, high))
        is_log = not is_integer and low > 0 and high / low >= LARGE_RATIO
        return _range(low, high, is_integer=is_integer, is_log=is_log)
    kind, sampler = type(values), getattr(values, "sampler", None)
    is_integer = "int" in kind.__name__.lower()
    scale = (
        kind.__name__,
        type(sampler).__name__,
        type(getattr(sampler, "sampler", None)).__name__,  # of a quantized one
        getattr(values, "prior", None),
        getattr(values, "distribution", None),
    )
    is_log = getattr(values, "log", False) is True or "log" in str(scale).lower()
    if is_integer and _library(kind) in EXCLUSIVE:
        high -= 1
    return _range(low, high, is_integer=is_integer, is_log=is_log)


def _hyperopt(node: Any) -> str | None:
    """Return what to pass for an expression of hyperopt's."""
    name: str = node.name
    arguments: list[Any] = [getattr(part, "obj", None) for part in node.pos_args]
    if name in CASTS:
        return _hyperopt(node.pos_args[-1])
    if name == "switch" and all(hasattr(part, "obj") for part in node.pos_args[1:]):
        return f"the list of its values, {shown(arguments[1:])}"
    if name == "randint":
        low, high = ([0, *arguments])[-2:]
        return _range(low, high - 1, is_integer=True, is_log=False)
    if name in ("uniform", "quniform"):
        return _range(*arguments[:2], is_integer=False, is_log=False)
    if name in ("loguniform", "qloguniform"):
        low, high = map(math.exp, arguments[:2])
        return _range(low, high, is_integer=False, is_log=True)
    return None


def _get(values: Any, names: Sequence[str]) -> Any:
    """Return the first attribute, or entry of a dict, that there is."""
    if isinstance(values, Mapping):
        return next((values[name] for name in names if name in values), None)
    return next(
        (getattr(values, name) for name in names if hasattr(values, name)), None
    )


def _range(low: Any, high: Any, *, is_integer: bool, is_log: bool) -> str:
    """Return the code of a range that has both of its ends."""
    if is_integer and is_log:
        return f"numpy.unique(numpy.geomspace({int(low)}, {int(high)}, 20).astype(int))"
    if is_integer:
        return f"scipy.stats.randint({int(low)}, {int(high) + 1})"
    if is_log:
        return f"scipy.stats.loguniform({float(low)!r}, {float(high)!r})"
    # Not to the last digit: 0.3 - 0.1 is 0.19999999999999998.
    width = float(f"{float(high) - float(low):.12g}")
    return f"scipy.stats.uniform({float(low)!r}, {width!r})"
