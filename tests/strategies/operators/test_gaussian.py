"""Gaussian steps of single genes, against the normal distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from skopt_evo.strategies.operators import GaussianMutation
from tests.strategies.operators.laws import N_DRAWS, assert_law


def moved(gene: float, step: float, n_levels: int = 0, n: int = N_DRAWS) -> np.ndarray:
    rng = np.random.default_rng(0)
    return GaussianMutation().move(
        np.full(n, gene), np.full(n, step), np.full(n, n_levels), rng
    )


@pytest.mark.parametrize("step", [0.01, 0.1])
def test_steps_are_normal_and_of_the_size_that_is_asked_for(step: float) -> None:
    assert_law((moved(0.5, step) - 0.5) / step, stats.norm.cdf)


def test_every_gene_has_the_step_of_its_genome() -> None:
    steps = np.tile([0.001, 0.1], N_DRAWS)
    genes, n_levels = np.full(len(steps), 0.5), np.zeros(len(steps), dtype=np.int64)
    found = GaussianMutation().move(genes, steps, n_levels, np.random.default_rng(0))
    assert_law((found - genes)[::2] / 0.001, stats.norm.cdf)
    assert_law((found - genes)[1::2] / 0.1, stats.norm.cdf)


def test_steps_out_of_the_interval_are_reflected() -> None:
    # A normal around 0.05 folded at 0 is the sum of two branches; none is beyond 1.
    law = stats.norm(0.05, 0.1)
    assert_law(moved(0.05, 0.1), lambda gene: law.cdf(gene) - law.cdf(-gene))


@pytest.mark.parametrize("level", range(10))
@pytest.mark.parametrize("step", [1e-6, 0.02])
def test_a_discrete_gene_moves_by_a_level_at_least(level: int, step: float) -> None:
    found = moved((level + 0.5) / 10, step, n_levels=10, n=300)
    moves = np.floor(10 * found).astype(int) - level
    # A step out of the first or the last level is reflected onto the same one.
    expected = {0: {0, 1}, 9: {-1, 0}}.get(level, {-1, 1})
    assert set(moves) == expected


def test_a_discrete_gene_moves_as_the_normal_law_says() -> None:
    found = moved(0.5, 0.05, n_levels=101)
    moves = np.floor(101 * found).astype(int) - 50
    law = stats.norm(scale=0.05 * 101)
    # To the nearest level, and those that would stay to a neighbour: three bins.
    expected = np.array([law.sf(5.5), law.cdf(5.5) - law.cdf(1.5), law.cdf(1.5) - 0.5])
    sizes = np.abs(moves)
    counts = [np.sum(sizes > 5), np.sum((sizes > 1) & (sizes <= 5)), np.sum(sizes == 1)]
    assert stats.chisquare(counts, 2 * N_DRAWS * expected).pvalue > 1e-4
