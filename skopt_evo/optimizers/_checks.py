"""Check settings; each message has the name, the value, the range and a remedy."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real

import numpy as np

from skopt_evo._messages import shown


def check_fraction(name: str, value: float, *, usual: float) -> None:
    """Require a number in [0, 1)."""
    _check_real(name, value, "in [0, 1)", lambda x: 0.0 <= x < 1.0, usual)


def check_positive(name: str, value: float, *, usual: float) -> None:
    """Require a finite number above 0."""
    _check_real(name, value, "above 0 and finite", lambda x: 0.0 < x < math.inf, usual)


def check_finite(name: str, value: float, *, usual: float) -> None:
    """Require a finite number."""
    _check_real(name, value, "that is finite", math.isfinite, usual)


def check_count(name: str, value: int, *, usual: int) -> None:
    """Require an integer of at least 1."""
    required = f"{name} must be an integer of at least 1, got {shown(value)}"
    remedy = f"pass for instance {name}={usual}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{required} of type {type(value).__name__}; {remedy}.")
    if value < 1:
        raise ValueError(f"{required}; {remedy}.")


def check_flag(name: str, value: bool) -> None:
    """Require True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(
            f"{name} must be True or False, got {shown(value)} of type "
            f"{type(value).__name__}; pass {name}=True or {name}=False."
        )


def _check_real(
    name: str,
    value: float,
    allowed: str,
    is_allowed: Callable[[float], bool],
    usual: float,
) -> None:
    required = f"{name} must be a number {allowed}, got {shown(value)}"
    remedy = f"pass for instance {name}={usual}"
    # bool is a Real to Python, but True as a rate is a slip, not a setting.
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{required} of type {type(value).__name__}; {remedy}.")
    if not is_allowed(value):
        raise ValueError(f"{required}; {remedy}.")
