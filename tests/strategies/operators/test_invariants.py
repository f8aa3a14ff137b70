"""What holds for all operators of a kind, whatever the genes and the losses are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    BlendCrossover,
    Crossover,
    IntegerGeometricMutation,
    MixedMutation,
    Mutation,
    PolynomialMutation,
    RankSelection,
    Selection,
    SimulatedBinaryCrossover,
    Survival,
    TournamentSelection,
    TruncationSelection,
)
from skopt_evo.strategies.operators._mixed_mutation import whole_mutation
from tests.strategies.conformance import even_layout
from tests.strategies.operators.laws import N_DRAWS, children, vector_layouts


def named(table: Any) -> list[Any]:
    return list(dict.fromkeys(make() for make in table.values()))


ALL_SELECTIONS = [
    *named(SELECTIONS),
    TournamentSelection(5),
    TruncationSelection(0.01),
    RankSelection(2.0),
]
ALL_CROSSOVERS = [
    *named(CROSSOVERS),
    BlendCrossover(2.0),
    SimulatedBinaryCrossover(0.0),
]
ALL_MUTATIONS = [
    *named(MUTATIONS),
    whole_mutation(PolynomialMutation(0.0)),
    MixedMutation(integer=IntegerGeometricMutation(), n_parameters=10, resample=0.5),
]
ALL_SURVIVALS = named(SURVIVALS)

SEEDS = st.integers(0, 2**32 - 1)
LOSSES = st.lists(
    st.one_of(st.floats(), st.sampled_from([0.0, 1.0, np.nan, np.inf])),
    min_size=1,
    max_size=10,
).map(np.array)

EDGES = {
    "no gene": GeneLayout.continuous(0),
    "constant genes": even_layout([1, 1], [True, False], [[True, True]]),
    "inactive genes": even_layout([0, 3], [True, False], [[False, False]]),
}

every_selection = pytest.mark.parametrize("selection", ALL_SELECTIONS, ids=repr)
every_crossover = pytest.mark.parametrize("crossover", ALL_CROSSOVERS, ids=repr)
every_mutation = pytest.mark.parametrize("mutation", ALL_MUTATIONS, ids=repr)
every_survival = pytest.mark.parametrize("survival", ALL_SURVIVALS, ids=repr)


def frozen(array: np.ndarray) -> np.ndarray:
    """Make an array raise an error if an operator writes to it."""
    array.flags.writeable = False
    return array


def draw_genomes(layout: GeneLayout, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return genomes, on the bounds or inside."""
    genomes = rng.random((n, layout.n_genes))
    on_bound = rng.random(genomes.shape) < 0.1
    return frozen(layout.snap(np.where(on_bound, np.round(genomes), genomes)))


@every_selection
@settings(max_examples=50, deadline=None)
@given(losses=LOSSES, size=st.integers(0, 9), seed=SEEDS)
def test_a_selection_returns_as_many_rows_as_are_wanted(
    selection: Selection, losses: np.ndarray, size: int, seed: int
) -> None:
    rows = selection(frozen(losses), size, np.random.default_rng(seed))
    assert rows.shape == (size,)
    assert rows.dtype == np.int64
    assert np.all((rows >= 0) & (rows < len(losses)))


