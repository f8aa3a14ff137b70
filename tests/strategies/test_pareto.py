"""Comparison by several losses at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skopt_evo.strategies import non_dominated_ranks
from skopt_evo.strategies._pareto import crowded_order, crowding_distances

LOSSES = arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.integers(1, 3)),
    elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, -np.inf, np.inf, np.nan]),
)


def dominates(first: np.ndarray, second: np.ndarray) -> bool:
    """The definition, with failures: Deb et al. 2002, definition 1."""
    if np.isnan(second).any():
        return not np.isnan(first).any()
    return bool(np.all(first <= second) and np.any(first < second))


@settings(deadline=None)
@given(LOSSES)
def test_a_rank_is_the_length_of_the_longest_chain_of_dominators(
    losses: np.ndarray,
) -> None:
    ranks = non_dominated_ranks(losses)
    for row, rank in enumerate(ranks):
        above = [
            ranks[other]
            for other in range(len(losses))
            if dominates(losses[other], losses[row])
        ]
        assert rank == max(above, default=-1) + 1


def test_failures_are_on_the_front_only_if_all_failed() -> None:
    np.testing.assert_array_equal(non_dominated_ranks(np.full((3, 2), np.nan)), 0)


def test_crowding_is_the_sum_of_relative_gaps() -> None:
    # Losses on a line: neighbours 1 and 6 of a range of 10, and the same downwards.
    losses = np.array([[0.0, 10.0], [1.0, 9.0], [3.0, 7.0], [6.0, 4.0], [10.0, 0.0]])
    expected = [np.inf, 2 * 3 / 10, 2 * 5 / 10, 2 * 7 / 10, np.inf]
    np.testing.assert_allclose(crowding_distances(losses), expected)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_fronts_are_all_ends(n: int) -> None:
    losses = np.arange(2.0 * n).reshape(n, 2)
    assert np.all(np.isinf(crowding_distances(losses)))


@pytest.mark.parametrize("value", [1.0, np.inf, -np.inf])
def test_a_loss_that_is_the_same_for_all_does_not_crowd(value: float) -> None:
    # Ties are in order: the ends of the second loss are those of the first one.
    losses = np.array([[0.0, value], [1.0, value], [4.0, value]])
    np.testing.assert_array_equal(crowding_distances(losses), [np.inf, 1.0, np.inf])


def test_losses_of_infinite_range_do_not_crowd() -> None:
    gaps = np.array([0.0, 1.0, 3.0, 4.0])
    for ends in [(-1e308, 1e308), (0.0, np.inf), (-np.inf, 0.0)]:
        wide = np.array([ends[0], 0.0, 0.0, ends[1]])
        distances = crowding_distances(np.column_stack([gaps, wide]))
        np.testing.assert_array_equal(distances, [np.inf, 3 / 4, 3 / 4, np.inf])


def test_the_order_is_by_front_then_by_crowding() -> None:
    losses = np.array(
        [[0.0, 4.0], [1.0, 3.0], [1.2, 2.8], [4.0, 0.0], [5.0, 5.0], [np.nan, 0.0]]
    )
    places = crowded_order(losses)
    assert set(places[[0, 3]]) == {0, 1}
    assert places[2] == 2 or places[1] == 2
    assert places[4] == 4
    assert np.isnan(places[5])


def test_of_equals_the_younger_is_first() -> None:
    np.testing.assert_array_equal(crowded_order(np.ones((2, 2))), [1, 0])
