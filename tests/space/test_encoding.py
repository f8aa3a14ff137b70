"""Settings as genomes of one branch, whole or as far as they are known."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint, uniform

from skopt_evo.space import Vector
from skopt_evo.space._encoding import (
    check_names,
    is_other,
    write_known,
    write_setting,
)
from skopt_evo.space._parse import parse_dimension

GRID = {
    "C": loguniform(1e-2, 1e2),
    "kernel": ["rbf", "poly"],
    "constant": [5],
    "weights": Vector(uniform(), 2),
}
DIMENSIONS = {name: parse_dimension(name, values, 0) for name, values in GRID.items()}
# The constant has no gene, and gene 1 is of another branch.
PLACES = {"C": 0, "kernel": 2, "weights": slice(3, 5)}
SETTING = {"C": 1.0, "kernel": "poly", "constant": 5, "weights": [0.25, 1.0]}


def blank():
    return np.full(5, -1.0)


def test_a_setting_is_written_where_its_parameters_are():
    genome = blank()
    write_setting(genome, SETTING, DIMENSIONS, PLACES)
    np.testing.assert_allclose(genome, [0.5, -1.0, 0.75, 0.25, 1.0])
    for name, place in PLACES.items():
        decoded = DIMENSIONS[name].decode(genome[place])
        np.testing.assert_array_equal(decoded, SETTING[name])


@pytest.mark.parametrize(
    ("name", "value"),
    [("C", 1e3), ("C", "1.0"), ("kernel", "linear"), ("constant", 6), ("weights", 1)],
)
def test_a_value_that_is_not_there_is_refused_even_without_a_gene(name, value):
    with pytest.raises(ValueError, match=f"not a value of parameter '{name}'"):
        write_setting(blank(), {**SETTING, name: value}, DIMENSIONS, PLACES)


def test_what_is_known_is_written_and_all_else_stays():
    genome = blank()
    known = {"kernel": "rbf", "C": "scale", "other": 7, "constant": 6}
    write_known(genome, known, DIMENSIONS, PLACES)
    np.testing.assert_array_equal(genome, [-1.0, -1.0, 0.25, -1.0, -1.0])


@pytest.mark.parametrize("names", [["C"], ["C", "kernel", "constant", "weights", "x"]])
def test_other_parameters_than_those_of_a_branch_are_refused_by_name(names):
    check_names(SETTING, DIMENSIONS, 3)
    with pytest.raises(ValueError, match=r"those of branch 3 are .*'weights'") as error:
        check_names(dict.fromkeys(names), DIMENSIONS, 3)
    assert f"'{names[-1]}'" in str(error.value)


@pytest.mark.parametrize(
    ("values", "value", "expected"),
    [
        (range(5), 1.0, True),
        (range(5), np.float64(1.0), True),
        (range(5), 1, False),
        (range(5), None, False),
        (randint(0, 5), 1.0, True),
        ([0, 1, 2], 1.0, False),
        (uniform(), 1.0, False),
        (Vector(randint(0, 5), 2), [1, 1.0], True),
        (Vector(randint(0, 5), 2), np.array([1, 2]), False),
        (Vector(uniform(), 2), [0.0, 1.0], False),
    ],
)
def test_a_float_is_another_value_on_a_scale_of_integers(values, value, expected):
    dimension = parse_dimension("p", values, 0)
    assert is_other(dimension, value) is expected
    place = slice(0, 2) if dimension.is_vector else 0
    genome = np.full(2, -1.0)
    write_known(genome, {"p": value}, {"p": dimension}, {"p": place})
    is_written = bool(np.any(genome[place] >= 0))
    assert is_written == (not expected and value is not None)
