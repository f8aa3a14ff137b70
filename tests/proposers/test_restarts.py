"""Descents that share a budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import geom, loguniform, norm, poisson, randint, uniform
from sklearn.exceptions import ConvergenceWarning

from skopt_evo.descent import GRADIENTS, SPSA
from skopt_evo.exceptions import NoHypergradientWarning, SpaceCoverageWarning
from skopt_evo.optimizers import OPTIMIZERS
from skopt_evo.proposers._runs import ETA, MAX_KNOWN_BATCHES
from skopt_evo.strategies._design import unseen
from skopt_evo.trials import FoldResult, Trial
from tests.marking import quick
from tests.proposers.driving import (
    best,
    descent_proposer,
    evaluate,
    run,
    search,
)

LINE = {"x": uniform(0, 1)}


class Draws:
    """A distribution that can only be sampled."""

    def rvs(self, random_state: Any = None) -> float:
        return float(random_state.uniform())


def waves(params: Mapping[str, float]) -> float:
    """Five valleys, the deepest one around 0.74."""
    x = params["x"]
    return float(np.cos(10 * math.pi * x) + 4 * (x - 0.74) ** 2)


def of_restarts(trials: list[Trial]) -> dict[int, list[Trial]]:
    runs: dict[int, list[Trial]] = {}
    for trial in trials:
        runs.setdefault(trial.extras["restart"], []).append(trial)
    return runs


@pytest.mark.parametrize("n_iter", [1, 2, 3, 10, 50])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("learning_rate", [None, 0.1])
def test_restarts_share_n_iter_and_use_it_up(
    n_iter: int, optimizer: str, learning_rate: float | None
) -> None:
    trials = search(
        LINE, waves, n_iter=n_iter, optimizer=optimizer, learning_rate=learning_rate
    )
    assert len(trials) == n_iter
    assert len(of_restarts(trials)) > 1 or n_iter == 1


def test_restarts_find_the_deepest_of_several_valleys() -> None:
    lowest = min(waves({"x": x}) for x in np.linspace(0, 1, 2001))
    # Many seeds: other versions of SciPy scramble the starts in another way.
    found = [best(search(LINE, waves, n_iter=60, seed=seed)) for seed in range(40)]
    alone = [
        best(search(LINE, waves, n_iter=60, n_restarts=0, params={"x": x}))
        for x in np.linspace(0.05, 0.95, 10)
    ]
    assert np.mean(np.array(found) < lowest + 0.05) >= 0.65
    assert np.mean(np.array(alone) < lowest + 0.05) <= 0.5


def test_with_a_number_of_restarts_the_search_ends_when_its_descents_do() -> None:
    trials = search(LINE, waves, n_iter=500, n_restarts=4)
    assert len(trials) < 100
    assert of_restarts(trials).keys() == {0, 1, 2, 3, 4}


def test_all_starts_are_scored_before_any_descent_begins() -> None:
    first, second, *_ = run(descent_proposer(LINE, n_iter=50), waves, 50)
    assert {trial.origin for trial in first} == {"start"}
    assert {trial.origin for trial in second} == {"difference"}


def test_hopeless_descents_are_dropped_one_rung_after_the_other() -> None:
    n_restarts = ETA**2 - 1
    trials = search(LINE, waves, n_iter=500, n_restarts=n_restarts)
    runs = of_restarts(trials)
    n_gradients = sorted(
        len({t.iteration for t in each if t.origin == "difference"})
        for each in runs.values()
    )
    assert len(runs) == ETA**2
    assert sum(n > 0 for n in n_gradients) == ETA  # an eighth
    assert sum(n > 2 for n in n_gradients) == 1  # and an eighth of that
    starts = [trial.loss(None) for trial in trials if trial.origin == "start"]
    went_on = [each[0].loss(None) for each in runs.values() if len(each) > 1]
    np.testing.assert_array_equal(np.sort(starts)[:ETA], np.sort(went_on))


def test_hopeless_branches_are_dropped_too() -> None:
    space = [{"a": uniform(0, 1)}, {"b": uniform(0, 1)}]

    def loss(params: Mapping[str, float]) -> float:
        return (params["b"] - 0.3) ** 2 if "b" in params else 10 + params["a"]

    trials = search(space, loss, n_iter=60)
    n_good = sum("b" in trial.params for trial in trials)
    assert 40 <= n_good < 60
    assert best(trials) < 1e-3


def test_settings_without_gradient_do_not_push_descents_out() -> None:
    # All of them are better than any start of a descent, but lead nowhere.
    space = [{"x": uniform(0, 1)}, {"a": list("abcdefghijklmnopqrstuvwxyz")}]

    def loss(params: Mapping[str, Any]) -> float:
        return (params["x"] - 0.3) ** 2 if "x" in params else -1.0

    trials = search(space, loss, n_iter=50, n_restarts=3)
    assert min(t.loss(None) for t in trials if "x" in t.params) < 1e-3


def test_categories_are_explored_by_the_restarts() -> None:
    space = {"x": uniform(0, 1), "kernel": list("abcdef")}

    def loss(params: Mapping[str, Any]) -> float:
        return (params["x"] - 0.3) ** 2 + 2.0 * (params["kernel"] != "d")

    trials = search(space, loss, n_iter=50)
    assert {trial.params["kernel"] for trial in trials} == set("abcdef")
    assert best(trials) < 1e-2
    for each in of_restarts(trials).values():
        assert len({trial.params["kernel"] for trial in each}) == 1


def test_a_failed_start_ranks_behind_all_the_others() -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["x"] < 0.7 else params["x"]

    runs = of_restarts(search(LINE, loss, n_iter=60, n_restarts=7)).values()
    went_on = [each[0].loss(None) for each in runs if len(each) > 1]
    assert len(runs) == ETA
    assert np.all(np.isfinite(went_on))
    assert sum(np.isnan(each[0].loss(None)) for each in runs) >= 4


WAYS = [
    {"gradient": "model", "optimizer": None},
    {"gradient": "model", "optimizer": "adam"},
    {"gradient": "model", "optimizer": "momentum", "learning_rate": 0.1},
    {"gradient": "auto", "optimizer": None},
    {"gradient": "exact", "optimizer": None},
    {"gradient": "exact", "optimizer": "lbfgs"},
    *(
        {"gradient": gradient, **steps}
        for gradient in ("finite_difference", "spsa")
        for steps in ({"optimizer": "adam"}, {"optimizer": "sgd", "learning_rate": 0.1})
    ),
]


@pytest.mark.parametrize("n_restarts", quick([None, 0, 3], None))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(map(str, way.values())))
def test_no_descent_goes_on_from_a_start_that_failed(
    way: dict[str, Any], n_restarts: int | None
) -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["x"] > 0.2 else params["x"] + params["y"]

    plane = {"x": uniform(0, 1), "y": uniform(0, 1)}
    trials = search(plane, loss, n_iter=40, n_restarts=n_restarts, **way)
    assert np.isnan(trials[0].loss(None))
    runs = of_restarts(trials).values()
    assert all(len(each) == 1 for each in runs if np.isnan(each[0].loss(None)))
    # Others took its place, even where there was to be no other. With exact gradients
    # alone there is none here, and the model's is too small for a fixed rate.
    if way["gradient"] != "exact" and way not in WAYS[2:3]:
        assert any(len(each) > 1 for each in runs)


@pytest.mark.parametrize("n_restarts", [None, 0, 3])
def test_where_everything_fails_the_budget_is_spent_on_starts_apart(
    n_restarts: int | None,
) -> None:
    trials = search(LINE, lambda params: np.nan, n_iter=50, n_restarts=n_restarts)
    assert len(trials) == 50
    places = np.sort([trial.params["x"] for trial in trials])
    # Of 50 random points the largest gap is 0.09 or so.
    assert np.diff([0.0, *places, 1.0]).max() < 0.06


def test_the_end_of_no_descent_is_where_a_start_failed() -> None:
    # The only one with a score is next to the first start, which failed.
    def loss(params: Mapping[str, float]) -> float:
        place = params["x"]
        return np.nan if not 0.52 < place < 0.7 else (place - 0.6) ** 2

    trials = search(LINE, loss, n_iter=40, gradient="model", params={"x": 0.51})
    assert np.isnan(trials[0].loss(None))
    assert best(trials) < 1e-4


@pytest.mark.parametrize("share", quick([0.05, 0.1], 0.1))
@pytest.mark.parametrize(
    "way",
    [WAYS[0], WAYS[1], *WAYS[-4:]],
    ids=lambda way: " ".join(map(str, way.values())),
)
def test_more_have_a_score_than_of_a_random_search(
    way: dict[str, Any], share: float
) -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["x"] > share else params["x"] + params["y"]

    plane = {"x": uniform(0, 1), "y": uniform(0, 1)}
    n_scored = [
        sum(
            np.isfinite(trial.loss(None))
            for trial in search(plane, loss, n_iter=40, seed=seed, **way)
        )
        for seed in range(4)
    ]
    assert min(n_scored) > 0
    assert sum(n_scored) > 2 * 4 * 40 * share


def test_no_candidate_is_proposed_twice() -> None:
    trials = search(
        {"n": randint(0, 8), "m": randint(0, 8)},
        lambda params: (params["n"] - 3) ** 2 + params["m"],
        n_iter=60,
    )
    settings_tried = {(t.params["n"], t.params["m"]) for t in trials}
    assert len(settings_tried) == len(trials) == 60


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_descent_that_goes_round_among_known_losses_is_ended(optimizer: str) -> None:
    # Steps much too long: to and fro between the ends of a short scale.
    trials = search(
        {"n": [1, 2, 3], "kernel": ["a", "b"]},
        lambda params: (params["n"] - 2) ** 2,
        n_iter=5,
        optimizer=optimizer,
        learning_rate=50.0,
        n_restarts=0,
    )
    assert 1 < len(trials) <= 3


def test_short_steps_on_a_long_discrete_scale_are_no_circle() -> None:
    # Many steps to the next value, all of them among known losses.
    trials = search(
        {"n": list(range(20))},
        lambda params: (params["n"] / 20 - 1.0) ** 2,
        n_iter=19,
        optimizer="sgd",
        learning_rate=2e-3,
        n_restarts=0,
        params={"n": 0},
    )
    n_steps_to_the_next_value = 1 / 20 / (2e-3 * 2)
    assert 10 < n_steps_to_the_next_value < MAX_KNOWN_BATCHES
    assert max(trial.params["n"] for trial in trials) > 10


@pytest.mark.parametrize("gradient", [*GRADIENTS, SPSA(n_pairs=2)], ids=str)
@pytest.mark.parametrize("learning_rate", quick([None, 0.1], None))
def test_the_same_seed_proposes_the_same(
    gradient: Any, learning_rate: float | None
) -> None:
    space = [{"x": uniform(0, 1), "n": randint(0, 9)}, {"x": norm(0, 1), "k": ["a"]}]

    def candidates(seed: int) -> list[Any]:
        trials = search(
            space,
            lambda params: (params["x"] - 0.3) ** 2,
            n_iter=30,
            gradient=gradient,
            learning_rate=learning_rate,
            seed=seed,
        )
        return [(t.params, t.iteration, t.origin, str(t.extras)) for t in trials]

    assert candidates(0) == candidates(0) != candidates(1)


def test_the_order_in_which_trials_come_back_does_not_matter() -> None:
    def proposals(order: int) -> list[list[Mapping[str, Any]]]:
        proposer = descent_proposer(LINE, n_iter=40)
        proposed = []
        for _ in range(6):
            batch = proposer.propose(40)
            evaluate(batch, waves)
            proposer.observe(batch[::order])
            proposed.append([trial.params for trial in batch])
        return proposed

    assert proposals(1) == proposals(-1)


def test_the_loss_is_minus_the_mean_score_of_the_steering_metric() -> None:
    proposer = descent_proposer(LINE, n_iter=60, metric="recall", n_restarts=0)
    batch = proposer.propose(60)
    xs: list[float] = []
    while batch:
        for trial in batch:
            x = trial.params["x"]
            trial.complete(
                [
                    FoldResult({"f1": x, "recall": bias - (x - 0.2) ** 2})
                    for bias in (0.5, 1.0)
                ]
            )
            xs.append(x)
        proposer.observe(batch)
        batch = proposer.propose(60)
    assert abs(xs[-1] - 0.2) < 0.05


def test_probes_and_steps_are_counted_and_numbered_along_their_descent() -> None:
    trials = search(LINE, waves, n_iter=60)
    assert {trial.origin for trial in trials} == {"start", "difference", "step"}
    for number, each in of_restarts(trials).items():
        assert each[0].origin == "start"
        assert each[0].iteration == 0
        assert [t.iteration for t in each] == sorted(t.iteration for t in each)
        assert number < 60


SPECIFICATIONS: dict[str, Any] = {
    "uniform": uniform(0, 1),
    "loguniform": loguniform(1e-3, 1e3),
    "norm": norm(0, 1),
    "two": [0, 1],
    "three": [0.1, 1, 10],
    "long": list(range(300)),
    "one": [3],
    "integers": randint(0, 5),
    "many integers": randint(1, 200),
    "geom": geom(0.5),
    "poisson": poisson(0.1),
    "categories": ["a", "b", "c"],
    "many categories": [f"c{number}" for number in range(15)],
    "mixed": [None, 1],
    "draws": Draws(),
}
branches = st.dictionaries(
    st.sampled_from("pqrs"),
    st.sampled_from(sorted(SPECIFICATIONS)).map(SPECIFICATIONS.get),
    max_size=3,
)
losses = st.sampled_from(["smooth", "flat", "failing", "partly failing", "stepped"])


def loss_of(kind: str) -> Any:
    def loss(params: Mapping[str, Any]) -> float:
        numbers = [v for v in params.values() if isinstance(v, (int, float))]
        value = sum((math.tanh(v) - 0.3) ** 2 for v in numbers) + 0.1 * len(params)
        return {
            "smooth": value,
            "flat": 0.0,
            "failing": np.nan,
            "partly failing": np.nan if value * 37 % 1 < 0.5 else value,
            "stepped": math.floor(5 * value),
        }[kind]

    return loss


@given(
    param_grid=branches | st.lists(branches, min_size=2, max_size=4),
    n_iter=st.sampled_from([1, 2, 3, 5, 10, 30]),
    gradient=st.sampled_from(sorted(GRADIENTS)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    learning_rate=st.sampled_from([None, 1e-3, 0.1, 100.0]),
    n_restarts=st.sampled_from([None, 0, 1, 5, 100]),
    kind=losses,
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_any_space_with_any_settings_gets_new_allowed_candidates_within_the_budget(
    param_grid: Any,
    n_iter: int,
    gradient: str,
    optimizer: str,
    learning_rate: float | None,
    n_restarts: int | None,
    kind: str,
    seed: int,
) -> None:
    proposer = descent_proposer(
        param_grid,
        n_iter=n_iter,
        gradient=gradient,
        optimizer=optimizer,
        learning_rate=learning_rate,
        n_restarts=n_restarts,
        seed=seed,
    )
    space, layout = proposer._space, proposer._layout
    if space.size <= n_iter:
        return  # tried exhaustively, by another proposer
    batches = run(proposer, loss_of(kind), n_iter)
    trials = [trial for batch in batches for trial in batch]
    genomes = [np.asarray(trial.genome) for trial in trials]
    for trial, genome in zip(trials, genomes, strict=True):
        np.testing.assert_array_equal(space.snap(genome), genome)
        assert trial.params == space.decode(genome)
    keys = {layout.key(genome) for genome in genomes}
    assert len(keys) == len(trials)
    if n_restarts is None and len(trials) < n_iter:
        assert unseen(layout, keys, np.random.default_rng(0)) is None
    allowed = {ConvergenceWarning, NoHypergradientWarning, SpaceCoverageWarning}
    assert {type(each) for each in proposer.finish(trials)} <= allowed
