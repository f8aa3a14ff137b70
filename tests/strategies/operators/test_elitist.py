"""Elitist survival against sorting in plain Python."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.strategies.operators import ElitistSurvival


def survivors(losses: list[float], size: int) -> list[int]:
    rng, ages = np.random.default_rng(0), np.zeros(len(losses), dtype=np.int64)
    rows: list[int] = ElitistSurvival()(np.array(losses), ages, size, rng).tolist()
    return rows


@settings(deadline=None)
@given(
    losses=st.lists(
        st.one_of(st.floats(), st.sampled_from([0.0, 1.0, math.nan])), max_size=12
    ),
    size=st.integers(1, 8),
)
def test_the_best_stay_and_of_equals_the_youngest(
    losses: list[float], size: int
) -> None:
    ok = [row for row in range(len(losses)) if not math.isnan(losses[row])]
    expected = sorted(ok, key=lambda row: (losses[row], -row))[:size]
    assert survivors(losses, size) == expected


def test_failed_members_never_stay() -> None:
    assert survivors([math.nan, math.nan], 2) == []
    assert survivors([math.nan, 3.0, math.nan], 2) == [1]


def test_an_infinite_loss_is_better_than_a_failure() -> None:
    assert survivors([math.inf, math.nan, 1.0], 2) == [2, 0]


def test_it_makes_no_difference_how_the_offspring_are_divided() -> None:
    # The best of all are the best of some and of the rest.
    rng = np.random.default_rng(0)
    losses = rng.integers(0, 5, 30).astype(float)
    at_once = sorted(survivors(losses.tolist(), 6))
    members: list[int] = []
    for part in np.array_split(np.arange(30), 7):
        members = sorted([*members, *part.tolist()])
        kept = survivors(losses[members].tolist(), 6)
        members = [members[row] for row in kept]
    assert sorted(members) == at_once
