"""Which candidates are given up after faults, and which are suspected."""

import pytest

from skopt_evo.scheduling import RetryPolicy
from skopt_evo.trials import Fault, Unit

CRASH, TIMEOUT = Fault("crashed", 1.0), Fault("timeout", 1.0)
FIRST, SECOND = Unit(0), Unit(1)


def test_a_timeout_is_not_tried_again():
    policy = RetryPolicy()
    assert policy.gives_up(0, FIRST, TIMEOUT)
    assert not policy.is_suspect(0)


@pytest.mark.parametrize("most_deaths", [1, 2, 3])
def test_so_many_deaths_on_one_split_are_one_too_many(most_deaths):
    policy = RetryPolicy(most_deaths)
    found = [policy.gives_up(0, FIRST, CRASH) for _ in range(most_deaths)]
    assert found == [False] * (most_deaths - 1) + [True]


def test_it_takes_two_deaths_if_nothing_else_is_said():
    policy = RetryPolicy()
    assert [policy.gives_up(0, FIRST, CRASH) for _ in range(2)] == [False, True]


@pytest.mark.parametrize(
    "others", [[(0, SECOND)], [(1, FIRST)], [(0, Unit(0, 0.5))], [(1, FIRST)] * 2]
)
def test_deaths_of_other_fits_do_not_count(others):
    policy = RetryPolicy()
    for number, unit in others:
        policy.gives_up(number, unit, CRASH)
    assert not policy.gives_up(0, FIRST, CRASH)


def test_a_candidate_is_suspected_after_the_first_death():
    policy = RetryPolicy()
    assert not policy.is_suspect(3)
    policy.gives_up(3, FIRST, CRASH)
    assert policy.is_suspect(3)
    assert not policy.is_suspect(2)
