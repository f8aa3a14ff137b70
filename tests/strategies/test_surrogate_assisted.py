"""Surrogate-assisted evolution: what every strategy does, and what only this does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor

from skopt_evo.strategies import (
    DifferentialEvolutionStrategy,
    GeneLayout,
    GeneticStrategy,
    NSGA2Strategy,
    SurrogateStrategy,
    _surrogate_assisted,
)
from skopt_evo.strategies._evolution import EvolutionStrategy
from skopt_evo.strategies._surrogate_assisted import (
    FEWEST_ROWS,
    MOST_NUMBERS,
    MOST_ROWS,
    NEAREST,
    TUNE_EVERY,
    UNSCREENED,
)
from skopt_evo.strategies.surrogates import (
    GaussianProcess,
    RegressorSurrogate,
    Surrogate,
)
from tests.marking import quick
from tests.strategies.conformance import (
    FEW_LAYOUTS,
    SPACES,
    StrategyConformance,
    ask_many,
    layout_of,
    run,
)
from tests.strategies.problems import PROBLEMS, best_losses

PLANE = GeneLayout.continuous(2)


class TestAroundSteadyState(StrategyConformance):
    budget = 10
    n_seeds = 5

    def evolution(self, layout: GeneLayout, **settings: Any) -> EvolutionStrategy:
        return GeneticStrategy(layout, **settings)

    def surrogate(self, layout: GeneLayout) -> Surrogate:
        return GaussianProcess(layout)

    def make(
        self, layout: GeneLayout, seed: int = 0, starts: Any = ()
    ) -> SurrogateStrategy:
        evolution = self.evolution(layout, seed=seed, starts=starts, n_initial=5)
        return SurrogateStrategy(evolution, self.surrogate(layout))


@pytest.mark.slow
class TestAroundGenerations(TestAroundSteadyState):
    layout = FEW_LAYOUTS

    def evolution(self, layout: GeneLayout, **settings: Any) -> EvolutionStrategy:
        return GeneticStrategy(layout, n_children=6, **settings)


@pytest.mark.slow
class TestAroundDifferentialEvolution(TestAroundSteadyState):
    layout = FEW_LAYOUTS

    def evolution(self, layout: GeneLayout, **settings: Any) -> EvolutionStrategy:
        return DifferentialEvolutionStrategy(layout, **settings)


@pytest.mark.slow
class TestAroundNSGA2(TestAroundSteadyState):
    layout = FEW_LAYOUTS
    n_objectives = 2
    forgets = True

    def evolution(self, layout: GeneLayout, **settings: Any) -> EvolutionStrategy:
        return NSGA2Strategy(layout, n_objectives=2, **settings)


@pytest.mark.slow
class TestWithARegressor(TestAroundSteadyState):
    layout = FEW_LAYOUTS

    def surrogate(self, layout: GeneLayout) -> Surrogate:
        return RegressorSurrogate(
            layout, lambda seed: ExtraTreesRegressor(5, random_state=seed)
        )


class Recorder:
    """A surrogate that notes what it is to learn, and predicts a given function."""

    def __init__(self, mean: Any = None) -> None:
        self.mean = mean or (lambda genomes: np.zeros(len(genomes)))
        self.fits: list[tuple[np.ndarray, np.ndarray, bool]] = []

    def fit(
        self, genomes: Any, targets: Any, *, tune: bool, rng: np.random.Generator
    ) -> None:
        assert len(genomes) == len(targets)
        assert np.all(np.isfinite(targets))
        self.fits.append((genomes.copy(), targets.copy(), tune))

    def predict(self, genomes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.mean(genomes), np.full(len(genomes), 0.01)


def bowl(genomes: np.ndarray) -> np.ndarray:
    losses: np.ndarray = ((genomes - 0.3) ** 2).sum(axis=1, keepdims=True)
    return losses


def screened(layout: GeneLayout, seed: int = 0, **settings: Any) -> SurrogateStrategy:
    """Return steady-state evolution with a Gaussian process."""
    evolution = GeneticStrategy(layout, seed=seed, **settings)
    return SurrogateStrategy(evolution, GaussianProcess(layout))


def recorded(layout: GeneLayout, mean: Any = None, **settings: Any) -> Any:
    """Return steady-state evolution with a recorder, and the recorder."""
    recorder = Recorder(mean)
    evolution = GeneticStrategy(layout, seed=0, n_initial=0, **settings)
    return SurrogateStrategy(evolution, recorder), recorder


def known(strategy: Any, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Tell a strategy `n` random genomes; return them and their losses."""
    layout, rng = strategy.layout, np.random.default_rng(seed)
    genomes = layout.snap(rng.random((n, layout.n_genes)))
    strategy.tell(genomes, bowl(genomes))
    return genomes, bowl(genomes)


