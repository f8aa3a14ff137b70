"""Truncation selection: who is among the best, all of them alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies.operators import TruncationSelection
from tests.strategies.operators.laws import assert_shares, selected


@pytest.mark.parametrize(
    ("fraction", "n_best"), [(1e-9, 1), (0.2, 1), (0.4, 2), (0.6, 3), (0.8, 4), (1, 5)]
)
def test_the_best_have_equal_chances_and_the_others_none(
    fraction: float, n_best: int
) -> None:
    losses = np.array([3.0, -1.0, np.inf, 0.5, 7.0])
    expected = (np.argsort(np.argsort(losses)) < n_best) / n_best
    assert_shares(selected(TruncationSelection(fraction), losses), expected)


def test_a_product_that_is_rounded_up_adds_no_member() -> None:
    # In binary numbers 0.07 * 100 is a little more than 7.
    found = selected(TruncationSelection(0.07), np.arange(100.0))
    assert np.count_nonzero(found) == 7


def test_a_failed_member_is_no_parent_while_there_are_others() -> None:
    found = selected(TruncationSelection(1.0), [np.nan, 1.0, np.nan, np.inf])
    assert_shares(found, [0, 0.5, 0, 0.5])


def test_chance_decides_which_of_equals_are_among_the_best() -> None:
    # One of three is drawn from, another one in each call.
    selection, rng = TruncationSelection(0.3), np.random.default_rng(0)
    calls = np.array([selection(np.ones(3), 4, rng) for _ in range(3000)])
    assert np.all(calls == calls[:, :1])
    assert_shares(np.bincount(calls[:, 0]) / 3000, [1 / 3] * 3, n=3000)


def test_of_failed_members_all_may_be_parents() -> None:
    found = selected(TruncationSelection(1.0), [np.nan] * 4)
    assert_shares(found, [0.25] * 4)


@pytest.mark.parametrize("fraction", [0, -0.5, 1.01, np.nan])
def test_a_fraction_that_is_no_part_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match=r"TruncationSelection: fraction=.* \(0, 1\]"):
        TruncationSelection(fraction)


@pytest.mark.parametrize("fraction", ["0.5", None, True])
def test_a_fraction_that_is_no_number_is_refused(fraction: Any) -> None:
    with pytest.raises(TypeError, match=r"TruncationSelection: fraction=.* pass a"):
        TruncationSelection(fraction)
