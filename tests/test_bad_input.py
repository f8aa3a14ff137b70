"""What goes in wrong comes out as an error at `fit` that says what to do."""

import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, OneClassSVM

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError

X, y = load_iris(return_X_y=True)
C = loguniform(1e-2, 1e2)
PIPELINE = Pipeline([("scale", StandardScaler()), ("svc", SVC())])
BOTH = [GeneticSearchCV, GradientSearchCV]

# (estimator, param_grid, type of the error, words in its message)
SPACES = {
    "no dict": (SVC(), 5, SearchSpaceTypeError, ["dict or a list", "5", "int"]),
    "a string for all": (SVC(), "C", SearchSpaceTypeError, ["dict or a list", "'C'"]),
    "an empty list": (SVC(), [], SearchSpaceError, ["param_grid", "empty", "No fits"]),
    "a list of no dicts": (SVC(), ["C"], SearchSpaceTypeError, ["not a dict", "'C'"]),
    "a name that is no string": (SVC(), {1: [1]}, SearchSpaceTypeError, ["name 1"]),
    "no values": (SVC(), {"C": []}, SearchSpaceError, ["'C'", "Allowed"]),
    "one value": (SVC(), {"C": 1.0}, SearchSpaceTypeError, ["'C'", "1.0", "Allowed"]),
    "a string": (SVC(), {"kernel": "rbf"}, SearchSpaceTypeError, ["'kernel'", "rbf"]),
    "a table": (SVC(), {"C": np.ones((2, 2))}, SearchSpaceError, ["'C'", "Allowed"]),
    "not frozen": (SVC(), {"C": loguniform}, SearchSpaceError, ["'C'", "not frozen"]),
    "improper": (
        SVC(),
        {"C": loguniform(10, 1)},
        SearchSpaceError,
        ["'C'", "improper", "10, 1"],
    ),
    "a wrong name": (
        SVC(),
        {"gama": C},
        SearchSpaceError,
        ["'gama'", "Did you mean 'gamma'?", "Valid parameters", "'kernel'"],
    ),
    "a wrong nested name": (
        PIPELINE,
        {"svc__c": C},
        SearchSpaceError,
        ["'svc__c'", "Did you mean 'svc__C'?"],
    ),
    "a step that is not there": (
        PIPELINE,
        {"svm__C": C},
        SearchSpaceError,
        ["'svm__C'", "Did you mean 'svc__C'?"],
    ),
    "a name that only some branches have": (
        PIPELINE,
        {"svc": [SVC(), LogisticRegression()], "svc__gamma": C},
        SearchSpaceError,
        ["'svc__gamma'", "LogisticRegression", "list of dicts"],
    ),
}

# (constructor parameters, type of the error, words in its message)
PARAMETERS = {
    "n_iter 0": ({"n_iter": 0}, ValueError, ["n_iter", "[1, inf)", "0"]),
    "n_iter 2.5": ({"n_iter": 2.5}, ValueError, ["n_iter", "int", "2.5"]),
    "random_state": ({"random_state": "x"}, ValueError, ["random_state", "'x'"]),
    "scoring": ({"scoring": "acuracy"}, ValueError, ["scoring", "acuracy"]),
    "scorings": ({"scoring": ["acuracy"]}, ValueError, ["acuracy"]),
    "refit": (
        {"scoring": ["accuracy", "f1_macro"], "refit": "f2"},
        ValueError,
        ["refit", "scorer key"],
    ),
    "refit of many": (
        {"scoring": ["accuracy", "f1_macro"]},
        ValueError,
        ["refit", "scorer key"],
    ),
    "refit's index": ({"refit": lambda r: 10**6}, IndexError, ["best_index_"]),
    "refit's type": ({"refit": lambda r: "a"}, TypeError, ["best_index_"]),
    "cv": ({"cv": "five"}, ValueError, ["cv", "'five'"]),
    "cv 1": ({"cv": 1}, ValueError, ["cv", "[2, inf)"]),
    "no splits": ({"cv": []}, ValueError, ["No fits were performed", "cv="]),
    "too many splits": ({"cv": 51}, ValueError, ["n_splits=51"]),
    "error_score": ({"error_score": "x"}, ValueError, ["error_score", "'x'"]),
    "pre_dispatch": ({"pre_dispatch": 2.5}, ValueError, ["pre_dispatch", "2.5"]),
}
GENETIC = {
    "population_size 1": (
        {"population_size": 1},
        ValueError,
        ["population_size", "[2, inf)", "1"],
    ),
    "a population larger than the budget": (
        {"population_size": 20, "n_iter": 10},
        ValueError,
        ["population_size=20", "n_iter=10", "Raise n_iter"],
    ),
    "selection": (
        {"selection": "turnament"},
        ValueError,
        ["selection='turnament'", "Did you mean 'tournament'?"],
    ),
    "crossover": ({"crossover": 3}, TypeError, ["crossover=3", "'uniform'"]),
    "mutation": ({"mutation": "none"}, ValueError, ["mutation='none'", "'gaussian'"]),
    "survival": ({"survival": dict}, TypeError, ["survival", "is a class", "dict()"]),
    "an operator that returns nonsense": (
        {"crossover": lambda first, second, layout, rng: None},
        ValueError,
        ["returned None", "expected a genome"],
    ),
}
GRADIENT = {
    "optimizer": (
        {"optimizer": "adm"},
        ValueError,
        ["optimizer", "'adm'", "did you mean 'adam'?"],
    ),
    "optimizer's class": ({"optimizer": SVC}, TypeError, ["optimizer", "SVC()"]),
    "learning_rate 0": (
        {"learning_rate": 0.0},
        ValueError,
        ["learning_rate", "(0.0, inf)", "0.0"],
    ),
    "learning_rate": (
        {"learning_rate": "fast"},
        ValueError,
        ["learning_rate", "'auto'", "'fast'"],
    ),
    "n_restarts": ({"n_restarts": -1}, ValueError, ["n_restarts", "[0, inf)", "-1"]),
    "gradient": (
        {"gradient": "finite_differences"},
        ValueError,
        ["gradient='finite_differences'", "Did you mean 'finite_difference'?"],
    ),
    "gradient's type": ({"gradient": 3}, TypeError, ["gradient=3", "'spsa'"]),
}
ROWS = [
    pytest.param(search, *row, id=f"{search.__name__}-{name}")
    for search, table in [
        *((search, PARAMETERS) for search in BOTH),
        (GeneticSearchCV, GENETIC),
        (GradientSearchCV, GRADIENT),
    ]
    for name, row in table.items()
]


