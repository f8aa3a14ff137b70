"""Tournament selection against its probabilities, written down from the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies.operators import TournamentSelection
from tests.strategies.operators.laws import assert_shares, selected


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_each_rank_wins_as_often_as_the_formula_says(size: int) -> None:
    # Of n members with rank r = 0 .. n - 1, all entrants are of rank r or worse with
    # the probability ((n - r) / n)^size.
    n = 5
    at_least = ((n - np.arange(n + 1)) / n) ** size
    by_rank = at_least[:-1] - at_least[1:]
    losses = np.array([3.0, -1.0, 100.0, 0.5, 7.0])
    expected = by_rank[np.argsort(np.argsort(losses))]
    assert_shares(selected(TournamentSelection(size), losses), expected)


def test_equal_losses_have_equal_chances() -> None:
    assert_shares(selected(TournamentSelection(), [1.0] * 4), [0.25] * 4)


def test_a_failed_member_wins_only_against_failed_ones() -> None:
    # Both entrants have to be failed ones: (2 / 4)^2, shared by the two of them.
    found = selected(TournamentSelection(), [np.nan, 1.0, np.nan, 1.0])
    assert_shares(found, [0.125, 0.375, 0.125, 0.375])


def test_of_failed_members_all_have_equal_chances() -> None:
    assert_shares(selected(TournamentSelection(), [np.nan] * 4), [0.25] * 4)


def test_infinite_losses_are_losses() -> None:
    rng = np.random.default_rng(0)
    rows = TournamentSelection(size=60)(np.array([0.0, np.inf, -np.inf]), 50, rng)
    assert set(rows) == {2}


def test_an_infinite_loss_beats_a_failure() -> None:
    found = selected(TournamentSelection(), [np.nan, np.inf])
    assert_shares(found, [0.25, 0.75])


@pytest.mark.parametrize("size", [0, -1])
def test_a_tournament_of_nobody_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=rf"size={size} is not allowed: pass an int"):
        TournamentSelection(size)


@pytest.mark.parametrize("size", [2.0, "2", True, None])
def test_a_size_that_is_no_int_is_refused(size: Any) -> None:
    with pytest.raises(TypeError, match=r"TournamentSelection: size=.* pass an int"):
        TournamentSelection(size)
