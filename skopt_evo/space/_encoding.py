"""Write the values of a parameter setting into a genome of one branch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skopt_evo._messages import listed
from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._genes import Place


def write_setting(
    genome: FloatArray,
    params: Mapping[str, Any],
    dimensions: Mapping[str, Dimension],
    places: Mapping[str, Place],
) -> None:
    """Write a whole setting into a genome, in place.

    Raises
    ------
    ValueError
        If the branch has other parameters, or not these values.
    """
    for name, dimension in dimensions.items():
        genes = dimension.encode(params[name])
        if name in places:
            genome[places[name]] = genes


def write_known(
    genome: FloatArray,
    params: Mapping[str, Any],
    dimensions: Mapping[str, Dimension],
    places: Mapping[str, Place],
) -> None:
    """Write the values of `params` that the branch has into a genome, in place."""
    for name, place in places.items():
        dimension = dimensions[name]
        if name in params and not is_other(dimension, params[name]):
            try:
                genome[place] = dimension.encode(params[name])
            except ValueError:
                continue  # e.g. gamma="scale" where the space is of numbers


def check_names(
    params: Mapping[str, Any], dimensions: Mapping[str, Dimension], branch: int
) -> None:
    """Raise a ValueError if a setting has other parameters than a branch."""
    if params.keys() != dimensions.keys():
        raise ValueError(
            f"its parameters are {listed(sorted(params))}, those of branch "
            f"{branch} are {listed(sorted(dimensions))}."
        )


def is_other(dimension: Dimension, value: Any) -> bool:
    """Tell whether an estimator has a float for what the space has integers for."""
    entries = np.ravel(value) if dimension.is_vector else [value]
    return dimension.is_integral and any(isinstance(e, float) for e in entries)
