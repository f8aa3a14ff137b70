"""The points of a branch, as `ParameterGrid` lists them."""

import math

import numpy as np
import pytest
from scipy.stats import geom, randint, uniform
from sklearn.model_selection import ParameterGrid

from skopt_evo.space import Mask
from skopt_evo.space._grid import finite_grid, grid_size
from skopt_evo.space._parse import parse_dimension


def dimensions_of(grid):
    return {name: parse_dimension(name, values, 0) for name, values in grid.items()}


FINITE = [
    {"a": ["x", None]},
    {"b": [3, 1, 3], "a": ["x", None]},
    {"n": randint(2, 5), "a": [0.5]},
    {"n": range(4), "m": randint(0, 3)},
    {"keep": Mask(3), "a": [1, 2]},
    {},
]


@pytest.mark.parametrize("grid", FINITE)
def test_there_are_as_many_points_as_are_listed(grid):
    dimensions = dimensions_of(grid)
    points = list(ParameterGrid(finite_grid(grid, dimensions)))
    assert len(points) == grid_size(grid, dimensions)
    for point in points:
        assert all(dimensions[name].holds(value) for name, value in point.items())


def test_lists_stay_as_they_are_and_distributions_become_lists():
    values = [3, 1, 3]
    grid = {"a": values, "n": randint(2, 5)}
    found = finite_grid(grid, dimensions_of(grid))
    assert found["a"] is values
    assert found["n"] == [2, 3, 4]


@pytest.mark.parametrize("endless", [uniform(), geom(0.5)], ids=["real", "integer"])
def test_a_continuum_and_unbounded_integers_have_no_size(endless):
    grid = {"a": [1, 2], "x": endless}
    assert grid_size(grid, dimensions_of(grid)) == math.inf


def test_a_large_size_is_exact():
    grid = {name: range(10**6 + 1) for name in "abcd"} | {"keep": Mask(100)}
    found = grid_size(grid, dimensions_of(grid))
    assert found == (10**6 + 1) ** 4 * (2**100 - 1)
    assert not isinstance(found, (float, np.integer))
