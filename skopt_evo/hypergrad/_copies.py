"""Data that more than one pass needs, kept from steps that work in place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


def copied(data: Any) -> Any:
    """Return a copy of arrays, sparse matrices, tables or lists of samples."""
    return copy.deepcopy(data)


def apply(function: Callable[..., Result], *data: Any) -> Result:
    """Call a method of an estimator, or a user's function, with copies of data.

    It may work in place, as a scaler with ``copy=False`` does, while what it is called
    with is needed again: by the score, by the derivatives, by another estimator.

    Parameters
    ----------
    function : callable
        What to call.
    *data : array-likes
        Its arguments.
    """
    return function(*map(copied, data))
