"""Continuous dimensions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import expon, loguniform, norm, uniform

from skopt_evo.space._continuous import TAIL
from skopt_evo.space._parse import parse_dimension

GENES = st.floats(0, 1)


def dimension_of(values, seed=0):
    return parse_dimension("p", values, seed)


class Formula:
    """Quantiles of x**2 on [0, 3], without cdf or pdf."""

    def rvs(self, random_state):
        return self.ppf(random_state.uniform())

    def ppf(self, q):
        return 3 * math.sqrt(q)


def test_a_uniform_distribution_is_a_linear_scale():
    dimension = dimension_of(uniform(-2, 5))
    for gene in np.linspace(0, 1, 11):
        assert dimension.decode(gene) == pytest.approx(-2 + 5 * gene)
        assert dimension.slope(gene) == pytest.approx(1 / 5)


def test_a_loguniform_distribution_is_a_log_scale():
    dimension = dimension_of(loguniform(1e-3, 1e5))
    for gene in np.linspace(0, 1, 11):
        value = 10 ** (-3 + 8 * gene)
        assert dimension.decode(gene) == pytest.approx(value)
        assert dimension.slope(gene) == pytest.approx(1 / (8 * math.log(10) * value))


NEAR_THE_ENDS = [0.0, np.nextafter(0, 1), np.nextafter(1, 0), 1.0]


@given(
    low=st.floats(1e-3, 1e3),
    ratio=st.floats(1.001, 1e6),
    gene=GENES | st.sampled_from(NEAR_THE_ENDS),
    is_linear=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_the_ends_of_a_scale_are_exact_and_never_passed(low, ratio, gene, is_linear):
    high = low * ratio
    distribution = uniform(low, high - low) if is_linear else loguniform(low, high)
    low, high = distribution.support()
    dimension = dimension_of(distribution)
    assert (dimension.decode(0.0), dimension.decode(1.0)) == (low, high)
    assert low <= dimension.decode(gene) <= high
    assert dimension.encode(low) == pytest.approx(0.0, abs=1e-9)
    assert dimension.encode(high) == pytest.approx(1.0)


@pytest.mark.parametrize("distribution", [norm(3, 2), expon(scale=0.1)])
def test_any_other_distribution_is_its_quantile_scale_without_the_tails(distribution):
    dimension = dimension_of(distribution)
    for gene in (0.01, 0.3, 0.5, 0.99):
        value = distribution.ppf(gene)
        assert dimension.decode(gene) == value
        assert dimension.slope(gene) == pytest.approx(distribution.pdf(value))
    assert dimension.decode(0.0) == distribution.ppf(TAIL)
    assert dimension.decode(1.0) == distribution.ppf(1 - TAIL)


def test_quantiles_alone_are_enough_for_a_scale():
    dimension = dimension_of(Formula())
    assert dimension.encode(1.5) == pytest.approx(0.25)
    for gene in (0.1, 0.5, 0.9):
        slope = 2 * 3 * math.sqrt(gene) / 9  # the derivative of (x / 3)**2
        assert dimension.slope(gene) == pytest.approx(slope, rel=1e-4)
    assert dimension.slope(0.0) > 0
    assert dimension.slope(1.0) == pytest.approx(2 / 3, rel=1e-4)


@pytest.mark.parametrize(
    "distribution",
    [uniform(-1, 3), loguniform(1e-6, 1e2), norm(1, 1), Formula()],
    ids=["linear", "logarithmic", "quantiles", "formula"],
)
@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_a_value_that_was_given_is_not_rounded(distribution, data):
    dimension = dimension_of(distribution)
    low, high = dimension.decode(0.0), dimension.decode(1.0)
    value = data.draw(st.floats(low, high))
    assert dimension.decode(dimension.encode(value)) == value


def test_looking_a_value_up_keeps_nothing_of_it():
    dimension, other = dimension_of(loguniform(1e-6, 1)), 1e-4
    gene = dimension.locate(other)
    rounded = dimension.decode(gene)
    assert rounded == pytest.approx(other, rel=1e-12)
    assert dimension.encode(other) == gene
    assert dimension.decode(gene) == other != rounded


@pytest.mark.parametrize(
    "value", [0.999, 10.001, np.nan, np.inf, None, "2", True, [2.0]], ids=repr
)
def test_a_value_outside_the_ends_is_refused(value):
    dimension = dimension_of(loguniform(1, 10))
    assert not dimension.holds(value)
    with pytest.raises(ValueError, match="is not a value of parameter 'p'"):
        dimension.encode(value)


def test_an_integer_can_be_encoded_as_a_real_but_is_none():
    dimension = dimension_of(loguniform(1, 10))
    assert dimension.decode(dimension.encode(np.int64(3))) == 3.0
    assert dimension.holds(3.0)
    assert not dimension.holds(3)


def test_a_continuum_has_no_list_of_values():
    with pytest.raises(TypeError, match="'p' has infinitely many values"):
        dimension_of(uniform()).values()


@pytest.mark.parametrize("low", [5e-324, 1e-200, 1.0])
def test_no_quantile_of_a_loguniform_distribution_overflows(low, monkeypatch):
    # As in SciPy before 1.10, where the ratio of the ends is more than a float can be.
    kind = type(loguniform)
    monkeypatch.setattr(
        kind, "_ppf", lambda self, q, a, b: np.full(np.shape(q), np.inf)
    )
    dimension = dimension_of(loguniform(low, 1.7e308))
    assert dimension.decode(0.5) == pytest.approx(math.sqrt(low) * math.sqrt(1.7e308))
    assert (dimension.decode(0.0), dimension.decode(1.0)) == (low, 1.7e308)


@pytest.mark.parametrize(
    "distribution",
    [
        loguniform(1, 10, 5),
        loguniform(1, 10, loc=5),
        loguniform(a=1, b=10, loc=5),
    ],
    ids=["positional", "keyword", "keywords"],
)
def test_a_shifted_loguniform_distribution_has_its_own_quantiles(distribution):
    dimension = dimension_of(distribution)
    assert dimension.decode(0.5) == pytest.approx(5 + math.sqrt(10))
