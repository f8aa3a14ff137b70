"""The points of a branch of a search space, as `ParameterGrid` lists them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from skopt_evo.space._dimension import Dimension


def finite_grid(
    grid: Mapping[str, Any], dimensions: Mapping[str, Dimension]
) -> dict[str, Any]:
    """Return a branch as `ParameterGrid` takes it, its distributions listed."""
    return {
        name: values if _is_listed(values) else dimensions[name].values()
        for name, values in grid.items()
    }


def grid_size(grid: Mapping[str, Any], dimensions: Mapping[str, Dimension]) -> float:
    """Return how many grid points a branch has, `math.inf` for a continuum."""
    if not all(dimension.is_finite for dimension in dimensions.values()):
        return math.inf
    # In a list a value may come twice, as in `ParameterGrid`.
    return math.prod(
        len(grid[name]) if _is_listed(grid[name]) else dimension.n_levels
        for name, dimension in dimensions.items()
    )


def _is_listed(values: Any) -> bool:
    return not hasattr(values, "rvs")
