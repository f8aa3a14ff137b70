"""Runs transformations on gradients, and recursions coordinate by coordinate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from skopt_evo.optimizers import GradientTransformation, apply_updates

N_STEPS, SIZE = 25, 3

# A recursion of a paper for one coordinate, in plain floats.
Recursion = Callable[[list[float]], Iterator[float]]


def some_gradients(seed: int = 0, n: int = N_STEPS) -> np.ndarray:
    """Gradients of both signs over several orders of magnitude."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, SIZE)) * 10.0 ** rng.integers(-3, 3, (n, SIZE))


def run(transform: GradientTransformation, gradients: np.ndarray) -> np.ndarray:
    """Return the updates, with the parameters of each step where they lead."""
    params = np.zeros(gradients.shape[1])
    state, all_updates = transform.init(params), []
    for grads in gradients:
        updates, state = transform.update(grads, state, params)
        params = apply_updates(params, updates)
        all_updates.append(updates)
    return np.array(all_updates)


def assert_follows(transform: GradientTransformation, by_hand: Recursion) -> None:
    """Check that all updates are those of a recursion."""
    gradients = some_gradients()
    updates = run(transform, gradients)
    expected = np.array([list(by_hand(column.tolist())) for column in gradients.T]).T
    assert expected.shape == (N_STEPS, SIZE)
    # atol: sums of both signs cancel, and the gradients reach 1e3.
    np.testing.assert_allclose(updates, expected, rtol=1e-10, atol=1e-11)
