"""Differential evolution: what every strategy does, and what only this one does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies import (
    DifferentialEvolutionStrategy,
    GeneLayout,
    _differential_evolution,
)
from tests.marking import quick
from tests.strategies.conformance import (
    StrategyConformance,
    even_layout,
    member_rows,
)
from tests.strategies.problems import (
    PROBLEMS,
    best_losses,
    best_losses_of_random_search,
)

PLANE = GeneLayout.continuous(2)


class TestDifferentialEvolution(StrategyConformance):
    def make(
        self, layout: GeneLayout, seed: int = 0, starts: Any = ()
    ) -> DifferentialEvolutionStrategy:
        return DifferentialEvolutionStrategy(layout, seed=seed, starts=starts)


def children_of(members: Any, losses: Any, layout: GeneLayout, n: int) -> np.ndarray:
    """Return offspring of a population, known ones among them."""
    strategy = DifferentialEvolutionStrategy(layout, seed=0)
    strategy.tell(members, np.reshape(losses, (-1, 1)))
    offspring = strategy.breed(strategy.parents, n, np.random.default_rng(0))
    assert set(offspring.origins) == {"differential"}
    return offspring.genomes


@pytest.mark.parametrize("name", quick(PROBLEMS, "mixed types"))
def test_it_is_clearly_better_than_random_search(name: str) -> None:
    def make(layout: GeneLayout, seed: int) -> DifferentialEvolutionStrategy:
        return DifferentialEvolutionStrategy(layout, seed=seed)

    ratios = best_losses(name, make, 200, 10)
    ratios /= best_losses_of_random_search(name, 200, 10)
    assert np.median(ratios) < 0.4


def test_moves_are_differences_of_members(monkeypatch: pytest.MonkeyPatch) -> None:
    # All that members on a line can reach by differences is on that line.
    monkeypatch.setattr(_differential_evolution, "CROSSOVER_RATE", 1.0)
    first = np.linspace(0.4, 0.6, 6)
    members = np.column_stack([first, 0.2 + first / 2])
    children = children_of(members, np.arange(6), PLANE, 300)
    np.testing.assert_allclose(children[:, 1], 0.2 + children[:, 0] / 2)
    assert len(np.unique(children[:, 0])) > 200


def test_moves_go_towards_the_best_on_average(monkeypatch: pytest.MonkeyPatch) -> None:
    # The differences of two others cancel; what is left is the mean weight of 0.75,
    # times the way to one of the best fifth of ten members.
    monkeypatch.setattr(_differential_evolution, "CROSSOVER_RATE", 1.0)
    members = np.random.default_rng(0).uniform(0.45, 0.55, (10, 2))
    children = children_of(members, np.arange(10), PLANE, 20_000)
    expected = 0.25 * members.mean(axis=0) + 0.75 * members[:2].mean(axis=0)
    error = children.std(axis=0) / np.sqrt(20_000)
    assert np.all(np.abs(children.mean(axis=0) - expected) < 4 * error)


def test_at_least_one_gene_is_the_mutants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_differential_evolution, "CROSSOVER_RATE", 0.0)
    layout = GeneLayout.continuous(4)
    members = np.random.default_rng(0).random((10, 4))
    children = children_of(members, np.arange(10), layout, 100)
    n_taken = (children[:, np.newaxis, :] == members).sum(axis=2).max(axis=1)
    assert np.all(n_taken >= 3)
    assert np.mean(n_taken == 3) > 0.9


def test_categories_are_those_of_members() -> None:
    layout = even_layout([5, 0], [False, True], [[True, True]])
    members = [[0.1, 0.2], [0.5, 0.4], [0.5, 0.6], [0.9, 0.8]]
    children = children_of(members, np.arange(4), layout, 300)
    assert set(children[:, 0]) == {0.1, 0.5, 0.9}


def test_a_single_member_leaves_immigrants() -> None:
    strategy = DifferentialEvolutionStrategy(PLANE, seed=0, n_initial=0)
    strategy.tell([[0.5, 0.5]], [[1.0]])
    strategy.ask(1)
    assert strategy.origins == ["immigrant"]


def test_the_worst_makes_way_for_what_is_better() -> None:
    strategy = DifferentialEvolutionStrategy(PLANE, seed=0, population_size=3)
    genomes = strategy.ask(8)

    def members_after(rows: list[int], losses: list[float]) -> list[int]:
        strategy.tell(genomes[rows], np.reshape(losses, (-1, 1)))
        return sorted(member_rows(strategy, genomes))

    assert members_after([0, 1, 2], [1.0, 2.0, 3.0]) == [0, 1, 2]
    assert members_after([3], [4.0]) == [0, 1, 2]
    assert members_after([4], [np.nan]) == [0, 1, 2]
    assert members_after([5], [0.5]) == [0, 1, 5]
    assert members_after([6], [2.0]) == [0, 5, 6]  # of equals the younger one stays
    assert members_after([7], [np.inf]) == [0, 5, 6]


def test_without_a_success_there_are_only_immigrants() -> None:
    strategy = DifferentialEvolutionStrategy(PLANE, seed=0, n_children=4)
    genomes = strategy.ask(10)
    strategy.tell(genomes, np.full((10, 1), np.nan))
    strategy.ask(4)
    assert strategy.origins == ["immigrant"] * 4
