"""Ranges of which an estimator takes no value."""

import pytest
import sklearn
from scipy.stats import loguniform, norm, poisson, randint, uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import SearchSpaceError
from skopt_evo.space import (
    SearchSpace,
    Vector,
    check_parameter_names,
    check_parameter_values,
)
from skopt_evo.space._check import MAX_COMBINATIONS
from tests.bad_input_table import X, y

PIPELINE = Pipeline([("scale", StandardScaler()), ("model", SVC())])
FOREST = RandomForestClassifier()


class Rounded(RandomForestClassifier):
    """Makes an int of a float before scikit-learn sees it."""

    def fit(self, X, y):
        self.n_estimators = int(self.n_estimators)
        return super().fit(X, y)


class RoundedWhenSet(KNeighborsClassifier):
    """Makes an int of a float when it is set."""

    def set_params(self, **params):
        if "n_neighbors" in params:
            params["n_neighbors"] = int(params["n_neighbors"])
        return super().set_params(**params)


class Lenient(KNeighborsClassifier):
    """Checks its parameters in its own way."""

    def _validate_params(self):
        pass


class Undeclared(ClassifierMixin, BaseEstimator):
    """Says nothing of its parameters."""

    def __init__(self, n=1):
        self.n = n

    def fit(self, X, y):
        return self


class Quantised:
    """Can only be sampled."""

    def rvs(self, random_state=None):
        return 0.5


def check(estimator, param_grid):
    space = SearchSpace(param_grid)
    check_parameter_names(estimator, space)
    check_parameter_values(estimator, space)


@pytest.mark.parametrize(
    ("estimator", "param_grid", "words"),
    [
        (SVC(), {"degree": uniform(1, 10)}, ["1.0 to 11.0", "randint(1, 12)"]),
        (SVC(), {"degree": loguniform(0.5, 7.5)}, ["randint(1, 8)"]),
        (SVC(), {"degree": loguniform(0.1, 0.5)}, ["Pass other values"]),
        (SVC(), {"degree": norm(5, 1)}, ["floats", "randint(1, 10)"]),
        (SVC(), {"degree": uniform(-9, 12)}, ["-9.0 to 3.0", "randint(0, 4)"]),
        (SVC(), {"C": uniform(-2, 1)}, ["-2.0 to -1.0", "uniform takes (low, width)"]),
        (SVC(), {"C": [-1, 0]}, ["[-1, 0]", "Pass other values"]),
        (SVC(), {"C": ["1", "10"]}, ["['1', '10']", "must be a float"]),
        (SVC(), {"C": Vector(loguniform(1, 2), 3)}, ["they are arrays"]),
        (SVC(), {"kernel": ["rbv", "plyo"]}, ["['rbv', 'plyo']", "'poly'"]),
        (SVC(), [{"C": [1]}, {"kernel": ["rbv"]}], ["in param_grid[1] can"]),
        (KNeighborsClassifier(), {"n_neighbors": randint(-9, 1)}, ["from -9 to 0"]),
        (KNeighborsClassifier(), {"n_neighbors": randint(-(10**6), 1)}, ["to 0"]),
        (FOREST, {"max_features": uniform(2, 10)}, ["2.0 to 12.0", "randint(2, 13)"]),
        (PCA(), {"n_components": uniform(1.5, 8)}, ["randint(2, 10)"]),
        (PIPELINE, {"model__degree": uniform(1, 3)}, ["'model__degree'"]),
        (
            PIPELINE,
            {"scale": ["passthrough", PCA()], "model__degree": uniform(1, 3)},
            ["'model__degree'", "of SVC"],
        ),
        (
            PIPELINE,
            [
                {"model__C": loguniform(1, 10)},
                {
                    "model": [KNeighborsClassifier(), KNeighborsClassifier(p=1)],
                    "model__n_neighbors": loguniform(1, 30),
                },
            ],
            ["'model__n_neighbors' in param_grid[1]", "randint(1, 31)"],
        ),
        (BaggingClassifier(SVC()), {"estimator__C": uniform(-3, 1)}, ["of SVC"]),
    ],
)
def test_a_range_without_a_valid_value_is_an_error_with_one_that_has_some(
    estimator, param_grid, words
):
    with pytest.raises(SearchSpaceError) as error:
        check(estimator, param_grid)
    message = str(error.value)
    assert message.startswith("No value of parameter ")
    assert " must be " in message  # what scikit-learn says of it
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("estimator", "param_grid"),
    [
        (SVC(), {}),
        (SVC(), {"C": uniform(-2, 10)}),
        (SVC(), {"C": norm(0, 1)}),
        (SVC(), {"kernel": ["rbv", "rbf"], "degree": [1.5, 2]}),
        (SVC(), {"gamma": ["scale", "auto", 0.1]}),
        # A part of the range so small that no quantile lies in it.
        (SVC(), {"tol": uniform(-1e9, 1e9 + 1e-3)}),
        (LogisticRegression(), {"l1_ratio": uniform(-1e6, 2e6)}),
        (FOREST, {"max_features": uniform(1, 10)}),  # 1.0 stands for all features
        (FOREST, {"max_features": loguniform(1e-3, 1)}),
        (FOREST, {"max_depth": [None, 5], "max_leaf_nodes": poisson(9)}),
        (KNeighborsClassifier(), {"n_neighbors": randint(-(10**6), 2)}),
        (KNeighborsClassifier(), {"n_neighbors": poisson(3)}),
        (MLPClassifier(), {"hidden_layer_sizes": [(50,), (100,)]}),
        (MLPClassifier(), {"hidden_layer_sizes": Vector(randint(8, 65), size=2)}),
        (PIPELINE, {"scale": ["passthrough", PCA()], "model__C": loguniform(1, 2)}),
        # Half of the candidates can be fitted.
        (
            PIPELINE,
            {
                "model": [KNeighborsClassifier(), RadiusNeighborsClassifier()],
                "model__p": [0.5, "x"],
            },
        ),
        (
            PIPELINE,
            {"model": [SVC(), LogisticRegression()], "model__tol": [1e-3]},
        ),
        (Rounded(), {"n_estimators": uniform(2, 10)}),
        (RoundedWhenSet(), {"n_neighbors": uniform(1, 10)}),
        (Lenient(), {"n_neighbors": uniform(1, 10)}),
        (Undeclared(), {"n": ["anything"]}),
        (SVC(), {"C": Quantised(), "degree": [1]}),
        (KNeighborsClassifier(), {"n_neighbors": Quantised()}),
    ],
)
def test_a_range_with_a_valid_value_or_of_which_nobody_knows_is_none(
    estimator, param_grid
):
    check(estimator, param_grid)


