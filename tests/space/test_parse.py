"""``param_grid``: what is a search space, and what is said of what is not."""

import itertools
from collections import OrderedDict, UserDict
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import uniform
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError
from skopt_evo.space._levels import Categories, Integers, Levels
from skopt_evo.space._parse import parse_dimension, parse_grid


def parse(values):
    return parse_dimension("p", values, seed=0)


@pytest.mark.parametrize("grid", [{}, {"a": [1]}, OrderedDict(a=[1]), UserDict(a=[1])])
def test_a_mapping_is_a_space_of_one_branch(grid):
    assert parse_grid(grid) == [dict(grid)]


@pytest.mark.parametrize("sequence", [list, tuple])
def test_a_sequence_of_dicts_is_a_conditional_space(sequence):
    grids = [{"a": [1]}, {}, {"b": uniform()}]
    assert parse_grid(sequence(grids)) == grids


@pytest.mark.parametrize(
    "grid",
    [None, "C", 3, {1, 2}, [["C", [1]]], [{"C": [1]}, None], {1: [1]}, [{None: [1]}]],
    ids=repr,
)
def test_another_form_is_a_type_error(grid):
    with pytest.raises(SearchSpaceTypeError, match=r"dict|name") as error:
        parse_grid(grid)
    assert isinstance(error.value, (TypeError, ValueError))


def test_an_empty_list_is_an_error():
    with pytest.raises(SearchSpaceError, match="No fits were performed"):
        parse_grid([])


@pytest.mark.parametrize(
    "values",
    [
        [3, 1, 2.5],
        (1, np.float32(2), Fraction(1, 3)),
        np.logspace(-3, 3, 7),
        np.arange(5, dtype=np.uint8)[::-1],
        np.array([0.5, 0.1], dtype=np.float16),
        np.array([2, 1], dtype=object),
        [np.inf, 0, -np.inf],
        [2**70, 1],
        [7],
    ],
    ids=repr,
)
def test_numbers_are_an_ordered_scale_of_the_listed_objects(values):
    dimension = parse(values)
    assert type(dimension) is Levels
    assert dimension.values() == sorted(values)
    listed = list(values)
    assert all(
        any(type(value) is type(other) and value == other for other in listed)
        for value in dimension.values()
    )


@pytest.mark.parametrize(
    "values",
    [
        ["b", "a"],
        [None, 1, 2],
        [True, False],
        np.array([True, False]),
        [1, "1", True, None],
        np.array(["b", "a"]),
        np.array(["2021-01-01", "2020-01-01"], dtype="datetime64[D]"),
        np.array([2, 1], dtype="timedelta64[D]"),
        [1, np.nan, 2],
        [1 + 1j, 1j],
        [[1, 2], [1]],
        [{"a": 1}, {"b": 2}],
        [SVC(), SVC(C=2), "passthrough", None],
        [StandardScaler, SVC],
        [len, max],
        [np.array([1, 2]), np.array([1])],
        [pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})],
        [10**400, 1],
        ["only one"],
    ],
)
def test_anything_else_is_a_list_of_categories_in_its_order(values):
    dimension = parse(values)
    assert type(dimension) is Categories
    assert len(dimension.values()) == len(values)
    if isinstance(values, list):
        for value, listed in zip(dimension.values(), values, strict=True):
            assert value is listed
            assert dimension.decode(dimension.encode(value)) is listed
    else:
        assert dimension.values() == list(values)


@pytest.mark.parametrize(
    ("values", "distinct"),
    [
        ([2, 1, 2], [1, 2]),
        ([1.0, np.float64(1.0), np.float32(1.0)], [1.0]),
        ([0.0, -0.0], [0.0]),
        ([1.0, 2, 1, 1.0, 1], [1.0, 1, 2]),  # 1 of them or all of them
        (["a", "b", "a"], ["a", "b"]),
        (["a", np.str_("a")], ["a"]),
        ([True, np.True_, 1], [True, 1]),
        ([[1], [1], [1.0]], [[1], [1.0]]),
        ([None, {"a": 1}, {"a": 1}], [None, {"a": 1}]),
    ],
    ids=repr,
)
def test_what_is_listed_twice_is_one_value(values, distinct):
    found = parse(values).values()
    assert sorted(map(repr, found)) == sorted(map(repr, distinct))


def test_estimators_and_nan_that_are_listed_twice_are_one_value():
    assert parse([SVC(), SVC(C=2), SVC()]).n_levels == 2
    assert parse([np.nan, 1, float("nan")]).n_levels == 2
    assert parse([np.array([1, 2]), np.array([1, 2])]).n_levels == 1


@pytest.mark.parametrize("values", [range(5), range(10, 0, -3), range(-5, 5, 2)])
def test_a_range_is_a_scale_of_integers(values):
    dimension = parse(values)
    assert type(dimension) is Integers
    assert dimension.values() == sorted(values)


def test_a_large_range_is_not_listed():
    dimension = parse(range(0, 2**40, 2))
    assert dimension.n_levels == 2**39
    assert dimension.decode(dimension.encode(2**39)) == 2**39


def test_thousands_of_unordered_values_are_no_burden():
    layers = list(itertools.product(range(100), repeat=2))
    dimension = parse(layers)
    assert dimension.values() == layers
    assert dimension.decode(dimension.encode((73, 5))) == (73, 5)


@pytest.mark.parametrize(
    "values",
    [
        None,
        1,
        1.5,
        "abc",
        {1, 2},
        frozenset({1}),
        {"a": 1},
        {"a": 1}.values(),
        (value for value in range(3)),
        np.array(1),
        np.float64(2),
        pd.Series([1, 2]),
        pd.Index([1, 2]),
        SVC(),
        object,
    ],
    ids=lambda values: type(values).__name__,
)
def test_what_is_no_sequence_is_a_type_error_that_says_what_is_allowed(values):
    with pytest.raises(SearchSpaceTypeError) as error:
        parse(values)
    message = str(error.value)
    assert "parameter 'p'" in message
    assert "Single values need to be wrapped in a list" in message
    assert "list, tuple, range or 1-d array of values, or a distribution" in message
    content = values.item() if isinstance(values, np.ndarray) else values
    assert repr(content) in message


@pytest.mark.parametrize(
    "values", [[], (), range(0), np.array([]), np.ones((2, 2)), np.ones((0, 3))]
)
def test_an_empty_or_two_dimensional_sequence_is_an_error(values):
    with pytest.raises(SearchSpaceError) as error:
        parse(values)
    message = str(error.value)
    assert "'p'" in message
    assert repr(values) in message
    assert ". Allowed are a list, tuple, range or 1-d array" in message
    assert not isinstance(error.value, TypeError)
