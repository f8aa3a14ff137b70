"""Losses as the targets of a surrogate."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies._targets import TAIL, scalarised, winsorised


def test_only_the_bad_tail_is_cut() -> None:
    losses = np.array([-50.0, 0.0, 1.0, 2.0, 1e9])
    targets = winsorised(losses)
    np.testing.assert_array_equal(targets[:4], losses[:4])
    assert targets[4] == 1.0 + TAIL * 51.0


@pytest.mark.parametrize("failure", [np.nan, np.inf, -np.inf])
def test_failures_count_as_the_worst(failure: float) -> None:
    targets = winsorised(np.array([1.0, failure, 2.0, 4.0]))
    assert np.all(np.isfinite(targets))
    assert targets[1] == targets.max()
    assert np.all(targets[[0, 2]] < targets[1])


def test_order_is_kept() -> None:
    losses = np.random.default_rng(0).standard_cauchy(100)
    targets = winsorised(losses)[np.argsort(losses)]
    assert np.all(np.diff(targets) >= 0)


@pytest.mark.parametrize("losses", [[1.0, 1, 1, 5, 1e9], [1.0, 1, 1], [0.0], [-1e9]])
def test_failures_are_worse_even_where_most_are_the_best(losses: list[float]) -> None:
    targets = winsorised(np.array([*losses, np.nan]))
    assert targets[-1] > targets[0] == losses[0]
    assert targets[-1] == targets.max()


@pytest.mark.parametrize("sign", [1, -1])
def test_huge_losses_do_not_overflow(sign: float) -> None:
    losses = np.array([0.1, 0.2, -0.1, 1.0, np.nan])
    huge = winsorised(sign * 1e308 * losses)
    np.testing.assert_allclose(huge, winsorised(sign * losses))
    pairs = np.column_stack([losses, -losses])
    plain = scalarised(pairs, np.random.default_rng(0))
    huge = scalarised(sign * 1e308 * pairs, np.random.default_rng(0))
    assert np.all(np.isfinite(huge[:4]))
    if sign > 0:
        np.testing.assert_allclose(huge, plain)


def test_losses_that_are_all_the_same_stay_so() -> None:
    np.testing.assert_array_equal(winsorised(np.full(3, 2.0)), 2.0)


def test_one_loss_is_left_as_it_is() -> None:
    losses = np.array([[3.0], [np.nan], [1.0]])
    result = scalarised(losses, np.random.default_rng(0))
    np.testing.assert_array_equal(result, losses[:, 0])


def test_every_point_of_a_front_is_the_best_for_some_weights() -> None:
    # A concave front: no weighted sum would ever choose the middle.
    losses = np.array([[0.0, 1.0], [0.6, 0.6], [1.0, 0.0], [1.0, 1.0]])
    rng = np.random.default_rng(0)
    best = {int(np.argmin(scalarised(losses, rng))) for _ in range(100)}
    assert best == {0, 1, 2}


def test_scales_of_losses_do_not_matter() -> None:
    losses = np.random.default_rng(0).random((20, 3))
    plain = scalarised(losses, np.random.default_rng(1))
    scaled = scalarised(losses * [1.0, 1e6, 1e-6] + 5, np.random.default_rng(1))
    np.testing.assert_allclose(scaled, plain, rtol=1e-6)


def test_what_fails_in_one_loss_has_failed() -> None:
    losses = np.array([[0.0, 1.0], [np.nan, 0.0], [np.inf, 0.0], [1.0, 0.0]])
    targets = scalarised(losses, np.random.default_rng(0))
    np.testing.assert_array_equal(np.isnan(targets), [False, True, True, False])
