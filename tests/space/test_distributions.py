"""Distributions of every kind, as scipy has them and as users write them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space._continuous import Continuous
from skopt_evo.space._distributions import MAX_ATOMS, describe, parse_distribution
from skopt_evo.space._draws import Draws
from skopt_evo.space._levels import Integers, Levels, WeightedLevels


class Cubic(stats.rv_continuous):
    def _cdf(self, x):
        return x**3


class Even(stats.rv_discrete):
    """0, 2 and 4, and nothing between them."""

    def _pmf(self, k):
        return np.where((k % 2 == 0) & (k < 5), 1 / 3, 0.0)


class Broken(stats.rv_continuous):
    def _ppf(self, q):
        return np.nan * q


class Sampled:
    def __init__(self, draw):
        self.draw = draw

    def rvs(self, random_state):
        return self.draw(random_state)


class Words(Sampled):
    """Quantiles that are no numbers."""

    def __init__(self):
        super().__init__(lambda random_state: self.ppf(random_state.uniform()))

    def ppf(self, q):
        return "abc"[int(3 * q)]


class Steps(Words):
    """Quantiles that are integers, without a cdf or a pmf."""

    def ppf(self, q):
        return 10 * int(4 * q)


HISTOGRAM = np.histogram([1.0, 2.0, 2.0, 5.0], bins=4)
CONTINUOUS = {
    "uniform": stats.uniform(-1, 3),
    "uniform, not frozen": stats.uniform,
    "loguniform": stats.loguniform(1e-3, 1e3),
    "reciprocal": stats.reciprocal(1, 10),
    "scaled loguniform": stats.loguniform(1e-3, 1e3, scale=5),
    "shifted loguniform": stats.loguniform(1e-3, 1e3, loc=1),
    "loguniform shifted below 0": stats.loguniform(1e-3, 1e3, loc=-1),
    "truncnorm": stats.truncnorm(-2, 2, loc=3, scale=2),
    "norm": stats.norm(1, 2),
    "norm, not frozen": stats.norm,
    "beta": stats.beta(2, 3),
    "beta at the bounds": stats.beta(0.01, 0.01),
    "expon": stats.expon(scale=0.1),
    "gamma near 0": stats.gamma(1e-3),
    "cauchy": stats.cauchy(),
    "pareto": stats.pareto(0.1),
    "triang": stats.triang(0.5),
    "histogram": stats.rv_histogram(HISTOGRAM),
    "frozen histogram": stats.rv_histogram(HISTOGRAM)(loc=2),
    "own": Cubic(a=0, b=1)(loc=2, scale=3),
}
DISCRETE = {
    "randint": stats.randint(1, 10),
    "shifted randint": stats.randint(1, 10, loc=5),
    "large randint": stats.randint(0, 2**31),
    "huge randint": stats.randint(0, 2**62),
    "poisson": stats.poisson(3),
    "shifted poisson": stats.poisson(3, loc=-2),
    "large poisson": stats.poisson(1e6),
    "geom": stats.geom(0.1),
    "wide geom": stats.geom(1e-6),
    "nbinom": stats.nbinom(5, 0.1),
    "binom": stats.binom(10, 0.5),
    "bernoulli": stats.bernoulli(0.3),
    "hypergeom": stats.hypergeom(20, 7, 12),
    "dlaplace": stats.dlaplace(0.8),
    "zipf": stats.zipf(4.0),
    "listed": stats.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5])),
    "listed reals": stats.rv_discrete(values=([0.25, 0.5, 1.0], [0.2, 0.3, 0.5]))(),
    "shifted list": stats.rv_discrete(values=([1, 5, 9], [0.2, 0.3, 0.5]))(loc=2),
    "own": Even(),
}


def parse(distribution):
    return parse_distribution("p", distribution, seed=0)


PARSED = {case: parse(DISCRETE[case]) for case in DISCRETE}


@pytest.mark.parametrize("case", CONTINUOUS)
@given(data=st.data())
@settings(deadline=None, max_examples=15)
def test_real_values_stay_inside_and_survive_the_round_trip(case, data):
    distribution = CONTINUOUS[case]
    dimension = parse(distribution)
    value = dimension.decode(data.draw(st.floats(0, 1)))
    low, high = distribution.support()
    assert type(value) is float
    assert low <= value <= high
    assert math.isfinite(value)
    assert dimension.holds(value)
    assert dimension.decode(dimension.encode(value)) == value


@pytest.mark.parametrize("case", DISCRETE)
@given(data=st.data())
@settings(deadline=None, max_examples=15)
def test_discrete_values_are_possible_and_survive_the_round_trip(case, data):
    distribution, dimension = DISCRETE[case], PARSED[case]
    gene = data.draw(st.floats(0, 1))
    value = dimension.decode(gene)
    assert type(value) is (float if case == "listed reals" else int)
    assert distribution.pmf(value) > 0
    assert dimension.holds(value)
    assert dimension.decode(dimension.encode(value)) == value
    assert dimension.encode(value) == dimension.snap(np.array(gene))


@pytest.mark.parametrize("case", CONTINUOUS)
def test_a_scale_of_reals_follows_the_quantiles(case):
    distribution = CONTINUOUS[case]
    dimension = parse(distribution)
    for gene in (0.01, 0.2, 0.5, 0.99):
        assert dimension.decode(gene) == pytest.approx(distribution.ppf(gene))


@pytest.mark.parametrize("case", DISCRETE)
def test_a_scale_of_discrete_values_follows_the_quantiles(case):
    distribution, dimension = DISCRETE[case], PARSED[case]
    for gene in (0.013, 0.217, 0.517, 0.987):
        # A wide distribution is represented by 4096 of its quantiles.
        near = distribution.ppf([gene - 1e-3, gene + 1e-3])
        assert near[0] <= dimension.decode(gene) <= near[1]


@pytest.mark.parametrize(
    ("distribution", "kind", "n_levels", "is_finite"),
    [
        (stats.uniform(), Continuous, 0, False),
        (stats.randint(1, 10), Integers, 9, True),
        (stats.randint(0, 2**31), Integers, 2**31, True),
        (stats.binom(10, 0.5), WeightedLevels, 11, True),
        (DISCRETE["listed"], WeightedLevels, 3, True),
        (DISCRETE["own"], WeightedLevels, 3, False),  # scipy takes it for endless
        (stats.poisson(0.5), WeightedLevels, 8, False),  # 7 is drawn 1e-6 of the time
        (stats.geom(1e-6), WeightedLevels, 4096, False),
        (Steps(), WeightedLevels, 4, False),
        (stats.uniform(3, 1e-17), Levels, 1, True),
        (stats.randint(3, 4), Integers, 1, True),
        (stats.binom(10, 0), Levels, 1, True),
        (stats.geom(1.0), Levels, 1, True),
        (stats.poisson(0), Levels, 1, True),
        (Words(), Draws, 2**16, False),
    ],
)
def test_how_many_values_there_are(distribution, kind, n_levels, is_finite):
    dimension = parse(distribution)
    assert type(dimension) is kind
    assert dimension.n_levels == n_levels
    assert dimension.is_finite is is_finite


def test_gaps_between_values_are_left_out():
    assert parse(DISCRETE["listed"]).values() == [1, 5, 9]
    assert parse(DISCRETE["shifted list"]).values() == [3, 7, 11]
    assert parse(DISCRETE["listed reals"]).values() == [0.25, 0.5, 1.0]
    assert parse(DISCRETE["own"]).values() == [0, 2, 4]
    with pytest.raises(ValueError, match="2 is not a value"):
        parse(DISCRETE["listed"]).encode(2)


def test_values_that_are_never_drawn_are_left_out():
    distribution = stats.rv_discrete(values=([1, 2, 3], [0.5, 1e-30, 0.5]))
    assert parse(distribution).values() == [1, 3]
    assert parse(stats.binom(10**9, 0.5)).n_levels < MAX_ATOMS


def test_the_last_integers_of_64_bits_are_not_passed():
    dimension = parse(stats.randint(0, 2**63))
    assert 2**62 < dimension.decode(1.0) < 2**63
    with pytest.raises(ValueError, match="is not a value"):
        dimension.encode(2**63)
    dimension = parse(stats.randint(0, 2**62))
    assert 2**61 < dimension.decode(1.0) < 2**62


def test_a_distribution_that_is_called_uniform_need_not_be():
    distribution = Cubic(a=0, b=1, name="uniform")()
    assert parse(distribution).decode(0.125) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "distribution",
    [
        Sampled(lambda random_state: random_state.uniform()),
        Words(),
        stats.multivariate_normal([0, 0]),
        stats.dirichlet([1, 2]),
        stats.uniform(np.array([0, 1]), np.array([1, 1])),
        stats.randint(np.array([0, 1]), np.array([4, 5])),
        stats.uniform(np.array([0]), np.array([1])),
        stats.zipf(1.5),  # would take all the memory to find its quantiles
        stats.yulesimon(0.5),
    ],
)
@pytest.mark.filterwarnings("ignore:Conversion of an array")  # NumPy from 1.25 on
def test_what_has_no_quantiles_that_are_numbers_is_sampled(distribution):
    dimension = parse(distribution)
    assert isinstance(dimension, Draws)
    assert not dimension.is_numeric
    value = dimension.decode(0.7)
    assert dimension.decode(dimension.encode(value)) is value


@pytest.mark.parametrize(
    ("distribution", "description"),
    [
        (stats.uniform(0, 0), "uniform(0, 0)"),
        (stats.uniform(2, -1), "uniform(2, -1)"),
        (stats.uniform(loc=0, scale=np.inf), "uniform(loc=0, scale=inf)"),
        (stats.uniform(np.nan, 1), "uniform(nan, 1)"),
        (stats.loguniform(10, 1), "loguniform(10, 1)"),
        (stats.loguniform(0, 1), "loguniform(0, 1)"),
        (stats.loguniform(1, 1), "loguniform(1, 1)"),
        (stats.norm(1, 0), "norm(1, 0)"),
        (stats.randint(3, 3), "randint(3, 3)"),
        (stats.randint(5, 3), "randint(5, 3)"),
        (stats.poisson(-1), "poisson(-1)"),
        (stats.binom(10, 2), "binom(10, 2)"),
        (Broken(name="broken")(), "broken()"),
    ],
)
def test_an_improper_distribution_is_an_error_that_shows_it(distribution, description):
    with pytest.raises(SearchSpaceError) as error:
        parse(distribution)
    message = str(error.value)
    assert "parameter 'p' in param_grid is improper" in message
    assert description in message
    assert "uniform takes (low, width) with width > 0" in message


@pytest.mark.parametrize("family", [stats.loguniform, stats.randint, stats.beta])
def test_a_distribution_without_its_arguments_is_an_error(family):
    with pytest.raises(SearchSpaceError, match=f"'p' .* not frozen: .*{family.name}"):
        parse(family)


@pytest.mark.parametrize(
    "draw",
    [lambda random_state: 1 / 0, None],
    ids=["raises", "has another signature"],
)
def test_a_distribution_that_cannot_be_sampled_is_an_error(draw):
    distribution = Sampled(draw)
    if draw is None:
        distribution.rvs = lambda size: 1
    with pytest.raises(SearchSpaceError, match="'p' in param_grid cannot be sampled"):
        parse(distribution)


@pytest.mark.parametrize(
    "distribution",
    [
        stats.uniform(1, 1e-15),
        stats.uniform(-1 - 1e-15, 1e-15),
        stats.uniform(0, 1e-322),
        stats.uniform(-5e-324, 1e-323),
        stats.loguniform(1, 1 + 1e-15),
        stats.norm(1, 1e-16),
        stats.beta(2, 3, loc=1e6, scale=1e-9),
    ],
    ids=describe,
)
def test_genes_of_the_same_number_are_the_same_gene(distribution):
    dimension = parse(distribution)
    genes = np.random.default_rng(0).random((100, 3))
    snapped = dimension.snap(genes)
    values = {dimension.decode(gene) for gene in genes.ravel()}
    assert 1 < len(values) < 100
    assert len(np.unique(snapped)) == len(values)
    np.testing.assert_array_equal(dimension.snap(snapped), snapped)
    for gene, canonical in zip(genes.ravel(), snapped.ravel(), strict=True):
        assert dimension.decode(gene) == dimension.decode(canonical)


@pytest.mark.parametrize(
    "distribution",
    [stats.uniform(1, 1e-6), stats.uniform(0, 1e-300), stats.loguniform(1e-3, 1)],
    ids=describe,
)
def test_genes_of_many_numbers_stay_as_they_are(distribution):
    genes = np.random.default_rng(0).random(100)
    np.testing.assert_array_equal(parse(distribution).snap(genes), genes)
