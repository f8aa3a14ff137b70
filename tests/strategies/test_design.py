"""Genomes without parents: how evenly they fill the space, and whether they are new."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import binom, chisquare, poisson, qmc, uniform

from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._design import diversity, space_filling, unseen
from tests.strategies.conformance import (
    FINITE,
    SPACES,
    even_layout,
    keys_of,
    layout_of,
    layouts,
    n_points,
)


def branches(n: int, n_genes: int) -> GeneLayout:
    """Return a layout of `n` branches that share `n_genes` continuous genes."""
    numeric = [False, *[True] * n_genes]
    return even_layout([n, *[0] * n_genes], numeric, [[True] * (n_genes + 1)] * n)


def filled(n: int, layout: GeneLayout, seed: int = 0) -> np.ndarray:
    return space_filling(n, layout, np.random.default_rng(seed))


# ---- space_filling


@settings(max_examples=50, deadline=None)
@given(layout=layouts(), n=st.integers(0, 40), seed=st.integers(0, 2**32 - 1))
def test_the_points_are_canonical_and_branches_take_turns(
    layout: GeneLayout, n: int, seed: int
) -> None:
    genomes = filled(n, layout, seed)
    assert genomes.shape == (n, layout.n_genes)
    np.testing.assert_array_equal(genomes, layout.snap(genomes))
    turns = layout.branch_of(genomes)
    for first in range(0, n, layout.n_branches):
        in_turn = turns[first : first + layout.n_branches]
        assert len(set(in_turn)) == len(in_turn)
    np.testing.assert_array_equal(filled(n, layout, seed), genomes)


@pytest.mark.parametrize("n", [1, 10, 16, 33])
@pytest.mark.parametrize("n_genes", [1, 4, 1000])
def test_any_number_of_points_and_genes_will_do(n: int, n_genes: int) -> None:
    genomes = filled(n, GeneLayout.continuous(n_genes))
    assert genomes.shape == (n, n_genes)
    assert len(np.unique(genomes, axis=0)) == n


@pytest.mark.parametrize("n_branches", [1, 2, 3])
def test_every_branch_is_filled_better_than_chance_does(n_branches: int) -> None:
    n, rng = 8 * n_branches, np.random.default_rng(0)
    of_random = [qmc.discrepancy(rng.random((8, 3))) for _ in range(300)]
    found = []
    for seed in range(20):
        genomes = filled(n, branches(n_branches, 3), seed)
        for branch in range(n_branches):
            points = genomes[branches(n_branches, 3).branch_of(genomes) == branch]
            found.append(qmc.discrepancy(points[:, 1:]))
    assert np.median(found) < np.quantile(of_random, 0.1)
    assert max(found) < np.median(of_random)


@pytest.mark.parametrize("n_branches", [1, 2, 4, 5])
def test_every_branch_has_its_points_in_both_halves_of_every_gene(
    n_branches: int,
) -> None:
    # Of a power of two of points of a Sobol sequence, each half holds half.
    for seed in range(10):
        layout = branches(n_branches, 6)
        genomes = filled(8 * n_branches, layout, seed)
        for branch in range(n_branches):
            points = genomes[layout.branch_of(genomes) == branch]
            assert ((points[:, 1:] < 0.5).sum(axis=0) == 4).all()


@pytest.mark.parametrize("n_branches", [1, 2])
def test_points_dealt_out_in_turn_fall_into_both_halves(n_branches: int) -> None:
    # Every second point of a branch, over 200 designs: as many low as high ones.
    layout = branches(n_branches, 4)
    shares = []
    for seed in range(200):
        genomes = filled(16 * n_branches, layout, seed)
        points = genomes[layout.branch_of(genomes) == 0]
        shares.append((points[::2, 1:] < 0.5).mean(axis=0))
    shares = np.array(shares)
    # 8 of 16 without replacement, of which 8 are low: a hypergeometric number.
    deviation = np.sqrt(8 * 0.25 * 8 / 15) / 8
    assert np.all(np.abs(shares.mean(axis=0) - 0.5) < 4.5 * deviation / np.sqrt(200))
    np.testing.assert_allclose(shares.std(axis=0), deviation, rtol=0.25)


def test_more_branches_than_points_have_a_point_at_most() -> None:
    layout = branches(20, 2)
    turns = [set(layout.branch_of(filled(5, layout, seed))) for seed in range(40)]
    assert all(len(turn) == 5 for turn in turns)
    assert set().union(*turns) == set(range(20))


def test_another_generator_gives_other_points() -> None:
    layout = GeneLayout.continuous(2)
    assert not np.any(filled(8, layout, 0) == filled(8, layout, 1))


# ---- unseen


@settings(max_examples=50, deadline=None)
@given(layout=layouts(), seed=st.integers(0, 2**32 - 1))
def test_it_finds_every_point_once_until_none_is_left(
    layout: GeneLayout, seed: int
) -> None:
    rng, seen = np.random.default_rng(seed), set()
    wanted = min(n_points(layout), 40)
    while len(seen) < wanted:
        genome = unseen(layout, seen, rng)
        assert genome is not None
        np.testing.assert_array_equal(genome, layout.snap(genome))
        assert layout.key(genome) not in seen
        seen.add(layout.key(genome))
    if wanted == n_points(layout):
        assert unseen(layout, seen, rng) is None


@pytest.mark.parametrize("name", FINITE)
def test_the_last_point_is_found_whichever_it_is(name: str) -> None:
    space, layout = SearchSpace(FINITE[name]), layout_of(FINITE[name])
    genomes = [space.encode(setting) for setting in space.grid()]
    keys = keys_of(layout, genomes)
    rng = np.random.default_rng(0)
    for last in (genomes[0], genomes[len(genomes) // 2], genomes[-1]):
        found = unseen(layout, keys - {layout.key(last)}, rng)
        assert found is not None
        assert layout.key(found) == layout.key(last)


@pytest.mark.parametrize("distribution", [binom(15, 0.5), poisson(2)])
def test_values_too_improbable_to_be_drawn_are_found(distribution: Any) -> None:
    space = SearchSpace({"n": distribution})
    layout, rng = layout_of({"n": distribution}), np.random.default_rng(0)
    seen: set[bytes] = set()
    found = []
    while (genome := unseen(layout, seen, rng)) is not None:
        seen.add(layout.key(genome))
        found.append(space.decode(genome)["n"])
    # All that lie between the quantiles of 1e-6 and 1 - 1e-6, the ends of the scale.
    low, high = distribution.ppf([1e-6, 1 - 1e-6]).astype(int)
    assert sorted(found) == list(range(low, high + 1))


def test_a_value_of_no_probability_is_not_looked_for_in_vain() -> None:
    # It counts as a level, but its bin is empty.
    layout = GeneLayout(
        n_levels=np.array([3]),
        is_numeric=np.array([True]),
        active=np.ones((1, 1), dtype=bool),
        snap=lambda genomes: np.where(genomes < 0.5, 0.25, 0.75),
        parameters=np.arange(1),
    )
    seen = {layout.key(np.array([0.25])), layout.key(np.array([0.75]))}
    assert unseen(layout, seen, np.random.default_rng(0)) is None


def test_it_draws_uniformly() -> None:
    layout, rng = (
        even_layout([5, 0], [True, True], [[True] * 2]),
        np.random.default_rng(0),
    )
    genomes = np.array([unseen(layout, set(), rng) for _ in range(2000)])
    for gene in range(2):
        counts = np.histogram(genomes[:, gene], bins=5, range=(0, 1))[0]
        assert chisquare(counts).pvalue > 1e-4


def test_it_draws_all_branches_alike_whatever_their_size() -> None:
    layout = layout_of([{"a": [1, 2]}, {"b": uniform(), "c": uniform()}, {"d": [1]}])
    rng = np.random.default_rng(0)
    genomes = np.array([unseen(layout, set(), rng) for _ in range(1500)])
    assert chisquare(np.bincount(layout.branch_of(genomes))).pvalue > 1e-4


@pytest.mark.parametrize("allowed", [[0], [1], [0, 1], 1])
def test_it_keeps_to_the_branches_that_are_allowed(allowed: Any) -> None:
    layout, rng = layout_of(SPACES["branches"]), np.random.default_rng(0)
    genomes = np.array([unseen(layout, set(), rng, allowed) for _ in range(30)])
    assert set(layout.branch_of(genomes)) == set(np.atleast_1d(allowed))


def test_a_branch_that_is_used_up_has_nothing_new() -> None:
    layout, rng = layout_of([{"a": [1, 2]}, {"b": [1, 2]}]), np.random.default_rng(0)
    seen: set[bytes] = set()
    for _ in range(2):
        genome = unseen(layout, seen, rng, [0])
        assert genome is not None
        seen.add(layout.key(genome))
    assert unseen(layout, seen, rng, [0]) is None
    assert unseen(layout, seen, rng, [0, 1]) is not None


def test_a_continuum_is_found_behind_many_branches_that_are_used_up() -> None:
    n = 500
    active = np.zeros((n, 2), dtype=bool)
    active[:, 0], active[-1, 1] = True, True
    layout = even_layout([n, 0], [False, True], active.tolist())
    seen = {
        layout.key(np.array([layout.branch_gene(branch), 0.5]))
        for branch in range(n - 1)
    }
    genome = unseen(layout, seen, np.random.default_rng(0))
    assert genome is not None
    assert layout.branch_of(genome) == n - 1


def test_it_takes_few_looks_where_nothing_is_known() -> None:
    calls = []

    def snap(genomes: np.ndarray) -> np.ndarray:
        calls.append(genomes.size)
        return np.clip(genomes, 0.0, 1.0)

    layout = GeneLayout.continuous(3)._replace(snap=snap)
    unseen(layout, set(), np.random.default_rng(0))
    assert sum(calls) <= 3 * 2


# ---- diversity


@settings(deadline=None)
@given(n=st.integers(2, 8), d=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_diversity_is_the_mean_distance_a_gene(n: int, d: int, seed: int) -> None:
    genomes = np.random.default_rng(seed).random((n, d))
    expected = pdist(genomes, "cityblock").mean() / d
    found = diversity(genomes, GeneLayout.continuous(d))
    np.testing.assert_allclose(found, expected)


@settings(deadline=None)
@given(n=st.integers(2, 8), d=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_categories_are_either_equal_or_one_apart(n: int, d: int, seed: int) -> None:
    layout = even_layout([3] * d, [False] * d, [[True] * d])
    genomes = layout.snap(np.random.default_rng(seed).random((n, d)))
    expected = pdist(genomes, "hamming").mean()
    np.testing.assert_allclose(diversity(genomes, layout), expected)


def test_only_genes_that_are_active_in_both_count() -> None:
    layout = even_layout(
        [2, 0, 0, 0],
        [False, True, True, True],
        [[True, True, True, False], [True, False, True, True]],
    )
    genomes = np.array(
        [[0.25, 0.1, 0.2, 0.9], [0.25, 0.4, 0.3, 0.1], [0.75, 0.8, 0.6, 0.5]]
    )
    # Within the branch genes 0, 1, 2; across the branches genes 0 and 2, twice.
    gaps = (0.0 + 0.3 + 0.1) + (1.0 + 0.4) + (1.0 + 0.3)
    np.testing.assert_allclose(diversity(genomes, layout), gaps / (3 + 2 + 2))


@pytest.mark.parametrize("n", [0, 1])
def test_there_is_no_diversity_without_a_pair(n: int) -> None:
    assert diversity(np.full((n, 2), 0.5), GeneLayout.continuous(2)) == 0.0


@pytest.mark.parametrize("name", SPACES)
def test_diversity_lies_between_zero_and_one(name: str) -> None:
    layout = layout_of(SPACES[name])
    genomes = layout.snap(np.random.default_rng(0).random((6, layout.n_genes)))
    assert 0 <= diversity(genomes, layout) <= 1
    assert diversity(np.repeat(genomes[:1], 4, axis=0), layout) == 0.0
