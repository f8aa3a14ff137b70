"""Gradients from probes, against derivatives known from a formula."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.descent import SPSA, FiniteDifference

CENTRAL = FiniteDifference(scheme="central")
FORWARD = FiniteDifference(scheme="forward")
METHODS = [CENTRAL, FORWARD, SPSA(), SPSA(n_pairs=3)]

Function = Callable[[np.ndarray], float]

HESSIAN = np.array([[3.0, 1.0, -0.5], [1.0, -2.0, 0.3], [-0.5, 0.3, 5.0]])
SLOPE = np.array([0.7, -1.5, 4.0])


def quadratic(p: np.ndarray) -> float:
    return float(p @ HESSIAN @ p / 2 + SLOPE @ p)


def linear(p: np.ndarray) -> float:
    return float(SLOPE @ p - 3.0)


def exponential(p: np.ndarray) -> float:
    return float(np.exp(SLOPE @ p))


def estimate(
    method: Any, function: Function, point: np.ndarray, step: float = 0.1, seed: int = 0
) -> np.ndarray:
    steps = np.full(len(point), step)
    probes = method.probes(point, steps, np.random.default_rng(seed))
    losses = np.array([function(probe) for probe in probes])
    gradient: np.ndarray = method.gradient(point, function(point), probes, losses)
    return gradient


unit = st.floats(0.0, 1.0)
points = st.lists(unit, min_size=3, max_size=3).map(np.array)


@given(point=points, step=st.floats(0.01, 0.5))
@settings(deadline=None, max_examples=50)
def test_central_differences_are_exact_for_quadratics_up_to_the_bounds(
    point: np.ndarray, step: float
) -> None:
    expected = HESSIAN @ (0.01 + 0.98 * point) + SLOPE
    found = estimate(CENTRAL, quadratic, 0.01 + 0.98 * point, step)
    np.testing.assert_allclose(found, expected, atol=1e-8)


@given(point=points, step=st.floats(0.01, 0.5))
@settings(deadline=None, max_examples=50)
def test_forward_differences_are_exact_for_linear_functions_up_to_the_bounds(
    point: np.ndarray, step: float
) -> None:
    np.testing.assert_allclose(estimate(FORWARD, linear, point, step), SLOPE, atol=1e-8)


@pytest.mark.parametrize(("method", "order"), [(CENTRAL, 2), (FORWARD, 1)], ids=repr)
def test_the_error_shrinks_with_the_order_of_the_scheme(
    method: FiniteDifference, order: int
) -> None:
    point = np.array([0.4, 0.5, 0.6])
    exact = SLOPE * exponential(point)
    wide, narrow = (
        np.abs(estimate(method, exponential, point, step) - exact)
        for step in (2e-3, 1e-3)
    )
    np.testing.assert_allclose(wide / narrow, 2.0**order, rtol=0.02)


def test_forward_differences_are_off_by_half_of_step_times_curvature() -> None:
    point = np.full(3, 0.5)
    error = estimate(FORWARD, quadratic, point, 0.1) - (HESSIAN @ point + SLOPE)
    np.testing.assert_allclose(error, 0.1 * np.diag(HESSIAN) / 2)


def test_each_scheme_takes_its_number_of_probes() -> None:
    point, steps = np.full(3, 0.5), np.full(3, 0.1)
    n_probes = {
        repr(method): len(method.probes(point, steps, np.random.default_rng(0)))
        for method in METHODS
    }
    assert list(n_probes.values()) == [6, 3, 2, 6]


@given(point=points, step=st.floats(0.01, 0.5), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=50)
@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_probes_stay_in_the_unit_cube_and_move_every_coordinate(
    method: Any, point: np.ndarray, step: float, seed: int
) -> None:
    probes = method.probes(point, np.full(3, step), np.random.default_rng(seed))
    assert np.all((probes >= 0.0) & (probes <= 1.0))
    assert np.all(np.any(probes != point, axis=0))


@pytest.mark.parametrize("place", [1.0, 0.95, 0.9])
def test_a_forward_difference_looks_back_where_there_is_no_room_ahead(
    place: float,
) -> None:
    probes = FORWARD.probes(np.array([place]), np.array([0.1]), np.random.default_rng())
    np.testing.assert_allclose(probes, [[place - 0.1]])


def test_a_forward_difference_without_room_goes_where_there_is_more() -> None:
    # A parameter with one frequent value may need a step longer than half of the range.
    probes = FORWARD.probes(np.array([0.45]), np.array([0.8]), np.random.default_rng())
    np.testing.assert_array_equal(probes, [[1.0]])


def test_a_central_difference_becomes_one_sided_where_a_probe_failed() -> None:
    point = np.full(3, 0.5)
    probes = CENTRAL.probes(point, np.full(3, 0.1), np.random.default_rng(0))
    losses = np.array([linear(probe) for probe in probes])
    losses[[1, 5]] = np.nan  # ahead along the second axis, behind along the third
    found = CENTRAL.gradient(point, linear(point), probes, losses)
    np.testing.assert_allclose(found, SLOPE)


def test_a_central_difference_does_not_need_the_point_itself() -> None:
    point = np.full(3, 0.5)
    probes = CENTRAL.probes(point, np.full(3, 0.1), np.random.default_rng(0))
    losses = np.array([quadratic(probe) for probe in probes])
    found = CENTRAL.gradient(point, np.nan, probes, losses)
    np.testing.assert_allclose(found, HESSIAN @ point + SLOPE)


@pytest.mark.parametrize(
    ("method", "loss", "losses", "known"),
    [
        (CENTRAL, 1.0, [np.nan, 2.0, np.nan, 2.0], [False, True]),
        (CENTRAL, np.nan, [2.0, 2.0, np.nan, 2.0], [False, True]),
        (FORWARD, 1.0, [np.nan, 2.0], [False, True]),
        (FORWARD, np.nan, [2.0, 2.0], [False, False]),
        (SPSA(), 1.0, [np.nan, 2.0], [True, True]),
        (SPSA(), np.nan, [np.nan, 2.0], [False, False]),
        (SPSA(), np.inf, [np.nan, np.nan], [False, False]),
        (SPSA(n_pairs=2), 1.0, [np.nan, 2.0, np.nan, 2.0], [True, True]),
    ],
)
def test_the_derivative_is_nan_exactly_where_two_losses_are_not_known(
    method: Any, loss: float, losses: list[float], known: list[bool]
) -> None:
    point = np.full(2, 0.5)
    probes = method.probes(point, np.full(2, 0.1), np.random.default_rng(0))
    found = method.gradient(point, loss, probes, np.array(losses))
    np.testing.assert_array_equal(np.isfinite(found), known)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_the_derivative_is_nan_along_a_coordinate_that_no_probe_moved(
    method: Any,
) -> None:
    # As it happens where a parameter is rounded back to the value it had.
    point = np.full(2, 0.5)
    probes = method.probes(point, np.full(2, 0.1), np.random.default_rng(0))
    probes[:, 0] = 0.5
    losses = probes[:, 1] * 3.0
    found = method.gradient(point, 1.5, probes, losses)
    np.testing.assert_allclose(found, [np.nan, 3.0])


def test_rounded_probes_count_with_the_distances_they_really_have() -> None:
    point = np.array([0.5])
    probes = np.array([[0.625], [0.25]])
    losses = probes[:, 0] ** 2
    found = CENTRAL.gradient(point, 0.25, probes, losses)
    np.testing.assert_allclose(found, [1.0])  # d(x^2)/dx at 0.5
    found = FORWARD.gradient(point, 0.25, probes[:1], losses[:1])
    np.testing.assert_allclose(found, [0.5 + 0.625])  # (b^2 - a^2) / (b - a)


@pytest.mark.parametrize("point", [[0.5, 0.5, 0.5], [0.0, 1.0, 0.97]], ids=str)
def test_spsa_is_unbiased(point: list[float]) -> None:
    here = np.array(point)
    estimates = [estimate(SPSA(), linear, here, seed=seed) for seed in range(2000)]
    mean, error = np.mean(estimates, axis=0), np.std(estimates, axis=0) / 2000**0.5
    assert np.all(np.abs(mean - SLOPE) < 4 * error)
    assert np.all(error < 0.15)


def test_spsa_is_unbiased_for_quadratics_too_away_from_the_bounds() -> None:
    here = np.array([0.3, 0.5, 0.7])
    estimates = [estimate(SPSA(), quadratic, here, seed=seed) for seed in range(2000)]
    mean, error = np.mean(estimates, axis=0), np.std(estimates, axis=0) / 2000**0.5
    assert np.all(np.abs(mean - (HESSIAN @ here + SLOPE)) < 4 * error)


def test_spsa_of_one_parameter_is_a_central_difference() -> None:
    point = np.array([0.3])

    def cube(p: np.ndarray) -> float:
        return float(p[0] ** 3)

    np.testing.assert_allclose(
        estimate(SPSA(), cube, point), estimate(CENTRAL, cube, point)
    )


def test_more_pairs_make_spsa_less_noisy() -> None:
    point = np.full(3, 0.5)
    one, four = (
        np.std([estimate(m, linear, point, seed=s) for s in range(500)], axis=0)
        for m in (SPSA(), SPSA(n_pairs=4))
    )
    np.testing.assert_allclose(one / four, 2.0, rtol=0.2)


def test_spsa_draws_its_diagonals_from_the_generator() -> None:
    point, steps = np.full(8, 0.5), np.full(8, 0.1)
    first, again, other = (
        SPSA().probes(point, steps, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_arguments_are_not_changed(method: Any) -> None:
    point, steps = np.array([0.05, 0.5, 0.95]), np.full(3, 0.1)
    probes = method.probes(point, steps, np.random.default_rng(0))
    losses = np.full(len(probes), 2.0)
    losses[0] = np.nan
    arguments = [point, steps, probes, losses]
    before = [argument.copy() for argument in arguments]
    method.gradient(point, 1.0, probes, losses)
    for argument, copy in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(argument, copy)


@pytest.mark.parametrize(
    ("make", "settings_", "message"),
    [
        (FiniteDifference, {"scheme": "backward"}, r"scheme='backward'.*'central'"),
        (FiniteDifference, {"step": 0.0}, r"FiniteDifference: step=0.0.*\(0, 0.5\]"),
        (FiniteDifference, {"step": 0.6}, "step=0.6"),
        (SPSA, {"step": np.nan}, "SPSA: step=nan"),
        (SPSA, {"n_pairs": 0}, "n_pairs=0.*int >= 1"),
    ],
)
def test_settings_out_of_range_are_named(
    make: type, settings_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(**settings_)


@pytest.mark.parametrize("n_pairs", [1.5, True, "2"])
def test_the_number_of_pairs_is_an_integer(n_pairs: Any) -> None:
    with pytest.raises(TypeError, match=r"SPSA: n_pairs=.* pass an int"):
        SPSA(n_pairs=n_pairs)


def test_settings_are_frozen_and_comparable() -> None:
    assert SPSA(n_pairs=2) == SPSA(n_pairs=2) != SPSA()
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPSA().step = 0.2  # type: ignore[misc]
