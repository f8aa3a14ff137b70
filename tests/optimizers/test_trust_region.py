"""The quasi-Newton method in the unit cube, on functions with known minima."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from skopt_evo.optimizers._trust_region import (
    FIRST_RADIUS,
    MOST_RADIUS,
    Step,
    TrustRegionState,
    begin,
    projected_gradient,
    propose,
    update,
)

# From a point to the loss and the gradient there.
Function: TypeAlias = Callable[[np.ndarray], tuple[float, np.ndarray]]


def descend(function: Function, start: np.ndarray, n_steps: int) -> TrustRegionState:
    """Take steps, each of them inside of the cube and not longer than the radius."""
    state = begin(start, *function(start))
    for _ in range(n_steps):
        step = propose(state)
        assert np.all((step.point >= 0.0) & (step.point <= 1.0))
        length = np.max(np.abs(step.point - state.point))
        assert length <= state.radius * (1.0 + 1e-9) + 1e-15
        assert step.predicted >= 0.0
        later = update(state, step, *function(step.point))
        assert later.loss <= state.loss
        assert 0.0 <= later.radius <= MOST_RADIUS
        state = later
    return state


def bowl(n: int, minimum: np.ndarray, condition: float = 100.0) -> Function:
    q, _ = np.linalg.qr(np.random.default_rng(n).normal(size=(n, n)))
    hessian = q @ np.diag(np.geomspace(1.0, condition, n)) @ q.T

    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        gap = point - minimum
        return float(0.5 * gap @ hessian @ gap) - 3.0, hessian @ gap

    return function


def rosenbrock(point: np.ndarray) -> tuple[float, np.ndarray]:
    """Return Rosenbrock's function of [-2, 2]^2; its minimum is 0 at (0.75, 0.75)."""
    x, y = 4.0 * point - 2.0
    loss = (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2
    slope = [-2.0 * (1.0 - x) - 400.0 * x * (y - x**2), 200.0 * (y - x**2)]
    return float(loss), 4.0 * np.array(slope)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("n", "n_steps"), [(1, 5), (2, 9), (3, 12), (4, 15), (5, 17), (6, 20)]
)
def test_a_quadratic_function_is_solved_in_few_steps(
    n: int, n_steps: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    minimum = rng.uniform(0.2, 0.8, n)
    state = descend(bowl(n, minimum), rng.uniform(0.1, 0.9, n), n_steps)
    assert state.loss + 3.0 < 1e-6
    np.testing.assert_allclose(state.point, minimum, atol=1e-3)


@pytest.mark.parametrize("start", [(0.2, 0.5), (0.9, 0.1), (0.5, 0.5)])
def test_the_valley_of_rosenbrock_is_followed(start: tuple[float, float]) -> None:
    state = descend(rosenbrock, np.array(start), 80)
    np.testing.assert_allclose(state.point, [0.75, 0.75], atol=1e-2)
    assert state.loss < 1e-3


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_minimum_on_a_bound_is_found(n: int) -> None:
    # The first coordinate would go on below 0, the others have their minimum inside.
    outside = np.full(n, 0.6)
    outside[0] = -0.4
    function = bowl(n, outside, condition=10.0)
    state = descend(function, np.full(n, 0.5), 10 + 3 * n)
    assert state.point[0] == 0.0
    gradient = function(state.point)[1]
    assert gradient[0] > 0.0
    np.testing.assert_allclose(gradient[1:], 0.0, atol=0.01 * gradient[0])
    np.testing.assert_array_equal(projected_gradient(state.point, gradient)[0], 0.0)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_linear_function_ends_in_a_corner(n: int) -> None:
    slope = np.arange(1.0, n + 1) * (-1.0) ** np.arange(n)
    state = descend(
        lambda point: (float(slope @ point), slope), np.full(n, 0.4), 10 + 4 * n
    )
    np.testing.assert_array_equal(state.point, np.where(slope > 0, 0.0, 1.0))
    assert not projected_gradient(state.point, state.gradient).any()
    # There is nowhere to go from there.
    step = propose(state)
    np.testing.assert_array_equal(step.point, state.point)
    assert step.predicted == 0.0


def test_a_bound_is_not_believed_before_a_point_on_the_way_to_it() -> None:
    state = begin(np.array([0.1]), 1.0, np.array([1.0]))
    first = propose(state).point
    assert 0.0 < first[0] < 0.03
    state = update(state, Step(first, 0.05), 0.9, np.array([1.0]))
    np.testing.assert_array_equal(propose(state).point, [0.0])


def test_the_first_step_leads_down_the_gradient() -> None:
    gradient = np.array([2.0, -4.0, 1.0])
    step = propose(begin(np.full(3, 0.5), 1.0, gradient)).point - 0.5
    np.testing.assert_allclose(step, -FIRST_RADIUS * gradient / 4.0, atol=1e-6)


def test_a_gradient_that_leads_out_does_not_shorten_the_first_step() -> None:
    # By the first coordinate nothing can be gained, however steep it is.
    step = propose(begin(np.array([0.0, 0.5]), 1.0, np.array([1e3, 1.0])))
    np.testing.assert_allclose(step.point, [0.0, 0.5 - FIRST_RADIUS], atol=1e-6)


@pytest.mark.parametrize("n", [1, 3])
def test_a_plateau_has_no_step(n: int) -> None:
    state = begin(np.full(n, 0.3), 2.0, np.zeros(n))
    step = propose(state)
    np.testing.assert_array_equal(step.point, state.point)
    assert step.predicted == 0.0
    later = update(state, step, 2.0, np.zeros(n))
    np.testing.assert_array_equal(later.point, state.point)
    assert np.isfinite(later.radius)


def test_an_edge_of_a_plateau_is_left() -> None:
    # A logistic curve: nearly flat at the start, its minimum is at the other end.
    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        rise = 1.0 / (1.0 + np.exp(-20.0 * (point - 0.6)))
        return float(-rise[0]), -20.0 * rise * (1.0 - rise)

    assert descend(function, np.array([0.1]), 15).loss < -0.999


@pytest.mark.parametrize(
    ("loss", "gradient"),
    [
        (np.nan, [np.nan, np.nan]),
        (np.nan, [0.1, 0.1]),
        (0.5, [np.nan, 0.1]),
        (0.5, [np.inf, 0.1]),
        (np.inf, [0.1, 0.1]),
        (-np.inf, [0.1, 0.1]),
    ],
)
def test_a_step_to_where_nothing_is_known_halves_the_radius(
    loss: float, gradient: list[float]
) -> None:
    state = begin(np.array([0.5, 0.5]), 1.0, np.array([1.0, 0.5]))
    step = propose(state)
    length = np.max(np.abs(step.point - state.point))
    later = update(state, step, loss, np.array(gradient))
    assert later.radius == pytest.approx(length / 2)
    assert later.radius < state.radius
    same = later._replace(radius=state.radius)
    np.testing.assert_equal(same._asdict(), state._asdict())


@pytest.mark.parametrize(
    "worse", [0.0, 1e-9, 1.0, 1e6, 1e200, np.float64(1e200), 1e308]
)
@pytest.mark.parametrize("end_slope", [0.0, 1.0, -1.0, 1e6, 1e100, 1e160, -1e160])
def test_a_step_that_leads_up_shortens_the_next(worse: float, end_slope: float) -> None:
    state = begin(np.array([0.5, 0.5]), 1.0, np.array([1.0, 0.5]))
    step = propose(state)
    length = np.max(np.abs(step.point - state.point))
    gradient = np.array([-end_slope, 0.5 * end_slope])
    later = update(state, step, 1.0 + worse, gradient)
    np.testing.assert_array_equal(later.point, state.point)
    assert later.loss == 1.0
    assert 0.1 * length <= later.radius <= 0.8 * length
    assert np.all(np.isfinite(later.hessian))
    assert np.all(np.isfinite(propose(later).point))


def test_after_a_step_that_leads_up_the_next_ends_where_a_cubic_is_lowest() -> None:
    # A cubic itself: t^3 - t along the way, whose minimum is at t = 1 / sqrt(3).
    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        t = (point - 0.5) / 0.2
        return float((t**3 - t)[0]), (3.0 * t**2 - 1.0) / 0.2

    start = np.array([0.5])
    state = begin(start, *function(start))
    there = np.array([0.72])
    later = update(state, Step(there, 0.1), *function(there))
    assert function(there)[0] > 0.0
    assert later.radius == pytest.approx(0.2 / np.sqrt(3.0))


@pytest.mark.parametrize(
    ("share", "expected"), [(0.1, 0.5), (0.25, 1.0), (0.5, 1.0), (0.8, 2.0)]
)
def test_the_radius_follows_what_was_gained_of_what_was_predicted(
    share: float, expected: float
) -> None:
    state = begin(np.array([0.5]), 1.0, np.array([1.0]))
    step = propose(state)
    loss = 1.0 - share * step.predicted
    later = update(state, step, loss, np.array([0.5]))
    np.testing.assert_array_equal(later.point, step.point)
    assert later.radius == pytest.approx(expected * FIRST_RADIUS)


def test_a_short_step_does_not_widen_the_radius() -> None:
    state = begin(np.array([0.5]), 1.0, np.array([1.0]))
    short = Step(np.array([0.49]), 0.01)
    assert update(state, short, 0.99, np.array([1.0])).radius == FIRST_RADIUS


def test_the_curvature_along_the_last_step_is_what_was_found() -> None:
    # The secant equation, Nocedal & Wright 2006, eq. 6.6.
    function = bowl(4, np.full(4, 0.4))
    state = begin(np.full(4, 0.6), *function(np.full(4, 0.6)))
    for _ in range(6):
        step = propose(state)
        gradient = function(step.point)[1]
        later = update(state, step, *function(step.point))
        s, y = step.point - state.point, gradient - state.gradient
        np.testing.assert_allclose(
            later.hessian @ s, y, rtol=1e-6, atol=1e-6 * np.linalg.norm(y)
        )
        state = later


def test_a_pair_that_is_rounding_changes_nothing() -> None:
    state = begin(np.full(2, 0.5), 1.0, np.array([1.0, 1.0]))._replace(n_updates=3)
    point = np.array([0.6, 0.5])
    gradient = state.gradient + state.hessian @ (point - state.point)
    later = update(state, Step(point, 0.1), 0.9, gradient + np.array([0.0, 1e-3]))
    np.testing.assert_array_equal(later.hessian, state.hessian)
    assert later.n_updates == 4


def test_states_and_steps_are_only_read() -> None:
    function = bowl(3, np.full(3, 0.3))
    state = begin(np.full(3, 0.6), *function(np.full(3, 0.6)))
    for _ in range(5):
        before = copy.deepcopy(state)
        for array in (state.point, state.gradient, state.hessian):
            array.flags.writeable = False
        step = propose(state)
        step.point.flags.writeable = False
        later = update(state, step, *function(step.point))
        np.testing.assert_equal(state._asdict(), before._asdict())
        state = later


def test_no_coordinate_at_all_is_no_obstacle() -> None:
    state = begin(np.zeros(0), 1.0, np.zeros(0))
    step = propose(state)
    assert step.point.shape == (0,)
    assert update(state, step, 1.0, np.zeros(0)).loss == 1.0
