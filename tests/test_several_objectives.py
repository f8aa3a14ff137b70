"""Several metrics at once: the search steers by all, and finds their Pareto front."""

import sys
import warnings
from functools import partial

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.selection import OneStandardError

X, y = load_iris(return_X_y=True)

# Failures are what many tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:One or more of the test scores")


class Conflict(RegressorMixin, BaseEstimator):
    """Near 0.2 it is cheap, near 0.8 it is good; away from b = 0.5 it is neither."""

    def __init__(self, a=0.5, b=0.9, refuse=None):
        self.a = a
        self.b = b
        self.refuse = refuse

    def fit(self, X, y):
        if self.refuse is not None and self.refuse(self):
            raise ValueError("refused")
        return self

    def predict(self, X):
        return np.zeros(len(X))


def cheap(estimator, X, y):
    return -abs(estimator.a - 0.2) - (estimator.b - 0.5) ** 2


def good(estimator, X, y):
    return -abs(estimator.a - 0.8) - (estimator.b - 0.5) ** 2


def both(estimator, X, y):
    return {"cheap": cheap(estimator, X, y), "good": good(estimator, X, y)}


SPACE = {"a": uniform(0, 1), "b": uniform(0, 1)}
WAYS = [("steady_state", "auto"), ("generational", None)]
METRICS = {"cheap": cheap, "good": good}


def fit(estimator=None, space=SPACE, search=GeneticSearchCV, **options):
    if search is GeneticSearchCV:
        options = {"surrogate": None, **options}
    options = {"scoring": METRICS, "refit": False, "n_iter": 30, "cv": 2, **options}
    options = {"random_state": 0, **options}
    return search(estimator or Conflict(), space, **options).fit(X, y)


def last(results):
    return len(results["params"]) - 1


def front_of(results, names=("cheap", "good")):
    """Return, by comparing all pairs, the rows that no other one surpasses."""
    scores = np.array([results[f"mean_test_{name}"] for name in names]).T
    rows = [row for row in range(len(scores)) if results["status"][row] == "ok"]
    return [
        row
        for row in rows
        if not any(
            np.all(scores[other] >= scores[row]) and np.any(scores[other] > scores[row])
            for other in rows
        )
    ]


@pytest.mark.parametrize(("strategy", "surrogate"), WAYS)
@pytest.mark.parametrize("scoring", [METRICS, both, ["r2", "neg_mean_absolute_error"]])
@pytest.mark.parametrize("refit", [False, last])
def test_the_front_is_what_nobody_surpasses(scoring, refit, strategy, surrogate):
    search = fit(
        scoring=scoring, refit=refit, strategy=strategy, surrogate=surrogate, n_iter=20
    )
    names = scoring if isinstance(scoring, list) else METRICS
    front = search.pareto_front_
    assert front.dtype.kind == "i"
    assert front.tolist() == front_of(search.cv_results_, names)


def test_the_search_steers_by_all_metrics():
    hits = {}
    for name, refit in (("all", False), ("one", "good")):
        results = [
            fit(refit=refit, n_iter=60, random_state=seed).cv_results_
            for seed in range(4)
        ]
        a = np.concatenate([np.array(each["param_a"][20:], float) for each in results])
        b = np.concatenate([np.array(each["param_b"][20:], float) for each in results])
        assert np.median(abs(b - 0.5)) < 0.2
        hits[name] = np.mean(a < 0.45)
    assert hits["one"] < 0.2 < hits["all"] < 0.8


@pytest.mark.parametrize("surrogate", [None, "auto"])
def test_it_finds_more_of_the_front_than_random_points(surrogate):
    # On the front both scores add up to -0.6; away from it to less.
    excess = []
    for seed in range(4):
        search = fit(n_iter=50, surrogate=surrogate, random_state=seed)
        results = search.cv_results_
        total = results["mean_test_cheap"] + results["mean_test_good"] + 0.6
        front = search.pareto_front_
        assert len(front) >= 8
        assert np.ptp(results["param_a"][front].astype(float)) > 0.3
        excess.append(np.median(total[25:]) - np.median(total[:10]))
    assert min(excess) > 0


@pytest.mark.parametrize("refit", ["good", "cheap"])
def test_a_name_makes_it_a_search_for_one_metric(refit):
    search = fit(refit=refit)
    assert not hasattr(search, "pareto_front_")
    best = np.argmax(search.cv_results_[f"mean_test_{refit}"])
    assert search.best_index_ == best
    alone = fit(scoring=METRICS[refit], refit=True)
    assert alone.cv_results_["params"] == search.cv_results_["params"]


