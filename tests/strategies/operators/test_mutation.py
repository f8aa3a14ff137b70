"""Gaussian mutation: which genes change, how far, and what never happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import GaussianMutation
from tests.strategies.conformance import even_layout, layouts

N_DRAWS = 4000

# Of N_DRAWS numbers; what 1 sample in 10,000 exceeds (Kolmogorov's distribution).
KS_LIMIT = stats.kstwobign.isf(1e-4) / np.sqrt(N_DRAWS)

ALL_GENES = 1e9
LEVELS = even_layout([10], [True], [[True]])
CATEGORIES = even_layout([5], [False], [[True]])


def mutants(
    mutation: GaussianMutation,
    genome: Any,
    layout: GeneLayout,
    step: float = 0.15,
    n: int = N_DRAWS,
) -> np.ndarray:
    rng, genome = np.random.default_rng(0), np.array(genome, dtype=float)
    return np.array([mutation(genome, step, layout, rng) for _ in range(n)])


@settings(max_examples=100, deadline=None)
@given(
    layout=layouts(),
    seed=st.integers(0, 2**32 - 1),
    step=st.floats(1e-3, 10.0),
    n_genes=st.floats(0.1, 10.0),
)
def test_a_mutant_is_a_genome_that_differs_in_active_genes_only(
    layout: GeneLayout, seed: int, step: float, n_genes: float
) -> None:
    rng = np.random.default_rng(seed)
    genome = layout.snap(rng.random(layout.n_genes))
    before = genome.copy()
    mutant = GaussianMutation(n_genes)(genome, step, layout, rng)
    assert mutant.shape == (layout.n_genes,)
    assert np.all((mutant >= 0) & (mutant <= 1))
    assert mutant is not genome
    np.testing.assert_array_equal(genome, before)
    may_change = layout.active_in(genome) & (layout.n_levels != 1)
    np.testing.assert_array_equal(mutant[~may_change], genome[~may_change])
    continuous = may_change & (layout.n_levels == 0)
    if np.array_equal(may_change, continuous) and may_change.any():
        assert not np.array_equal(mutant, genome)


@pytest.mark.parametrize("n_genes", [0.5, 1.5, 4.0, ALL_GENES])
def test_the_number_of_changed_genes_is_binomial_but_never_zero(n_genes: float) -> None:
    d = 6
    found = mutants(
        GaussianMutation(n_genes), np.full(d, 0.5), GeneLayout.continuous(d)
    )
    n_changed = (found != 0.5).sum(axis=1)
    law = stats.binom(d, min(n_genes / d, 1.0))
    expected = law.pmf(np.arange(d + 1))
    expected[1] += expected[0]
    counts = np.bincount(n_changed, minlength=d + 1)
    assert counts[0] == 0
    deviation = np.sqrt(N_DRAWS * expected * (1 - expected))
    assert np.all(np.abs(counts - N_DRAWS * expected)[1:] <= 4.5 * deviation[1:])


def test_every_active_gene_has_the_same_chance() -> None:
    layout = even_layout(
        [0, 7, 3, 0, 0], [True, True, False, True, True], [[True] * 4 + [False]]
    )
    found = mutants(GaussianMutation(), [0.5, 0.5, 0.5, 0.5, 0.5], layout)
    changed = found != 0.5
    assert not changed[:, 4].any()
    # A resampled number of 7 levels falls back on the same one once in a while.
    shares = changed[:, [0, 2, 3]].mean(axis=0)
    p = 1.5 / 4 + (1 - 1.5 / 4) ** 4 / 4
    assert np.all(np.abs(shares - p) < 4.5 * np.sqrt(p * (1 - p) / N_DRAWS))
    assert abs(changed[:, 1].mean() - p) < 0.05 / 7 + 4.5 * np.sqrt(p / N_DRAWS)


@pytest.mark.parametrize("step", [0.01, 0.1])
def test_numbers_take_gaussian_steps_of_the_size_that_is_asked_for(step: float) -> None:
    mutation = GaussianMutation(resample=0.0)
    found = mutants(mutation, [0.5], GeneLayout.continuous(1), step)
    moves = (found[:, 0] - 0.5) / step
    assert stats.kstest(moves, stats.norm.cdf).statistic < KS_LIMIT


def test_steps_out_of_the_interval_are_reflected() -> None:
    mutation = GaussianMutation(resample=0.0)
    found = mutants(mutation, [0.05], GeneLayout.continuous(1), step=0.1)
    # A normal around 0.05 folded at 0 is the sum of two branches; none is beyond 1.
    law = stats.norm(0.05, 0.1)

    def folded_cdf(gene: np.ndarray) -> np.ndarray:
        cdf: np.ndarray = law.cdf(gene) - law.cdf(-gene)
        return cdf

    assert stats.kstest(found[:, 0], folded_cdf).statistic < KS_LIMIT


@pytest.mark.parametrize("resample", [0.0, 0.05, 1.0])
def test_a_part_of_the_numbers_is_drawn_anew_from_the_whole_range(
    resample: float,
) -> None:
    mutation = GaussianMutation(resample=resample)
    found = mutants(mutation, [0.5], GeneLayout.continuous(1), step=1e-6)[:, 0]
    anew = found[np.abs(found - 0.5) > 1e-4]
    deviation = np.sqrt(resample * (1 - resample) / N_DRAWS)
    # 2e-4 of those that are drawn anew are not told from steps.
    assert abs(len(anew) / N_DRAWS - resample) <= 4 * deviation + 1e-3
    if resample:
        limit = stats.kstwobign.isf(1e-4) / np.sqrt(len(anew))
        assert stats.kstest(anew, stats.uniform.cdf).statistic < limit


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("step", [1e-6, 0.02])
def test_a_discrete_number_moves_by_a_level_at_least(level: int, step: float) -> None:
    mutation = GaussianMutation(resample=0.0)
    genome = np.array([(level + 0.5) / 10])
    found = LEVELS.snap(mutants(mutation, genome, LEVELS, step, n=300))
    moves = np.round(10 * (found - genome)[:, 0]).astype(int)
    # A step out of the first or the last level is reflected onto the same one.
    expected = {0: {0, 1}, 9: {-1, 0}}.get(level, {-1, 1})
    assert set(moves) == expected


def test_a_discrete_number_moves_as_the_normal_law_says() -> None:
    layout = even_layout([101], [True], [[True]])
    found = layout.snap(
        mutants(GaussianMutation(resample=0.0), [0.5], layout, step=0.05)
    )
    moves = np.round(101 * (found[:, 0] - 0.5)).astype(int)
    law = stats.norm(scale=0.05 * 101)
    # To the nearest level, and those that would stay to a neighbour: three bins.
    expected = np.array([law.sf(5.5), law.cdf(5.5) - law.cdf(1.5), law.cdf(1.5) - 0.5])
    counts = [
        np.sum(np.abs(moves) > 5),
        np.sum((np.abs(moves) > 1) & (np.abs(moves) <= 5)),
        np.sum(np.abs(moves) == 1),
    ]
    assert stats.chisquare(counts, 2 * N_DRAWS * expected).pvalue > 1e-4


@pytest.mark.parametrize("category", range(5))
def test_a_category_becomes_any_other_one(category: int) -> None:
    genome = [(category + 0.5) / 5]
    found = mutants(GaussianMutation(), genome, CATEGORIES)
    numbers = np.round(5 * found[:, 0] - 0.5).astype(int)
    counts = np.bincount(numbers, minlength=5)
    assert counts[category] == 0
    assert stats.chisquare(np.delete(counts, category)).pvalue > 1e-4


def test_the_branch_is_a_category_and_wakes_its_dormant_genes() -> None:
    layout = even_layout(
        [2, 0, 0], [False, True, True], [[True, True, False], [True, False, True]]
    )
    found = mutants(GaussianMutation(), [0.25, 0.3, 0.6], layout)
    changed_branch = found[:, 0] == 0.75
    p = 1.5 / 2 + (1 - 1.5 / 2) ** 2 / 2
    assert abs(changed_branch.mean() - p) < 4.5 * np.sqrt(p * (1 - p) / N_DRAWS)
    assert np.all(found[:, 2] == 0.6)


@pytest.mark.parametrize(
    "layout",
    [
        GeneLayout.continuous(0),
        even_layout([1, 1], [True, False], [[True, True]]),
        even_layout([0, 3], [True, False], [[False, False]]),
    ],
    ids=["no gene", "constant genes", "dormant genes"],
)
def test_where_nothing_can_change_a_copy_is_returned(layout: GeneLayout) -> None:
    genome = layout.snap(np.full(layout.n_genes, 0.4))
    mutant = GaussianMutation()(genome, 0.15, layout, np.random.default_rng(0))
    assert mutant is not genome
    np.testing.assert_array_equal(mutant, genome)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"n_genes": 0}, ValueError),
        ({"n_genes": -1.0}, ValueError),
        ({"n_genes": np.nan}, ValueError),
        ({"n_genes": "2"}, TypeError),
        ({"n_genes": True}, TypeError),
        ({"resample": -0.1}, ValueError),
        ({"resample": 1.1}, ValueError),
        ({"resample": np.nan}, ValueError),
        ({"resample": None}, TypeError),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, Any], error: type[Exception]
) -> None:
    (name,) = settings
    with pytest.raises(error, match=f"GaussianMutation: {name}=.* pass a"):
        GaussianMutation(**settings)
