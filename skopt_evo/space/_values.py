"""When two parameter values are the same one."""

from __future__ import annotations

import math
import numbers
import pickle
from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

import joblib
import numpy as np

from skopt_evo._sklearn_compat import clones_itself, kept_by_clone

NUMPY_SCALARS = (np.bool_, np.number, np.character)


def same_value(first: Any, second: Any) -> bool:
    """Tell whether two parameter values are the same one, see `fingerprint`."""
    return first is second or fingerprint(first) == fingerprint(second)


def fingerprint(value: Any) -> Hashable:
    """Return what two values share if they are the same one, and no others do.

    An object is the same as itself, and plain values are the same as equal ones. Arrays
    and NaN, which ``==`` cannot compare, are compared by content. NumPy's scalars are
    the same as Python's. 1 and 1.0 are not the same: one is a number of features, for
    instance, the other all of them.

    Two estimators are the same if a clone of one would be a clone of the other: their
    class, their parameters, the output container and the metadata requests are the
    same. Where ``clone`` keeps what an estimator has learnt, as it does of a
    `FrozenEstimator`, that counts too. What cannot be compared is not the same.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.space._values import fingerprint
    >>> fingerprint(np.array([1.0, np.nan])) == fingerprint(np.array([1.0, np.nan]))
    True
    >>> fingerprint(1) == fingerprint(1.0)
    False
    """
    if isinstance(value, NUMPY_SCALARS) and not isinstance(value, np.timedelta64):
        value = value.item()
    kind = type(value)
    if isinstance(value, float) and math.isnan(value):
        return (kind, "nan")
    # Of just these containers ``clone`` clones the elements, one by one.
    if kind in (list, tuple):
        return (kind, *map(fingerprint, value))
    if kind in (set, frozenset):
        return (kind, frozenset(map(fingerprint, value)))
    if kind is dict:
        items = value.items()
        return (kind, frozenset((fingerprint(k), fingerprint(v)) for k, v in items))
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return _hash_of_content(value)
    if hasattr(value, "get_params") and not isinstance(value, type):
        return _of_estimator(value)
    try:
        hash(value)
    except Exception:  # whatever it may raise
        return _hash_of_content(value)
    return (kind, value)


class ValueTable:
    """Tells settings of the same values, and keeps what it has hashed.

    The values of a space are the same objects from one setting to the next.
    """

    def __init__(self) -> None:
        # Objects are kept along with their hashes: an id is theirs only as long.
        self._known: dict[int, tuple[Any, Hashable]] = {}

    def key(self, params: Mapping[str, Any]) -> Hashable:
        """Return what two settings share if they are the same one, and no others do."""
        return frozenset((name, self._key(value)) for name, value in params.items())

    def _key(self, value: Any) -> Hashable:
        if id(value) not in self._known:
            self._known[id(value)] = value, fingerprint(value)
        return self._known[id(value)][1]


def _of_estimator(value: Any) -> Hashable:
    kind = type(value)
    if clones_itself(kind):
        return (kind, _Content(value))
    try:
        params, kept = value.get_params(deep=False), kept_by_clone(value)
    except Exception:  # whatever a class may raise
        return _hash_of_content(value)
    return (kind, fingerprint(params), fingerprint(kept))


class _Content:
    """All that an object holds, which may be a lot: hashed only if it has to be.

    Parameters
    ----------
    value : object
        The object.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Content):
            return NotImplemented
        return self._value is other._value or self._digest == other._digest

    def __hash__(self) -> int:
        return hash(type(self._value))

    @cached_property
    def _digest(self) -> Hashable:
        try:
            # Of an object and of its copy from a pickle the arrays may lie in memory
            # in different ways, which the hash tells apart.
            return str(joblib.hash(pickle.loads(pickle.dumps(self._value))))
        except Exception:  # whatever pickling it may raise
            return id(self._value)


def _hash_of_content(value: Any) -> Hashable:
    is_array = type(value) is np.ndarray
    try:
        # The hash would tell arrays apart that lie in memory in different ways.
        return str(joblib.hash(np.asarray(value, order="C") if is_array else value))
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
