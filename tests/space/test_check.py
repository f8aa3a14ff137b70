"""Names of parameters that an estimator does not have."""

import pytest
from scipy.stats import uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.preprocessing import ColumnMask
from skopt_evo.space import Mask, SearchSpace, check_parameter_names

PIPELINE = Pipeline([("scale", StandardScaler()), ("model", SVC())])


class Choosy(ClassifierMixin, BaseEstimator):
    """Refuses to be set to some values, in its own words."""

    def __init__(self, inner=None, mode="a"):
        self.inner = inner
        self.mode = mode

    def set_params(self, **params):
        if params.get("mode") == "bad" or isinstance(params.get("inner"), Ridge):
            raise ValueError("Invalid parameter value")
        return super().set_params(**params)


class Open(BaseEstimator):
    """Takes any parameter, as some wrappers of other libraries do."""

    def __init__(self, known=1):
        self.known = known

    def set_params(self, **params):
        vars(self).update(params)
        return self


class SomeModel:
    """Draws an estimator."""

    def rvs(self, random_state):
        return SVC(C=random_state.uniform())


class NeverFitted(SVC):
    def fit(self, X, y):
        raise AssertionError("fitted before the names were checked")


def check(estimator, param_grid):
    check_parameter_names(estimator, SearchSpace(param_grid))


@pytest.mark.parametrize(
    ("estimator", "param_grid"),
    [
        (SVC(), {}),
        (SVC(), {"C": uniform(), "kernel": ["rbf"]}),
        (PIPELINE, {"model__C": [1], "scale__with_mean": [True, False]}),
        (PIPELINE, {"scale": [StandardScaler(), "passthrough", None]}),
        (
            PIPELINE,
            [
                {"model": [SVC()], "model__gamma": [1]},
                {"model": [KNeighborsClassifier()], "model__n_neighbors": [1]},
                {"scale": [PCA()], "scale__n_components": [1, 2]},
            ],
        ),
        (
            PIPELINE,
            {
                "model": [Pipeline([("inner", Ridge())])],
                "model__inner": [SVC(), LogisticRegression()],
                "model__inner__C": [1],
            },
        ),
        (VotingClassifier([("a", SVC())]), {"a__C": [1], "voting": ["soft"]}),
        (Choosy(), {"mode": ["bad", "b"]}),
        (Choosy(), {"mode": ["bad"], "inner": [Ridge()], "inner__C": [1]}),
        (Open(), {"unknown": [1]}),
        (PIPELINE, {"model": SomeModel(), "model__gamma": [1]}),
    ],
)
def test_names_that_can_be_set_are_no_error(estimator, param_grid):
    check(estimator, param_grid)


@pytest.mark.parametrize(
    ("estimator", "param_grid", "name", "close"),
    [
        (SVC(), {"c": [1]}, "c", None),
        (SVC(), {"gama": uniform()}, "gama", "gamma"),
        (SVC(), [{"C": [1]}, {"kernal": ["rbf"]}], "kernal", "kernel"),
        (PIPELINE, {"C": [1]}, "C", "model__C"),
        (PIPELINE, {"model__c": [1]}, "model__c", "model__C"),
        (PIPELINE, {"modle__C": [1]}, "modle__C", "model__C"),
        (PIPELINE, {"modle": [SVC()], "modle__C": [1]}, "modle", "model"),
        (PIPELINE, {"model__C__x": [1]}, "model__C__x", "model__C"),
        (PIPELINE, {"steps__0": [1]}, "steps__0", "steps"),
        (SVC(), {"zzzzzz": [1]}, "zzzzzz", None),
        (Choosy(), {"mode": ["bad"], "moda": [1]}, "moda", "mode"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_closest_and_all_others(
    estimator, param_grid, name, close
):
    with pytest.raises(SearchSpaceError) as error:
        check(estimator, param_grid)
    message = str(error.value)
    assert message.startswith(f"Invalid parameter {name!r} in param_grid for estimator")
    if close is None:
        assert "Did you mean" not in message
    else:
        assert f"Did you mean {close!r}?" in message
    assert f"Valid parameters are: {sorted(estimator.get_params())!r}" in message
    assert "cannot be set where" not in message


@pytest.mark.parametrize(
    ("param_grid", "name"),
    [
        (
            {"model": [SVC(), KNeighborsClassifier()], "model__C": [1]},
            "model__C",
        ),
        (
            {"scale": [StandardScaler(), "passthrough"], "scale__with_std": [True]},
            "scale__with_std",
        ),
        ({"scale": [None], "scale__with_std": [True]}, "scale__with_std"),
    ],
)
def test_a_name_that_only_some_estimators_have_is_an_error_with_the_remedy(
    param_grid, name
):
    with pytest.raises(SearchSpaceError) as error:
        check(PIPELINE, param_grid)
    message = str(error.value)
    host = name.split("__")[0]
    assert message.startswith(f"Invalid parameter {name!r}")
    assert f"It cannot be set where {{{host!r}: {param_grid[host][-1]!r}}}" in message
    assert "write the search space as a list of dicts" in message


def test_the_values_of_the_space_are_left_as_they_are():
    model, inner = SVC(C=3), LogisticRegression(C=2)
    check(PIPELINE, {"model": [model, inner], "model__C": [5.0]})
    assert (model.C, inner.C) == (3, 2)
    assert PIPELINE.get_params()["model__C"] == 1.0


@pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])
@pytest.mark.parametrize(
    ("param_grid", "message"),
    [
        ({"gama": uniform()}, "Did you mean 'gamma'"),
        ({"C": uniform(1, 0)}, r"'C' in param_grid is improper: uniform\(1, 0\)"),
        ({"C": []}, "'C'.*non-empty"),
        ({"C": 1}, "'C'.*needs to be a list"),
        ([], "No fits were performed"),
        (None, "should be a dict or a list of dicts"),
    ],
)
def test_a_search_raises_when_it_is_fitted_before_any_candidate_is(
    search, param_grid, message
):
    X, y = load_iris(return_X_y=True)
    model = search(NeverFitted(), param_grid, error_score="raise")
    with pytest.raises(SearchSpaceError, match=message):
        model.fit(X, y)


def test_the_entries_of_an_array_are_checked_as_one_value():
    pipeline = Pipeline([("mask", ColumnMask()), ("model", SVC())])
    check(pipeline, {"mask__mask": Mask(100), "model__C": uniform(0, 1)})
    with pytest.raises(SearchSpaceError, match="Did you mean 'mask__mask'"):
        check(pipeline, {"mask__masks": Mask(100)})


def test_nothing_can_be_nested_in_an_array():
    pipeline = Pipeline([("mask", ColumnMask()), ("model", SVC())])
    with pytest.raises(SearchSpaceError, match="Invalid parameter 'mask__mask'"):
        check(pipeline, {"mask": Mask(100), "mask__mask": [None]})
