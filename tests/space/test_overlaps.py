"""Whether two dimensions may share a value, and settings of several branches."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint, uniform

from skopt_evo.space import Mask, Vector
from skopt_evo.space._overlaps import may_overlap
from skopt_evo.space._parse import parse_dimension


class Sampled:
    """A distribution with nothing but rvs."""

    def rvs(self, random_state):
        return random_state.choice(10**6)


def dimension_of(values, seed=0):
    return parse_dimension("p", values, seed)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (loguniform(1e-2, 1), loguniform(1e-1, 10), True),
        (loguniform(1e-2, 1), uniform(2, 1), False),
        (randint(0, 2**40), randint(2**39, 2**41), True),
        (randint(1, 5), randint(5, 9), False),
        ([1, 2, 3], [3, 4], True),
        ([1, 2, 3], [4.0], False),
        (["a", "b"], ["b", "c"], True),
        (["a", "b"], ["c"], False),
        ([None, 1.5], uniform(1, 1), True),
        ([None, 1], uniform(1, 1), False),  # 1 is not 1.0
        (["a"], randint(1, 5), False),
        (Sampled(), Sampled(), False),
        (Sampled(), [1, 2], False),
        (Mask(40), Mask(40), True),
        (Mask(40), Mask(41), False),
        (Mask(2), [None, np.array([False, True])], True),
        (Mask(2), [None, np.array([False, False]), True], False),
        (Mask(2), Vector(randint(0, 2), 2), False),
        (Mask(2), uniform(), False),
        (Vector(randint(0, 5), 2), Vector(randint(4, 9), 2), True),
        (Vector(randint(0, 5), 2), Vector(randint(5, 9), 2), False),
        (Vector(randint(0, 5), 2), Vector(randint(0, 5), 3), False),
        (Vector(uniform(), 2), uniform(), False),
        (Vector(uniform(), 2), [np.array([0.5, 0.5])], True),
        (Vector(uniform(), 2), [np.array([0.5, 1.5])], False),
        (Vector(uniform(), 2), Sampled(), False),
    ],
)
def test_dimensions_overlap_if_they_may_share_a_value(first, second, expected):
    first, second = dimension_of(first), dimension_of(second)
    assert may_overlap(first, second) is expected
    assert may_overlap(second, first) is expected
    assert may_overlap(first, first)
