"""Reflection at the bounds, against the distance to the nearest even number."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skopt_evo.strategies.operators import reflect


@given(st.floats(0.0, 1.0))
def test_what_is_inside_is_left_alone(gene: float) -> None:
    assert reflect(np.array([gene]))[0] == gene


@given(st.floats(-1e6, 1e6))
def test_it_is_the_distance_to_the_nearest_even_number(gene: float) -> None:
    nearest = 2 * round(gene / 2)
    folded = reflect(gene)
    assert 0 <= folded <= 1
    np.testing.assert_allclose(folded, abs(gene - nearest), atol=1e-9)
