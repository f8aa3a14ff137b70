"""From the values of a ``param_grid`` to dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid

from skopt_evo._messages import shown
from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError
from skopt_evo.space._arrays import Mask, Vector
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._distributions import ALLOWED, parse_distribution
from skopt_evo.space._habits import check_habits, instead
from skopt_evo.space._levels import Categories, Integers, Levels
from skopt_evo.space._values import fingerprint, is_number
from skopt_evo.space._vector import MaskDimension, VectorDimension


def parse_grid(param_grid: Any) -> list[dict[str, Any]]:
    """Check the outer form of a ``param_grid`` and return it as a list of dicts."""
    if not isinstance(param_grid, (Mapping, list, tuple)):
        raise SearchSpaceTypeError(
            "Parameter grid should be a dict or a list of dicts, got: "
            f"{shown(param_grid)} of type {type(param_grid).__name__}."
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
                f"Parameter grid is not a dict ({shown(grid)}). Each element of a list "
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
    values : sequence, distribution, Mask or Vector
        As `GridSearchCV` or `RandomizedSearchCV` take it, or what arrays are made of.
    seed : int
        Base of the seeds for distributions that can only be sampled.

    Raises
    ------
    SearchSpaceError
        If `values` is empty, not one-dimensional or not a proper distribution, or a
        `Vector` of values that can only be sampled.
    SearchSpaceTypeError
        If `values` is neither a sequence nor a distribution, or a range as another
        library writes it.
    """
    check_habits(name, values)
    if isinstance(values, Mask):
        return MaskDimension(name, values.size)
    if isinstance(values, Vector):
        return _parse_vector(name, values, seed)
    if hasattr(values, "rvs"):
        return parse_distribution(name, values, seed)
    if isinstance(values, np.ndarray) and values.ndim == 0:
        values = values.item()  # the error is about a single value
    try:
        ParameterGrid({name: values})  # scikit-learn's own checks of a list of values
    except TypeError as error:
        hint = instead(values) if isinstance(values, Mapping) else ""
        message = f"{_sentence(error, values)}{hint} {ALLOWED}"
        raise SearchSpaceTypeError(message) from None
    except ValueError as error:
        raise SearchSpaceError(f"{_sentence(error, values)} {ALLOWED}") from None
    return _parse_sequence(name, values)


def _parse_vector(name: str, vector: Vector, seed: int) -> Dimension:
    element = parse_distribution(name, vector.distribution, seed)
    if not element.is_numeric:
        raise SearchSpaceError(
            f"The value {vector!r} of parameter {name!r} in param_grid has no scale: "
            "its distribution can only be sampled. Pass one of numbers with a ppf "
            "method, such as scipy.stats.loguniform(1e-3, 1e3)."
        )
    return VectorDimension(name, element, vector.size)


def _sentence(error: Exception, values: Any) -> str:
    """Return a message of scikit-learn's, the values in it cut if they are long."""
    return str(error).replace(repr(values), shown(values)).rstrip(".") + "."


def _parse_sequence(name: str, values: Sequence[Any]) -> Dimension:
    if isinstance(values, range):
        return Integers(name, values if values.step > 0 else values[::-1])
    distinct: dict[Any, Any] = {}
    for value in values:
        distinct.setdefault(fingerprint(value), value)
    if all(map(is_number, distinct.values())):
        return Levels(name, sorted(distinct.values(), key=float))
    return Categories(name, list(distinct.values()))
