"""What estimators declare to be valid, against what their `fit` says."""

import math

import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from skopt_evo.space._declared import (
    allowed_numbers,
    refusal_of,
    validates_parameters,
)

X, y = load_iris(return_X_y=True)


class Deaf(BaseEstimator):
    """Learns nothing, and checks nothing."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y=None):
        return self


class Rounding(Ridge):
    """Changes a parameter before it is checked."""

    def fit(self, X, y):
        self.alpha = round(self.alpha)
        return super().fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (Ridge(), True),
        (LogisticRegression(), True),
        (SelectKBest(), True),
        (Deaf(), False),
        (Rounding(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_is_known_whose_fit_checks_parameters_first(estimator, expected):
    assert validates_parameters(estimator) is expected
    with sklearn.config_context(skip_parameter_validation=True):
        assert not validates_parameters(estimator)


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (Ridge(alpha=-1.0), "alpha"),
        (Ridge(alpha="high"), "alpha"),
        (ElasticNet(l1_ratio=1.5), "l1_ratio"),
        (LogisticRegression(solver="none"), "solver"),
        (DummyClassifier(strategy="best"), "strategy"),
    ],
    ids=str,
)
def test_a_refusal_is_what_fit_says(estimator, name):
    refusal = refusal_of(estimator, name)
    with pytest.raises(ValueError, match=f"The '{name}' parameter") as caught:
        estimator.fit(X, y)
    assert refusal == str(caught.value)


def test_a_valid_value_is_not_refused_whatever_the_others_are():
    assert refusal_of(Ridge(alpha=0.0, solver="none"), "alpha") is None
    assert refusal_of(Ridge(alpha=0.0, solver="none"), "solver") is not None


@pytest.mark.parametrize(
    ("estimator", "name", "expected"),
    [
        (ElasticNet(), "l1_ratio", {0.0, 1.0}),
        (ElasticNet(), "selection", set()),
        (ElasticNet(), "no such parameter", set()),
    ],
)
def test_the_ends_of_ranges_are_known(estimator, name, expected):
    assert set(allowed_numbers(estimator, name)) == expected


@pytest.mark.parametrize("name", ["alpha", "l1_ratio", "max_iter", "tol"])
def test_a_parameter_is_refused_below_the_least_end_of_its_ranges(name):
    ends = [e for e in allowed_numbers(ElasticNet(), name) if math.isfinite(e)]
    least = min(ends)
    kind = int if name == "max_iter" else float
    below = ElasticNet(**{name: kind(least - 1)})
    above = ElasticNet(**{name: kind(least + 1)})
    assert refusal_of(below, name) is not None
    assert refusal_of(above, name) is None
