"""L-BFGS against the dense formulas of Nocedal & Wright (2006)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.optimizers import apply_updates, project, scale_by_lbfgs

SIZE = 6


def random_bowl(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A positive definite matrix of condition number 1000, and a start."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))
    return q @ np.diag(np.geomspace(0.1, 100.0, SIZE)) @ q.T, rng.normal(size=SIZE)


def dense_inverse_hessian(pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Nocedal & Wright, eq. 6.17 pair by pair, from gamma I with eq. 7.20."""
    identity = np.eye(SIZE)
    s, y = pairs[-1]
    h: np.ndarray = identity * (s @ y) / (y @ y)
    for s, y in pairs:
        rho = 1.0 / (y @ s)
        left = identity - rho * np.outer(s, y)
        h = left @ h @ left.T + rho * np.outer(s, s)
    return h


@pytest.mark.parametrize("memory_size", [1, 3, 100])
def test_directions_are_those_of_the_dense_inverse_hessian(memory_size: int) -> None:
    hessian, params = random_bowl()
    lbfgs = scale_by_lbfgs(memory_size)
    state, positions, gradients, n_compared = lbfgs.init(params), [], [], 0
    # Steps of random lengths: no direction may depend on a line search.
    for length in np.random.default_rng(1).uniform(0.002, 0.3, size=25):
        grads = hessian @ params
        positions.append(params)
        gradients.append(grads)
        direction, state = lbfgs.update(grads, state, params)
        if len(positions) > 1:
            s, y = np.diff(positions, axis=0), np.diff(gradients, axis=0)
            pairs = list(zip(s, y, strict=True))[-memory_size:]
            expected = dense_inverse_hessian(pairs) @ grads
            error = np.linalg.norm(direction - expected)
            assert error <= 1e-9 * np.linalg.norm(expected)
            assert np.linalg.norm(direction - grads) > 0.01 * np.linalg.norm(grads)
            assert len(state.pairs) == len(pairs)
            n_compared += 1
        params = params - min(length, 0.01 if len(positions) == 1 else 1.0) * direction
    assert n_compared == 24


def test_with_exact_line_searches_a_quadratic_takes_as_many_steps_as_dimensions() -> (
    None
):
    # Nocedal & Wright, theorem 6.4: the directions are conjugate.
    hessian, params = random_bowl(3)
    lbfgs = scale_by_lbfgs(SIZE)
    state, sizes = lbfgs.init(params), [np.linalg.norm(hessian @ params)]
    for _ in range(SIZE):
        grads = hessian @ params
        direction, state = lbfgs.update(grads, state, params)
        length = (grads @ direction) / (direction @ hessian @ direction)
        params = apply_updates(params, -length * direction)
        sizes.append(np.linalg.norm(hessian @ params))
    assert sizes[-1] < 1e-8 * sizes[0]
    assert sizes[-2] > 1e-4 * sizes[0]


def test_the_first_update_is_the_gradient() -> None:
    lbfgs, grads = scale_by_lbfgs(3), np.array([3.0, -4.0])
    updates, state = lbfgs.update(grads, lbfgs.init(np.zeros(2)), np.zeros(2))
    np.testing.assert_array_equal(updates, grads)
    assert state.pairs == ()


@pytest.mark.parametrize(
    ("step", "grads"),
    [
        ([0.1, 0.0], [0.5, 1.0]),  # negative curvature: s'y < 0
        ([0.1, 0.0], [1.0, 5.0]),  # none along the step: s'y = 0
        ([0.1, 0.0], [1.0 + 1e-10, 5.0]),  # lost in rounding beside |s| |y|
        ([0.0, 0.0], [2.0, 2.0]),  # no step
        ([0.1, 0.0], [1.0, 1.0]),  # the same gradient
    ],
)
def test_a_pair_without_curvature_is_skipped(
    step: list[float], grads: list[float]
) -> None:
    lbfgs, params = scale_by_lbfgs(3), np.zeros(2)
    _, state = lbfgs.update(np.ones(2), lbfgs.init(params), params)
    updates, state = lbfgs.update(np.array(grads), state, np.array(step))
    np.testing.assert_array_equal(updates, grads)
    assert state.pairs == ()
    # The next pair starts from here and is as good as any.
    here = np.array(step)
    _, state = lbfgs.update(np.array(grads) + 2.0, state, here + 1.0)
    [(s, y)] = state.pairs
    np.testing.assert_allclose(s, [1.0, 1.0])
    np.testing.assert_allclose(y, [2.0, 2.0])


def test_a_skipped_pair_leaves_the_older_ones_in_place() -> None:
    lbfgs = scale_by_lbfgs(3)
    state = lbfgs.init(np.zeros(2))
    _, state = lbfgs.update(np.array([1.0, 1.0]), state, np.zeros(2))
    _, kept = lbfgs.update(np.array([3.0, 1.0]), state, np.array([1.0, 0.0]))
    _, state = lbfgs.update(np.array([1.0, 1.0]), kept, np.array([2.0, 0.0]))
    assert len(kept.pairs) == 1
    np.testing.assert_equal(state.pairs, kept.pairs)


def test_a_step_too_small_for_arithmetic_leaves_the_older_pairs_in_place() -> None:
    lbfgs = scale_by_lbfgs(3)
    state = lbfgs.init(np.zeros(2))
    _, state = lbfgs.update(np.array([1.0, 1.0]), state, np.zeros(2))
    _, state = lbfgs.update(np.array([0.0, 0.0]), state, np.array([-0.5, -0.5]))
    _, kept = lbfgs.update(np.array([0.0, 0.0]), state, np.array([0.0, 0.0]))
    # s'y is 2e-310, one over it infinite.
    tiny = np.array([1e-155, 1e-155])
    updates, state = lbfgs.update(tiny, kept, tiny)
    assert len(kept.pairs) == 1
    np.testing.assert_equal(state.pairs, kept.pairs)
    np.testing.assert_allclose(updates, 0.5 * tiny, rtol=1e-12)


def test_memory_forgets_the_oldest_pair_first() -> None:
    hessian, params = random_bowl(5)
    lbfgs = scale_by_lbfgs(2)
    state = lbfgs.init(params)
    previous: tuple[Any, ...] = ()
    for k in range(5):
        _, state = lbfgs.update(hessian @ params, state, params)
        if k >= 3:
            np.testing.assert_equal(state.pairs[0], previous[-1])
        previous = state.pairs
        params = params + np.eye(SIZE)[k]
    assert len(state.pairs) == 2


def test_steps_are_those_really_made_not_those_proposed() -> None:
    lbfgs, hessian = scale_by_lbfgs(5), np.array([2.0, 10.0])
    params = np.array([0.5, 0.9])
    direction, state = lbfgs.update(hessian * params, lbfgs.init(params), params)
    projected = project(params - direction, 0.0, 1.0)
    _, state = lbfgs.update(hessian * projected, state, projected)
    np.testing.assert_allclose(state.pairs[0][0], projected - params)
    assert np.abs(projected - (params - direction)).max() > 1.0


def test_overflow_falls_back_to_the_gradient_and_forgets() -> None:
    lbfgs = scale_by_lbfgs(5)
    # y'y underflows to 0, so that gamma is infinite.
    state = lbfgs.init(np.zeros(1))
    _, state = lbfgs.update(np.array([0.0]), state, np.array([0.0]))
    grads = np.array([1e-170])
    updates, state = lbfgs.update(grads, state, np.array([1e10]))
    np.testing.assert_array_equal(updates, grads)
    assert state.pairs == ()
