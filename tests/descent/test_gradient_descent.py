"""One descent: its steps, its probes and its gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform, norm, randint, uniform

from skopt_evo.descent import SPSA, FiniteDifference
from skopt_evo.optimizers import OPTIMIZERS, SGD, Momentum
from skopt_evo.trials import Trial
from tests.proposers.driving import FORWARD, Loss, best, descent_proposer, run, search

EVERY_OPTIMIZER = [*OPTIMIZERS, Momentum(nesterov=True)]
PLANE = {"x": uniform(0, 1), "y": uniform(0, 1)}


def place(params: Mapping[str, float]) -> np.ndarray:
    return np.array([params[name] for name in sorted(params)])


def bowl(params: Mapping[str, float]) -> float:
    return float(((place(params) - [0.37, 0.61]) ** 2).sum())


def ill_conditioned(params: Mapping[str, float]) -> float:
    first, second = place(params) - [0.37, 0.61]
    return float((first + second) ** 2 + 25 * (first - second) ** 2)


def rosenbrock(params: Mapping[str, float]) -> float:
    x, y = 4 * place(params) - 2
    return float((1 - x) ** 2 + 100 * (y - x**2) ** 2)


def rough(params: Mapping[str, float]) -> float:
    """The bowl with a ripple, as the noise of few splits makes it."""
    return bowl(params) + 0.002 * float(np.sin(90 * place(params)).sum())


def stepped(params: Mapping[str, float]) -> float:
    """The bowl in steps, flat far away, as accuracies are."""
    return float(np.floor(30 * min(bowl(params), 0.3)))


def one_descent(space: Any, loss: Loss, **settings: Any) -> list[Trial]:
    return search(space, loss, n_restarts=0, **settings)


def by_origin(trials: list[Trial], origin: str) -> list[Trial]:
    return [trial for trial in trials if trial.origin == origin]


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize(
    ("loss", "n_iter", "tolerance"),
    [
        (bowl, 40, 2e-3),
        (ill_conditioned, 80, 2e-2),
        (rosenbrock, 150, 2.0),
        (rough, 60, 2e-3),
        (stepped, 60, 0.0),
    ],
)
def test_a_descent_that_sets_its_own_learning_rate_converges(
    optimizer: Any, loss: Loss, n_iter: int, tolerance: float
) -> None:
    start = {"x": 0.8, "y": 0.15}
    trials = one_descent(PLANE, loss, n_iter=n_iter, optimizer=optimizer, params=start)
    assert trials[0].params == start
    assert best(trials) <= tolerance < 0.2 * loss(start)


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize("factor", [2.0**-10, 2.0**10])
def test_the_unit_of_the_score_does_not_matter_to_a_descent_that_adapts(
    optimizer: Any, factor: float
) -> None:
    def scaled(params: Mapping[str, float]) -> float:
        return factor * ill_conditioned(params)

    # Not to the end: the eps of Adam and RMSProp counts where gradients vanish.
    start = {"x": 0.8312, "y": 0.2057}
    settings: dict[str, Any] = {"n_iter": 15, "optimizer": optimizer, "params": start}
    plain = one_descent(PLANE, ill_conditioned, **settings)
    other = one_descent(PLANE, scaled, **settings)
    np.testing.assert_allclose(
        [place(trial.params) for trial in other],
        [place(trial.params) for trial in plain],
        atol=1e-4,
    )


def test_a_quasi_newton_step_without_curvature_adapts_its_length_too() -> None:
    # A ridge: along it the curvature is negative, and L-BFGS has only the gradient.
    def ridge(params: Mapping[str, float]) -> float:
        return -1e-4 * params["x"] ** 2

    trials = one_descent(
        {"x": uniform(0, 1)}, ridge, n_iter=12, optimizer="lbfgs", params={"x": 0.2}
    )
    assert best(trials) == ridge({"x": 1.0})


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
def test_learning_rate_may_be_a_float_and_then_no_step_is_refused(
    optimizer: Any,
) -> None:
    trials = one_descent(
        PLANE, bowl, n_iter=150, optimizer=optimizer, learning_rate=0.05
    )
    assert best(trials) < 2e-2
    iterations = [trial.iteration for trial in by_origin(trials, "step")]
    assert iterations == list(range(1, len(iterations) + 1))


def test_a_step_is_the_learning_rate_times_the_gradient_on_the_unit_scale() -> None:
    # Central differences of the bowl are exact: its gradient is 2 (p - optimum).
    trials = one_descent(
        PLANE,
        bowl,
        n_iter=20,
        optimizer=SGD(),
        learning_rate=0.25,
        gradient=FiniteDifference(scheme="central"),
        params={"x": 0.8, "y": 0.2},
    )
    visited = [trial for trial in trials if trial.origin != "difference"]
    expected = np.array([0.8, 0.2])
    for trial in visited:
        np.testing.assert_allclose(place(trial.params), expected, atol=1e-9)
        expected = expected - 0.25 * 2 * (expected - [0.37, 0.61])
    assert len(visited) == 4


def test_steps_are_on_the_unit_scale_of_each_parameter() -> None:
    def on_unit_scale(params: Mapping[str, float]) -> float:
        return bowl(
            {
                "x": np.log10(params["C"] * 1e3) / 6,
                "y": (params["shift"] + 50) / 200,
            }
        )

    scaled = {"C": loguniform(1e-3, 1e3), "shift": uniform(-50, 200)}
    plain = one_descent(PLANE, bowl, n_iter=30)
    other = one_descent(scaled, on_unit_scale, n_iter=30)
    for here, there in zip(plain, other, strict=True):
        assert here.genome is not None
        assert there.genome is not None
        np.testing.assert_allclose(here.genome, there.genome, atol=1e-6)


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize("learning_rate", [None, 0.3])
def test_bounds_are_kept_by_projection(
    optimizer: Any, learning_rate: float | None
) -> None:
    def outside(params: Mapping[str, float]) -> float:
        return (params["C"] - 20.0) ** 2 + (params["shift"] + 9.0) ** 2

    trials = one_descent(
        {"C": loguniform(1e-2, 1e1), "shift": uniform(-1, 3)},
        outside,
        n_iter=60,
        optimizer=optimizer,
        learning_rate=learning_rate,
    )
    for trial in trials:
        assert 1e-2 <= trial.params["C"] <= 1e1
        assert -1.0 <= trial.params["shift"] <= 2.0
    assert best(trials) == outside({"C": 10.0, "shift": -1.0})


def test_a_parameter_held_by_its_bound_does_not_shorten_the_steps_of_another() -> None:
    def loss(params: Mapping[str, float]) -> float:
        return 1e4 * params["x"] + (params["y"] - 0.9) ** 2

    trials = one_descent(
        PLANE, loss, n_iter=5, optimizer="sgd", params={"x": 0.0, "y": 0.2}
    )
    first_step = by_origin(trials, "step")[0].params
    assert first_step["x"] == 0.0
    np.testing.assert_allclose(first_step["y"], 0.2 + 0.25)


@pytest.mark.parametrize(
    ("gradient", "n_probes"),
    [
        (FiniteDifference(scheme="forward"), 2),
        ("finite_difference", 4),
        ("spsa", 2),
    ],
    ids=repr,
)
def test_all_the_probes_of_a_gradient_are_evaluated_side_by_side(
    gradient: Any, n_probes: int
) -> None:
    proposer = descent_proposer(PLANE, n_iter=30, gradient=gradient, n_restarts=0)
    batches = run(proposer, bowl, n_iter=2 + n_probes)
    assert [[trial.origin for trial in batch] for batch in batches] == [
        ["start"],
        ["difference"] * n_probes,
        ["step"],
    ]


def test_with_a_fixed_rate_a_step_is_evaluated_along_with_its_probes() -> None:
    proposer = descent_proposer(PLANE, n_iter=30, learning_rate=0.1, n_restarts=0)
    batches = run(proposer, bowl, n_iter=6)
    assert [[trial.origin for trial in batch] for batch in batches] == [
        ["start"],
        ["difference"] * 2,
        ["step"] + ["difference"] * 2,
    ]


@pytest.mark.parametrize(
    "gradient", [FiniteDifference(scheme="central", step=1e-3), SPSA(step=1e-3)]
)
@pytest.mark.parametrize(
    ("distribution", "value"),
    [
        (loguniform(1e-3, 1e3), 7.0),
        (uniform(-20, 50), 7.0),
        (norm(3, 2), 4.0),
    ],
    ids=["loguniform", "uniform", "norm"],
)
def test_the_recorded_gradient_is_that_of_the_score_in_the_unit_of_the_parameter(
    gradient: Any, distribution: Any, value: float
) -> None:
    def loss(params: Mapping[str, float]) -> float:
        return (params["a"] - 2.0) ** 2

    [start, *_] = one_descent(
        {"a": distribution}, loss, n_iter=4, gradient=gradient, params={"a": value}
    )
    assert start.params == {"a": value}
    assert start.extras["gradient_method"] == gradient.name
    # The score is minus the loss: its derivative is -2 (a - 2).
    np.testing.assert_allclose(start.extras["grad_a"], -2 * (value - 2), rtol=1e-3)


@pytest.mark.parametrize(
    "values", [list(range(0, 40, 2)), randint(0, 40)], ids=["list", "randint"]
)
def test_the_recorded_gradient_of_integers_is_a_difference_of_their_values(
    values: Any,
) -> None:
    [start, *_] = one_descent(
        {"n": values},
        lambda params: 3.0 * params["n"],
        n_iter=4,
        gradient="finite_difference",
        params={"n": 12},
    )
    np.testing.assert_allclose(start.extras["grad_n"], -3.0)


def test_the_gradient_of_a_failed_probe_is_recorded_as_unknown() -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["x"] > 0.5 else bowl(params)

    [start, *_] = one_descent(PLANE, loss, n_iter=6, params={"x": 0.5, "y": 0.5})
    assert np.isnan(start.extras["grad_x"])
    assert np.isfinite(start.extras["grad_y"])


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize("learning_rate", [None, 0.1])
@pytest.mark.parametrize(
    ("values", "optimum"),
    [
        (randint(1, 40), 29),
        ([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], 200),
        ([float(n) for n in range(500)], 350.0),
        ([0, 1], 1),
    ],
    ids=["integers", "ordered list", "long list", "two values"],
)
def test_integers_and_ordered_lists_are_relaxed_and_rounded_to_allowed_values(
    optimizer: Any, learning_rate: float | None, values: Any, optimum: float
) -> None:
    places = range(1, 40) if hasattr(values, "rvs") else values

    def loss(params: Mapping[str, float]) -> float:
        gap = places.index(params["n"]) - places.index(optimum)
        return (gap / len(places)) ** 2 + (params["x"] - 0.4) ** 2

    trials = one_descent(
        {"n": values, "x": uniform(0, 1)},
        loss,
        n_iter=60,
        optimizer=optimizer,
        learning_rate=learning_rate,
        params={"n": places[0], "x": 0.9},
    )
    assert all(trial.params["n"] in places for trial in trials)
    assert best(trials) < 0.02


def test_a_single_integer_parameter_ends_its_descent_at_the_optimum() -> None:
    trials = one_descent(
        {"n": randint(0, 30)},
        lambda params: abs(params["n"] - 22),
        n_iter=29,
        params={"n": 3},
    )
    assert best(trials) == 0
    assert len(trials) < 29


def test_a_descent_on_a_plateau_looks_further_before_it_ends() -> None:
    def far(params: Mapping[str, float]) -> float:
        return 1.0 if params["x"] < 0.8 else 0.0

    trials = one_descent({"x": uniform(0, 1)}, far, n_iter=20, params={"x": 0.5})
    assert best(trials) == 0.0


@pytest.mark.parametrize("gradient", [FORWARD, "finite_difference", "spsa"])
def test_a_descent_on_one_large_plateau_ends(gradient: Any) -> None:
    trials = one_descent(PLANE, lambda params: 1.0, n_iter=100, gradient=gradient)
    assert 1 < len(trials) < 30


def test_probes_come_closer_where_all_of_them_fail() -> None:
    def needle(params: Mapping[str, float]) -> float:
        return bowl(params) if abs(params["x"] - 0.38) < 0.04 else np.nan

    trials = one_descent(
        {"x": uniform(0, 1), "y": [0.61]},
        needle,
        n_iter=12,
        gradient="finite_difference",
        params={"x": 0.41, "y": 0.61},
    )
    assert np.isfinite(trials[0].loss(None))
    assert best(trials) < trials[0].loss(None)


@pytest.mark.parametrize("gradient", ["finite_difference", "spsa"])
def test_a_step_of_a_fixed_rate_to_a_failure_is_halved(gradient: Any) -> None:
    def slope(params: Mapping[str, float]) -> float:
        return -params["x"] if params["x"] < 0.6 else np.nan

    trials = one_descent(
        {"x": uniform(0, 1)},
        slope,
        n_iter=40,
        gradient=gradient,
        optimizer=SGD(),
        learning_rate=0.3,
        params={"x": 0.35},
    )
    places = [trial.params["x"] for trial in trials if trial.origin == "step"]
    # From 0.8 back to 0.65, which is known already, and to 0.575.
    np.testing.assert_allclose(places[:4], [0.65, 0.5, 0.8, 0.575])
    assert -0.6 < best(trials) < -0.57


@pytest.mark.parametrize("optimizer", EVERY_OPTIMIZER, ids=str)
@pytest.mark.parametrize("learning_rate", [None, 0.02])
def test_failures_along_the_way_do_not_end_a_descent(
    optimizer: Any, learning_rate: float | None
) -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["y"] < 0.55 and params["x"] < 0.5 else bowl(params)

    trials = one_descent(
        PLANE,
        loss,
        n_iter=80,
        optimizer=optimizer,
        learning_rate=learning_rate,
        params={"x": 0.8, "y": 0.9},
    )
    assert best(trials) < 0.1


def _there_and_back(params: Mapping[str, float]) -> float:
    return abs(params["x"] - 0.42)


def test_a_place_reached_twice_is_evaluated_once_whatever_rounding_says() -> None:
    trials = one_descent(
        {"x": uniform(0, 1)},
        _there_and_back,
        n_iter=60,
        gradient="finite_difference",
        params={"x": 0.3},
    )
    places = np.sort([trial.params["x"] for trial in trials])
    assert np.all(np.diff(places) > 1e-10)
