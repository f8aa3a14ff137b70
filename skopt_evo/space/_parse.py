"""From the values of a ``param_grid`` to dimensions."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import rv_continuous, rv_discrete
from sklearn.model_selection import ParameterGrid

from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError
from skopt_evo.space._dimension import (
    TAIL,
    Categories,
    Continuous,
    Dimension,
    Draws,
    Integers,
    Levels,
    QuantileIntegers,
    is_number,
    same_value,
)

ALLOWED = (
    "Allowed are a list, tuple, range or 1-d array of values, or a distribution with "
    "an rvs method, such as scipy.stats.loguniform(1e-3, 1e3), scipy.stats.uniform(0, "
    "1) or scipy.stats.randint(1, 100)."
)


def parse_grid(param_grid: Any) -> list[dict[str, Any]]:
    """Check the outer form of a ``param_grid`` and return it as a list of dicts."""
    if not isinstance(param_grid, (Mapping, list, tuple)):
        raise SearchSpaceTypeError(
            "Parameter grid should be a dict or a list of dicts, got: "
            f"{param_grid!r} of type {type(param_grid).__name__}."
        )
    grids = [param_grid] if isinstance(param_grid, Mapping) else list(param_grid)
    if not grids:
        raise SearchSpaceError(
            "param_grid is an empty list: No fits were performed. Pass a dict of "
            "parameter names and values, or a list of such dicts."
        )
    for grid in grids:
        if not isinstance(grid, Mapping):
            raise SearchSpaceTypeError(
                f"Parameter grid is not a dict ({grid!r}). Each element of a list "
                "param_grid is a dict of parameter names and values."
            )
        for name in grid:
            if not isinstance(name, str):
                raise SearchSpaceTypeError(
                    f"The parameter name {name!r} in param_grid is not a string."
                )
    return [dict(grid) for grid in grids]


def parse_dimension(name: str, values: Any, seed: int) -> Dimension:
    """Return the dimension that one value of a ``param_grid`` describes.

    Parameters
    ----------
    name : str
        The parameter's name.
    values : sequence or distribution
        As `GridSearchCV` or `RandomizedSearchCV` take it.
    seed : int
        Base of the seeds for distributions that can only be sampled.

    Raises
    ------
    SearchSpaceError
        If `values` is empty, not one-dimensional or not a proper distribution.
    SearchSpaceTypeError
        If `values` is neither a sequence nor a distribution.
    """
    if hasattr(values, "rvs"):
        return _parse_distribution(name, values, seed)
    try:
        ParameterGrid({name: values})  # scikit-learn's own checks of a list of values
    except TypeError as error:
        raise SearchSpaceTypeError(f"{error} {ALLOWED}") from None
    except ValueError as error:
        raise SearchSpaceError(f"{error} {ALLOWED}") from None
    return _parse_sequence(name, values)


def _parse_sequence(name: str, values: Sequence[Any]) -> Dimension:
    values = list(values)
    if all(is_number(value) for value in values):
        return Levels(name, _distinct_sorted(values))
    distinct: list[Any] = []
    for value in values:
        if not any(same_value(value, other) for other in distinct):
            distinct.append(value)
    return Categories(name, distinct)


def _distinct_sorted(values: list[Any]) -> list[Any]:
    ordered = sorted(values)  # stable: of equal numbers the first one listed stays
    pairs = zip(ordered[1:], ordered[:-1], strict=True)
    return ordered[:1] + [value for value, before in pairs if value != before]


def _parse_distribution(name: str, distribution: Any, seed: int) -> Dimension:
    if not hasattr(distribution, "ppf"):
        return Draws(name, distribution, seed)
    low, high = _support(name, distribution)
    if low == high:
        return Categories(name, [int(low) if _is_discrete(distribution) else low])
    identity = _identity(distribution)
    if _is_discrete(distribution):
        return _discrete(name, distribution, low, high, identity)
    try:
        middle = float(distribution.ppf(0.5))
    except (TypeError, ValueError):
        return Draws(name, distribution, seed)  # e.g. quantiles of strings
    if _family(distribution) == "uniform":
        return _linear(name, low, high)
    # A shifted loguniform has the name, but not the scale.
    is_logarithmic = low > 0 and math.isclose(middle, math.sqrt(low * high))
    if is_logarithmic and _family(distribution) in ("loguniform", "reciprocal"):
        return _logarithmic(name, low, high)
    return _quantile(name, distribution, identity)


def _linear(name: str, low: float, high: float) -> Continuous:
    width = high - low
    return Continuous(
        name,
        ppf=lambda gene: low + gene * width,
        cdf=lambda value: (value - low) / width,
        pdf=lambda value: 1 / width,
        identity=("linear", low, high),
    )


def _logarithmic(name: str, low: float, high: float) -> Continuous:
    start, width = math.log(low), math.log(high / low)
    return Continuous(
        name,
        # The ends are given exactly: exp(log(low)) need not be low.
        ppf=lambda gene: (
            low if gene == 0 else high if gene == 1 else math.exp(start + gene * width)
        ),
        cdf=lambda value: (math.log(value) - start) / width,
        pdf=lambda value: 1 / (value * width),
        identity=("logarithmic", low, high),
    )


def _quantile(name: str, distribution: Any, identity: tuple[Any, ...]) -> Continuous:
    cdf = getattr(distribution, "cdf", None)
    return Continuous(
        name,
        ppf=distribution.ppf,
        cdf=cdf if cdf is not None else _inverse(distribution.ppf),
        pdf=getattr(distribution, "pdf", None),
        bounds=(TAIL, 1 - TAIL),
        identity=identity,
    )


def _inverse(ppf: Any) -> Any:
    """Invert an increasing function on [0, 1] by bisection, to the last digit."""

    def cdf(value: float) -> float:
        low, high = 0.0, 1.0
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if ppf(middle) < value else (low, middle)
        return high

    return cdf


def _discrete(
    name: str, distribution: Any, low: float, high: float, identity: tuple[Any, ...]
) -> Dimension:
    if _family(distribution) == "randint":
        return Integers(name, int(low), int(high))
    return QuantileIntegers(
        name,
        ppf=distribution.ppf,
        cdf=(
            distribution.cdf
            if hasattr(distribution, "cdf")
            else _inverse(distribution.ppf)
        ),
        support=(low, high),
        identity=identity,
    )


def _support(name: str, distribution: Any) -> tuple[float, float]:
    """Return a distribution's ends; an error if its parameters make no sense."""
    try:
        if hasattr(distribution, "support"):
            low, high = distribution.support()
        else:
            low, high = distribution.ppf(TAIL), distribution.ppf(1 - TAIL)
        low, high = float(low), float(high)
        proper = low <= high and not math.isnan(float(distribution.ppf(0.5)))
    except TypeError:
        if isinstance(distribution, (rv_continuous, rv_discrete)):
            raise SearchSpaceError(
                f"The distribution of parameter {name!r} in param_grid is not frozen: "
                f"call it with its arguments, e.g. {distribution.name}(...)."
            ) from None
        return (-math.inf, math.inf)
    except ValueError:
        return (-math.inf, math.inf)
    if not proper:
        raise SearchSpaceError(
            f"The distribution of parameter {name!r} in param_grid is improper: "
            f"{_describe(distribution)} has the support [{low}, {high}]. Its arguments "
            "must make sense to scipy.stats."
        )
    return low, high


def _family(distribution: Any) -> str:
    return str(getattr(getattr(distribution, "dist", distribution), "name", ""))


def _is_discrete(distribution: Any) -> bool:
    if isinstance(getattr(distribution, "dist", distribution), rv_discrete):
        return True
    return isinstance(distribution.ppf(0.5), numbers.Integral)


def _describe(distribution: Any) -> str:
    arguments = [repr(value) for value in getattr(distribution, "args", ())]
    keywords = getattr(distribution, "kwds", {})
    arguments += [f"{key}={value!r}" for key, value in keywords.items()]
    name = _family(distribution) or type(distribution).__name__
    return f"{name}({', '.join(arguments)})"


def _identity(distribution: Any) -> tuple[Any, ...]:
    """Return what tells one distribution from another: equal ones share a gene."""
    if not hasattr(distribution, "dist"):
        return (id(distribution),)
    args = tuple(np.ravel(arg).tolist() for arg in distribution.args)
    keywords = sorted(distribution.kwds.items())
    return (_family(distribution), args, tuple(keywords))
