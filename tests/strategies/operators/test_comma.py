"""Comma survival against sorting in plain Python."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.strategies.operators import CommaSurvival


def survivors(losses: list[float], ages: list[int], size: int) -> list[int]:
    rng = np.random.default_rng(0)
    rows: list[int] = CommaSurvival()(
        np.array(losses), np.array(ages), size, rng
    ).tolist()
    return rows


def test_parents_die_however_good_they_are() -> None:
    losses, ages = [0.0, 0.1, 5.0, 3.0, 4.0], [2, 1, 0, 0, 0]
    assert survivors(losses, ages, 2) == [3, 4]


def test_the_best_of_the_next_youngest_fill_up() -> None:
    losses, ages = [0.0, 0.3, 0.1, 0.2, math.nan, 9.0], [2, 1, 1, 1, 0, 0]
    assert survivors(losses, ages, 3) == [5, 2, 3]


def test_failed_members_never_stay() -> None:
    assert survivors([math.nan, math.nan], [1, 0], 2) == []
    assert survivors([1.0, math.nan, math.inf], [1, 0, 0], 3) == [2, 0]


@settings(deadline=None)
@given(
    members=st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 2.0, math.nan]), st.integers(0, 3)),
        max_size=12,
    ),
    size=st.integers(1, 8),
)
def test_age_comes_first_then_the_loss_and_then_the_order(
    members: list[tuple[float, int]], size: int
) -> None:
    ages = sorted((age for _, age in members), reverse=True)
    losses = [loss for loss, _ in members]
    ok = [row for row in range(len(losses)) if not math.isnan(losses[row])]
    expected = sorted(ok, key=lambda row: (ages[row], losses[row], -row))[:size]
    assert survivors(losses, ages, size) == expected
