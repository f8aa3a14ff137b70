"""The layout of the genes, and what counts as a strategy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import uniform

from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout, GeneticStrategy, Strategy
from tests.strategies.conformance import SPACES, even_layout, layout_of, layouts

BRANCHES = even_layout(
    [3, 0, 0],
    [False, True, True],
    [[True, True, False], [True, False, True], [True, False, False]],
)


def test_a_continuous_layout_is_a_unit_cube_without_branches() -> None:
    layout = GeneLayout.continuous(3)
    assert (layout.n_genes, layout.n_branches) == (3, 1)
    assert layout.is_numeric.all()
    assert layout.active.all()
    assert not layout.n_levels.any()
    np.testing.assert_array_equal(layout.snap(np.array([-1.0, 0.3, 7.0])), [0, 0.3, 1])


def test_the_first_gene_chooses_the_branch() -> None:
    genes = np.array([0.0, 0.3, 1 / 3, 0.5, 0.7, 1.0])
    genomes = np.column_stack([genes, np.zeros((6, 2))])
    assert BRANCHES.branch_of(genomes).tolist() == [0, 0, 1, 1, 2, 2]
    np.testing.assert_array_equal(
        BRANCHES.active_in(genomes), BRANCHES.active[[0, 0, 1, 1, 2, 2]]
    )
    assert BRANCHES.branch_of(genomes[3]) == 1
    np.testing.assert_array_equal(BRANCHES.active_in(genomes[3]), BRANCHES.active[1])


def test_without_branches_the_first_gene_is_like_the_others() -> None:
    layout = even_layout([4, 0], [False, True], [[True, False]])
    genomes = np.random.default_rng(0).random((5, 2))
    assert layout.branch_of(genomes).tolist() == [0] * 5
    np.testing.assert_array_equal(layout.active_in(genomes), [[True, False]] * 5)


@pytest.mark.parametrize("n_branches", [1, 2, 3, 7, 49, 1000])
def test_the_gene_of_a_branch_stands_for_this_branch(n_branches: int) -> None:
    active = [[True]] * n_branches
    layout = even_layout([n_branches], [False], active)
    genes = layout.branch_gene(np.arange(n_branches))
    assert layout.branch_of(genes[:, np.newaxis]).tolist() == list(range(n_branches))
    np.testing.assert_array_equal(layout.snap(genes[:, np.newaxis])[:, 0], genes)
    assert layout.branch_gene(0) == genes[0]


@pytest.mark.parametrize("name", SPACES)
def test_genomes_share_a_key_if_they_are_the_same_candidate(name: str) -> None:
    space, layout = SearchSpace(SPACES[name]), layout_of(SPACES[name])
    rng = np.random.default_rng(0)
    # Few different genes, so that many genomes are the same candidate.
    genomes = rng.choice([0.1, 0.3, 0.5, 0.9], size=(60, layout.n_genes))
    keys = [layout.key(genome) for genome in genomes]
    settings = [repr(space.decode(genome)) for genome in genomes]
    branches = [space.branch_of(genome) for genome in genomes]
    for first in range(60):
        for second in range(first):
            same = settings[first] == settings[second]
            assert (keys[first] == keys[second]) == same
            assert not same or branches[first] == branches[second]


def test_minus_zero_is_zero_to_a_key() -> None:
    layout = GeneLayout.continuous(2)
    assert layout.key(np.array([-0.0, 0.5])) == layout.key(np.array([0.0, 0.5]))


@settings(max_examples=50, deadline=None)
@given(layout=layouts(), seed=st.integers(0, 2**32 - 1))
def test_a_key_depends_on_canonical_active_genes_only(
    layout: GeneLayout, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    genome = rng.random(layout.n_genes)
    before = genome.copy()
    key = layout.key(genome)
    np.testing.assert_array_equal(genome, before)
    assert layout.key(layout.snap(genome)) == key
    other = np.where(layout.active_in(genome), genome, rng.random(layout.n_genes))
    assert layout.key(other) == key


def test_canonical_genomes_are_snapped_copies() -> None:
    genomes = np.array([[0.1, -0.5, 2.0], [0.5, 0.3, 0.4]])
    canonical = BRANCHES.canonical(genomes)
    np.testing.assert_allclose(canonical, [[1 / 6, 0, 1], [0.5, 0.3, 0.4]])
    canonical[:] = 9.0
    assert genomes.max() == 2.0
    assert BRANCHES.canonical([]).shape == (0, 3)
    assert GeneLayout.continuous(0).canonical([[], []]).shape == (2, 0)


@pytest.mark.parametrize(
    ("genomes", "message"),
    [
        ([0.1, 0.2, 0.3], r"of shape \(n, 3\), got \(3,\)"),
        ([[0.1, 0.2]], r"of shape \(n, 3\), got \(1, 2\)"),
        ([[[0.1, 0.2, 0.3]]], r"of shape \(n, 3\), got \(1, 1, 3\)"),
        (0.5, r"of shape \(n, 3\), got \(\)"),
        ([[0.1, 0.2, np.nan]], "of finite numbers, got .*nan"),
        ([[0.1, -np.inf, 0.2]], "of finite numbers, got .*inf"),
    ],
)
def test_what_is_no_genome_is_refused(genomes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"Expected genomes {message}"):
        BRANCHES.canonical(genomes)


def test_a_layout_says_of_a_search_space_what_the_space_does() -> None:
    space = SearchSpace([{"a": [1, 2], "k": ["x", "y", "z"]}, {"b": uniform()}])
    layout = layout_of([{"a": [1, 2], "k": ["x", "y", "z"]}, {"b": uniform()}])
    for branch in range(2):
        gene = layout.branch_gene(branch)
        assert gene == space.branch_gene(branch)
        genome = np.r_[gene, 0.5, 0.5, 0.5]
        assert layout.branch_of(genome) == space.branch_of(genome) == branch


def test_a_strategy_is_what_has_the_methods() -> None:
    class Half:
        origins: tuple[str, ...] = ()

        def ask(self, n: int) -> np.ndarray:
            return np.empty((0, 2))

    class Whole(Half):
        def tell(self, genomes: Any, losses: Any) -> None: ...

    assert not isinstance(Half(), Strategy)
    assert isinstance(Whole(), Strategy)
    assert isinstance(GeneticStrategy(GeneLayout.continuous(1), seed=0), Strategy)
