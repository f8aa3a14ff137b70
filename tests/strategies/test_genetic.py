"""The genetic strategy: what every strategy does, and what only this one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import uniform

from skopt_evo.strategies import GeneLayout, GeneticStrategy, _evolution, _genetic
from skopt_evo.strategies.operators import (
    AgeSurvival,
    CommaSurvival,
    ElitistSurvival,
    MixedMutation,
    TournamentSelection,
    UniformCrossover,
)
from tests.strategies.conformance import (
    FEW_LAYOUTS,
    StrategyConformance,
    even_layout,
    layout_of,
    member_rows,
    run,
)
from tests.strategies.problems import (
    PROBLEMS,
    best_losses,
    best_losses_of_random_search,
    bowl,
)

PLANE = GeneLayout.continuous(2)
U = uniform()


# One child at a time, and generations.
both = pytest.mark.parametrize("n_children", [1, 6])


class TestSteadyState(StrategyConformance):
    settings: dict[str, Any] = {}

    def make(
        self, layout: GeneLayout, seed: int = 0, starts: Any = ()
    ) -> GeneticStrategy:
        return GeneticStrategy(layout, seed=seed, starts=starts, **self.settings)


@pytest.mark.slow
class TestGenerations(TestSteadyState):
    layout = FEW_LAYOUTS
    settings = {"n_children": 6}


@pytest.mark.slow
class TestSmallest(TestSteadyState):
    layout = FEW_LAYOUTS
    settings = {"population_size": 1, "n_initial": 1}


class TestCommaSurvival(TestSteadyState):
    layout = FEW_LAYOUTS
    settings = {"population_size": 3, "n_children": 9, "survival": CommaSurvival()}
    forgets = True


@pytest.mark.slow
class TestAgeSurvival(TestSteadyState):
    layout = FEW_LAYOUTS
    settings = {
        "population_size": 8,
        "selection": TournamentSelection(size=3),
        "survival": AgeSurvival(),
    }


OPERATORS = {
    "selection": TournamentSelection(size=3),
    "crossover": UniformCrossover(),
    "mutation": MixedMutation(n_parameters=3),
    "survival": ElitistSurvival(),
}


class Recorder:
    """An operator that notes its arguments and leaves the work to another one."""

    def __init__(self, operator: Callable[..., Any]) -> None:
        self.operator = operator
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *args: Any) -> Any:
        self.calls.append(args)
        return self.operator(*args)


def all_origins(strategy: GeneticStrategy, n: int) -> list[str]:
    """Run and return the origins of all candidates."""
    origins = []
    while len(genomes := strategy.ask(n - strategy.n_asked)):
        origins += strategy.origins
        strategy.tell(genomes, bowl(genomes))
    return origins


# ---- the first generation


# ---- how well it searches


@pytest.mark.slow
@both
@pytest.mark.parametrize("name", PROBLEMS)
def test_it_is_clearly_better_than_random_search(name: str, n_children: int) -> None:
    def make(layout: GeneLayout, seed: int) -> GeneticStrategy:
        return GeneticStrategy(layout, seed=seed, n_children=n_children)

    ratios = best_losses(name, make, 100, 25)
    ratios /= best_losses_of_random_search(name, 100, 25)
    # Were both equally good, 17 of 25 would have a probability of 5 %.
    assert np.sum(ratios < 1) >= 17
    assert np.median(ratios) < 0.6


def two_valleys(genomes: np.ndarray) -> np.ndarray:
    """A wide valley around (0.25, 0.25), and a narrower but deeper one."""
    wide = 0.2 + ((genomes - 0.25) ** 2).sum(axis=-1, keepdims=True)
    deep = 6 * ((genomes - 0.8) ** 2).sum(axis=-1, keepdims=True)
    return np.minimum(wide, deep)


def n_escapes() -> int:
    """Return how many of 10 searches leave the valley that all of them start in."""
    escapes = 0
    for seed in range(10):
        starts = 0.25 + np.random.default_rng(seed).uniform(-0.01, 0.01, (10, 2))
        strategy = GeneticStrategy(PLANE, seed=seed, starts=starts)
        _, losses = run(strategy, two_valleys, 150)
        escapes += losses.min() < 0.1
    return escapes


@pytest.mark.slow
def test_immigrants_lead_it_out_of_a_local_optimum_that_keeps_a_descent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    descent = minimize(
        lambda x: two_valleys(x).item(), [0.26, 0.24], bounds=[(0, 1)] * 2
    )
    np.testing.assert_allclose(descent.x, 0.25, atol=1e-4)
    with_immigrants = n_escapes()
    assert with_immigrants >= 8
    monkeypatch.setattr(_evolution, "IMMIGRATION_RATE", 0.0)
    assert n_escapes() < with_immigrants


# ---- who is bred, and who stays


@both
def test_the_best_of_all_that_were_told_are_the_parents(n_children: int) -> None:
    selection = Recorder(TournamentSelection())
    strategy = GeneticStrategy(
        PLANE, seed=0, n_children=n_children, selection=selection
    )
    rng, told = np.random.default_rng(0), []
    for _ in range(20):
        genomes = strategy.ask(100)
        best = np.sort(told)[:6]
        assert len(selection.calls) == (len(genomes) if told else 0)
        for losses, _, _ in selection.calls:
            np.testing.assert_array_equal(np.sort(losses), best)
        selection.calls.clear()
        losses = rng.random((len(genomes), 1))
        told += losses.ravel().tolist()
        strategy.tell(genomes, losses)
        assert strategy.best_loss == min(told)


def test_most_children_come_from_crossover() -> None:
    # Two of six members by binary tournaments are one and the same with the
    # probability sum of ((13 - 2 i) / 36)^2 for i = 1 .. 6; of the others, 90 % mate.
    share = 0.9 * (1 - sum(((13 - 2 * i) / 36) ** 2 for i in range(1, 7)))
    members = np.random.default_rng(0).random((6, 2))
    strategy = GeneticStrategy(PLANE, seed=0, n_children=1000, n_initial=0)
    strategy.tell(members, bowl(members))
    strategy.ask(1000)
    deviation = 4 * np.sqrt(share * (1 - share) / 1000)
    n_crossovers = strategy.origins.count("crossover")
    assert abs(n_crossovers / 1000 - share) < deviation
    assert strategy.origins.count("mutation") == 1000 - n_crossovers


def test_the_size_of_mutations_is_inherited_with_log_normal_noise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_genetic, "GREATEST_STEP", np.inf)
    strategy = GeneticStrategy(PLANE, seed=0, n_initial=0)
    rng = np.random.default_rng(0)
    members = rng.random((6, 2))
    strategy.tell(members, bowl(members))
    logs = np.log(strategy.breed(strategy.parents, 1000, rng).steps)
    # The standard errors of the mean and of the deviation of 1000 normal numbers.
    assert abs(logs.mean() - np.log(_evolution.STEP)) < 4 * 0.5 / np.sqrt(1000)
    assert abs(logs.std() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_the_size_of_mutations_is_that_of_the_parent() -> None:
    # A child that becomes the only member has the one that it was bred with, and its
    # own children have one of about the same size.
    mutation = Recorder(MixedMutation())
    strategy = GeneticStrategy(
        PLANE, seed=0, n_initial=0, population_size=1, mutation=mutation
    )
    strategy.tell([[0.5, 0.5]], [[9.0]])
    for loss in np.arange(8.0, 0.0, -1.0):
        strategy.tell(strategy.ask(1), [[loss]])
        (step,) = strategy.parents.steps
        is_child = strategy.origins == ["mutation"]
        assert step in mutation.calls[-1][1] if is_child else step == _evolution.STEP
    rng = np.random.default_rng(0)
    parents = strategy.parents._replace(steps=np.array([0.05]))
    steps = strategy.breed(parents, 1000, rng).steps
    # The standard error of the median of 1000 normal numbers is 0.02.
    assert abs(np.log(np.median(steps) / 0.05)) < 4 * 0.02


def test_the_size_of_mutations_keeps_within_its_limits() -> None:
    mutation = Recorder(MixedMutation())
    strategy = GeneticStrategy(PLANE, seed=0, mutation=mutation)
    run(strategy, bowl, 300)
    steps = np.concatenate([steps for _, steps, _, _ in mutation.calls])
    assert min(steps) == pytest.approx(0.0075)  # the bowl wants ever smaller ones
    assert max(steps) <= 0.6


@both
def test_on_a_plateau_the_population_moves_on(n_children: int) -> None:
    strategy = GeneticStrategy(PLANE, seed=0, n_children=n_children)
    genomes, _ = run(strategy, lambda genomes: np.ones((len(genomes), 1)), 16)
    assert sorted(member_rows(strategy, genomes)) == list(range(10, 16))


def test_generations_tell_survival_who_is_new() -> None:
    survival = Recorder(ElitistSurvival())
    strategy = GeneticStrategy(PLANE, seed=0, n_children=4, survival=survival)
    run(strategy, bowl, 30)
    first, *others = [ages for _, ages, _, _ in survival.calls]
    assert not first.any()
    for ages in others:
        assert np.sum(ages == 0) == 4
        assert np.all(np.diff(ages[:-4]) <= 0)  # the eldest first
        assert np.all(ages[:-4] >= 1)
        assert not ages[-4:].any()


def test_with_comma_survival_parents_die() -> None:
    strategy = GeneticStrategy(
        PLANE, seed=0, population_size=3, n_children=5, survival=CommaSurvival()
    )
    genomes = strategy.ask(10)
    strategy.tell(genomes, np.arange(10.0)[:, np.newaxis])
    assert member_rows(strategy, genomes) == [0, 1, 2]
    children = strategy.ask(5)
    strategy.tell(children, 100 + np.arange(5.0)[:, np.newaxis])
    assert member_rows(strategy, children) == [0, 1, 2]
    assert strategy.best_loss == 0.0


# ---- order, batches and repetition


def test_survival_waits_until_something_is_told() -> None:
    survival = Recorder(ElitistSurvival())
    strategy = GeneticStrategy(PLANE, seed=0, survival=survival)
    strategy.tell([], np.empty((0, 1)))
    assert not survival.calls


def test_a_suggestion_takes_a_millisecond_at_the_most() -> None:
    seconds = []
    for seed in range(3):
        began = time.process_time()
        run(GeneticStrategy(GeneLayout.continuous(4), seed=seed), bowl, 200)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.2


# ---- branches


def branches_layout() -> GeneLayout:
    """Return a gene for the branch, one in both branches and one in either."""
    active = [[True, True, True, False], [True, True, False, True]]
    return even_layout([2, 0, 0, 0], [False, True, True, True], active)


def test_a_gene_that_is_dormant_in_one_parent_comes_from_the_other() -> None:
    crossover = Recorder(UniformCrossover())
    strategy = GeneticStrategy(
        branches_layout(), seed=0, n_initial=0, n_children=50, crossover=crossover
    )
    strategy.tell([[0.25, 0.1, 0.2, 0.3], [0.75, 0.4, 0.5, 0.6]], [[1.0], [2.0]])
    strategy.ask(50)
    seen = set()
    for first, second, *_ in crossover.calls:
        differ = first[:, 0] != second[:, 0]
        seen.update(map(tuple, [*first[differ], *second[differ]]))
    assert seen == {(0.25, 0.1, 0.2, 0.6), (0.75, 0.4, 0.2, 0.6)}


def test_a_switch_of_branch_keeps_a_parameter_that_both_branches_have() -> None:
    def switch(genomes: Any, *args: Any) -> Any:
        return np.where([True, False, False, False], 1 - genomes, genomes)

    layout = layout_of([{"a": U, "b": U}, {"a": uniform(0, 10)}])
    strategy = GeneticStrategy(
        layout, seed=0, n_initial=0, n_children=20, mutation=switch
    )
    strategy.tell([[0.25, 0.1, 0.2, 0.9]], [[1.0]])
    children = strategy.ask(20)
    is_child = np.array(strategy.origins) == "mutation"
    np.testing.assert_array_equal(children[is_child], [[0.75, 0.1, 0.2, 0.1]])


def test_every_branch_can_be_reached_from_every_other_one() -> None:
    layout = branches_layout()
    for start in (0.25, 0.75):
        strategy = GeneticStrategy(layout, seed=0, n_initial=0, n_children=60)
        strategy.tell([[start, 0.1, 0.2, 0.3], [start, 0.9, 0.8, 0.3]], [[1.0], [2.0]])
        genomes = strategy.ask(60)
        assert "immigrant" not in strategy.origins
        assert set(genomes[:, 0]) == {0.25, 0.75}


# ---- operators of one's own


def test_every_operator_can_be_replaced() -> None:
    recorders = {name: Recorder(operator) for name, operator in OPERATORS.items()}
    strategy = GeneticStrategy(PLANE, seed=0, **recorders)
    plain = GeneticStrategy(PLANE, seed=0)
    genomes, _ = run(strategy, bowl, 40)
    assert all(recorder.calls for recorder in recorders.values())
    for losses, ages, size, rng in recorders["survival"].calls:
        assert 7 <= len(losses) == len(ages) <= 10
        assert size == 6
        assert isinstance(rng, np.random.Generator)
    others, _ = run(plain, bowl, 40)
    assert not np.array_equal(genomes[10:], others[10:])


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_that_is_false_is_used_nevertheless(name: str) -> None:
    class Empty(Recorder):
        def __len__(self) -> int:
            return 0

    operator = Empty(OPERATORS[name])
    run(GeneticStrategy(PLANE, seed=0, **{name: operator}), bowl, 20)
    assert operator.calls


def test_operators_that_change_their_arguments_do_no_harm() -> None:
    def crossover(first: Any, second: Any, layout: Any, rng: Any) -> Any:
        first[:] = (first + second) / 2
        second[:] = -1.0
        return first

    def mutation(genomes: Any, steps: Any, layout: Any, rng: Any) -> Any:
        genomes += rng.normal(scale=steps[:, np.newaxis], size=genomes.shape)
        steps[:] = -1.0
        return genomes

    def selection(losses: Any, size: Any, rng: Any) -> Any:
        losses[:] = 0.0
        return rng.integers(len(losses), size=size)

    def survival(losses: Any, ages: Any, size: Any, rng: Any) -> Any:
        order = np.argsort(losses)[:size]
        losses[:] = 0.0
        ages[:] = 0
        return order

    strategy = GeneticStrategy(
        PLANE,
        seed=0,
        selection=selection,
        crossover=crossover,
        mutation=mutation,
        survival=survival,
    )
    genomes, losses = run(strategy, bowl, 60)
    np.testing.assert_array_equal(strategy.known[0], genomes)
    np.testing.assert_array_equal(strategy.known[1], losses)
    assert min(strategy.parents.steps) > 0


@pytest.mark.parametrize("operator", ["crossover", "mutation"])
@pytest.mark.parametrize("child", [[0.5], [0.5, np.nan], [[0.5, 0.5]], 0.5], ids=repr)
def test_an_operator_that_returns_no_genome_is_named(operator: str, child: Any) -> None:
    def broken(*args: Any) -> Any:
        return child

    strategy = GeneticStrategy(PLANE, seed=0, **{operator: broken})
    with pytest.raises(ValueError, match=r"broken.* returned .*shape \(20, 2\)"):
        run(strategy, bowl, 60)


def test_children_out_of_bounds_are_moved_to_the_bounds() -> None:
    strategy = GeneticStrategy(
        PLANE,
        seed=0,
        n_children=6,
        mutation=lambda genomes, *_: genomes + [9.0, 0.0],
    )
    genomes = strategy.ask(10)
    strategy.tell(genomes, bowl(genomes))
    assert np.all(strategy.ask(6)[:, 0] == 1.0)


@pytest.mark.parametrize("operator", ["selection", "survival"])
@pytest.mark.parametrize(
    "rows", [[0, 99], [0, -1], [0.0, 1.0], [True, False], [0, 1, 2, 3, 4, 5, 0]]
)
def test_an_operator_that_returns_no_rows_is_named(operator: str, rows: Any) -> None:
    def broken(*args: Any) -> Any:
        return np.array(rows)

    strategy = GeneticStrategy(PLANE, seed=0, **{operator: broken})
    with pytest.raises(ValueError, match=r"broken.* returned .* row numbers from 0 to"):
        run(strategy, bowl, 60)


def test_a_selection_of_one_parent_is_refused() -> None:
    strategy = GeneticStrategy(PLANE, seed=0, selection=lambda *_: [0])
    with pytest.raises(ValueError, match=r"returned \[0\]: expected 40 row numbers"):
        run(strategy, bowl, 60)


def test_a_survival_that_keeps_nobody_leaves_immigrants() -> None:
    strategy = GeneticStrategy(PLANE, seed=0, survival=lambda *_: [])
    assert all_origins(strategy, 30)[10:] == ["immigrant"] * 20


@both
def test_losses_fall_to_the_optimum(n_children: int) -> None:
    strategy = GeneticStrategy(GeneLayout.continuous(4), seed=0, n_children=n_children)
    best = []
    while len(genomes := strategy.ask(200 - strategy.n_asked)):
        strategy.tell(genomes, bowl(genomes))
        best.append(strategy.best_loss)
    assert all(later <= earlier for earlier, later in pairwise(best))
    assert best[-1] < 1e-2 < best[0]
