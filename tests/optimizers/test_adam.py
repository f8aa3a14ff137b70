"""Adam against its paper. Trajectories of PyTorch are in test_torch_figures.py."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from skopt_evo.optimizers import scale_by_adam
from tests.optimizers.driving import assert_follows, run


def adam_by_hand(gradients: list[float]) -> Iterator[float]:
    for t in range(1, len(gradients) + 1):
        past = gradients[:t]
        # Weights of the debiased averages, normalised by their own sum.
        w1 = [0.8 ** (t - i) for i in range(1, t + 1)]
        w2 = [0.99 ** (t - i) for i in range(1, t + 1)]
        m = math.fsum(w * g for w, g in zip(w1, past, strict=True)) / math.fsum(w1)
        v = math.fsum(w * g * g for w, g in zip(w2, past, strict=True)) / math.fsum(w2)
        yield m / (math.sqrt(v) + 1e-6)


def test_every_update_follows_the_recursion_of_the_paper() -> None:
    assert_follows(scale_by_adam(0.8, 0.99, 1e-6), adam_by_hand)


def test_the_first_update_is_as_long_whatever_the_gradient() -> None:
    gradients = np.array([[1e-3, 7.0, -1e6]])
    updates = run(scale_by_adam(0.9, 0.999, 1e-12), gradients)
    np.testing.assert_allclose(updates, [[1.0, 1.0, -1.0]], rtol=1e-8)


def test_a_steady_gradient_makes_steady_updates_of_its_sign() -> None:
    gradients = np.tile([1e-3, 7.0, -1e6], (200, 1))
    updates = run(scale_by_adam(0.9, 0.999, 1e-12), gradients)
    np.testing.assert_allclose(updates, np.tile([1.0, 1.0, -1.0], (200, 1)), rtol=1e-8)


def test_without_memory_only_the_sign_of_the_gradient_is_left() -> None:
    gradients = np.array([[3.0, -2.0], [-5.0, 1e-3], [0.0, -1e-3]])
    updates = run(scale_by_adam(0.0, 0.0, 1e-12), gradients)
    np.testing.assert_allclose(updates, np.sign(gradients), rtol=1e-8)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ((1.0, 0.9, 1e-8), "beta_1"),
        ((0.9, 1.0, 1e-8), "beta_2"),
        ((0.9, 0.9, -1.0), "eps"),
        ((0.9, 0.9, 0.0), "eps"),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: tuple[float, float, float], name: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}=.* is not allowed"):
        scale_by_adam(*settings)
