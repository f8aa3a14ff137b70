"""When parameter values are the same, and when they are numbers."""

import copy
import pickle
from collections import OrderedDict, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
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


class HoldsModel(BaseEstimator):
    """A step that holds a model in a container of its own making."""

    def __init__(self, held=None):
        self.held = held


class KeepsState(BaseEstimator):
    """An estimator whose clones keep what it has learnt."""

    def __init__(self, size=1):
        self.size = size

    def __sklearn_clone__(self):
        return copy.deepcopy(self)


X, Y = load_iris(return_X_y=True)
Pair = namedtuple("Pair", ["first", "second"])


def frozen(model, n=150):
    return FrozenEstimator(model.fit(X[50 - n // 3 :], Y[50 - n // 3 :]))


def learnt(size):
    model = KeepsState()
    model.size_ = size
    return model


def requesting(**requests):
    with sklearn.config_context(enable_metadata_routing=True):
        return LogisticRegression().set_fit_request(**requests)


def scaler(container):
    return StandardScaler().set_output(transform=container)


UNPICKLABLE = Unpicklable()
TREE = frozen(RandomForestClassifier(3, random_state=0))
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
    (frozenset({1, 2}), frozenset({2, 1})),
    (np.arange(6)[::2], np.array([0, 2, 4])),
    (np.eye(2, 3, order="F"), np.eye(2, 3)),
    (OrderedDict(a=1), OrderedDict(a=1)),
    (GaussianNB().fit(X, Y), GaussianNB()),  # a clone forgets
    (scaler("pandas"), scaler("pandas")),
    (requesting(sample_weight=True), requesting(sample_weight=True)),
    (make_pipeline(TREE), make_pipeline(TREE)),
    (learnt(2), learnt(2)),
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
    (frozenset({1}), frozenset({1.0})),
    ({1}, {1.0}),
    ({0: 1}, {False: 1}),
    (Pair(1, 2), Pair(1.0, 2)),
    (np.timedelta64(1, "ns"), 1),
    (StandardScaler(), scaler("pandas")),
    (scaler("default"), scaler("pandas")),
    (make_pipeline(StandardScaler()), make_pipeline(scaler("pandas"))),
    (LogisticRegression(), requesting(sample_weight=True)),
    (requesting(sample_weight=False), requesting(sample_weight=True)),
    (frozen(GaussianNB(), 120), frozen(GaussianNB())),
    (
        make_pipeline(frozen(GaussianNB(), 120)),
        make_pipeline(frozen(GaussianNB())),
    ),
    (FrozenEstimator(GaussianNB()), frozen(GaussianNB())),
    (frozen(GaussianNB()), GaussianNB()),
    (learnt(2), learnt(3)),
    (learnt(2), KeepsState()),
    # ``clone`` makes deep copies of what is in such containers, fitted as it is.
    (
        HoldsModel(Pair(GaussianNB().fit(X, Y), 0)),
        HoldsModel(Pair(GaussianNB(), 0)),
    ),
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
    "model",
    [
        TREE,
        frozen(GaussianNB()),
        frozen(SVC()),
        frozen(GaussianProcessRegressor(optimizer=None)),
        frozen(HistGradientBoostingClassifier(max_iter=2)),
        learnt(2),
        scaler("pandas"),
        requesting(sample_weight=True),
        stacking(2.0),
    ],
    ids=lambda model: repr(model)[:50],
)
def test_a_clone_and_a_copy_from_a_pickle_are_the_same_value(model):
    for same in (clone(model), pickle.loads(pickle.dumps(model))):
        assert same_value(model, same)
        assert len({fingerprint(model), fingerprint(same)}) == 1


def test_what_was_fitted_is_not_pickled_to_be_found():
    class Counted(LogisticRegression):
        def __reduce__(self):
            raise AssertionError("pickled")

    model = FrozenEstimator(Counted())
    assert fingerprint(make_pipeline(model)) == fingerprint(make_pipeline(model))


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
