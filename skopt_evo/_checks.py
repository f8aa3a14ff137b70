"""Check the settings of small objects: operators, optimizers, estimates of gradients.

The parameters of a search are checked by scikit-learn's means instead, see
`_parameter_constraints`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np

from skopt_evo._messages import shown


def check_number(
    name: str,
    value: Any,
    allowed: str,
    is_allowed: Callable[[Any], bool],
    *,
    usual: float,
    kind: type = Real,
) -> None:
    """Require a number of some kind that lies in a range.

    Parameters
    ----------
    name : str
        The setting; ``"Class: setting"`` where its class is not clear.
    value : object
        What was passed.
    allowed : str
        The kind and the range in words.
    is_allowed : callable
        Whether a number lies in the range.
    usual : float
        An example of a number that is allowed.
    kind : type, default=Real
        An abstract class of `numbers`.

    Raises
    ------
    TypeError
        If `value` is no number of this kind.
    ValueError
        If it is outside of the range.
    """
    setting = name.split(": ")[-1]
    message = (
        f"{name}={shown(value)} is not allowed: pass {allowed}, for instance "
        f"{setting}={usual}."
    )
    # To Python a bool is an integer, but True as a size or a rate is a mistake.
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(message)
    if not is_allowed(value):
        raise ValueError(message)


def check_count(name: str, value: Any, *, usual: int) -> None:
    """Require an integer of at least 1."""
    check_number(
        name, value, "an int >= 1", lambda n: n >= 1, usual=usual, kind=Integral
    )


def check_fraction(name: str, value: Any, *, usual: float) -> None:
    """Require a number in [0, 1)."""
    check_number(name, value, "a float in [0, 1)", lambda x: 0 <= x < 1, usual=usual)


def check_positive(name: str, value: Any, *, usual: float) -> None:
    """Require a finite number above 0."""
    allowed = "a finite float > 0"
    check_number(name, value, allowed, lambda x: 0 < x < math.inf, usual=usual)


def check_not_negative(name: str, value: Any, *, usual: float) -> None:
    """Require a finite number of at least 0."""
    allowed = "a finite float >= 0"
    check_number(name, value, allowed, lambda x: 0 <= x < math.inf, usual=usual)


def check_finite(name: str, value: Any, *, usual: float) -> None:
    """Require a finite number."""
    check_number(name, value, "a finite float", math.isfinite, usual=usual)


def check_flag(name: str, value: Any) -> None:
    """Require True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={shown(value)} is not allowed: pass True or False.")
