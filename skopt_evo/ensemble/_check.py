"""Checks of the parameters of ensembles."""

from __future__ import annotations

from numbers import Integral
from typing import Any

MEMBERS = ("folds", "refit")


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
