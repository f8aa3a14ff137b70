"""When two parameter values are the same one."""

from __future__ import annotations

import math
import numbers
from collections.abc import Hashable
from typing import Any

import joblib
import numpy as np


def same_value(first: Any, second: Any) -> bool:
    """Tell whether two parameter values are the same one, see `fingerprint`."""
    return first is second or fingerprint(first) == fingerprint(second)


def fingerprint(value: Any) -> Hashable:
    """Return what two values share if they are the same one, and no others do.

    Arrays, NaN and estimators, which ``==`` cannot compare, are compared by content.
    NumPy's scalars are the same as Python's. 1 and 1.0 are not the same: one is a
    number of features, for instance, the other all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.space._values import fingerprint
    >>> fingerprint(np.array([1.0, np.nan])) == fingerprint(np.array([1.0, np.nan]))
    True
    >>> fingerprint(1) == fingerprint(1.0)
    False
    """
    if isinstance(value, (np.bool_, np.number, np.character)):
        value = value.item()
    kind = type(value)
    if isinstance(value, float) and math.isnan(value):
        return (kind, "nan")
    if isinstance(value, (list, tuple)):
        return (kind, *map(fingerprint, value))
    if isinstance(value, dict):
        return (kind, frozenset((key, fingerprint(value[key])) for key in value))
    try:
        if hasattr(value, "get_params"):
            return (kind, fingerprint(value.get_params(deep=False)))
        hash(value)
        return (kind, value)
    except (
        Exception
    ):  # it is not hashable, or a class, whose get_params needs an object
        return _hash_of_content(value)


def _hash_of_content(value: Any) -> Hashable:
    try:
        return str(joblib.hash(value))
    except Exception:  # whatever pickling it may raise
        return id(value)


def is_number(value: Any) -> bool:
    """Tell whether `value` is a real number that has a place on a scale."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        return False
    try:
        return not math.isnan(value)
    except (OverflowError, TypeError):
        return False  # an integer beyond all floats; a numpy.timedelta64