def assert_says(error, words):
    message = str(error.value)
    assert [word for word in words if word not in message] == [], message


def make(search, estimator=None, space=None, **options):
    estimator = SVC() if estimator is None else estimator
    space = {"C": C} if space is None else space
    return search(
        estimator, space, **{"n_iter": 12, "cv": 2, "random_state": 0, **options}
    )


@pytest.mark.parametrize("search", BOTH)
@pytest.mark.parametrize("case", SPACES)
def test_what_is_no_search_space_says_so(search, case):
    estimator, space, error_type, words = SPACES[case]
    model = clone(make(search, estimator, space))  # no complaint before `fit`
    with pytest.raises(error_type) as error:
        model.fit(X, y)
    assert_says(error, words)


@pytest.mark.parametrize(("search", "options", "error_type", "words"), ROWS)
def test_parameters_that_make_no_sense_say_so(search, options, error_type, words):
    model = make(search, **options)
    with pytest.raises(error_type) as error:
        model.fit(X, y)
    assert_says(error, words)


@pytest.mark.parametrize("search", BOTH)
def test_an_estimator_without_a_score_needs_scoring(search):
    with pytest.raises(TypeError, match=r"(?s)scoring.*'score' method"):
        make(search, OneClassSVM(), {"nu": uniform(0.1, 0.8)}).fit(X)


@pytest.mark.parametrize("search", BOTH)
def test_what_is_no_estimator_says_so(search):
    with pytest.raises(ValueError, match=r"'estimator'.*must be.*'fit'"):
        make(search, 3).fit(X, y)


@pytest.mark.parametrize("search", BOTH)
def test_a_target_of_one_class_gets_the_words_of_the_estimator(search):
    with pytest.raises(ValueError, match=r"(?s)All the 24 fits failed.*classes"):
        make(search).fit(X, np.zeros(len(X)))


@pytest.mark.parametrize("search", BOTH)
def test_missing_values_get_the_words_of_the_estimator(search):
    missing = X.copy()
    missing[::7, 1] = np.nan
    with pytest.raises(ValueError, match=r"(?s)All the 24 fits failed.*contains NaN"):
        make(search, make_pipeline(SVC()), {"svc__C": C}).fit(missing, y)
    forest = HistGradientBoostingClassifier(max_iter=2)
    space = {"learning_rate": loguniform(1e-2, 1)}
    assert make(search, forest, space, n_iter=2).fit(missing, y).best_score_ > 0.5


@pytest.mark.parametrize("search", BOTH)
def test_samples_and_targets_of_different_lengths_are_refused(search):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        make(search).fit(X, y[:-1])


def nan_for_large(estimator, X, y):
    return np.nan if estimator.C > 1 else 0.5


def always_nan(estimator, X, y):
    return np.nan


@pytest.mark.parametrize("search", BOTH)
def test_scores_that_are_nan_rank_last(search):
    model = make(search, scoring=nan_for_large)
    with pytest.warns(UserWarning, match="scores are non-finite"):
        model.fit(X, y)
    assert model.best_params_["C"] <= 1
    assert set(model.cv_results_["status"]) == {"ok", "failed"}


@pytest.mark.parametrize("search", BOTH)
def test_a_search_whose_scores_are_all_nan_ends_as_a_grid_search_does(search):
    model = make(search, scoring=always_nan)
    with pytest.warns(UserWarning, match="scores are non-finite"):
        model.fit(X, y)
    assert len(model.cv_results_["params"]) == 12
    assert set(model.cv_results_["rank_test_score"]) == {1}


@pytest.mark.parametrize("search", BOTH)
def test_scorers_that_return_no_number_are_refused(search):
    with pytest.raises(ValueError, match="scoring must return a number"):
        make(search, scoring=lambda estimator, X, y: "good").fit(X, y)
