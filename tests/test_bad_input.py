"""What goes in wrong comes out as an error at `fit` that says what to do."""

import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, OneClassSVM

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import SearchSpaceError, SearchSpaceTypeError

X, y = load_iris(return_X_y=True)


class Uncloneable:
    """A regressor that is no estimator of scikit-learn."""

    def fit(self, X, y):
        return self

    def predict(self, X, return_std=False):
        return np.zeros(len(X)), np.ones(len(X))


class Untouched(SVC):
    """Must not be fitted."""

    def fit(self, X, y):
        raise AssertionError("fitted before the search was checked")


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
        [
            "selection='turnament'",
            "Did you mean 'tournament'?",
            "'rank'",
            "'truncation'",
        ],
    ),
    "crossover": ({"crossover": 3}, TypeError, ["crossover=3", "'uniform'"]),
    "mutation": ({"mutation": "none"}, ValueError, ["mutation='none'", "'gaussian'"]),
    "survival": ({"survival": dict}, TypeError, ["survival", "is a class", "dict()"]),
    "survival's name": (
        {"survival": "eltist"},
        ValueError,
        ["survival='eltist'", "Did you mean 'elitist'?", "'age'", "'comma'"],
    ),
    "an operator that returns nonsense": (
        {"crossover": lambda first, second, layout, rng: None},
        ValueError,
        ["returned None", "expected an array of shape", "a genome"],
    ),
    "strategy": (
        {"strategy": "genetic"},
        ValueError,
        ["'genetic'", "steady_state", "generational", "differential_evolution"],
    ),
    "strategy's type": ({"strategy": 1}, ValueError, ["strategy", "steady_state"]),
    "lookahead 0": ({"lookahead": 0}, ValueError, ["lookahead", "[1, inf)", "0"]),
    "lookahead 1.5": ({"lookahead": 1.5}, ValueError, ["lookahead", "int", "1.5"]),
    "lookahead True": ({"lookahead": True}, ValueError, ["lookahead=True", "int"]),
    "several objectives by differences": (
        {
            "strategy": "differential_evolution",
            "scoring": ["accuracy", "f1_macro"],
            "refit": False,
        },
        ValueError,
        ["differential_evolution", "single metric", "accuracy", "Name one by refit"],
    ),
    "perhaps several objectives by differences": (
        {
            "strategy": "differential_evolution",
            "scoring": lambda estimator, X, y: {"a": 1.0, "b": 2.0},
            "refit": lambda results: 0,
        },
        ValueError,
        ["differential_evolution", "single metric", "steady_state"],
    ),
    "surrogate's name": (
        {"surrogate": "gp"},
        ValueError,
        ["surrogate='gp'", '"auto"', "None", "return_std"],
    ),
    "surrogate's type": (
        {"surrogate": 3},
        TypeError,
        ["surrogate=3", "regressor", "lacks fit and predict and get_params"],
    ),
    "a surrogate without predict": (
        {"surrogate": StandardScaler()},
        TypeError,
        ["surrogate=StandardScaler()", "lacks predict"],
    ),
    "a surrogate that cannot be cloned": (
        {"surrogate": Uncloneable()},
        TypeError,
        ["surrogate=", "lacks get_params"],
    ),
    "a surrogate that is a class": (
        {"surrogate": GaussianProcessRegressor},
        TypeError,
        ["is a class", "GaussianProcessRegressor()"],
    ),
    "a surrogate that is too sure": (
        {"surrogate": LinearRegression()},
        TypeError,
        ["surrogate=LinearRegression()", "how sure", "return_std", "ExtraTrees"],
    ),
    "a surrogate that classifies": (
        {"surrogate": RandomForestClassifier()},
        TypeError,
        ["surrogate=RandomForestClassifier()", "how sure"],
    ),
}
RESULTS = {"params": [{"C": 1.0}], "mean_test_accuracy": [0.5]}
# initial_params, for both searches.
INITIAL = {
    "a string": ("best", TypeError, ["initial_params='best'", "list of dicts"]),
    "a number": (3, TypeError, ["initial_params=3", "list of dicts", "cv_results_"]),
    "numbers": ([1.0], TypeError, ["Element 0 is no dict: 1.0"]),
    "one dict": ({"C": 1.0}, ValueError, ["['C']", "no cv_results_", "list of dicts"]),
    "an empty dict": ({}, ValueError, ["no cv_results_", "'params'"]),
    "out of range": (
        [{"C": 1.0}, {"C": 1e3}],
        ValueError,
        ["initial_params[1]", "1000.0", "'C'", "Widen param_grid"],
    ),
    "a value of another type": ([{"C": "1"}], ValueError, ["initial_params[0]", "'1'"]),
    "a wrong name": ([{"c": 1.0}], ValueError, ["initial_params[0]", "['c']", "['C']"]),
    "a name too many": (
        [{"C": 1.0, "gamma": 1.0}],
        ValueError,
        ["initial_params[0]", "['C', 'gamma']", "['C']"],
    ),
    "no names": ([{}], ValueError, ["initial_params[0]", "['C']"]),
    "results by another metric": (
        RESULTS,
        ValueError,
        ["metrics ['accuracy']", "needs ['score']", "same scoring"],
    ),
    "results without a metric": (
        {"params": [{"C": 1.0}]},
        ValueError,
        ["metrics []", "needs ['score']"],
    ),
    "results of another space": (
        {"params": [{"gamma": 1.0}], "mean_test_score": [0.5]},
        ValueError,
        ["none of the candidates", "['C']", "similar space"],
    ),
    "results out of range": (
        {"params": [{"C": 1e9}], "mean_test_score": [0.5]},
        ValueError,
        ["none of the candidates", "['C']"],
    ),
    "results without a candidate": (
        {"params": [], "mean_test_score": []},
        ValueError,
        ["none of the candidates"],
    ),
    "results from a text file": (
        {"params": ["{'C': 1.0}"], "mean_test_score": [0.5]},
        TypeError,
        ["params[0]", "no dict", "text file"],
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


@pytest.mark.parametrize("search", BOTH)
@pytest.mark.parametrize("case", INITIAL)
def test_initial_params_that_make_no_sense_say_so_before_any_fit(search, case):
    initial_params, error_type, words = INITIAL[case]
    model = clone(make(search, Untouched(), initial_params=initial_params))
    with pytest.raises(error_type) as error:
        model.set_params(error_score="raise").fit(X, y)
    assert_says(error, words)


@pytest.mark.parametrize("search", BOTH)
@pytest.mark.parametrize("refit", ["a", "b"])
def test_results_lack_a_metric_of_several(search, refit):
    results = {"params": [{"C": 1.0}], "mean_test_a": [0.5], "mean_test_c": [0.5]}
    scoring = {"a": "accuracy", "b": "f1_macro"}
    options = {"scoring": scoring, "refit": refit, "initial_params": results}
    with pytest.raises(ValueError, match=r"metrics \['a', 'c'\].*needs \['b'\]"):
        make(search, Untouched(), error_score="raise", **options).fit(X, y)


@pytest.mark.parametrize("search", BOTH)
def test_results_lack_the_metric_that_a_callable_scorer_is_to_improve(search):
    results = {"params": [{"C": 1.0}], "mean_test_a": [0.5], "mean_test_c": [0.5]}
    options = {"scoring": lambda *args: {"a": 1.0, "b": 1.0}, "refit": "b"}
    model = make(search, Untouched(), error_score="raise", **options)
    with pytest.raises(ValueError, match=r"metrics \['a', 'c'\].*needs \['b'\]"):
        model.set_params(initial_params=results).fit(X, y)


UNTOUCHED = [name for name in GENETIC if name != "an operator that returns nonsense"]


@pytest.mark.parametrize("case", UNTOUCHED)
def test_what_can_be_known_is_said_before_any_fit(case):
    options, error_type, _ = GENETIC[case]
    model = make(GeneticSearchCV, Untouched(), error_score="raise", **options)
    with pytest.raises(error_type):
        model.fit(X, y)


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