def is_near(genomes: np.ndarray, other: np.ndarray, layout: GeneLayout) -> np.ndarray:
    """Tell which genomes are next to another one in all the genes that matter."""
    gaps = np.abs(genomes - other)
    near = np.where(layout.is_numeric, gaps < NEAREST, gaps == 0)
    return np.all(near | ~layout.active_in(other), axis=1)


@pytest.fixture
def always_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_surrogate_assisted, "UNSCREENED", 0.0)


# ---- how well it searches


@pytest.mark.parametrize(
    "name", quick(sorted(PROBLEMS.keys() - {"multimodal"}), "mixed types")
)
def test_screening_is_clearly_better_than_plain_evolution(name: str) -> None:
    plain = best_losses(name, lambda g, seed: GeneticStrategy(g, seed=seed), 40, 5)
    better = best_losses(name, screened, 40, 5)
    assert np.median(better) < np.median(plain) / 3
    assert better.max() < np.median(plain)


def test_a_region_where_all_succeed_is_kept_to() -> None:
    # Nine tenths of the square fail.
    def loss(genomes: np.ndarray) -> np.ndarray:
        fails = (genomes > np.sqrt(0.1)).any(axis=1, keepdims=True)
        return np.where(fails, np.nan, bowl(genomes))

    shares = []
    for seed in range(5):
        _, losses = run(screened(PLANE, seed), loss, 40)
        shares.append(np.isnan(losses[20:]).mean())
    assert np.median(shares) < 0.5


def test_two_losses_are_traded_off() -> None:
    # The front are the points between the two optima.
    optima = np.array([[0.3, 0.3], [0.7, 0.7]])

    def loss(genomes: np.ndarray) -> np.ndarray:
        gaps = genomes[:, np.newaxis, :] - optima
        losses: np.ndarray = (gaps**2).sum(axis=2)
        return losses

    evolution = NSGA2Strategy(PLANE, seed=0, n_objectives=2)
    strategy = SurrogateStrategy(evolution, GaussianProcess(PLANE))
    genomes, _ = run(strategy, loss, 40)
    later = genomes[20:]
    is_close = np.abs(later[:, 0] - later[:, 1]) < 0.15
    is_between = (later.mean(axis=1) > 0.2) & (later.mean(axis=1) < 0.8)
    assert np.mean(is_close & is_between) > 0.6  # by chance: less than 0.2
    assert np.ptp(later[is_close & is_between].mean(axis=1)) > 0.3


# ---- what is proposed


@pytest.mark.usefixtures("always_screened")
@pytest.mark.parametrize("name", ["numbers", "mixed", "branches"])
def test_candidates_are_not_next_to_known_ones(name: str) -> None:
    layout = layout_of(SPACES[name])

    def mean(genomes: np.ndarray) -> np.ndarray:
        """Be sure of the optimum, so that all candidates are drawn to it."""
        awake = np.where(layout.active_in(genomes), genomes, 0.3)
        return bowl(awake)[:, 0]

    strategy, _ = recorded(layout, mean)
    known(strategy, 5)
    genomes, _ = run(strategy, bowl, 30)
    for row in range(1, len(genomes)):
        assert not is_near(genomes[:row], genomes[row], layout).any()


@pytest.mark.usefixtures("always_screened")
@pytest.mark.parametrize("name", ["numbers", "mixed", "branches"])
def test_pending_candidates_are_known_ones(name: str) -> None:
    layout = layout_of(SPACES[name])
    strategy = screened(layout)
    first = strategy.ask(10)
    strategy.tell(first, bowl(first))
    pending = ask_many(strategy, 12)
    for row in range(12):
        others = np.concatenate([first, pending[:row]])
        assert not is_near(others, pending[row], layout).any()


@pytest.mark.usefixtures("always_screened")
def test_the_most_promising_is_proposed() -> None:
    # With a model that knows the optimum of a space of five genes at once.
    layout = GeneLayout.continuous(5)
    strategy, _ = recorded(layout, lambda genomes: bowl(genomes)[:, 0])
    _, losses = known(strategy, 5)
    assert bowl(strategy.ask(1)).item() < losses.min() / 3


@pytest.mark.usefixtures("always_screened")
def test_a_whole_space_of_neighbours_is_asked() -> None:
    # 150 values are closer to each other than what is far enough.
    strategy, _ = recorded(layout_of({"a": range(150)}))
    genomes, _ = known(strategy, 3)
    assert len(run(strategy, bowl, 400)[0]) == 150 - len(np.unique(genomes))


