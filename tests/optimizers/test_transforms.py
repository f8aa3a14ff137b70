"""What holds for every transformation, and how they are combined."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skopt_evo.optimizers import (
    GradientTransformation,
    apply_updates,
    chain,
    project,
    scale,
    scale_by_adam,
    scale_by_lbfgs,
    scale_by_learning_rate,
    scale_by_rms,
    trace,
)
from tests.optimizers.driving import SIZE, run, some_gradients

TRANSFORMS: dict[str, GradientTransformation] = {
    "identity": chain(),
    "scale": scale(-2.0),
    "learning_rate": scale_by_learning_rate(0.3),
    "trace": trace(0.9),
    "nesterov": trace(0.9, nesterov=True),
    "rms": scale_by_rms(0.95, 1e-6),
    "adam": scale_by_adam(0.8, 0.99, 1e-6),
    "lbfgs": scale_by_lbfgs(3),
    "chain": chain(scale_by_lbfgs(2), trace(0.5), scale_by_learning_rate(0.1)),
}
every_transform = pytest.mark.parametrize(
    "transform", TRANSFORMS.values(), ids=TRANSFORMS.keys()
)


def test_the_learning_rate_points_downhill() -> None:
    np.testing.assert_array_equal(
        run(scale_by_learning_rate(0.5), np.array([[2.0, -4.0, 0.0]])),
        [[-1.0, 2.0, 0.0]],
    )


def test_chain_applies_the_first_transformation_first() -> None:
    gradients = some_gradients(n=4)
    adam, momentum = scale_by_adam(0.9, 0.99, 1e-8), trace(0.5)
    by_hand = run(momentum, run(adam, gradients))
    np.testing.assert_array_equal(run(chain(adam, momentum), gradients), by_hand)
    other_order = run(chain(momentum, adam), gradients)
    assert np.abs(other_order - by_hand).max() > 0.1


def test_chain_keeps_the_states_in_the_order_of_the_transformations() -> None:
    transform = chain(trace(0.5), scale(2.0), scale_by_rms(0.9, 1e-8))
    state = transform.init(np.zeros(SIZE))
    expected = ["TraceState", "EmptyState", "RmsState"]
    assert [type(part).__name__ for part in state] == expected
    _, state = transform.update(np.ones(SIZE), state, np.zeros(SIZE))
    assert [type(part).__name__ for part in state] == expected


def test_chain_hands_params_to_every_transformation() -> None:
    seen = []

    def update(
        grads: np.ndarray, state: Any, params: np.ndarray
    ) -> tuple[np.ndarray, Any]:
        seen.append(params)
        return grads, state

    spy = GradientTransformation(lambda params: (), update)
    params = np.array([1.0, 2.0])
    transform = chain(spy, spy)
    transform.update(np.ones(2), transform.init(params), params)
    assert len(seen) == 2
    assert all(each is params for each in seen)


def test_chain_refuses_the_state_of_another_chain() -> None:
    state = chain(trace(0.5)).init(np.zeros(SIZE))
    with pytest.raises(ValueError, match=r"shorter|longer"):
        chain(trace(0.5), scale(2.0)).update(np.ones(SIZE), state, np.zeros(SIZE))


def arrays_in(state: object) -> list[np.ndarray]:
    if isinstance(state, np.ndarray):
        return [state]
    if isinstance(state, tuple):
        return [array for part in state for array in arrays_in(part)]
    return []


@every_transform
def test_update_mutates_nothing_and_can_be_repeated(
    transform: GradientTransformation,
) -> None:
    params = np.array([0.5, -1.0, 2.0])
    state = transform.init(params)
    for grads in some_gradients(1, n=6):
        arguments = (grads, state, params)
        before = copy.deepcopy(arguments)
        for array in (grads, params, *arrays_in(state)):
            array.flags.writeable = False
        updates, new_state = transform.update(*arguments)
        np.testing.assert_equal(arguments, before)
        again, new_again = transform.update(*arguments)
        np.testing.assert_equal((updates, new_state), (again, new_again))
        state, params = new_state, apply_updates(params, 0.01 * updates)


@every_transform
def test_the_caller_may_write_into_whatever_is_passed_and_returned(
    transform: GradientTransformation,
) -> None:
    gradients = some_gradients(2, n=8)
    expected = run(transform, gradients)
    params = np.zeros(SIZE)
    state, got = transform.init(params), []
    for grads in gradients.copy():
        updates, state = transform.update(grads, state, params)
        got.append(updates.copy())
        params += updates
        grads[:] = np.nan
        updates[:] = np.nan
    np.testing.assert_array_equal(got, expected)


@every_transform
def test_integer_arrays_are_as_good_as_floats(
    transform: GradientTransformation,
) -> None:
    params, grads = np.array([1, 2, 3]), np.array([3, -2, 1])
    got, _ = transform.update(grads, transform.init(params), params)
    expected, _ = transform.update(
        grads.astype(float), transform.init(params.astype(float)), params.astype(float)
    )
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, expected)


@every_transform
def test_a_zero_gradient_makes_no_step(transform: GradientTransformation) -> None:
    np.testing.assert_array_equal(run(transform, np.zeros((3, SIZE))), 0.0)


# Down to the smallest subnormal number and up to the limit that the docstring names.
finite = st.floats(-1e100, 1e100)


@every_transform
@given(
    gradients=arrays(float, (5, 2), elements=finite),
    positions=arrays(float, (5, 2), elements=finite),
)
def test_updates_are_finite_for_finite_gradients(
    transform: GradientTransformation, gradients: np.ndarray, positions: np.ndarray
) -> None:
    state = transform.init(positions[0])
    for grads, params in zip(gradients, positions, strict=True):
        updates, state = transform.update(grads, state, params)
        assert updates.shape == (2,)
        assert np.isfinite(updates).all()
        assert all(np.isfinite(array).all() for array in arrays_in(state))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: scale(math.inf), "factor=inf is not allowed: pass a finite float"),
        (lambda: scale_by_learning_rate(0.0), "learning_rate=0.0 .* float > 0"),
        (lambda: scale_by_learning_rate(math.nan), "learning_rate=nan is not"),
        (lambda: scale_by_lbfgs(0), "memory_size=0 .* pass an int >= 1"),
    ],
)
def test_settings_out_of_range_are_refused(
    make: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "setting", "message"),
    [
        (scale, "2", "factor='2' .* a finite float"),
        (scale_by_learning_rate, True, "learning_rate=True .* float > 0"),
        (scale_by_lbfgs, 2.0, "memory_size=2.0 .* pass an int >= 1"),
        (scale_by_lbfgs, True, "memory_size=True .* pass an int >= 1"),
    ],
)
def test_settings_of_another_type_are_refused(
    make: Callable[[Any], object], setting: object, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        make(setting)


def test_apply_updates_adds_and_leaves_its_arguments_alone() -> None:
    params, updates = np.array([1.0, 2.0]), np.array([0.5, -0.5])
    np.testing.assert_array_equal(apply_updates(params, updates), [1.5, 1.5])
    np.testing.assert_array_equal((params, updates), [[1.0, 2.0], [0.5, -0.5]])


def test_apply_updates_refuses_to_broadcast() -> None:
    with pytest.raises(ValueError, match=r"shape of params, \(2,\), got \(2, 1\)"):
        apply_updates(np.zeros(2), np.zeros((2, 1)))


def test_project_moves_to_the_nearest_point_of_the_box() -> None:
    params = np.array([-5.0, 0.5, 7.0, np.nan])
    upper = np.array([1.0, 1.0, np.inf, 1.0])
    np.testing.assert_array_equal(project(params, 0.0, upper), [0.0, 0.5, 7.0, np.nan])
    np.testing.assert_array_equal(params, [-5.0, 0.5, 7.0, np.nan])


def test_project_does_not_return_its_argument() -> None:
    params = np.array([0.5])
    assert not np.shares_memory(project(params, 0.0, 1.0), params)


def test_project_refuses_crossed_bounds() -> None:
    with pytest.raises(ValueError, match="lower must not be above upper"):
        project(np.zeros(2), [0.0, 2.0], 1.0)
