"""Survival of the youngest against slices of a list."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.strategies.operators import AgeSurvival


def survivors(losses: list[float], ages: list[int], size: int) -> list[int]:
    rng = np.random.default_rng(0)
    return sorted(AgeSurvival()(np.array(losses), np.array(ages), size, rng).tolist())


@settings(deadline=None)
@given(
    members=st.lists(st.tuples(st.floats(), st.integers(0, 3)), max_size=12),
    size=st.integers(1, 8),
)
def test_those_born_last_stay_the_failed_only_among_themselves(
    members: list[tuple[float, int]], size: int
) -> None:
    ages = sorted((age for _, age in members), reverse=True)
    losses = [loss for loss, _ in members]
    ok = [row for row, loss in enumerate(losses) if not math.isnan(loss)]
    expected = (ok or list(range(len(losses))))[-size:]
    assert survivors(losses, ages, size) == expected


@pytest.mark.parametrize("best", range(5))
def test_the_best_dies_when_its_time_has_come(best: int) -> None:
    losses = [1.0] * 5
    losses[best] = 0.0
    assert survivors(losses, [4, 3, 2, 1, 0], 3) == [2, 3, 4]
