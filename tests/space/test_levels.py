"""Listed values, integers and the values of discrete distributions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from skopt_evo.space._levels import (
    MAX_BINS,
    Categories,
    Integers,
    Levels,
    WeightedLevels,
)

GENES = st.floats(0, 1)


def weighted(values, weights):
    return WeightedLevels(
        "p", np.array(values), np.array(weights, dtype=float), is_bounded=True
    )


def bin_widths(dimension, n=100_000):
    """Return each value and which part of [0, 1] stands for it, by counting."""
    genes = (np.arange(n) + 0.5) / n
    centres, counts = np.unique(dimension.snap(genes), return_counts=True)
    values = map(dimension.decode, centres)
    return dict(zip(values, counts / n, strict=True))


@pytest.mark.parametrize(
    "dimension",
    [
        Levels("p", [1, 2.5, 10]),
        Categories("p", ["a", None, "b"]),
        Integers("p", range(-1, 2)),
    ],
    ids=lambda dimension: type(dimension).__name__,
)
def test_bins_of_listed_values_are_equally_wide(dimension):
    widths = bin_widths(dimension)
    assert list(widths) == dimension.values()
    np.testing.assert_allclose(list(widths.values()), 1 / 3, atol=1e-4)


def test_bins_of_a_distribution_are_as_wide_as_the_values_are_likely():
    values = np.arange(8)
    dimension = weighted(values, 5 * binom(7, 0.3).pmf(values))
    widths = bin_widths(dimension)
    assert list(widths) == values.tolist()
    expected = binom(7, 0.3).pmf(values)
    np.testing.assert_allclose(list(widths.values()), expected, atol=1e-4)


@pytest.mark.parametrize(
    "dimension",
    [
        Levels("p", [0.1, 1, 1.0, 3]),
        Categories("p", ["a", None, [1], {"b": 2}]),
        Integers("p", range(5, 100, 7)),
        weighted([1, 5, 9], [0.2, 1e-12, 0.5]),
        weighted([0.5, 0.75], [0.001, 0.999]),
        weighted(np.arange(30), poisson(3).pmf(np.arange(30)) + 1e-13),
    ],
)
def test_every_value_has_a_canonical_gene_of_its_own(dimension):
    genes = [dimension.encode(value) for value in dimension.values()]
    assert genes == sorted(set(genes))
    assert len(genes) == dimension.n_levels
    np.testing.assert_array_equal(dimension.snap(np.array(genes)), genes)
    for gene, value in zip(genes, dimension.values(), strict=True):
        decoded = dimension.decode(gene)
        assert decoded is value or (type(decoded), decoded) == (type(value), value)


@given(gene=GENES, n=st.integers(1, 500), is_weighted=st.booleans())
@settings(deadline=None, max_examples=100)
def test_a_gene_stands_for_the_same_value_as_its_canonical_form(gene, n, is_weighted):
    if is_weighted:
        dimension = weighted(np.arange(n), np.arange(n) % 3 + 0.5)
    else:
        dimension = Levels("p", range(n))
    snapped = float(dimension.snap(np.array(gene)))
    assert dimension.snap(np.array(snapped)) == snapped
    assert dimension.decode(snapped) == dimension.decode(gene)
    assert dimension.encode(dimension.decode(gene)) == snapped


@given(
    gene=GENES,
    low=st.integers(-(2**63), 2**63),
    n=st.integers(1, 1000) | st.integers(2**50, 2**64),
    step=st.integers(1, 10**6),
)
@settings(deadline=None, max_examples=200)
def test_integers_of_any_range_survive_the_round_trip(gene, low, n, step):
    dimension = Integers("p", range(low, low + n * step, step))
    value = dimension.decode(gene)
    assert type(value) is int
    assert low <= value < low + n * step
    assert (value - low) % step == 0
    assert dimension.decode(dimension.encode(value)) == value
    snapped = float(dimension.snap(np.array(gene)))
    assert dimension.encode(value) == snapped
    assert 0 <= snapped <= 1
    assert dimension.n_levels <= MAX_BINS
    assert 0 <= dimension.encode(low + (n - 1) * step) <= 1


def test_integers_of_a_large_range_are_looked_up_without_a_list():
    dimension = Integers("p", range(2**31))
    for value in (0, np.int64(1), 2**31 - 1):
        assert dimension.decode(dimension.encode(value)) == value


@pytest.mark.parametrize(
    "value",
    [1.5, True, np.float64(2.5), 0, 10, 0.0, None, "1", np.nan, np.inf, -np.inf],
)
def test_integers_refuse_what_is_no_integer_of_theirs(value):
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        Integers("p", range(1, 10)).encode(value)
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        weighted([1, 2, 3, 4, 5, 6, 7, 8, 9], np.ones(9)).encode(value)


@pytest.mark.parametrize("value", [3.0, np.float32(3), np.float64(3), Fraction(3)])
def test_integers_are_found_by_equal_numbers(value):
    for dimension in (
        Integers("p", range(1, 10, 2)),
        Levels("p", [1, 3, 5]),
        weighted([1, 3, 5], np.ones(3)),
    ):
        assert dimension.encode(value) == dimension.encode(3)
        assert type(dimension.decode(dimension.encode(value))) is int
        assert not dimension.holds(value)


def test_integers_refuse_what_lies_between_their_steps():
    with pytest.raises(ValueError, match="11 is not a value"):
        Integers("p", range(0, 100, 10)).encode(11)


def test_a_listed_number_is_found_by_an_equal_one_unless_there_is_the_same():
    dimension = Levels("p", [1, 1.0, 5])
    assert dimension.encode(1) < dimension.encode(1.0) < dimension.encode(5)
    assert dimension.encode(5.0) == dimension.encode(np.float32(5))
    assert dimension.encode(5.0) == dimension.encode(5)
    assert dimension.holds(5)
    assert dimension.holds(np.int64(5))
    assert not dimension.holds(5.0)


@pytest.mark.parametrize("value", [2, "a", None, True, [1], np.array([1])], ids=repr)
def test_a_value_that_is_not_listed_is_refused(value):
    dimension = Levels("p", [1, 5])
    assert not dimension.holds(value)
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension.encode(value)


def test_numpy_and_python_scalars_find_each_other():
    dimension = Categories("p", list(np.array(["rbf", "poly"])))
    assert dimension.decode(dimension.encode("poly")) == "poly"
    dimension = Categories("p", [True, False])
    assert dimension.decode(dimension.encode(np.False_)) is False


@pytest.mark.parametrize(
    ("dimension", "scale"),
    [
        (Levels("p", list(range(0, 50, 5))), lambda value: (value / 5 + 0.5) / 10),
        (Integers("p", range(3, 23)), lambda value: (value - 2.5) / 20),
        (
            weighted(np.arange(1, 40), np.full(39, 2.0)),
            lambda value: (value - 0.5) / 39,
        ),
    ],
    ids=["levels", "integers", "weighted"],
)
def test_slopes_are_derivatives_of_the_scale(dimension, scale):
    low, high = dimension.values()[0], dimension.values()[-1]
    expected = (scale(high) - scale(low)) / (high - low)
    for gene in (0.0, 0.3, 0.5, 1.0):
        assert dimension.slope(gene) == pytest.approx(expected)


def test_the_slope_of_a_distribution_follows_its_probabilities():
    values = np.arange(400)
    dimension = weighted(values, poisson(100).pmf(values) + 1e-13)
    for value in (80, 100, 120):
        slope = dimension.slope(dimension.encode(value))
        assert slope == pytest.approx(poisson(100).pmf(value), rel=0.02)


@pytest.mark.parametrize(
    "dimension",
    [Categories("p", [1, 2, None]), Levels("p", [7]), Levels("p", [1, 1.0])],
)
def test_slopes_without_a_meaning_are_nan(dimension):
    assert np.isnan(dimension.slope(0.5))


def test_infinite_levels_have_a_slope():
    dimension = Levels("p", [-np.inf, 0, 1, np.inf])
    assert [dimension.slope(gene) for gene in (0.0, 0.4, 1.0)] == [0.0, 0.0, 0.0]
