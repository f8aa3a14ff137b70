"""The quadratic model, against quadratics and other functions known from a formula."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.descent import LocalModel
from skopt_evo.descent._quadratic_fit import MOST_MIXED, QuadraticFit

# Next to no noise, and no loss cut down: what the data say counts alone.
SURE = LocalModel(noise=1e-5, cut=1.0)
CENTRE = np.array([0.4, 0.6, 0.5])
HESSIAN = np.array([[3.0, 1.0, -0.5], [1.0, -2.0, 0.3], [-0.5, 0.3, 5.0]])
SLOPE = np.array([0.7, -1.5, 4.0])


def quadratic(points: np.ndarray) -> np.ndarray:
    shifts = points - CENTRE
    bends = np.einsum("ni,ij,nj->n", shifts, HESSIAN, shifts)
    return np.asarray(0.3 + shifts @ SLOPE + bends / 2)


def quadratic_gradient(points: np.ndarray) -> np.ndarray:
    return np.asarray(SLOPE + (points - CENTRE) @ HESSIAN)


def random_points(n: int, d: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, d))


def fitted(hessian: Any, slope: Any, centre: Any) -> QuadraticFit:
    """Return a fit with these coefficients, of which it is sure."""
    hessian = np.atleast_2d(hessian)
    bends = hessian[np.triu_indices(len(hessian))]
    coefficients = np.concatenate([[0.0], np.atleast_1d(slope), bends])
    n = len(coefficients)
    return QuadraticFit(np.atleast_1d(centre), coefficients, np.zeros((n, n)), 1.0)


# ---- what it learns


@given(seed=st.integers(0, 1000), n=st.integers(20, 60), radius=st.floats(0.3, 1.0))
@settings(deadline=None, max_examples=30)
def test_a_quadratic_is_found_from_as_many_points_as_it_has_coefficients(
    seed: int, n: int, radius: float
) -> None:
    points = random_points(n, seed=seed)
    fit = SURE.fit([0.5, 0.5, 0.5], points, quadratic(points), radius)
    others = random_points(10, seed=seed + 1)
    np.testing.assert_allclose(fit.value(others), quadratic(others), atol=0.02)
    np.testing.assert_allclose(
        fit.gradient(others), quadratic_gradient(others), atol=0.05
    )
    np.testing.assert_allclose(fit.hessian, HESSIAN, atol=0.2)
    np.testing.assert_array_equal(fit.hessian, fit.hessian.T)


def test_exact_slopes_take_the_place_of_points() -> None:
    points = random_points(4)
    fit = SURE.fit(
        CENTRE,
        points,
        quadratic(points),
        radius=0.5,
        slopes=quadratic_gradient(points),
    )
    np.testing.assert_allclose(fit.slope, SLOPE, atol=1e-3)
    np.testing.assert_allclose(fit.hessian, HESSIAN, atol=5e-3)
    without = SURE.fit(CENTRE, points, quadratic(points), radius=0.5)
    assert np.abs(without.slope - SLOPE).max() > 0.1


def test_slopes_may_be_known_in_some_coordinates_only() -> None:
    slopes = np.where([True, False, True], quadratic_gradient(CENTRE), np.nan)
    fit = SURE.fit(
        CENTRE, [CENTRE], quadratic(CENTRE[np.newaxis]), 0.3, slopes=[slopes]
    )
    np.testing.assert_allclose(fit.slope, [SLOPE[0], 0.0, SLOPE[2]], atol=1e-3)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_a_slope_alone_sets_the_scale(factor: float) -> None:
    fit = LocalModel().fit([0.5], [[0.5]], [1.0], 0.3, slopes=[[factor]])
    np.testing.assert_allclose(fit.slope, [factor], rtol=1e-3)
    np.testing.assert_allclose(fit.minimise([0.3], [0.8]), [0.3])


def test_near_points_count_more_than_far_ones() -> None:
    points = np.linspace(0, 1, 201)[:, np.newaxis]
    losses = np.sin(10 * points[:, 0])
    model = LocalModel(slope=20.0, curvature=100.0, cut=1.0)
    near, far = (model.fit([0.3], points, losses, radius) for radius in (0.05, 2.0))
    exact = 10 * np.cos(10 * 0.3)
    assert abs(near.slope[0] / exact - 1) < 0.25
    assert abs(far.slope[0] / exact - 1) > 0.7


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_of_the_losses_does_not_matter(factor: float) -> None:
    points = random_points(9)
    plain, scaled = (
        LocalModel().fit(CENTRE, points, unit * quadratic(points) + 3.0 * unit, 0.3)
        for unit in (1.0, factor)
    )
    np.testing.assert_allclose(scaled.slope, factor * plain.slope)
    np.testing.assert_allclose(
        scaled.spread(points), factor * plain.spread(points), rtol=1e-6
    )
    np.testing.assert_allclose(
        scaled.minimise(CENTRE - 0.1, CENTRE + 0.1),
        plain.minimise(CENTRE - 0.1, CENTRE + 0.1),
        atol=1e-6,
    )


def test_losses_above_the_quantile_are_all_equally_bad() -> None:
    points, losses = random_points(11), np.arange(11.0)
    worse = np.where(losses > 5, 100 * losses, losses)
    plain, other = (LocalModel().fit(CENTRE, points, y, 0.3) for y in (losses, worse))
    np.testing.assert_array_equal(plain.coefficients, other.coefficients)


def test_a_failed_candidate_counts_as_a_bad_one() -> None:
    points, losses = np.linspace(0, 1, 11)[:, np.newaxis], np.arange(11.0)
    failed = np.append(np.nan, losses[1:])
    fits = [LocalModel(cut=1.0).fit([0.1], points, y, 0.3) for y in (failed, losses)]
    # Without it, the loss falls toward it.
    assert fits[0].slope[0] < 0 < fits[1].slope[0]


@pytest.mark.parametrize("loss", [0.0, 3.0, -1e6])
def test_where_nothing_else_is_known_failures_repel(loss: float) -> None:
    points = np.array([[0.5, 0.5], [0.9, 0.5], [0.8, 0.2]])
    fit = LocalModel().fit(points[0], points, [loss, np.nan, np.nan], 0.3)
    step = fit.minimise([0.2, 0.2], [0.8, 0.8]) - points[0]
    assert step[0] < -0.05
    assert step @ (points[2] - points[0]) < 0
    # They repel, but of the score no slope is known.
    assert np.abs(fit.slope).max() <= 1e-14 * max(abs(loss), 1.0)


@pytest.mark.parametrize("cut", [0.25, 0.5, 1.0])
def test_a_failure_does_not_attract_whatever_is_known_of_the_others(cut: float) -> None:
    # The centre is one of the bad ones that are all the same after the cut.
    points = np.array([[0.5], [0.75], [0.05], [0.1]])
    losses = np.array([3.0, np.nan, 1.0, 0.0])
    fit = LocalModel(cut=cut).fit(points[0], points, losses, 0.3)
    assert fit.minimise([0.2], [0.8])[0] < 0.5
    assert fit.value([[0.75]]) > fit.value([[0.5]])


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_how_bad_a_failure_is_depends_on_the_unit_of_the_losses(factor: float) -> None:
    points = random_points(9)
    losses = np.where(np.arange(9) % 3 == 0, np.nan, quadratic(points))
    plain, scaled = (
        LocalModel().fit(CENTRE, points, unit * losses, 0.3) for unit in (1.0, factor)
    )
    np.testing.assert_allclose(scaled.slope, factor * plain.slope)


def test_a_category_in_which_all_fails_is_worse_than_the_others() -> None:
    points = random_points(30)
    changes = np.eye(3)[np.arange(30) % 3][:, 1:]
    losses = np.where(changes[:, 1] == 1, np.nan, quadratic(points))
    fit = LocalModel().fit(CENTRE, points, losses, 0.5, changes=changes)
    assert fit.offsets[1] > max(fit.offsets[0], 0.0)


def test_what_categories_add_is_learnt_beside_the_quadratic() -> None:
    points = random_points(60)
    changes = np.eye(3)[np.arange(60) % 3][:, 1:]
    losses = quadratic(points) + changes @ [0.8, -0.5]
    model = dataclasses.replace(SURE, mixing=1e-5)
    fit = model.fit(CENTRE, points, losses, 1.0, changes=changes)
    np.testing.assert_allclose(fit.offsets, [0.8, -0.5], atol=0.02)
    np.testing.assert_allclose(fit.slope, SLOPE, atol=0.05)


def test_candidates_of_other_categories_count_less() -> None:
    # They have the opposite slope, which no offset explains.
    points = np.tile(np.linspace(0, 1, 11), 2)[:, np.newaxis]
    changes = np.repeat([[0.0], [1.0]], 11, axis=0)
    losses = np.where(changes[:, 0] == 0, 1, -1) * points[:, 0]
    slopes = [
        float(
            LocalModel(cut=1.0, mixing=mixing)
            .fit([0.5], points, losses, 0.5, changes=changes)
            .slope[0]
        )
        for mixing in (0.01, 1.0)
    ]
    assert 0.8 < slopes[1] < 1.1
    assert slopes[0] < 0.5


# ---- when there is little to learn from


@pytest.mark.parametrize("d", [1, 2, 10, MOST_MIXED, MOST_MIXED + 1, 60])
@pytest.mark.parametrize("n", [1, 2])
def test_a_single_point_is_enough(n: int, d: int) -> None:
    points = random_points(n, d)
    fit = LocalModel().fit(points[0], points, np.arange(float(n)), 0.3)
    low = fit.minimise(np.zeros(d), np.ones(d))
    assert low.shape == (d,)
    assert np.all((low >= 0) & (low <= 1))
    assert np.all(fit.spread(points) > 0)
    if n == 1:
        np.testing.assert_allclose(low, points[0], atol=1e-6)
        np.testing.assert_allclose(fit.slope, 0.0, atol=1e-12)


@pytest.mark.parametrize("losses", [[2.0] * 6, [np.nan] * 6, [1.0] + [np.nan] * 5])
def test_a_plateau_has_no_slope_that_is_not_bounded(losses: list[float]) -> None:
    points = random_points(6)
    fit = LocalModel().fit(points[0], points, losses, 0.3)
    assert np.all(np.isfinite(fit.coefficients))
    assert np.all(np.isfinite(fit.root @ np.ones(len(fit.coefficients))))
    assert np.abs(fit.slope).max() < 1.0


def test_a_point_that_is_there_twice_changes_nothing_else() -> None:
    points = random_points(25)
    twice = np.vstack([points, points[:1]])
    fit = SURE.fit(CENTRE, twice, quadratic(twice), 1.0)
    np.testing.assert_allclose(fit.slope, SLOPE, atol=0.02)


def test_beyond_many_coordinates_mixed_curvatures_are_left_out() -> None:
    d = MOST_MIXED + 1
    centre, bends = np.full(d, 0.5), np.linspace(0.5, 3.0, d)
    points = random_points(4 * d, d)
    losses = ((points - 0.5) ** 2) @ bends / 2
    fit = SURE.fit(centre, points, losses, 1.0)
    np.testing.assert_allclose(fit.hessian, np.diag(bends), atol=0.02)


def test_the_spread_is_small_where_losses_are_known_and_shrinks_with_them() -> None:
    points = random_points(12)
    fit = LocalModel().fit(points[0], points, quadratic(points), 0.5)
    far = np.array([[3.0, 3.0, 3.0]])
    assert fit.spread(points[:1]) < 0.1 * fit.spread(far)
    more = np.vstack([points, random_points(30, seed=1)])
    better = LocalModel().fit(points[0], more, quadratic(more), 0.5)
    assert better.spread(far) / better.scale < fit.spread(far) / fit.scale


def test_draws_scatter_by_the_spread_around_the_value() -> None:
    points = random_points(12)
    fit = LocalModel().fit(points[0], points, quadratic(points), 0.5)
    rng = np.random.default_rng(0)
    there = np.array([[0.9, 0.1, 0.5]])
    draws = np.array([fit.draw(rng).value(there)[0] for _ in range(2000)])
    np.testing.assert_allclose(draws.std(), fit.spread(there)[0], rtol=0.1)
    error = 4 * fit.spread(there)[0] / np.sqrt(2000)
    np.testing.assert_allclose(draws.mean(), fit.value(there)[0], atol=error)


# ---- the minimum in a box


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=40)
def test_the_minimum_of_a_convex_model_is_that_of_a_fine_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(2, 2))
    fit = fitted(factor @ factor.T, rng.normal(size=2), rng.random(2))
    low, high = fit.centre - rng.random(2), fit.centre + rng.random(2)
    found = fit.minimise(low, high)
    assert np.all((found >= low) & (found <= high))
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 60).T), axis=-1).reshape(-1, 2)
    assert fit.value([found])[0] <= fit.value(grid).min() + 1e-9


@given(seed=st.integers(0, 10_000), d=st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_no_small_move_within_the_box_leads_lower(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(d, d))
    fit = fitted(half + half.T, rng.normal(size=d), rng.random(d))
    low, high = fit.centre - 0.3, fit.centre + 0.3
    found = fit.minimise(low, high)
    gradient = fit.gradient([found])[0]
    # The projected gradient vanishes (Conn, Gould & Toint 2000, theorem 12.1.2).
    move = np.clip(found - gradient, low, high) - found
    np.testing.assert_allclose(move, 0.0, atol=1e-5)
    assert fit.value([found])[0] <= fit.value([fit.centre])[0]


@pytest.mark.parametrize("slope", [0.0, 1e-3, -1e-3])
def test_a_ridge_is_left_toward_the_lower_side(slope: float) -> None:
    fit = fitted([[-2.0]], [slope], [0.5])
    (found,) = fit.minimise([0.2], [0.9])
    assert found == pytest.approx(0.9)


def test_a_coordinate_without_room_stays() -> None:
    fit = fitted(np.eye(2), [1.0, 1.0], [0.0, 0.5])
    np.testing.assert_allclose(fit.minimise([0.0, 0.5], [0.5, 0.5]), [0.0, 0.5])


# ---- settings


@pytest.mark.parametrize(
    "name", [field.name for field in dataclasses.fields(LocalModel)]
)
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_settings_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"LocalModel: {name}="):
        LocalModel(**{name: value})


def test_a_quantile_above_1_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cut=1\.5.*\(0, 1\]"):
        LocalModel(cut=1.5)


def test_its_name_is_what_gradient_takes() -> None:
    assert LocalModel.name == "model"


@pytest.mark.parametrize("d", [3, 40])
def test_the_root_is_that_of_the_covariance_of_the_posterior(d):
    rng = np.random.default_rng(0)
    points, losses = rng.random((12, d)), rng.random(12)
    fit = LocalModel().fit(points[0], points, losses, 0.5)
    n = len(fit.coefficients)
    dense = np.column_stack([fit.root @ column for column in np.eye(n)])
    others = rng.random((5, d))
    features = np.array([fit._features(other[np.newaxis])[0] for other in others])
    expected = np.linalg.norm(features @ dense[: features.shape[1]], axis=1)
    np.testing.assert_allclose(fit.spread(others), expected)


def test_so_many_coordinates_have_no_matrix_of_their_own():
    d = 21_500
    rng = np.random.default_rng(0)
    points = rng.random((6, d))
    losses = ((points - 0.3) ** 2).mean(axis=1)
    tracemalloc.start()
    fit = LocalModel().fit(points[0], points, losses, 0.5)
    lowest = fit.minimise(np.zeros(d), np.ones(d))
    fit.spread(points), fit.draw(rng), fit.gradient(points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * points.nbytes < 8 * d**2 / 50
    assert fit.value(lowest[np.newaxis])[0] <= fit.value(points).min()