def test_a_share_is_not_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < UNSCREENED < 0.2
    monkeypatch.setattr(_surrogate_assisted, "UNSCREENED", 0.3)
    strategy, recorder = recorded(PLANE)
    known(strategy, 5)
    run(strategy, bowl, 150)
    deviation = np.sqrt(0.3 * 0.7 * 150)
    assert abs(len(recorder.fits) - 0.7 * 150) < 4 * deviation


# ---- what the surrogate learns


@pytest.mark.parametrize("n_failed", [0, 5])
def test_there_is_no_model_before_there_are_a_few_losses(n_failed: int) -> None:
    strategy, recorder = recorded(PLANE)
    failed = np.random.default_rng(1).random((n_failed, 2))
    strategy.tell(failed, np.full((n_failed, 1), np.nan))
    known(strategy, FEWEST_ROWS - 1)
    ask_many(strategy, 40)
    assert not recorder.fits
    known(strategy, 1, seed=2)
    ask_many(strategy, 40)
    assert len(recorder.fits[0][0]) == FEWEST_ROWS + n_failed


@pytest.mark.usefixtures("always_screened")
def test_it_learns_what_is_known_and_believes_what_it_predicts() -> None:
    strategy, recorder = recorded(PLANE, lambda genomes: genomes[:, 0])
    genomes, losses = known(strategy, 5)
    strategy.ask(1)
    (learnt, targets, _), *others = recorder.fits
    assert not others
    np.testing.assert_array_equal(learnt, genomes)
    order = np.argsort(losses[:, 0])
    assert np.all(np.diff(targets[order]) >= 0)
    pending = strategy.evolution.pending
    strategy.ask(1)
    _, (alone, _, _), (both, believed, tune) = recorder.fits
    np.testing.assert_array_equal(alone, genomes)
    np.testing.assert_array_equal(both, np.concatenate([genomes, pending]))
    np.testing.assert_array_equal(believed, np.append(targets, pending[:, 0]))
    assert not tune


@pytest.mark.usefixtures("always_screened")
def test_it_looks_to_its_hyperparameters_now_and_then() -> None:
    strategy, recorder = recorded(PLANE)
    known(strategy, 5)
    run(strategy, bowl, 12)
    expected = [number % TUNE_EVERY == 0 for number in range(12)]
    assert [tune for _, _, tune in recorder.fits] == expected


def test_failures_are_learnt_as_the_worst() -> None:
    strategy, recorder = recorded(PLANE)
    genomes, _ = known(strategy, 8)
    strategy.tell(genomes[:2], [[np.nan], [np.inf]])
    ask_many(strategy, 3)
    _, targets, _ = recorder.fits[0]
    assert np.all(targets[:2] == targets[:8].max())


@pytest.mark.usefixtures("always_screened")
@pytest.mark.parametrize(
    ("n_genes", "most"), [(2, MOST_ROWS), (1000, int(np.sqrt(MOST_NUMBERS / 1000)))]
)
def test_of_many_it_learns_the_better_half_and_some_others(
    n_genes: int, most: int
) -> None:
    strategy, recorder = recorded(GeneLayout.continuous(n_genes))
    genomes, losses = known(strategy, 2000)
    run(strategy, bowl, 3)
    learnt = [{row.tobytes() for row in rows} for rows, _, _ in recorder.fits]
    assert [len(rows) for rows in learnt] == [most] * 3
    best = genomes[np.argsort(losses[:, 0])[: most // 2 - 2]]
    for rows in learnt:
        assert {row.tobytes() for row in best} <= rows
    assert learnt[0] != learnt[1]  # the others are drawn anew
    # They come from all the rest, not from its better part only.
    worse = {row.tobytes() for row in genomes[np.argsort(losses[:, 0])[1000:]]}
    assert all(len(rows & worse) > most // 8 for rows in learnt)


def test_a_thousand_genes_are_searched() -> None:
    layout = GeneLayout.continuous(1000)
    genomes, losses = run(screened(layout, n_initial=5), bowl, 12)
    assert len(np.unique(genomes, axis=0)) == 12
    assert losses[5:].min() < losses[:5].min()


def test_origins_are_those_of_the_evolution() -> None:
    strategy = screened(PLANE, starts=[[0.5, 0.5]])
    genomes = strategy.ask(100)
    assert strategy.origins == ["default"] + ["initial"] * 9
    strategy.tell(genomes, bowl(genomes))
    seen = set()
    for _ in range(20):
        strategy.tell(genomes := strategy.ask(1), bowl(genomes))
        seen.update(strategy.origins)
    assert seen <= {"crossover", "mutation", "immigrant"}
    assert seen & {"crossover", "mutation"}
