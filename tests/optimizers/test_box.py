"""The minimum of a quadratic function in a box, against other ways to find it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.optimizers import minimise_quadratic
from skopt_evo.optimizers._box import minimise_separable

# Parts of the size of a problem.
VALUE, SLOPE = 1e-8, 1e-4


def value(step: np.ndarray, gradient: np.ndarray, hessian: np.ndarray) -> float:
    return float(step @ (gradient + 0.5 * hessian @ step))


def least_of_all_faces(
    gradient: np.ndarray, hessian: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> float:
    """Return the least value, by trying which coordinates are at which bound.

    On each face the minimum is a stationary point of it or lies on a smaller face.
    """
    n, least = len(gradient), 0.0
    for sides in itertools.product((-1, 0, 1), repeat=n):
        side = np.array(sides)
        step = np.where(side < 0, lower, np.where(side > 0, upper, 0.0))
        free = np.flatnonzero(side == 0)
        if len(free):
            right = -(gradient + hessian @ step)[free]
            inner = hessian[np.ix_(free, free)]
            step[free] = np.linalg.lstsq(inner, right, rcond=None)[0]
        if np.all((lower - 1e-12 <= step) & (step <= upper + 1e-12)):
            least = min(least, value(step, gradient, hessian))
    return least


def problem(
    n: int, seed: int, *, is_definite: bool, room: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return a random gradient and Hessian, and a box that may begin at 0."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, n))
    hessian = factor @ factor.T if is_definite else factor + factor.T
    lower = -room * rng.uniform(0.0, 1.0, n) * rng.integers(0, 2, n)
    upper = room * rng.uniform(0.0, 1.0, n) * rng.integers(0, 2, n)
    return rng.normal(size=n), hessian, lower, upper


@given(n=st.integers(1, 4), seed=st.integers(0, 10**6), room=st.floats(0.01, 100.0))
@settings(deadline=None, max_examples=60)
def test_a_convex_function_is_minimised(n: int, seed: int, room: float) -> None:
    gradient, hessian, lower, upper = problem(n, seed, is_definite=True, room=room)
    step = minimise_quadratic(gradient, hessian, lower, upper)
    assert np.all((lower <= step) & (step <= upper))
    least = least_of_all_faces(gradient, hessian, lower, upper)
    assert value(step, gradient, hessian) <= least + VALUE * abs(least)


@given(n=st.integers(1, 5), seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_with_negative_curvature_the_step_is_a_local_minimum(n: int, seed: int) -> None:
    gradient, hessian, lower, upper = problem(n, seed, is_definite=False)
    step = minimise_quadratic(gradient, hessian, lower, upper)
    assert np.all((lower <= step) & (step <= upper))
    reached = value(step, gradient, hessian)
    # No coordinate can go downhill.
    slope = gradient + hessian @ step
    size = np.abs(gradient).max() + np.abs(hessian).max()
    assert np.all(slope[step < upper] >= -SLOPE * size)
    assert np.all(slope[step > lower] <= SLOPE * size)
    # It is no worse than what there is to compare it with.
    corner = np.where(gradient > 0, lower, upper)
    line = [-part * gradient for part in np.linspace(0.0, 1.0, 101)]
    inside = [step for step in line if np.all((lower <= step) & (step <= upper))]
    for other in (corner, *inside):
        assert reached <= value(other, gradient, hessian) + VALUE * size


@pytest.mark.parametrize("seed", range(30))
def test_one_coordinate_is_minimised_whatever_the_curvature(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gradient, hessian = rng.normal(size=1), rng.normal(size=(1, 1))
    lower, upper = -rng.uniform(0, 1, 1), rng.uniform(0, 1, 1)
    step = minimise_quadratic(gradient, hessian, lower, upper)
    # Downhill of 0 there is one minimum: that on this side is the one to be found.
    side = np.linspace(0.0, 1.0, 2001) * (lower if gradient[0] > 0 else upper)
    values = gradient[0] * side + 0.5 * hessian[0, 0] * side**2
    assert value(step, gradient, hessian) <= values.min() + VALUE


def test_a_saddle_is_left_for_the_lowest_corner() -> None:
    hessian = np.diag([-1.0, 1.0])
    step = minimise_quadratic(np.array([0.1, 0.5]), hessian, -np.ones(2), np.ones(2))
    np.testing.assert_allclose(step, [-1.0, -0.5], atol=1e-6)


def test_of_two_local_minima_the_lower_one_is_returned() -> None:
    # Down the gradient from the corner it is -2.4, at (1, 0.6).
    gradient, hessian = np.array([-1.0, 2.0]), np.array([[-1.0, -5.0], [-5.0, 5.0]])
    box = -np.ones(2), np.ones(2)
    step = minimise_quadratic(gradient, hessian, *box)
    np.testing.assert_allclose(step, [-1.0, -1.0])
    assert least_of_all_faces(gradient, hessian, *box) == pytest.approx(-4.0)
    assert value(step, gradient, hessian) == pytest.approx(-4.0)


@pytest.mark.parametrize("size", [1e-200, 1e-9, 1e9, 1e200])
def test_the_size_of_the_function_does_not_matter(size: float) -> None:
    gradient, hessian, _, _ = problem(3, 1, is_definite=True)
    box = -np.ones(3), np.ones(3)
    step = minimise_quadratic(gradient, hessian, *box)
    scaled = minimise_quadratic(size * gradient, size * hessian, *box)
    np.testing.assert_allclose(scaled, step, atol=1e-6)


def test_a_linear_function_ends_in_a_corner() -> None:
    gradient, box = np.array([1.0, -2.0, 0.0]), (-np.ones(3), 2 * np.ones(3))
    step = minimise_quadratic(gradient, np.zeros((3, 3)), *box)
    np.testing.assert_allclose(step, [-1.0, 2.0, 0.0])


def test_nothing_to_gain_is_no_step() -> None:
    step = minimise_quadratic(np.zeros(2), np.zeros((2, 2)), -np.ones(2), np.ones(2))
    np.testing.assert_array_equal(step, np.zeros(2))
    step = minimise_quadratic(np.zeros(2), np.eye(2), -np.ones(2), np.ones(2))
    np.testing.assert_array_equal(step, np.zeros(2))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_box_of_a_single_point_has_no_step(n: int) -> None:
    gradient, hessian, *_ = problem(max(n, 1), 0, is_definite=True)
    step = minimise_quadratic(gradient[:n], hessian[:n, :n], np.zeros(n), np.zeros(n))
    np.testing.assert_array_equal(step, np.zeros(n))


def test_a_flat_box_is_searched_along_the_rest() -> None:
    gradient, hessian = np.array([1.0, 1.0]), np.array([[2.0, 1.0], [1.0, 4.0]])
    box = np.array([0.0, -1.0]), np.array([0.0, 1.0])
    step = minimise_quadratic(gradient, hessian, *box)
    np.testing.assert_allclose(step, [0.0, -0.25], atol=1e-8)


def test_where_every_way_down_leads_out_there_is_no_step() -> None:
    step = minimise_quadratic(np.ones(2), np.eye(2), np.zeros(2), np.ones(2))
    np.testing.assert_array_equal(step, np.zeros(2))


@pytest.mark.parametrize("tiny", [1e-320, 1e-150])
def test_a_slope_too_small_for_arithmetic_is_none(tiny: float) -> None:
    box = -np.ones(2), np.ones(2)
    step = minimise_quadratic(np.array([1.0, tiny]), np.eye(2), *box)
    np.testing.assert_allclose(step, [-1.0, 0.0], atol=1e-8)
    step = minimise_quadratic(np.array([tiny, tiny]), np.eye(2), *box)
    np.testing.assert_allclose(step, [0.0, 0.0], atol=1e-8)


# With the first three the solver stops a last digit short.
@pytest.mark.parametrize("seed", [13, 138, 372, 0, 1, 2])
def test_a_bound_is_reached_to_the_last_digit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gradient, hessian = -rng.uniform(0.2, 0.3, 1), rng.uniform(1.0, 2.0, (1, 1))
    upper = rng.uniform(0.01, 0.1, 1)
    step = minimise_quadratic(gradient, hessian, -np.ones(1), upper)
    np.testing.assert_array_equal(step, upper)


def test_arguments_are_only_read() -> None:
    arguments = problem(4, 0, is_definite=False)
    for array in arguments:
        array.flags.writeable = False
    assert np.any(minimise_quadratic(*arguments) != 0.0)


@given(n=st.integers(1, 4), seed=st.integers(0, 10**6), room=st.floats(0.01, 100.0))
@settings(deadline=None, max_examples=60)
def test_a_separable_function_is_minimised(n: int, seed: int, room: float) -> None:
    gradient, hessian, lower, upper = problem(n, seed, is_definite=False, room=room)
    bends = np.diag(hessian)
    step = minimise_separable(gradient, bends, lower, upper)
    assert np.all((lower <= step) & (step <= upper))
    least = least_of_all_faces(gradient, np.diag(bends), lower, upper)
    assert value(step, gradient, np.diag(bends)) <= least + VALUE * (1 + abs(least))


@pytest.mark.parametrize("size", [0.0, 1e-300, 1e300])
def test_a_separable_function_may_have_any_size(size: float) -> None:
    gradient, bends = (
        np.array([size, -size, 0.0, 1e-300]),
        np.array([0.0, 1.0, -1.0, 0]),
    )
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        step = minimise_separable(gradient, bends, -np.ones(4), np.ones(4))
    assert np.all(np.abs(step) <= 1.0)
    if size:
        assert step[0] == -1.0
        assert step[1] == pytest.approx(min(size, 1.0), abs=1e-150)
    assert abs(step[2]) == 1.0
