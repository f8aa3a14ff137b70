import numpy as np
import pytest

from skopt_evo.results import Front


def added(losses, tol=0.0):
    front = Front(tol)
    return [front.add(np.atleast_1d(each)) for each in losses]


def test_the_least_loss_is_an_improvement_once():
    assert added([3.0, 4.0, 2.0, 2.0, 1.0]) == [True, False, True, False, True]


def test_what_is_no_better_than_by_the_tolerance_is_none():
    assert added([1.0, 0.95, 0.85], tol=0.1) == [True, False, True]


def test_a_candidate_joins_the_front_unless_one_member_is_as_good_in_all():
    losses = [[1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [2.0, 2.5], [0.0, 0.0], [0.0, 5.0]]
    assert added(losses) == [True, True, True, False, True, False]


@pytest.mark.parametrize("losses", [[np.nan], [np.nan, 0.0], [0.0, np.nan]])
def test_a_failure_never_joins(losses):
    front = Front()
    assert not front.add(losses)
    assert front.is_empty
