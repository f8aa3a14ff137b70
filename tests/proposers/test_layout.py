"""What strategies are told of parameters that several branches have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import loguniform, randint, uniform
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skopt_evo.proposers import layout_of
from skopt_evo.space import Mask, SearchSpace, Vector
from skopt_evo.strategies import GeneticStrategy
from skopt_evo.strategies._offspring import Parents
from skopt_evo.strategies.surrogates._features import FeatureMap


def gene(space: SearchSpace, branch: int, name: str) -> int:
    place = space.places_of(branch)[name]
    assert isinstance(place, int)
    return place


def squared_distance(grid: Any, first: dict[str, Any], second: dict[str, Any]) -> float:
    """Return how far apart two settings are to the model."""
    space = SearchSpace(grid)
    genomes = np.array([space.encode(first), space.encode(second)])
    ours, others = FeatureMap(layout_of(space))(genomes)
    return float(np.sum((ours - others) ** 2))


TWO_RANGES = [
    {"kernel": ["rbf"], "C": loguniform(1e-2, 1e2)},
    {"kernel": ["poly"], "C": loguniform(1e0, 1e4)},
]


def test_one_branch_has_no_kin() -> None:
    layout = layout_of(SearchSpace({"a": uniform(0, 1), "kind": ["x", "y", "z"]}))
    assert layout.kinship is None
    np.testing.assert_array_equal(layout.parameters, [0, 1])


def test_a_name_with_other_ranges_is_one_parameter() -> None:
    space = SearchSpace(TWO_RANGES)
    layout = layout_of(space)
    first, second = gene(space, 0, "C"), gene(space, 1, "C")
    assert first != second
    assert layout.parameters[first] == layout.parameters[second] != 0
    features = FeatureMap(layout)
    # The branch has two features, kernel has two, and C has one.
    assert len(features.parameters) == 5


def test_the_place_on_the_own_scale_is_what_branches_compare() -> None:
    middle = {"kernel": "rbf", "C": 1.0}
    same = squared_distance(TWO_RANGES, middle, {"kernel": "poly", "C": 1e2})
    quarter = squared_distance(TWO_RANGES, middle, {"kernel": "poly", "C": 1e3})
    assert same == pytest.approx(2)  # the branch, and the kernel
    assert quarter == pytest.approx(2 + 0.25**2)


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        # 50 is at 0.925 of the one range and at 0.425 of the other one.
        ({"kernel": "rbf", "C": 50.0}, {"kernel": "poly", "C": 5000.0}),
        ({"kernel": "poly", "C": 50.0}, {"kernel": "rbf", "C": 0.5}),
    ],
)
def test_a_child_that_switches_the_branch_keeps_the_place_of_a_number(
    parent: dict[str, Any], expected: dict[str, Any]
) -> None:
    def switch(
        children: NDArray[Any], steps: Any, layout: Any, rng: Any
    ) -> NDArray[Any]:
        switched = children.copy()
        switched[:, 0] = 1 - children[:, 0]
        return switched

    space = SearchSpace(TWO_RANGES)
    strategy = GeneticStrategy(layout_of(space), seed=0, mutation=switch)
    parents = Parents(space.encode(parent)[np.newaxis], np.array([0.1]), np.zeros(1))
    offspring = strategy.breed(parents, 3, np.random.default_rng(0))
    for genome in offspring.genomes:
        child = space.decode(genome)
        assert child["kernel"] == expected["kernel"]
        assert child["C"] == pytest.approx(expected["C"])


def test_categories_of_a_name_are_the_same_ones_in_all_branches() -> None:
    grid = [
        {"scale": [StandardScaler(), MinMaxScaler()], "a": uniform(0, 1)},
        {"scale": [MinMaxScaler(), "passthrough"], "b": uniform(0, 1)},
    ]
    left = {"scale": MinMaxScaler(), "a": 0.5}
    standard = {"scale": StandardScaler(), "a": 0.5}
    right = {"scale": MinMaxScaler(), "b": 0.5}
    none = {"scale": "passthrough", "b": 0.5}
    assert squared_distance(grid, left, right) == pytest.approx(1)  # the branch
    assert squared_distance(grid, left, none) == pytest.approx(2)
    assert squared_distance(grid, left, standard) == pytest.approx(1)
    assert squared_distance(grid, standard, none) == pytest.approx(2)


@pytest.mark.parametrize(
    ("constants", "expected"),
    [
        (("rbf", "rbf"), 1),
        (("rbf", "poly"), 2),
        ((3, 3), 1),
        ((3, 4), 2),
        ((1, 1.0), 2),
    ],
)
def test_constants_that_differ_are_other_categories(
    constants: tuple[Any, Any], expected: float
) -> None:
    grid = [
        {"k": [constants[0]], "a": uniform(0, 1)},
        {"k": [constants[1]], "b": uniform(0, 1)},
    ]
    first, second = {"k": constants[0], "a": 0.5}, {"k": constants[1], "b": 0.5}
    assert squared_distance(grid, first, second) == pytest.approx(expected)


def test_a_constant_is_one_of_the_categories_of_another_branch() -> None:
    grid = [
        {"k": ["x"], "a": uniform(0, 1)},
        {"k": ["z", "y", "x"], "b": uniform(0, 1)},
    ]
    constant = {"k": "x", "a": 0.5}
    assert squared_distance(grid, constant, {"k": "x", "b": 0.5}) == pytest.approx(1)
    assert squared_distance(grid, constant, {"k": "y", "b": 0.5}) == pytest.approx(2)


def test_numbers_here_and_categories_there_are_two_parameters() -> None:
    grid = [
        {"gamma": loguniform(1e-3, 1e0), "a": uniform(0, 1)},
        {"gamma": ["scale", "auto"], "a": uniform(0, 1)},
    ]
    space = SearchSpace(grid)
    layout = layout_of(space)
    numbers, words = gene(space, 0, "gamma"), gene(space, 1, "gamma")
    assert layout.parameters[numbers] != layout.parameters[words]
    low, high = {"gamma": 1e-3, "a": 0.5}, {"gamma": 1e0, "a": 0.5}
    word, other = {"gamma": "scale", "a": 0.5}, {"gamma": "auto", "a": 0.5}
    assert squared_distance(grid, low, high) == pytest.approx(1)
    assert squared_distance(grid, word, other) == pytest.approx(1)
    # The branch; the number against the middle of its scale; a category against none.
    assert squared_distance(grid, low, word) == pytest.approx(1 + 0.5**2 + 0.5)


def test_a_constant_number_and_a_range_are_two_parameters() -> None:
    grid = [{"C": [1.0], "a": uniform(0, 1)}, {"C": loguniform(0.1, 10)}]
    space = SearchSpace(grid)
    genomes = np.array(
        [space.encode({"C": 1.0, "a": 0.5}), space.encode({"C": 1.0})], dtype=float
    )
    features = FeatureMap(layout_of(space))(genomes)
    # The branch, and that C is the constant.
    assert np.sum((features[0] - features[1]) ** 2) == pytest.approx(1.5)


def test_what_a_branch_lacks_is_in_the_middle_or_no_category() -> None:
    grid = [
        {"n": randint(0, 101), "kind": ["x", "y", "z"]},
        {"other": uniform(0, 1)},
    ]
    absent = {"other": 0.5}
    middle, low = {"n": 50, "kind": "x"}, {"n": 0, "kind": "y"}
    near = squared_distance(grid, absent, middle)
    assert near == pytest.approx(1 + 0.5, abs=1e-3)
    # Integers have the centres of their bins.
    assert squared_distance(grid, absent, low) == pytest.approx(
        1 + 0.5 + (50 / 101) ** 2, abs=1e-9
    )
    assert squared_distance(grid, low, middle) == pytest.approx(1 + (50 / 101) ** 2)


def test_vectors_of_unequal_size_share_their_first_entries() -> None:
    grid = [
        {"w": Vector(uniform(0, 1), 2), "k": ["x"]},
        {"w": Vector(uniform(0, 1), 3), "k": ["y"]},
    ]
    space = SearchSpace(grid)
    layout = layout_of(space)
    assert layout.kinship is not None
    short, long = space.places_of(0)["w"], space.places_of(1)["w"]
    np.testing.assert_array_equal(layout.kinship.places[short], [0, 1])
    np.testing.assert_array_equal(layout.kinship.places[long], [0, 1, 2])
    assert len({*layout.parameters[short], *layout.parameters[long]}) == 1
    first = {"w": np.array([0.1, 0.9]), "k": "x"}
    second = {"w": np.array([0.1, 0.6, 1.0]), "k": "y"}
    # A vector counts as much as any other parameter: its three places share one.
    expected = 2 + (0.3**2 + 0.5**2) / 3
    assert squared_distance(grid, first, second) == pytest.approx(expected)


def test_masks_count_as_one_parameter() -> None:
    grid = {"m": Mask(4), "a": uniform(0, 1)}
    first = {"m": np.array([True, True, False, False]), "a": 0.0}
    second = {"m": np.array([False, True, False, False]), "a": 0.0}
    third = {"m": np.array([False, False, True, True]), "a": 0.0}
    assert squared_distance(grid, first, second) == pytest.approx(1 / 4)
    assert squared_distance(grid, first, third) == pytest.approx(1)
    assert squared_distance(grid, first, {**first, "a": 1.0}) == pytest.approx(1)


def test_equal_settings_are_at_no_distance() -> None:
    params = {"kernel": "poly", "C": 7.0}
    assert squared_distance(TWO_RANGES, params, dict(params)) == 0


def test_too_many_categories_say_nothing() -> None:
    grid = [
        {"k": [f"k{i}" for i in range(100)], "a": uniform(0, 1)},
        {"b": uniform(0, 1)},
    ]
    distance = squared_distance(grid, {"k": "k1", "a": 0.5}, {"k": "k2", "a": 0.5})
    assert distance == 0
