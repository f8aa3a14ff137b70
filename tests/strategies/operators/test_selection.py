"""Tournament selection against its probabilities, written down from the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_evo.strategies.operators import Selection, TournamentSelection

N_DRAWS = 20_000


def shares(selection: Selection, losses: Any, seed: int = 0) -> np.ndarray:
    """Return how often each member is chosen, as a part of all draws."""
    rows = selection(np.array(losses), N_DRAWS, np.random.default_rng(seed))
    return np.bincount(rows, minlength=len(losses)) / N_DRAWS


def within_sampling_error(found: np.ndarray, expected: Any) -> bool:
    """Compare shares of `N_DRAWS` with probabilities: 4.5 standard deviations."""
    expected = np.asarray(expected)
    deviation = np.sqrt(expected * (1 - expected) / N_DRAWS)
    return bool(np.all(np.abs(found - expected) <= 4.5 * deviation))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_each_rank_wins_as_often_as_the_formula_says(size: int) -> None:
    # Of n members with rank r = 0 .. n - 1, all entrants are of rank r or worse with
    # the probability ((n - r) / n)^size.
    n = 5
    at_least = ((n - np.arange(n + 1)) / n) ** size
    by_rank = at_least[:-1] - at_least[1:]
    losses = np.array([3.0, -1.0, 100.0, 0.5, 7.0])
    expected = by_rank[np.argsort(np.argsort(losses))]
    assert within_sampling_error(shares(TournamentSelection(size), losses), expected)


def test_equal_losses_have_equal_chances() -> None:
    assert within_sampling_error(shares(TournamentSelection(), [1.0] * 4), [0.25] * 4)


def test_a_failed_member_wins_only_against_failed_ones() -> None:
    # Both entrants have to be failed ones: (2 / 4)^2, shared by the two of them.
    found = shares(TournamentSelection(), [np.nan, 1.0, np.nan, 1.0])
    assert within_sampling_error(found, [0.125, 0.375, 0.125, 0.375])


def test_of_failed_members_all_have_equal_chances() -> None:
    found = shares(TournamentSelection(), [np.nan] * 4)
    assert within_sampling_error(found, [0.25] * 4)


def test_infinite_losses_are_losses() -> None:
    rng = np.random.default_rng(0)
    rows = TournamentSelection(size=60)(np.array([0.0, np.inf, -np.inf]), 50, rng)
    assert set(rows) == {2}


@settings(deadline=None)
@given(
    losses=st.lists(st.floats(allow_nan=True), min_size=1, max_size=8),
    size=st.integers(0, 9),
    tournament=st.integers(1, 5),
)
def test_the_rows_are_those_of_members(
    losses: list[float], size: int, tournament: int
) -> None:
    before = np.array(losses)
    given_losses = before.copy()
    rng = np.random.default_rng(0)
    rows = TournamentSelection(tournament)(given_losses, size, rng)
    assert rows.shape == (size,)
    assert rows.dtype == np.int64
    assert np.all((rows >= 0) & (rows < len(losses)))
    np.testing.assert_array_equal(given_losses, before)


@pytest.mark.parametrize("size", [0, -1])
def test_a_tournament_of_nobody_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=rf"size={size} makes no sense: pass an int"):
        TournamentSelection(size)


@pytest.mark.parametrize("size", [2.0, "2", True, None])
def test_a_size_that_is_no_int_is_refused(size: Any) -> None:
    with pytest.raises(TypeError, match=r"TournamentSelection: size=.* pass an int"):
        TournamentSelection(size)