def test_one_of_several_estimators_that_takes_a_value_is_enough():
    class Floats(KNeighborsClassifier):
        _parameter_constraints = {
            **KNeighborsClassifier._parameter_constraints,
            "n_neighbors": [float],
        }

    grid = {"model__n_neighbors": uniform(1, 10)}
    check(PIPELINE, {**grid, "model": [KNeighborsClassifier(), Floats()]})
    with pytest.raises(SearchSpaceError, match="of KNeighborsClassifier must"):
        check(PIPELINE, {**grid, "model": [KNeighborsClassifier()]})


def test_of_more_estimators_than_are_looked_at_nothing_is_said():
    models = [KNeighborsClassifier(p=p + 1) for p in range(MAX_COMBINATIONS + 1)]
    grid = {"model__n_neighbors": [0.5]}
    check(PIPELINE, {**grid, "model": models})
    with pytest.raises(SearchSpaceError, match="model__n_neighbors"):
        check(PIPELINE, {**grid, "model": models[:-1]})


def test_where_validation_is_off_nothing_is_checked():
    with sklearn.config_context(skip_parameter_validation=True):
        check(SVC(), {"degree": uniform(1, 10)})


def test_estimators_of_the_space_are_left_as_they_are():
    model = SVC(degree=7)
    check(PIPELINE, {"model": [model], "model__degree": randint(1, 3)})
    assert model.degree == 7
    assert PIPELINE.get_params()["model__degree"] == 3


@pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])
def test_a_search_raises_before_the_first_fit(search):
    model = search(SVC(), {"degree": uniform(1, 10)}, n_iter=4, cv=2)
    with pytest.raises(SearchSpaceError, match=r"Pass scipy\.stats\.randint\(1, 12\)"):
        model.fit(X, y)
    assert not hasattr(model, "cv_results_")


@pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])
def test_what_the_error_says_can_be_fitted(search):
    model = search(
        SVC(), {"degree": randint(1, 12)}, n_iter=4, cv=2, error_score="raise"
    )
    assert model.fit(X, y).best_params_["degree"] in range(1, 12)
