"""NSGA-II: what every strategy does, and what only this one does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies import GeneLayout, NSGA2Strategy, non_dominated_ranks
from skopt_evo.strategies.operators import TournamentSelection
from tests.marking import quick
from tests.strategies.conformance import (
    FEW_LAYOUTS,
    StrategyConformance,
    member_rows,
    run,
)

PLANE = GeneLayout.continuous(2)


class TestTwoObjectives(StrategyConformance):
    n_objectives = 2
    forgets = True

    def make(
        self, layout: GeneLayout, seed: int = 0, starts: Any = ()
    ) -> NSGA2Strategy:
        return NSGA2Strategy(
            layout, seed=seed, starts=starts, n_objectives=self.n_objectives
        )


@pytest.mark.slow
class TestThreeObjectives(TestTwoObjectives):
    layout = FEW_LAYOUTS
    n_objectives = 3
    n_seeds = 11


def zdt1(genomes: np.ndarray) -> np.ndarray:
    """Zitzler, Deb & Thiele 2000; the front is 1 - sqrt(f1), all other genes 0."""
    first = genomes[:, 0]
    g = 1 + 9 * genomes[:, 1:].mean(axis=1)
    return np.column_stack([first, g * (1 - np.sqrt(first / g))])


def hypervolume(losses: np.ndarray, reference: tuple[float, float]) -> float:
    """Return the area that two losses dominate, up to a reference point."""
    area, height = 0.0, reference[1]
    for first, second in losses[np.argsort(losses[:, 0])]:
        if first < reference[0] and second < height:
            area += (reference[0] - first) * (height - second)
            height = second
    return area


def test_the_hypervolume_of_two_steps() -> None:
    losses = np.array([[2.0, 1.0], [1.0, 2.0], [2.5, 2.5], [0.0, 5.0]])
    assert hypervolume(losses, (4.0, 4.0)) == 3 * 2 + 2 * 1


@pytest.mark.parametrize("n_children", quick([1, 10], 10))
def test_it_finds_the_front_of_zdt1(n_children: int) -> None:
    layout, n = GeneLayout.continuous(6), 450
    # Below the front lies the integral of 1 - sqrt(f1) from 0 to 1.
    whole = 1.1**2 - 1 / 3
    for seed in range(2):
        strategy = NSGA2Strategy(
            layout,
            seed=seed,
            n_objectives=2,
            population_size=20,
            n_children=n_children,
            n_initial=20,
        )
        losses = run(strategy, zdt1, n)[1]
        drawn = zdt1(np.random.default_rng(seed).random((10 * n, 6)))
        found = hypervolume(losses, (1.1, 1.1))
        assert found > 0.5 * whole
        assert found > hypervolume(drawn, (1.1, 1.1))
        front = losses[non_dominated_ranks(losses) == 0]
        assert np.ptp(front[:, 0]) > 0.5


def test_the_first_fronts_survive_and_then_the_lonely() -> None:
    strategy = NSGA2Strategy(PLANE, seed=0, n_objectives=2, population_size=4)
    # Rows 0 to 3 are a front, and 4, 5 and 6 one behind it.
    front = [[0.0, 10.0], [1.0, 9.0], [2.0, 8.0], [10.0, 0.0]]
    behind = [[0.0, 19.0], [9.0, 9.0], [19.0, 0.0]]
    genomes = strategy.ask(7)
    strategy.tell(genomes, np.array(front + behind))
    assert sorted(member_rows(strategy, genomes)) == [0, 1, 2, 3]
    # One more on the front: row 1 lies closest to its neighbours.
    genomes = np.concatenate([genomes, strategy.ask(1)])
    strategy.tell(genomes[7:], [[5.0, 5.0]])
    assert sorted(member_rows(strategy, genomes)) == [0, 2, 3, 7]


def test_whoever_fails_in_one_loss_is_not_bred() -> None:
    strategy = NSGA2Strategy(PLANE, seed=0, n_objectives=2)
    losses = np.array([[-9.0, np.nan], [np.nan, -9.0], [1.0, 2.0], [np.nan, np.nan]])
    genomes = strategy.ask(4)
    strategy.tell(genomes, losses)
    assert member_rows(strategy, genomes) == [2]


def test_parents_win_by_front_then_by_loneliness() -> None:
    calls = []

    def selection(places: Any, size: int, rng: np.random.Generator) -> Any:
        calls.append(places.copy())
        return TournamentSelection()(places, size, rng)

    strategy = NSGA2Strategy(
        PLANE, seed=0, n_objectives=2, n_initial=0, selection=selection
    )
    losses = [[0.0, 4.0], [1.0, 1.0], [4.0, 0.0], [5.0, 5.0]]
    genomes = np.random.default_rng(0).random((4, 2))
    strategy.tell(genomes, losses)
    strategy.ask(1)
    parents = strategy.parents
    rows = [
        int(np.flatnonzero((genomes == genome).all(axis=1))[0])
        for genome in parents.genomes[np.argsort(calls[0])]
    ]
    assert set(rows[:2]) == {0, 2}
    assert rows[2:] == [1, 3]


def test_the_number_of_losses_is_learnt_from_the_first_ones() -> None:
    strategy = NSGA2Strategy(PLANE, seed=0, n_objectives=None)
    known = NSGA2Strategy(PLANE, seed=0, n_objectives=3)
    assert strategy.parents.fitness.shape == (0,)
    genomes = strategy.ask(10)
    np.testing.assert_array_equal(known.ask(10), genomes)
    strategy.tell([], np.empty((0, 2)))  # says nothing
    for refused in (np.zeros((9, 2)), np.zeros(10), np.zeros((10, 0))):
        with pytest.raises(ValueError, match="expected losses"):
            strategy.tell(genomes, refused)
    losses = np.random.default_rng(0).random((10, 3))
    for each in (strategy, known):
        each.tell(genomes, losses)
    with pytest.raises(ValueError, match="minimises 3 losses"):
        strategy.tell(genomes, losses[:, :2])
    assert member_rows(strategy, genomes) == member_rows(known, genomes)
    np.testing.assert_array_equal(strategy.ask(1), known.ask(1))


def test_one_objective_is_a_genetic_algorithm() -> None:
    strategy = NSGA2Strategy(PLANE, seed=0, n_objectives=1)
    genomes = strategy.ask(10)
    strategy.tell(genomes, np.arange(10.0)[::-1, np.newaxis])
    assert sorted(member_rows(strategy, genomes)) == [4, 5, 6, 7, 8, 9]
