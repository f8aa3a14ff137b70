"""Crossovers: what a child may be, and its distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import (
    CROSSOVERS,
    BlendCrossover,
    Crossover,
    MixedCrossover,
    UniformCrossover,
)
from tests.strategies.conformance import even_layout, layouts

ALL = [UniformCrossover(), BlendCrossover(), BlendCrossover(2.0), MixedCrossover()]
N_DRAWS = 4000

# Of N_DRAWS numbers; what 1 sample in 10,000 exceeds (Kolmogorov's distribution).
KS_LIMIT = stats.kstwobign.isf(1e-4) / np.sqrt(N_DRAWS)


def children(
    crossover: Crossover, first: Any, second: Any, layout: GeneLayout, n: int = N_DRAWS
) -> np.ndarray:
    rng = np.random.default_rng(0)
    parents = np.array(first, dtype=float), np.array(second, dtype=float)
    return np.array([crossover(*parents, layout, rng) for _ in range(n)])


def test_every_crossover_of_the_table_is_tested() -> None:
    made = {type(make()) for make in CROSSOVERS.values()}
    assert made == {type(crossover) for crossover in ALL}


@pytest.mark.parametrize("crossover", ALL, ids=repr)
@settings(max_examples=50, deadline=None)
@given(layout=layouts(), seed=st.integers(0, 2**32 - 1))
def test_a_child_is_a_genome_and_its_categories_are_a_parents(
    crossover: Crossover, layout: GeneLayout, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    parents = layout.snap(rng.random((2, layout.n_genes)))
    before = parents.copy()
    child = crossover(parents[0], parents[1], layout, rng)
    assert child.shape == (layout.n_genes,)
    assert np.all((child >= 0) & (child <= 1))
    inherited = (child == before[0]) | (child == before[1])
    assert np.all(inherited | layout.is_numeric)
    np.testing.assert_array_equal(parents, before)


@pytest.mark.parametrize("crossover", ALL, ids=repr)
def test_equal_parents_have_their_like_as_a_child(crossover: Crossover) -> None:
    parent = np.array([0.0, 0.1, 0.7, 1.0, 1 / 3])
    layout = GeneLayout.continuous(5)
    found = children(crossover, parent, parent, layout, n=20)
    np.testing.assert_array_equal(found, np.tile(parent, (20, 1)))


@pytest.mark.parametrize("crossover", ALL, ids=repr)
def test_the_order_of_the_parents_does_not_count(crossover: Crossover) -> None:
    layout = even_layout([0, 3], [True, False], [[True, True]])
    one = children(crossover, [0.2, 1 / 6], [0.5, 5 / 6], layout)
    other = children(crossover, [0.5, 5 / 6], [0.2, 1 / 6], layout)
    # Two samples of one size differ by sqrt(2) of what one differs from its law.
    difference = stats.ks_2samp(one[:, 0], other[:, 0]).statistic
    assert difference < np.sqrt(2) * KS_LIMIT
    share = np.mean(one[:, 1] < 0.5) - np.mean(other[:, 1] < 0.5)
    assert abs(share) < 4 * np.sqrt(2 * 0.25 / N_DRAWS)


def test_uniform_crossover_tosses_a_fair_coin_for_each_gene() -> None:
    found = children(
        UniformCrossover(), np.zeros(3), np.ones(3), GeneLayout.continuous(3)
    )
    codes = found @ [1, 2, 4]
    counts = np.bincount(codes.astype(int), minlength=8)
    # All 8 combinations alike: independent, and even.
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5])
def test_blending_is_uniform_on_the_widened_interval(alpha: float) -> None:
    crossover, layout = BlendCrossover(alpha), GeneLayout.continuous(2)
    found = children(crossover, [0.4, 0.62], [0.6, 0.38], layout)
    for gene, (low, high) in enumerate([(0.4, 0.6), (0.38, 0.62)]):
        margin = alpha * (high - low)
        law = stats.uniform(low - margin, high - low + 2 * margin)
        assert stats.kstest(found[:, gene], law.cdf).statistic < KS_LIMIT
    correlation = np.corrcoef(found.T)[0, 1]
    assert abs(correlation) < 4 / np.sqrt(N_DRAWS)


def test_blending_reflects_at_the_bounds() -> None:
    found = children(BlendCrossover(0.5), [0.0], [0.4], GeneLayout.continuous(1))
    # Uniform on [-0.2, 0.6], the part below 0 folded onto [0, 0.2].
    quarters = np.histogram(found, [0.0, 0.2, 0.4, 0.6])[0]
    assert (
        stats.chisquare(quarters, N_DRAWS * np.array([0.5, 0.25, 0.25])).pvalue > 1e-4
    )
    assert np.mean(found == 0.0) < 0.01


def test_categories_are_exchanged_evenly_by_blending() -> None:
    layout = even_layout([4], [False], [[True]])
    found = children(BlendCrossover(), [0.125], [0.875], layout)
    assert set(found.ravel()) == {0.125, 0.875}
    assert abs(np.mean(found == 0.125) - 0.5) < 4 * np.sqrt(0.25 / N_DRAWS)


def test_a_mixture_uses_each_of_its_crossovers_as_often_as_the_others() -> None:
    def constant(value: float) -> Crossover:
        return lambda first, second, layout, rng: np.full(1, value)

    mixture = MixedCrossover(tuple(constant(value) for value in (0.1, 0.2, 0.3)))
    found = children(mixture, [0.0], [1.0], GeneLayout.continuous(1))
    assert stats.chisquare(np.unique(found, return_counts=True)[1]).pvalue > 1e-4


def test_the_default_mixture_blends_half_of_the_children() -> None:
    found = children(
        MixedCrossover(), np.zeros(2), np.ones(2), GeneLayout.continuous(2)
    )
    exchanged = np.all((found == 0) | (found == 1), axis=1)
    assert abs(exchanged.mean() - 0.5) < 4 * np.sqrt(0.25 / N_DRAWS)


@pytest.mark.parametrize("alpha", [-0.1, np.inf, np.nan])
def test_an_alpha_that_makes_no_interval_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match=r"BlendCrossover: alpha=.* a finite float"):
        BlendCrossover(alpha)


@pytest.mark.parametrize("alpha", ["0.3", None, True, [0.3]])
def test_an_alpha_that_is_no_number_is_refused(alpha: Any) -> None:
    with pytest.raises(TypeError, match=r"BlendCrossover: alpha=.* a finite float"):
        BlendCrossover(alpha)
