"""What holds for every optimizer and its settings."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from skopt_evo.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    Momentum,
    Optimizer,
    RMSProp,
    apply_updates,
    project,
    resolve_optimizer,
)


class Problem(NamedTuple):
    gradient: Callable[[np.ndarray], np.ndarray]
    start: tuple[float, float]
    optimum: tuple[float, float]


ROTATION = np.array([[0.8, -0.6], [0.6, 0.8]])
HESSIAN = ROTATION @ np.diag([1.0, 100.0]) @ ROTATION.T


def bowl(p: np.ndarray) -> np.ndarray:
    slope: np.ndarray = HESSIAN @ (p - [1.0, -2.0])
    return slope


def rosenbrock(p: np.ndarray) -> np.ndarray:
    valley = p[1] - p[0] ** 2
    return np.array([-2 * (1 - p[0]) - 400 * p[0] * valley, 200 * valley])


def beale(p: np.ndarray) -> np.ndarray:
    x, y = p
    total = np.zeros(2)
    for n, constant in ((1, 1.5), (2, 2.25), (3, 2.625)):
        residual = constant - x * (1 - y**n)
        total += 2 * residual * np.array([-(1 - y**n), x * n * y ** (n - 1)])
    return total


PROBLEMS = {
    "bowl": Problem(bowl, (4.0, 2.0), (1.0, -2.0)),
    "rosenbrock": Problem(rosenbrock, (-1.2, 1.0), (1.0, 1.0)),
    "beale": Problem(beale, (1.0, 1.0), (3.0, 0.5)),
}

# Learning rate and number of steps for each problem; what each comes within.
CASES: dict[str, tuple[Optimizer, dict[str, tuple[float, int]], float]] = {
    "sgd": (
        SGD(),
        {"bowl": (0.01, 2000), "rosenbrock": (0.001, 20000), "beale": (0.02, 2000)},
        1e-3,
    ),
    "momentum": (
        Momentum(),
        {"bowl": (0.01, 500), "rosenbrock": (0.001, 4000), "beale": (0.01, 800)},
        1e-6,
    ),
    "nesterov": (
        Momentum(nesterov=True),
        {"bowl": (0.005, 500), "rosenbrock": (0.001, 4000), "beale": (0.005, 800)},
        1e-6,
    ),
    # A normalised step without a mean of gradients never gets shorter than about
    # half of the learning rate.
    "rmsprop": (
        RMSProp(),
        {"bowl": (0.001, 9000), "rosenbrock": (0.001, 12000), "beale": (0.001, 6000)},
        1e-3,
    ),
    "adam": (
        Adam(),
        {"bowl": (0.1, 3000), "rosenbrock": (0.02, 10000), "beale": (0.05, 3000)},
        1e-4,
    ),
    "lbfgs": (
        LBFGS(),
        {"bowl": (1.0, 20), "rosenbrock": (1.0, 200), "beale": (1.0, 50)},
        1e-8,
    ),
}


def minimize(
    optimizer: Optimizer, problem: Problem, learning_rate: float, n_steps: int
) -> np.ndarray:
    transform = optimizer.transformation(learning_rate)
    params = np.array(problem.start)
    state = transform.init(params)
    for _ in range(n_steps):
        updates, state = transform.update(problem.gradient(params), state, params)
        params = apply_updates(params, updates)
    return params


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_problems_have_their_optimum_where_they_say(name: str) -> None:
    problem = PROBLEMS[name]
    optimum = np.array(problem.optimum)
    np.testing.assert_allclose(problem.gradient(optimum), 0.0, atol=1e-12)
    assert np.linalg.norm(optimum - problem.start) > 2.0


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", CASES)
def test_every_optimizer_reaches_the_optimum(name: str, problem: str) -> None:
    optimizer, settings, tolerance = CASES[name]
    found = minimize(optimizer, PROBLEMS[problem], *settings[problem])
    assert np.linalg.norm(found - PROBLEMS[problem].optimum) < tolerance


def test_every_optimizer_of_the_table_is_tested() -> None:
    tested = {type(optimizer) for optimizer, _, _ in CASES.values()}
    assert tested == set(OPTIMIZERS.values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_projected_steps_stay_in_the_box_and_find_its_best_corner(name: str) -> None:
    optimizer = resolve_optimizer(name)
    transform, params = optimizer.transformation(0.05), np.array([0.5, 0.5])
    state = transform.init(params)
    for _ in range(300):
        # A bowl centred outside: at (2, -1).
        updates, state = transform.update(params - [2.0, -1.0], state, params)
        params = project(apply_updates(params, updates), 0.0, 1.0)
    np.testing.assert_allclose(params, [1.0, 0.0], atol=1e-12)


def test_a_quasi_newton_step_has_its_own_length() -> None:
    # On the bowl 50 x^2 the second step with rate 1 leads to the bottom.
    transform, params = LBFGS().transformation(1e-3), np.array([1.0])
    updates, state = transform.update(100 * params, transform.init(params), params)
    params = apply_updates(params, updates)
    unit = LBFGS().transformation(1.0)
    updates, _ = unit.update(100 * params, state, params)
    np.testing.assert_allclose(apply_updates(params, updates), 0.0, atol=1e-12)
    assert [n for n in OPTIMIZERS if OPTIMIZERS[n]().is_quasi_newton] == ["lbfgs"]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("learning_rate", [0.0, -0.1, np.inf, np.nan])
def test_every_optimizer_refuses_a_learning_rate_that_makes_no_step(
    name: str, learning_rate: float
) -> None:
    with pytest.raises(ValueError, match=r"learning_rate=.* pass a finite float > 0"):
        resolve_optimizer(name).transformation(learning_rate)


CHANGED: list[Any] = [
    SGD(),
    Momentum(momentum=0.5, nesterov=True),
    RMSProp(decay=0.5, eps=1e-3),
    Adam(beta_1=0.5, beta_2=0.6, eps=1e-3),
    LBFGS(memory_size=3),
]
DEFAULTS = [make() for make in OPTIMIZERS.values()]


@pytest.mark.parametrize("optimizer", CHANGED + DEFAULTS, ids=repr)
@pytest.mark.parametrize(
    "round_trip",
    [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o)), lambda o: eval(repr(o))],
    ids=["deepcopy", "pickle", "repr"],
)
def test_settings_survive_copies(
    optimizer: Any, round_trip: Callable[[Any], Any]
) -> None:
    copied = round_trip(optimizer)
    assert type(copied) is type(optimizer)
    assert copied == optimizer
    assert hash(copied) == hash(optimizer)


@pytest.mark.parametrize("changed", CHANGED[1:], ids=repr)
def test_every_setting_counts_in_comparisons_and_steps(changed: Any) -> None:
    default = type(changed)()
    for field in dataclasses.fields(changed):
        value = getattr(changed, field.name)
        one_changed = dataclasses.replace(default, **{field.name: value})
        assert one_changed != default
        rosenbrock_walks = [
            minimize(each, PROBLEMS["rosenbrock"], 1e-3, 30)
            for each in (default, one_changed)
        ]
        assert np.abs(np.subtract(*rosenbrock_walks)).max() > 1e-8


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Adam().beta_1 = 0.5  # type: ignore[misc]


def test_settings_go_by_keyword_lest_a_learning_rate_is_taken_for_one() -> None:
    with pytest.raises(TypeError, match="positional"):
        Adam(0.01)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (Momentum, {"momentum": 1.0}, r"momentum=1.0 .* momentum=0.9"),
        (Momentum, {"momentum": -0.1}, "momentum=-0.1 is not"),
        (RMSProp, {"decay": 1.5}, "decay=1.5 is not"),
        (RMSProp, {"eps": 0.0}, r"eps=0.0 .* a finite float > 0"),
        (Adam, {"beta_1": np.nan}, "beta_1=nan is not"),
        (Adam, {"beta_2": 1}, "beta_2=1 is not"),
        (Adam, {"eps": np.inf}, "eps=inf is not"),
        (LBFGS, {"memory_size": 0}, r"memory_size=0 .* an int >= 1"),
    ],
)
def test_settings_out_of_range_are_named(
    make: type, settings: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(**settings)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (Momentum, {"momentum": None}),
        (Momentum, {"nesterov": "yes"}),
        (RMSProp, {"decay": "0.9"}),
        (Adam, {"beta_1": False}),
        (LBFGS, {"memory_size": 2.5}),
    ],
)
def test_settings_of_another_type_are_named(
    make: type, settings: dict[str, object]
) -> None:
    [(name, value)] = settings.items()
    with pytest.raises(TypeError, match=f"{name}={value!r} is not allowed: pass"):
        make(**settings)


def test_numpy_scalars_are_settings_too() -> None:
    momentum: Any = np.float32(0.5)
    nesterov: Any = np.True_
    memory_size: Any = np.int64(3)
    expected = Momentum(momentum=0.5, nesterov=True)
    assert Momentum(momentum=momentum, nesterov=nesterov) == expected
    assert LBFGS(memory_size=memory_size) == LBFGS(memory_size=3)