@pytest.mark.parametrize(
    "options",
    [
        {"scoring": cheap, "refit": False},
        {"scoring": cheap, "refit": last},
        {"scoring": {"cheap": cheap}, "refit": False},
        {"scoring": make_scorer(r2_score), "refit": False},
        {"scoring": both, "refit": "good"},
    ],
    ids=["function", "function and refit", "dict of one", "scorer", "refit by name"],
)
def test_one_metric_has_no_front(options):
    assert not hasattr(fit(**options), "pareto_front_")


def test_the_front_of_an_earlier_fit_is_gone():
    search = fit()
    assert hasattr(search, "pareto_front_")
    search.set_params(refit="good").fit(X, y)
    assert not hasattr(search, "pareto_front_")
    search.set_params(refit=False).fit(X, y)
    with pytest.raises(ValueError, match="No fits"):
        search.set_params(cv=[]).fit(X, y)
    assert not hasattr(search, "pareto_front_")


GRID = {"a": [0.1, 0.4, 0.9], "b": [0.4, 0.5, 0.8]}


@pytest.mark.parametrize("refit", [False, last, "good"])
@pytest.mark.parametrize("space", [GRID, SPACE], ids=["exhaustive", "evolution"])
def test_best_attributes_are_those_of_a_grid_search(space, refit):
    ours = fit(space=space, refit=refit)
    theirs = GridSearchCV(Conflict(), GRID, scoring=METRICS, refit=refit, cv=2)
    theirs.fit(X, y)
    names = ["best_index_", "best_params_", "best_score_", "best_estimator_"]
    for name in [*names, "refit_time_", "multimetric_", "scorer_", "n_splits_"]:
        assert hasattr(ours, name) == hasattr(theirs, name), name
    if space is GRID:
        assert ours.cv_results_["params"] == theirs.cv_results_["params"]
        for name in names[:3]:
            assert getattr(ours, name, None) == getattr(theirs, name, None)
        if not isinstance(refit, str):
            assert ours.pareto_front_.tolist() == front_of(ours.cv_results_)
    elif refit is last:
        assert ours.best_index_ == 29
        assert ours.best_params_ == ours.cv_results_["params"][29]
        assert ours.best_estimator_.a == ours.best_params_["a"]


@pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])
@pytest.mark.parametrize("scoring", [METRICS, both], ids=["dict", "callable"])
def test_a_search_scores_by_the_metric_of_its_refit(search, scoring):
    rule = OneStandardError({"b": "smaller"}, metric="good")
    model = search(
        Conflict(), SPACE, scoring=scoring, refit=rule, cv=2, n_iter=8, random_state=0
    )
    scores = cross_val_score(model, X, y, cv=2)
    assert np.isfinite(scores).all()
    model.fit(X, y)
    by_name = model.__class__(
        Conflict(), SPACE, scoring=scoring, refit="good", cv=2, n_iter=8, random_state=0
    ).fit(X, y)
    by_name.best_estimator_ = model.best_estimator_
    assert model.score(X, y) == by_name.score(X, y)
    assert model.refit is rule


def test_a_function_without_a_metric_says_what_to_do():
    with pytest.raises(ValueError, match="does not say which of the metrics") as caught:
        fit(refit=last).score(X, y)
    assert "Give it an attribute `metric`" in str(caught.value)
    named = partial(last)
    named.metric = "good"
    model = fit(refit=named)
    assert model.score(X, y) == fit(refit="good").scorer_["good"](
        model.best_estimator_, X, y
    )


