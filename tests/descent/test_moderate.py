"""Losses of any size that keep their order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skopt_evo.descent._moderate import HUGE, moderate, slope_of_moderate

LOSSES = st.floats(allow_nan=False, allow_infinity=False)


@given(first=LOSSES, second=LOSSES)
def test_losses_keep_their_order_and_their_squares_are_finite(first, second):
    low, high = sorted((first, second))
    assert moderate(low) <= moderate(high)
    assert math.isfinite(moderate(first) ** 2)
    assert moderate(-first) == -moderate(first)


@given(loss=st.floats(-HUGE, HUGE))
def test_what_is_not_huge_stays_as_it_is(loss):
    assert moderate(loss) == loss
    assert slope_of_moderate(loss) == 1.0


@pytest.mark.parametrize("loss", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_stays_as_it_is(loss):
    np.testing.assert_equal(moderate(loss), loss)
    assert slope_of_moderate(loss) == 1.0


@pytest.mark.parametrize("loss", [1.1e140, -1e200, 1e300])
def test_the_slope_is_that_of_the_loss(loss):
    step = 1e-6 * abs(loss)
    rise = moderate(loss + step) - moderate(loss - step)
    assert slope_of_moderate(loss) == pytest.approx(rise / (2 * step), rel=1e-4)
