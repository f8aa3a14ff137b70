"""Check that an estimator takes values of a search space."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from sklearn.base import clone

from skopt_evo._messages import listed
from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space._check import MAX_COMBINATIONS, host_settings
from skopt_evo.space._codec import SearchSpace
from skopt_evo.space._continuous import Continuous
from skopt_evo.space._declared import allowed_numbers, refusal_of, validates_parameters
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._levels import Integers, Levels

# The quantiles of a range that are tried, beside the ends of what is allowed.
N_QUANTILES = 9


def check_parameter_values(estimator: Any, space: SearchSpace) -> None:
    """Raise before the first fit if an estimator takes no value of a parameter at all.

    Estimators of scikit-learn declare which values their parameters may have. Where
    some values of a parameter are valid there is no error: it is for the fits to tell
    which. The same if a parameter belongs to several estimators that the space puts in
    place of one another, and one of them takes a value.

    Parameters
    ----------
    estimator : estimator
        The estimator whose parameters are searched.
    space : SearchSpace
        The space; each branch is checked by itself. Its names have been checked.

    Raises
    ------
    SearchSpaceError
        If no value is valid; the error says which ones would be.
    """
    for branch, dimensions in enumerate(space.branches):
        settings = list(host_settings(space, branch, MAX_COMBINATIONS + 1))
        if len(settings) > MAX_COMBINATIONS:
            continue  # the values of the other settings are not looked at
        pending = {name: "" for name in dimensions if not _is_drawn(name, dimensions)}
        for hosts in settings:
            if not pending:
                break
            target = _configured(estimator, dimensions, hosts)
            for name in list(pending):
                pending[name] = _refusal(target, name, dimensions[name])
                if not pending[name]:
                    del pending[name]
        for name, refusal in pending.items():
            where = "param_grid" if space.n_branches == 1 else f"param_grid[{branch}]"
            raise SearchSpaceError(
                f"No value of parameter {name!r} in {where} can be fitted: {refusal}"
            )


def _is_drawn(name: str, dimensions: dict[str, Dimension]) -> bool:
    """Tell whether values, or what they are set on, can only be sampled."""
    return any(
        not isinstance(dimension, (Continuous, Levels)) and not dimension.is_vector
        for other, dimension in dimensions.items()
        if other == name or name.startswith(f"{other}__")
    )


def _configured(
    estimator: Any, dimensions: dict[str, Dimension], hosts: dict[str, Any]
) -> Any:
    """Return a copy of the estimator with parts of the space in their places."""
    target = clone(estimator)
    # In order of their names: each one before those that are nested in it.
    for name in dimensions:
        if name in hosts:
            try:
                target.set_params(**{name: clone(hosts[name], safe=False)})
            except Exception:
                break  # the fit of such a candidate raises
    return target


def _refusal(target: Any, name: str, dimension: Dimension) -> str:
    """Return why a parameter can have no value of a dimension, "" if it may have."""
    prefix, _, key = name.rpartition("__")
    try:
        owner = target.get_params()[prefix] if prefix else target
        if not validates_parameters(owner):
            return ""
        owner = clone(owner)
        numbers = allowed_numbers(owner, key)
        refusal = None
        for value in _candidates(dimension, numbers):
            refusal = _said_of(owner, key, value)
            if refusal is None:
                return ""
        integers = [
            value
            for value in _integers(dimension, numbers)
            if _said_of(owner, key, value) is None
        ]
    except Exception:
        return ""  # if it is a mistake, the fit of such a candidate raises it
    remedy = "Pass other values; scipy.stats.uniform takes (low, width)."
    if not isinstance(dimension, Continuous):
        remedy = "Pass other values."
    if integers:
        remedy = f"Pass scipy.stats.randint({min(integers)}, {max(integers) + 1})."
    return f"{_described(dimension)}. {refusal} {remedy}"


def _said_of(owner: Any, key: str, value: Any) -> str | None:
    owner.set_params(**{key: value})
    refusal: str | None = refusal_of(owner, key)
    return refusal


def _candidates(dimension: Dimension, numbers: Iterable[float]) -> Iterator[Any]:
    """Iterate over values of which one is valid if any value is.

    The constraints of a parameter are ranges and single numbers. If a range has valid
    numbers, they include an end of it, an end of a constraint, or, where all these ends
    are excluded, the middle between two of them. So these are tried, and the integers
    around them.
    """
    if dimension.is_vector:  # what is said of an array does not depend on its entries
        yield dimension.decode(0.5)
    elif isinstance(dimension, Levels) and not isinstance(dimension, Integers):
        yield from dimension.values()
    else:
        for gene in np.linspace(0, 1, N_QUANTILES):
            yield dimension.decode(gene)
        for number in _ends(dimension, numbers):
            for value in (number, *_neighbours(number)):
                if dimension.holds(value):
                    yield value


def _ends(dimension: Dimension, numbers: Iterable[float]) -> list[float]:
    """Return the ends of a range, numbers in it, and what is half way between."""
    low, high = float(dimension.decode(0.0)), float(dimension.decode(1.0))
    ends = sorted({low, high, *(number for number in numbers if low < number < high)})
    return ends + [one + (two - one) / 2 for one, two in itertools.pairwise(ends)]


def _integers(dimension: Dimension, numbers: Iterable[float]) -> list[int]:
    """Return integers within a range of floats, its smallest and largest among them."""
    if not isinstance(dimension, Continuous):
        return []
    low, high = dimension.decode(0.0), dimension.decode(1.0)
    near = {other for end in _ends(dimension, numbers) for other in _neighbours(end)}
    return [number for number in near if low <= number <= high]


def _neighbours(number: float) -> list[int]:
    """Return the integers around a number."""
    return [math.floor(number) + step for step in (-1, 0, 1, 2)]


def _described(dimension: Dimension) -> str:
    if dimension.is_vector:
        return "they are arrays"
    if isinstance(dimension, Levels) and not isinstance(dimension, Integers):
        return f"they are {listed(dimension.values())}"
    low, high = dimension.decode(0.0), dimension.decode(1.0)
    kind = "integers" if isinstance(dimension, Integers) else "floats"
    return f"they are {kind} from {low!r} to {high!r}"
