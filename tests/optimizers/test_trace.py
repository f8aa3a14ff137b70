"""Momentum against its recursion. PyTorch's figures are in test_torch_figures.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from skopt_evo.optimizers import trace
from tests.optimizers.driving import assert_follows, run


def momentum_by_hand(gradients: list[float]) -> Iterator[float]:
    buffer = None
    for g in gradients:
        buffer = g if buffer is None else 0.9 * buffer + g
        yield buffer


def nesterov_by_hand(gradients: list[float]) -> Iterator[float]:
    for g, buffer in zip(gradients, momentum_by_hand(gradients), strict=True):
        yield g + 0.9 * buffer


def test_every_update_follows_the_recursion_of_the_paper() -> None:
    assert_follows(trace(0.9), momentum_by_hand)
    assert_follows(trace(0.9, nesterov=True), nesterov_by_hand)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_a_steady_gradient_grows_to_the_sum_of_a_geometric_series(
    decay: float, nesterov: bool
) -> None:
    gradients = np.tile([2.0, -3.0], (400, 1))
    updates = run(trace(decay, nesterov), gradients)
    np.testing.assert_allclose(updates[-1], gradients[0] / (1 - decay), rtol=1e-12)


def test_after_the_last_gradient_momentum_fades() -> None:
    gradients = np.array([[4.0], [0.0], [0.0], [0.0]])
    np.testing.assert_array_equal(run(trace(0.5), gradients), [[4.0], [2], [1], [0.5]])
    ahead = run(trace(0.5, nesterov=True), gradients)
    np.testing.assert_array_equal(ahead, [[6.0], [1], [0.5], [0.25]])


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"decay=1.0 .* \[0, 1\)"):
        trace(1.0)
    flag: Any = 1
    with pytest.raises(TypeError, match="nesterov=1 "):
        trace(0.9, flag)