def test_refit_may_choose_from_the_front():
    def middle(results):
        front = front_of(results)
        return front[np.argsort(results["mean_test_good"][front])[len(front) // 2]]

    search = fit(refit=middle)
    assert search.best_index_ in search.pareto_front_


def refuse_left(model):
    return model.a < 0.4


@pytest.mark.parametrize("scoring", [METRICS, both], ids=["dict", "callable"])
@pytest.mark.parametrize("error_score", [np.nan, 0.0, 1e9, -5.0])
@pytest.mark.parametrize("space", [GRID, SPACE], ids=["exhaustive", "evolution"])
def test_failures_are_not_on_the_front_whatever_their_score(
    space, error_score, scoring
):
    with pytest.warns(FitFailedWarning, match="refused"):
        search = fit(
            Conflict(refuse=refuse_left),
            space,
            scoring=scoring,
            error_score=error_score,
        )
    results, front = search.cv_results_, search.pareto_front_
    failed = results["status"] == "failed"
    assert 0 < failed.sum() < len(failed)
    assert len(front)
    assert not failed[front].any()
    assert front.tolist() == front_of(results)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # inf - inf
def test_scores_that_are_not_finite_are_not_on_the_front():
    def sometimes(estimator, X, y):
        return np.inf if estimator.a < 0.4 else cheap(estimator, X, y)

    search = fit(scoring={"cheap": sometimes, "good": good})
    assert (search.cv_results_["param_a"][search.pareto_front_] >= 0.4).all()
    assert search.pareto_front_.tolist() == front_of(search.cv_results_)


class Counter:
    """Refuses the first fits."""

    def __init__(self, n):
        self.n_left = n

    def __call__(self, model):
        self.n_left -= 1
        return self.n_left >= 0

    def __deepcopy__(self, memo):
        return self  # cloned estimators count together


@pytest.mark.parametrize(("strategy", "surrogate"), WAYS)
@pytest.mark.parametrize("n_failed", [1, 6, 17])
@pytest.mark.parametrize("scoring", [METRICS, both], ids=["dict", "callable"])
def test_successes_may_come_after_the_initial_candidates(
    scoring, n_failed, strategy, surrogate
):
    model = Conflict(refuse=Counter(2 * n_failed))
    options = {"scoring": scoring, "strategy": strategy, "surrogate": surrogate}
    with pytest.warns(FitFailedWarning, match="refused"):
        search = fit(model, n_iter=24, population_size=6, **options)
    is_failed = search.cv_results_["status"] == "failed"
    np.testing.assert_array_equal(is_failed, np.arange(24) < n_failed)
    assert search.pareto_front_.tolist() == front_of(search.cv_results_)
    assert {"crossover", "mutation"} & set(search.cv_results_["origin"][n_failed:])


def test_a_callable_scorer_of_one_number_is_a_search_for_it():
    results = fit(scoring=good, refit=last, n_iter=40).cv_results_
    alone = fit(scoring=good, refit=True, n_iter=40).cv_results_
    for each in (results, alone):
        assert np.max(each["mean_test_score"]) > -0.1


def n_nodes(estimator, X, y):
    return -estimator.tree_.node_count


def test_what_a_model_costs_is_a_metric():
    space = {"max_depth": [1, 2, 3, 4, 5, 6], "ccp_alpha": loguniform(1e-4, 1e-1)}
    search = fit(
        DecisionTreeClassifier(random_state=0),
        space,
        scoring={"accuracy": "accuracy", "size": n_nodes},
        cv=3,
    )
    results = search.cv_results_
    assert search.pareto_front_.tolist() == front_of(results, ["accuracy", "size"])
    sizes = results["mean_test_size"][search.pareto_front_]
    assert sizes.max() == results["mean_test_size"].max()  # the smallest tree
    assert len(set(sizes)) >= 2


def test_time_and_memory_are_metrics():
    class Timed(Conflict):
        def fit(self, X, y):
            self.seconds_ = 0.01 * (1 + self.a)  # what a clock would say
            return self

    def fast(estimator, X, y):
        return -estimator.seconds_

    def small(estimator, X, y):
        return -sys.getsizeof(estimator)

    search = fit(Timed(), scoring={"good": good, "fast": fast, "small": small})
    names = ["good", "fast", "small"]
    assert search.pareto_front_.tolist() == front_of(search.cv_results_, names)
    fastest = np.argmax(search.cv_results_["mean_test_fast"])
    assert fastest in search.pareto_front_


@pytest.mark.parametrize("scoring", [METRICS, both], ids=["dict", "callable"])
def test_fronts_are_the_same_for_all_workers(scoring):
    expected = fit(scoring=scoring, surrogate="auto", n_iter=16)
    with joblib.parallel_backend("threading"):
        search = fit(scoring=scoring, surrogate="auto", n_iter=16, n_jobs=2)
    assert search.cv_results_["params"] == expected.cv_results_["params"]
    assert search.pareto_front_.tolist() == expected.pareto_front_.tolist()


def test_descents_improve_one_metric_and_have_no_front():
    search = fit(search=GradientSearchCV)
    assert not hasattr(search, "pareto_front_")


def test_verbose_counts_failures_and_the_front(capsys):
    def both(estimator, X, y):
        return {"one": -estimator.max_depth, "other": estimator.max_depth}

    model = GeneticSearchCV(
        DecisionTreeClassifier(),
        {"max_depth": [1, 2, -1]},
        scoring=both,
        refit=False,
        verbose=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert sum("new on the Pareto front" in line for line in lines) == 2
    assert "3 candidates, 1 failed, 2 on the Pareto front" in lines[-1]
