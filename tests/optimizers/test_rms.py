"""RMSProp against its recursion. PyTorch's figures are in test_torch_figures.py."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from skopt_evo.optimizers import scale_by_rms
from tests.optimizers.driving import assert_follows, run


def rms_by_hand(gradients: list[float]) -> Iterator[float]:
    for t, g in enumerate(gradients):
        # The recursion unrolled: each squared gradient with its own weight.
        v = math.fsum(0.05 * 0.95 ** (t - i) * gradients[i] ** 2 for i in range(t + 1))
        yield g / (math.sqrt(v) + 1e-6)


def test_every_update_follows_the_recursion_of_the_paper() -> None:
    assert_follows(scale_by_rms(0.95, 1e-6), rms_by_hand)


@pytest.mark.parametrize("decay", [0.0, 0.75, 0.99])
def test_updates_of_a_steady_gradient_shrink_to_its_sign(decay: float) -> None:
    gradients = np.tile([1e-3, 7.0, -1e6], (3000, 1))
    updates = run(scale_by_rms(decay, 1e-12), gradients)
    # The average begins at 0, and is not corrected for that.
    first = 1 / math.sqrt(1 - decay)
    np.testing.assert_allclose(updates[0], [first, first, -first], rtol=1e-7)
    np.testing.assert_allclose(updates[-1], [1.0, 1.0, -1.0], rtol=1e-7)
    assert np.all(np.diff(np.abs(updates), axis=0) <= 1e-12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((-0.1, 1e-8), r"decay=-0.1 .* for instance decay=0.99"),
        ((1.0, 1e-8), r"decay=1.0 .* \[0, 1\)"),
        ((0.9, 0.0), "eps=0.0 .* float > 0"),
    ],
)
def test_settings_out_of_range_are_refused(
    settings: tuple[float, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        scale_by_rms(*settings)
