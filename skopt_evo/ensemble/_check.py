"""Checks of the parameters of ensembles."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray

MEMBERS = ("folds", "refit")


def shares_of(weights: Any, n: int) -> FloatArray | None:
    """Return weights scaled to have the sum 1, None if they are no weights.

    Parameters
    ----------
    weights : object
        What is to be `n` finite numbers, none of them negative and not all of them 0.
    n : int
        How many there are to be.
    """
    try:
        found = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    is_allowed = found.shape == (n,) and np.isfinite(found).all()
    if not is_allowed or found.min() < 0 or not found.max() > 0:
        return None
    found = found / found.max()  # the sum of large ones may be infinite
    return np.asarray(found / found.sum())


def check_int(owner: str, name: str, value: Any, least: int) -> None:
    """Raise if a parameter is no int of at least some number."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{owner}: {name}={value!r} is no int: pass one >= {least}.")
    if value < least:
        raise ValueError(f"{owner}: {name}={value!r} is too small: pass >= {least}.")


def check_members(owner: str, value: Any) -> None:
    """Raise if `members` is none of those that there are."""
    if value not in MEMBERS:
        raise ValueError(
            f"{owner}: members={value!r} is not known: pass 'folds' for the models of "
            "the splits, or 'refit' for candidates that are fitted on all the data."
        )
