"""Distances of features are what the parameters of two candidates differ by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform, uniform

from skopt_evo.space import SearchSpace, Vector
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.surrogates._features import FeatureMap
from tests.strategies.conformance import even_layout, layout_of

U = uniform(0, 1)


def squared_distance(param_grid: Any, first: Any, second: Any) -> float:
    """Return that of the features of two settings, found among random genomes."""
    space = SearchSpace(param_grid, seed=0)
    features = FeatureMap(layout_of(param_grid))
    a, b = features(np.array([space.encode(first), space.encode(second)]))
    return float(((a - b) ** 2).sum())


MIXED = {"x": U, "n": [1, 2, 3, 4, 5], "kind": ["a", "b", "c"]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 0.0),
        ({"x": 0.75}, 0.25),
        # Neighbours of 5 numbers are a fifth of the scale apart.
        ({"n": 2}, 0.04),
        ({"n": 5}, 0.64),
        # Two categories differ or they do not.
        ({"kind": "b"}, 1.0),
        ({"kind": "c"}, 1.0),
        ({"kind": "c", "x": 0.75, "n": 2}, 1.29),
    ],
)
def test_parameters_add_up(change: dict[str, Any], expected: float) -> None:
    base = {"x": 0.25, "n": 1, "kind": "a"}
    found = squared_distance(MIXED, base, {**base, **change})
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_vector_counts_as_much_as_a_number(size: int) -> None:
    space = {"v": Vector(U, size), "x": U}
    low, high = np.full(size, 0.25), np.full(size, 0.75)
    base = {"v": low, "x": 0.25}
    assert squared_distance(space, base, {"v": high, "x": 0.25}) == pytest.approx(0.25)
    assert squared_distance(space, base, {"v": low, "x": 0.75}) == pytest.approx(0.25)


BRANCHES = [
    {"model": ["tree"], "depth": U},
    {"model": ["line"], "alpha": loguniform(1e-2, 1e2)},
    {"model": ["line"], "alpha": [0.0], "beta": U},
]


def test_a_number_that_a_branch_lacks_is_in_the_middle_of_its_scale() -> None:
    tree = {"model": "tree", "depth": 0.5}
    line = {"model": "line", "alpha": 1.0}
    # Only the branch and the model differ: both numbers are in the middle.
    assert squared_distance(BRANCHES, tree, line) == pytest.approx(2.0)
    deep = {"model": "tree", "depth": 1.0}
    assert squared_distance(BRANCHES, deep, line) == pytest.approx(2.25)


def test_branches_with_an_equal_constant_are_closer_than_others() -> None:
    line = {"model": "line", "alpha": 1.0}
    other = {"model": "line", "alpha": 0.0, "beta": 0.5}
    tree = {"model": "tree", "depth": 0.5}
    assert squared_distance(BRANCHES, line, other) < squared_distance(
        BRANCHES, tree, other
    )


def test_each_feature_belongs_to_a_parameter() -> None:
    features = FeatureMap(layout_of(MIXED))
    assert features.n_parameters == 3
    counts = np.bincount(features.parameters, minlength=3)
    # Numbers have one feature, categories one each.
    assert sorted(counts.tolist()) == [1, 1, 3]
    assert features(np.full((4, 3), 0.5)).shape == (4, 5)


def test_a_layout_without_kinship_is_enough() -> None:
    layout = even_layout([0, 3], [True, False], [[True, True]])
    genomes = layout.snap(np.array([[0.2, 0.1], [0.2, 0.9], [0.7, 0.9]]))
    features = FeatureMap(layout)(genomes)
    distances = ((features[:, np.newaxis] - features) ** 2).sum(axis=-1)
    np.testing.assert_allclose(
        distances, [[0, 1, 1.25], [1, 0, 0.25], [1.25, 0.25, 0]], atol=1e-12
    )


def test_a_unit_cube_is_its_own_features() -> None:
    genomes = np.random.default_rng(0).random((5, 4))
    found = FeatureMap(GeneLayout.continuous(4))(genomes)
    np.testing.assert_array_equal(found, genomes)


def test_categories_beyond_counting_say_nothing() -> None:
    # Draws of a distribution that can only be sampled: hardly one comes twice.
    layout = even_layout([0, 1000], [True, False], [[True, True]])
    features = FeatureMap(layout)
    one, other = layout.snap(np.array([[0.3, 0.1], [0.3, 0.9]]))
    np.testing.assert_array_equal(*features(np.array([one, other])))