@every_crossover
@settings(max_examples=50, deadline=None)
@given(layout=vector_layouts(), n=st.integers(0, 6), seed=SEEDS)
def test_children_are_genomes_and_their_categories_are_a_parents(
    crossover: Crossover, layout: GeneLayout, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    first, second = (draw_genomes(layout, n, rng) for _ in range(2))
    found = crossover(first, second, layout, rng)
    assert found.shape == (n, layout.n_genes)
    assert found.dtype == np.float64
    assert np.all((found >= 0) & (found <= 1))
    inherited = (found == first) | (found == second)
    assert np.all(inherited | layout.is_numeric)
    assert np.all(inherited | (first != second))


@every_crossover
def test_equal_parents_have_their_like_as_a_child(crossover: Crossover) -> None:
    parent = np.array([0.0, 0.1, 0.7, 1.0, 1 / 3])
    found = children(crossover, parent, parent, GeneLayout.continuous(5), n=20)
    np.testing.assert_array_equal(found, np.tile(parent, (20, 1)))


@every_crossover
def test_the_order_of_the_parents_does_not_count(crossover: Crossover) -> None:
    layout = even_layout([0, 3], [True, False], [[True, True]])
    one = children(crossover, [0.2, 1 / 6], [0.5, 5 / 6], layout)
    other = children(crossover, [0.5, 5 / 6], [0.2, 1 / 6], layout)
    # Two samples of one size differ by sqrt(2) of what one differs from its law.
    limit = np.sqrt(2 / N_DRAWS) * stats.kstwobign.isf(1e-4)
    for gene in range(2):
        assert stats.ks_2samp(one[:, gene], other[:, gene]).statistic < limit


@every_crossover
def test_categories_come_from_both_parents_alike(crossover: Crossover) -> None:
    layout = even_layout([4, 0], [False, True], [[True, True]])
    found = children(crossover, [0.125, 0.2], [0.875, 0.7], layout)[:, 0]
    assert set(found) == {0.125, 0.875}
    assert abs(np.mean(found == 0.125) - 0.5) < 4.5 * np.sqrt(0.25 / N_DRAWS)


@every_mutation
@settings(max_examples=50, deadline=None)
@given(
    layout=vector_layouts(), n=st.integers(0, 6), seed=SEEDS, step=st.floats(1e-3, 10.0)
)
def test_mutants_are_genomes_that_differ_where_they_may(
    mutation: Mutation, layout: GeneLayout, n: int, seed: int, step: float
) -> None:
    rng = np.random.default_rng(seed)
    genomes, steps = draw_genomes(layout, n, rng), frozen(step * rng.random(n) + 1e-3)
    found = mutation(genomes, steps, layout, rng)
    assert found.shape == genomes.shape
    assert found.dtype == np.float64
    assert np.all((found >= 0) & (found <= 1))
    changed = found != genomes
    may_change = layout.active_in(genomes) & (layout.n_levels != 1)
    assert not changed[~may_change].any()
    # Only a discrete number may fall back on itself.
    is_sure = ~layout.is_numeric | (layout.n_levels == 0)
    must_change = may_change.any(axis=1) & np.all(is_sure | ~may_change, axis=1)
    assert np.all(changed.any(axis=1)[must_change])
    categories = found[:, ~layout.is_numeric]
    np.testing.assert_array_equal(categories, layout.snap(found)[:, ~layout.is_numeric])


@every_mutation
@pytest.mark.parametrize("name", EDGES)
def test_where_nothing_can_change_a_copy_is_returned(
    mutation: Mutation, name: str
) -> None:
    layout, rng = EDGES[name], np.random.default_rng(0)
    genomes = draw_genomes(layout, 3, rng)
    found = mutation(genomes, np.full(3, 0.15), layout, rng)
    assert not np.shares_memory(found, genomes)
    np.testing.assert_array_equal(found, genomes)


@pytest.mark.parametrize("n_parameters", [1, 25, 1000])
def test_a_thousand_genes_are_no_obstacle(n_parameters: int) -> None:
    kinds = [(0, True), (10, True), (4, False), (0, True)] * 250
    n_levels, is_numeric = zip(*kinds, strict=True)
    layout = even_layout(list(n_levels), list(is_numeric), [[True] * 1000])
    layout = layout._replace(parameters=np.arange(1000) * n_parameters // 1000)
    rng = np.random.default_rng(0)
    first, second = draw_genomes(layout, 4, rng), draw_genomes(layout, 4, rng)
    for crossover in ALL_CROSSOVERS:
        assert crossover(first, second, layout, rng).shape == (4, 1000)
    for mutation in ALL_MUTATIONS:
        changed = mutation(first, np.full(4, 0.15), layout, rng) != first
        assert np.all(changed.sum(axis=1) < 30)


@every_survival
@settings(max_examples=50, deadline=None)
@given(losses=LOSSES, size=st.integers(1, 8), seed=SEEDS)
def test_survivors_are_different_members_with_losses(
    survival: Survival, losses: np.ndarray, size: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ages = frozen(np.sort(rng.integers(4, size=len(losses)))[::-1].copy())
    rows = survival(frozen(losses), ages, size, rng)
    assert rows.dtype == np.int64
    assert np.all((rows >= 0) & (rows < len(losses)))
    assert len(set(rows.tolist())) == len(rows)
    n_ok = np.count_nonzero(~np.isnan(losses))
    if n_ok:
        assert len(rows) == min(size, n_ok)
        assert not np.isnan(losses[rows]).any()


@every_survival
def test_an_empty_population_has_no_survivors(survival: Survival) -> None:
    nobody, rng = np.empty(0), np.random.default_rng(0)
    assert survival(nobody, np.empty(0, dtype=np.int64), 3, rng).shape == (0,)


CALLS: list[Callable[[np.random.Generator], np.ndarray]] = [
    *(lambda rng, s=s: s(np.arange(8.0), 20, rng) for s in ALL_SELECTIONS),
    *(
        lambda rng, c=c: c(
            np.full((9, 3), 0.2), np.full((9, 3), 0.8), GeneLayout.continuous(3), rng
        )
        for c in ALL_CROSSOVERS
    ),
    *(
        lambda rng, m=m: m(
            np.full((9, 3), 0.2), np.full(9, 0.1), GeneLayout.continuous(3), rng
        )
        for m in ALL_MUTATIONS
    ),
]


@pytest.mark.parametrize("call", CALLS)
def test_chance_comes_from_the_generator_alone(
    call: Callable[[np.random.Generator], np.ndarray],
) -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    found = [call(np.random.default_rng(seed)) for seed in (5, 5, 6)]
    np.testing.assert_array_equal(found[0], found[1])
    after = np.random.get_state()[1].tolist()  # noqa: NPY002
    assert after == before


@pytest.mark.parametrize("call", CALLS[len(ALL_SELECTIONS) :])
def test_another_seed_gives_other_genomes(
    call: Callable[[np.random.Generator], np.ndarray],
) -> None:
    one, other = (call(np.random.default_rng(seed)) for seed in (5, 6))
    assert not np.array_equal(one, other)


@every_survival
def test_survivals_leave_chance_alone(survival: Survival) -> None:
    rng = np.random.default_rng(0)
    survival(np.array([2.0, np.nan, 1.0]), np.array([1, 0, 0]), 2, rng)
    assert rng.random() == np.random.default_rng(0).random()
