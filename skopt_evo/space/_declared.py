"""Which values scikit-learn's estimators declare to be valid for their parameters."""

from __future__ import annotations

from numbers import Real
from typing import Any

from sklearn import get_config
from sklearn.base import BaseEstimator

from skopt_evo._sklearn_compat import (
    VALIDATING_CODE,
    Interval,
    InvalidParameterError,
    Options,
    make_constraint,
    validate_parameter_constraints,
)


def validates_parameters(estimator: Any) -> bool:
    """Tell whether ``fit`` checks parameters by the estimator's own constraints, first.

    A subclass whose ``fit`` does something before that, such as rounding a number, does
    not; neither does anything if scikit-learn's configuration says so.
    """
    if get_config()["skip_parameter_validation"]:
        return False
    kind = type(estimator)
    if not isinstance(getattr(kind, "_parameter_constraints", None), dict):
        return False
    if getattr(kind, "_validate_params", None) is not BaseEstimator._validate_params:
        return False
    fit = getattr(kind, "fit", None)
    while fit is not None and getattr(fit, "__code__", None) is not VALIDATING_CODE:
        fit = getattr(fit, "__wrapped__", None)
    return fit is not None


def refusal_of(estimator: Any, name: str) -> str | None:
    """Return what ``fit`` says of a parameter's value, None if it is a valid one."""
    value = estimator.get_params(deep=False)[name]
    try:
        validate_parameter_constraints(
            estimator._parameter_constraints, {name: value}, type(estimator).__name__
        )
    except InvalidParameterError as error:
        return str(error)
    return None


def allowed_numbers(estimator: Any, name: str) -> list[float]:
    """Return the ends of the ranges that a parameter may lie in, and single numbers."""
    constraints = estimator._parameter_constraints.get(name, "no_validation")
    numbers: list[Any] = []
    for constraint in [] if isinstance(constraints, str) else constraints:
        allowed = make_constraint(constraint)
        if isinstance(allowed, Interval):
            numbers += [allowed.left, allowed.right]
        elif isinstance(allowed, Options):
            numbers += [each for each in allowed.options if isinstance(each, Real)]
    return [float(each) for each in numbers if each is not None]
