"""What all strategies that evolve a population do, with the genetic one as example."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import qmc, uniform

from skopt_evo.strategies import GeneLayout, GeneticStrategy, _evolution
from skopt_evo.strategies._evolution import EvolutionStrategy, Offspring, Parents
from skopt_evo.strategies.operators import AgeSurvival, ElitistSurvival
from tests.strategies.conformance import layout_of, member_rows
from tests.strategies.problems import bowl

PLANE = GeneLayout.continuous(2)
U = uniform()


# ---- the first generation


def test_the_first_generation_has_the_starts_then_points_that_fill_the_space() -> None:
    starts = np.array([[0.9, 0.9], [0.1, 0.2]])
    strategy = GeneticStrategy(PLANE, seed=0, n_initial=8, starts=starts)
    genomes = strategy.ask(100)
    assert strategy.origins == ["default"] * 2 + ["initial"] * 6
    np.testing.assert_array_equal(genomes[:2], starts)


def test_the_first_generation_fills_the_space_better_than_chance() -> None:
    layout, rng = GeneLayout.continuous(3), np.random.default_rng(0)
    first = [GeneticStrategy(layout, seed=seed).ask(10) for seed in range(20)]
    discrepancies = [qmc.discrepancy(genomes) for genomes in first]
    of_random = [qmc.discrepancy(rng.random((10, 3))) for _ in range(200)]
    assert max(discrepancies) < np.quantile(of_random, 0.1)


def test_starts_beyond_the_first_generation_enlarge_it() -> None:
    starts = np.random.default_rng(0).random((15, 2))
    strategy = GeneticStrategy(PLANE, seed=0, n_initial=10, starts=starts)
    np.testing.assert_array_equal(strategy.ask(100), starts)


@pytest.mark.parametrize(
    ("n_children", "expected"), [(1, [3, 5, 1, 1, 1]), (4, [3, 5, 4, 2, 4])]
)
def test_as_many_children_are_bred_at_a_time_as_are_wanted(
    n_children: int, expected: list[int]
) -> None:
    strategy = GeneticStrategy(PLANE, seed=0, n_children=n_children, n_initial=8)
    sizes = []
    for wanted in (3, 100, 100, 2, 100):
        genomes = strategy.ask(wanted)
        strategy.tell(genomes, bowl(genomes))
        sizes.append(len(genomes))
    assert sizes == expected


def test_points_that_coincide_are_replaced_within_their_branch() -> None:
    # 16 of 20 points fall into a branch of 4 or 5: all of those have to be there.
    param_grid = [
        {"a": [1, 2], "b": ["x", "y"]},
        {"c": [1, 2, 3, 4, 5]},
        {"d": U},
        {"e": U},
    ]
    layout = layout_of(param_grid)
    strategy = GeneticStrategy(layout, seed=0, n_initial=20)
    branches = layout.branch_of(strategy.ask(20))
    assert set(strategy.origins) == {"initial"}
    counts = np.bincount(branches)
    assert counts[:2].tolist() == [4, 5]
    assert counts.sum() == 20


def test_a_start_told_before_it_is_asked_is_not_asked() -> None:
    strategy = GeneticStrategy(PLANE, seed=0, starts=[[0.5, 0.5]])
    strategy.tell([[0.5, 0.5]], [[1.0]])
    genomes = strategy.ask(10)
    assert len(genomes) == 10
    assert [0.5, 0.5] not in genomes.tolist()
    assert strategy.origins == ["initial"] * 10


# ---- children and immigrants


def test_the_best_loss_is_infinite_before_there_is_one() -> None:
    strategy = GeneticStrategy(PLANE, seed=0)
    assert strategy.best_loss == np.inf
    genomes = strategy.ask(3)
    strategy.tell(genomes, np.full((3, 1), np.nan))
    assert strategy.best_loss == np.inf
    strategy.tell(genomes[:1], [[2.0]])
    assert strategy.best_loss == 2.0


def test_without_a_success_there_are_only_immigrants() -> None:
    strategy = GeneticStrategy(PLANE, seed=0, n_children=6)
    genomes = strategy.ask(10)
    strategy.tell(genomes, np.full((10, 1), np.nan))
    strategy.ask(6)
    assert strategy.origins == ["immigrant"] * 6


@pytest.mark.parametrize(
    ("spread", "low", "high"),
    # The binomial share of 400 children, within 4 standard deviations.
    [(1e-3, 0.25 - 4 * 0.0217, 0.25 + 4 * 0.0217), (0.2, 0.0, 0.0)],
)
def test_immigrants_come_when_diversity_is_lost(
    spread: float, low: float, high: float
) -> None:
    members = np.random.default_rng(0).uniform(0.5 - spread, 0.5 + spread, (6, 2))
    strategy = GeneticStrategy(PLANE, seed=0, n_children=400, n_initial=0)
    strategy.tell(members, bowl(members))
    strategy.ask(400)
    assert low <= strategy.origins.count("immigrant") / 400 <= high
    assert strategy.origins.count("crossover") > 100


def test_immigrants_take_over_where_no_new_child_is_left() -> None:
    strategy = GeneticStrategy(
        layout_of({"a": range(40), "b": range(40)}),
        seed=0,
        n_children=6,
        n_initial=0,
        mutation=lambda genomes, *_: np.full_like(genomes, 0.5),
    )
    strategy.tell([[0.1, 0.1], [0.9, 0.9]], [[1.0], [2.0]])
    strategy.ask(6)
    assert strategy.origins[0] in {"crossover", "mutation"}
    assert strategy.origins[1:] == ["immigrant"] * 5


def test_a_child_that_is_known_is_bred_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_evolution, "IMMIGRATION_RATE", 0.0)

    def mutation(genomes: Any, steps: Any, layout: Any, rng: Any) -> Any:
        """Make one of three candidates; the parent is one of them."""
        return np.column_stack([rng.random(len(genomes)), np.full(len(genomes), 0.5)])

    layout = layout_of({"a": range(3), "b": range(1000)})
    strategy = GeneticStrategy(
        layout, seed=0, n_children=3, n_initial=0, mutation=mutation
    )
    strategy.tell([[0.1, 0.5]], [[1.0]])
    strategy.ask(3)
    assert strategy.origins == ["mutation", "mutation", "immigrant"]


# ---- what is told


def test_a_loss_that_is_told_again_replaces_the_old_one() -> None:
    strategy = GeneticStrategy(PLANE, seed=0, population_size=2)
    genomes = strategy.ask(4)
    strategy.tell(genomes, [[1.0], [2.0], [3.0], [4.0]])
    strategy.tell(genomes[[0, 3]], [[9.0], [0.5]])
    assert strategy.best_loss == 0.5
    assert member_rows(strategy, genomes) == [3, 1]


def test_a_failure_that_was_never_asked_changes_nothing() -> None:
    plain, other = (GeneticStrategy(PLANE, seed=0) for _ in range(2))
    for failure in np.random.default_rng(0).random((4, 2)):
        other.tell([failure], [[np.nan]])
        genomes = plain.ask(10)
        np.testing.assert_array_equal(other.ask(10), genomes)
        for strategy in (plain, other):
            strategy.tell(genomes, bowl(genomes))


@pytest.mark.parametrize("survival", [ElitistSurvival(), AgeSurvival()])
def test_while_all_fail_candidates_go_on_filling_the_space(survival: Any) -> None:
    strategy = GeneticStrategy(PLANE, seed=0, n_initial=4, survival=survival)
    origins = []
    for _ in range(40):
        genomes = strategy.ask(4)
        origins += strategy.origins
        strategy.tell(genomes, np.full((len(genomes), 1), np.nan))
    assert set(origins[4:]) == {"immigrant"}
    known, _ = strategy.known
    for gene in known[4:36].T:
        # Of 32 random numbers, a third of these parts would have none.
        assert len(np.unique(np.floor(32 * gene))) == 32


@pytest.mark.parametrize("survival", [ElitistSurvival(), AgeSurvival()])
def test_a_loss_after_failures_is_bred_from(survival: Any) -> None:
    strategy = GeneticStrategy(PLANE, seed=0, n_initial=4, survival=survival)
    genomes = strategy.ask(4)
    strategy.tell(genomes, [[np.nan], [np.nan], [1.0], [np.nan]])
    origins = []
    for _ in range(8):
        strategy.tell(strategy.ask(1), [[np.nan]])
        origins += strategy.origins
    assert {"mutation", "crossover"} & set(origins)


def test_dormant_genes_do_not_tell_candidates_apart() -> None:
    layout = layout_of([{"a": [1, 2]}, {"b": U}])
    strategy = GeneticStrategy(layout, seed=0)
    strategy.tell([[0.25, 0.25, 0.1], [0.25, 0.25, 0.9]], [[2.0], [1.0]])
    assert len(strategy.known[0]) == 1
    assert strategy.best_loss == 1.0


def test_what_is_told_with_another_rounding_is_what_was_asked() -> None:
    strategy = GeneticStrategy(layout_of({"a": uniform(), "k": ["x", "y"]}), seed=0)
    asked = strategy.ask(10)
    told = np.clip(asked + [[1e-12, 0.0]], 0.0, 1.0)
    strategy.tell(told, told[:, :1])
    assert len(strategy.pending) == 0
    np.testing.assert_array_equal(strategy.known[0], told)
    # What lies further away, or is of another category, is somebody else.
    asked = strategy.ask(1)
    far = asked + [[1e-4 if asked[0, 0] < 0.5 else -1e-4, 0.0]]
    strategy.tell([*far, [asked[0, 0], 1.0 - asked[0, 1]]], [[0.0], [0.0]])
    np.testing.assert_array_equal(strategy.pending, asked)


# ---- what makes no sense


@pytest.mark.parametrize("name", ["population_size", "n_children"])
def test_a_population_without_a_member_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}=0.* pass an int >= 1"):
        GeneticStrategy(PLANE, seed=0, **{name: 0})


@pytest.mark.parametrize("starts", [[[0.5]], [0.5, 0.5], [[0.5, np.nan]]])
def test_starts_that_are_no_genomes_are_refused(starts: Any) -> None:
    with pytest.raises(ValueError, match="Expected genomes"):
        GeneticStrategy(PLANE, seed=0, starts=starts)


# ---- the smallest subclass


class Averages(EvolutionStrategy):
    """Its children are averages of two parents; the two fittest survive."""

    def __init__(self, n_objectives: int | None = 1, worth: int = 0) -> None:
        self.worth = worth
        super().__init__(
            PLANE,
            seed=0,
            population_size=2,
            n_children=1,
            n_initial=4,
            n_objectives=n_objectives,
            starts=[],
        )

    def breed(self, parents: Parents, n: int, rng: np.random.Generator) -> Offspring:
        pairs = parents.genomes[rng.integers(len(parents.genomes), size=(n, 2))]
        return Offspring(pairs.mean(axis=1), np.full(n, 0.1), np.full(n, "average"))

    def fitness(self, losses: np.ndarray) -> np.ndarray:
        return np.asarray(losses[:, self.worth])

    def _survivors(self, ages: np.ndarray) -> list[int]:
        fittest = np.argsort(self.parents.fitness, kind="stable")[:2]
        return [self._members[place] for place in fittest]


def test_a_subclass_says_what_is_bred_and_who_survives() -> None:
    strategy = Averages()
    first = strategy.ask(10)
    assert strategy.origins == ["initial"] * 4
    losses = bowl(first)
    strategy.tell(first, losses)
    best, second = first[np.argsort(losses[:, 0])[:2]]
    (child,) = strategy.ask(10)
    # The average of a parent and itself is known: it is bred again.
    assert strategy.origins == ["average"]
    np.testing.assert_allclose(child, (best + second) / 2, rtol=1e-15)
    assert strategy.n_asked == 5


@pytest.mark.parametrize("worth", [0, 1])
def test_a_subclass_says_what_fitness_is(worth: int) -> None:
    strategy = Averages(n_objectives=None, worth=worth)
    genomes = strategy.ask(4)
    losses = np.column_stack([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
    strategy.tell(genomes, losses)
    assert strategy.n_objectives == 2
    expected = genomes[:2] if worth == 0 else genomes[[3, 2]]
    np.testing.assert_array_equal(strategy.parents.genomes, expected)
    np.testing.assert_array_equal(strategy.parents.fitness, [1.0, 2.0])
    # The best loss is always by the first objective.
    assert strategy.best_loss == 1.0


def test_known_and_in_flight_are_parted_by_what_is_told() -> None:
    strategy = Averages()
    genomes = strategy.ask(4)
    np.testing.assert_array_equal(strategy.pending, genomes)
    assert strategy.known[0].shape == (0, 2)
    assert strategy.known[1].shape == (0, 1)
    strategy.tell(genomes[[2, 0]], [[0.5], [np.nan]])
    np.testing.assert_array_equal(strategy.pending, genomes[[1, 3]])
    np.testing.assert_array_equal(strategy.known[0], genomes[[0, 2]])
    np.testing.assert_array_equal(strategy.known[1], [[np.nan], [0.5]])


@pytest.mark.parametrize("losses", [[[1.0, 2.0]], [1.0], [[]], [[[1.0]]]])
def test_losses_of_another_shape_change_nothing(losses: Any) -> None:
    strategy = Averages()
    genomes = strategy.ask(4)
    with pytest.raises(ValueError, match=r"1 losses a genome: expected losses of"):
        strategy.tell(genomes[:1], losses)
    assert len(strategy.pending) == 4
