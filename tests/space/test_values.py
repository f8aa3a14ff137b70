"""When parameter values are the same, and when they are numbers."""

import copy
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import StackingClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, SVR

from skopt_evo.space._values import fingerprint, is_number, same_value


class Unpicklable:
    """Neither hashable nor comparable nor picklable."""

    __hash__ = None

    def __eq__(self, other):
        raise TypeError("refuses")

    def __reduce__(self):
        raise TypeError("refuses")


def stacking(C):
    return StackingClassifier([("svc", Pipeline([("model", SVC(C=C))]))])


UNPICKLABLE = Unpicklable()
SAME = [
    (1.5, np.float64(1.5)),
    (3, np.uint8(3)),
    ("rbf", np.str_("rbf")),
    (True, np.True_),
    (float("nan"), np.float32("nan")),
    (None, None),
    ([1, [2, None]], [1, [2, None]]),
    ((1, float("nan")), (1, float("nan"))),
    ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
    (np.array([1, None, "a"], dtype=object), np.array([1, None, "a"], dtype=object)),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]})),
    ({1, 2}, {2, 1}),
    (SVC(C=2), SVC(C=2)),
    (stacking(1.0), stacking(1.0)),
    (SVC, SVC),
    (len, len),
    (UNPICKLABLE, UNPICKLABLE),
    ([UNPICKLABLE], [UNPICKLABLE]),
]
DIFFERENT = [
    (1, 1.0),  # max_features=1 is one of them, max_features=1.0 all
    (1, True),
    (0, False),
    (None, False),
    ("1", 1),
    (0.1, np.float32(0.1)),
    ([1], (1,)),
    ([1], [1.0]),
    ({0: 1}, {0: 2}),
    ({0: 1}, {1: 1}),
    (np.array([1]), np.array([1.0])),
    (np.array([1, 2]), np.array([[1, 2]])),
    (SVC(C=1), SVC(C=2)),
    (SVC(), SVR()),
    (SVC, SVC()),
    (stacking(1.0), stacking(2.0)),
    (Unpicklable(), Unpicklable()),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_values_are_the_same_by_content(first, second):
    assert same_value(first, second)
    assert same_value(second, first)
    assert hash(fingerprint(first)) == hash(fingerprint(second))


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_values_of_another_kind_or_content_differ(first, second):
    assert not same_value(first, second)
    assert not same_value(second, first)


def test_a_copy_of_an_estimator_is_the_same():
    model = stacking(3.0)
    assert same_value(copy.deepcopy(model), model)


@pytest.mark.parametrize(
    "value", [0, -1.5, np.float32(2), np.uint8(1), Fraction(1, 3), np.inf, 2**64]
)
def test_reals_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.False_,
        np.nan,
        None,
        "1",
        1j,
        Decimal(1),
        10**400,  # larger than any float
        np.timedelta64(1, "D"),  # NumPy counts it among the integers
        np.datetime64("2020-01-01"),
        [1],
    ],
    ids=repr,
)
def test_what_has_no_place_on_a_scale_is_no_number(value):
    assert not is_number(value)
