"""Candidates that fail, in part or as a whole, and what the search makes of them."""

import warnings

import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes, make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import TimeSeriesSplit

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import MissingScoresWarning, SpaceCoverageWarning
from skopt_evo.selection import OneStandardError
from tests.marking import quick

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_diabetes(return_X_y=True)
SPACE = {"a": uniform(0, 1), "b": uniform(0, 1)}


class Plain(RegressorMixin, BaseEstimator):
    """Fits at once; scorers look at its parameters."""

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


class Picky(Plain):
    """Fails for large values of its first parameter."""

    def fit(self, X, y):
        if self.a > 0.5:
            raise ValueError("too large")
        return self


def descending(estimator, X, y):
    """Raise where the best scores seem to be."""
    if estimator.a > 0.5:
        raise ValueError("no score there")
    return -1.0 - estimator.a - 0.1 * estimator.b


def constant(estimator, X, y):
    return -estimator.b


def both(estimator, X, y):
    return {"first": descending(estimator, X, y), "second": -estimator.b}


SCORINGS = {
    "one": (descending, True),
    "several": ({"first": descending, "second": constant}, "first"),
    "function": (both, "first"),
}


def fit(search, scoring=descending, refit=True, estimator=None, **options):
    model = search(
        Plain() if estimator is None else estimator,
        options.pop("space", SPACE),
        scoring=scoring,
        refit=refit,
        cv=3,
        **{"n_iter": 40, "random_state": 0, **options},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


# ---- a number in the place of a score


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("scoring", quick(SCORINGS, "function"))
@pytest.mark.parametrize("error_score", [0.0, 0, np.nan])
def test_a_scorer_that_raises_repels_whatever_the_error_score(
    search, scoring, error_score
):
    function, refit = SCORINGS[scoring]
    model = fit(search, function, refit, error_score=error_score)
    a = np.array([params["a"] for params in model.cv_results_["params"]])
    has_failed = a > 0.5
    assert (model.cv_results_["status"] == "failed").tolist() == has_failed.tolist()
    # A search that is attracted by such scores ends with at least so many failures.
    assert np.mean(has_failed[-20:]) < 0.8
    assert model.best_params_["a"] < 0.1
    assert model.best_score_ == max(
        score
        for score, failed in zip(
            model.cv_results_[f"mean_test_{'score' if refit is True else refit}"],
            has_failed,
            strict=True,
        )
        if not failed
    )


@pytest.mark.parametrize("search", SEARCHES)
def test_what_is_guided_does_not_depend_on_the_error_score(search):
    runs = [fit(search, error_score=value) for value in (0.0, -5.0, np.nan)]
    params = [run.cv_results_["params"] for run in runs]
    assert params[0] == params[1] == params[2]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_fit_that_raises_is_never_the_best(search, n_jobs):
    model = fit(
        search, constant, estimator=Picky(), error_score=100.0, n_jobs=n_jobs, n_iter=20
    )
    assert model.cv_results_["rank_test_score"][model.best_index_] > 1
    assert model.best_params_["a"] <= 0.5


def test_the_exhaustive_search_does_not_choose_a_failure_either():
    space = {"a": [0.2, 0.4, 0.6], "b": [0.0, 1.0]}
    model = fit(GeneticSearchCV, space=space, error_score=0.0)
    assert model.cv_results_["origin"][0] == "grid"
    assert model.best_params_ == {"a": 0.2, "b": 0.0}


def test_a_point_that_comes_twice_fails_twice():
    space = {"a": [0.6, 0.2, 0.6], "b": [0.0]}
    model = fit(GeneticSearchCV, space=space, error_score=0.0)
    assert model.cv_results_["status"].tolist() == ["failed", "ok", "failed"]
    assert model.best_params_ == {"a": 0.2, "b": 0.0}


def test_a_search_without_any_score_takes_what_a_grid_search_does():
    def never(estimator, X, y):
        raise ValueError("never")

    model = fit(GeneticSearchCV, never, error_score=0.0, n_iter=5)
    assert set(model.cv_results_["status"]) == {"failed"}
    assert model.best_index_ == 0
    assert model.best_score_ == 0.0


def test_failures_are_not_on_the_pareto_front():
    scoring = {"first": descending, "second": constant}
    model = fit(GeneticSearchCV, scoring, False, error_score=0.0)
    status = model.cv_results_["status"]
    assert "failed" in status
    assert set(status[model.pareto_front_]) == {"ok"}


def test_one_standard_error_never_chooses_a_failure():
    rule = OneStandardError({"b": "smaller"})
    model = fit(GeneticSearchCV, refit=rule, error_score=0.0)
    assert model.cv_results_["status"][model.best_index_] == "ok"
    # Of results without a status nothing is known.
    theirs = {k: v for k, v in model.cv_results_.items() if k != "status"}
    assert model.cv_results_["status"][rule(theirs)] == "failed"


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("scoring", quick(SCORINGS, "several"))
def test_what_could_not_be_scored_is_known_again_after_an_interruption(
    search, scoring, tmp_path
):
    options = {"error_score": 0.0, "n_iter": 20}
    whole = fit(search, *SCORINGS[scoring], **options)
    path = tmp_path / "journal"
    fit(search, *SCORINGS[scoring], checkpoint=path, **options)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:45]))
    resumed = fit(search, *SCORINGS[scoring], checkpoint=path, **options)
    for name in ("params", "status"):
        assert list(resumed.cv_results_[name]) == list(whole.cv_results_[name])
    assert resumed.best_index_ == whole.best_index_


# ---- a split, or a metric, without any score

X2, y2 = make_classification(n_samples=120, flip_y=0.2, random_state=0)
# The first training set of the time series has one class.
MIXED = np.r_[np.zeros(20, dtype=int), y2[20:]]
SERIES = TimeSeriesSplit(5)


def series_search(search, **options):
    options = {"n_iter": 25, "random_state": 0, **options}
    space = {"C": loguniform(1e-4, 1e4)}
    return search(LogisticRegression(), space, cv=SERIES, **options)


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("error_score", [np.nan, 0.0])
def test_candidates_are_compared_by_the_splits_that_they_share(search, error_score):
    model = series_search(search, scoring="neg_log_loss", error_score=error_score)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X2, MIXED)
    results = model.cv_results_
    shared = np.mean([results[f"split{s}_test_score"] for s in range(1, 5)], axis=0)
    assert model.best_index_ == np.argmax(shared)
    assert set(results["status"]) == {"failed"}
    # It is guided: what comes next is better than what it began with.
    assert np.median(shared[8:18]) > np.median(shared[:8])
    ours = [each for each in caught if each.category is MissingScoresWarning]
    assert len(ours) == 1
    assert str(ours[0].message).startswith("On split 0 of cv none of the 25")
    assert "This solver needs samples of at least 2 classes" in str(ours[0].message)


def test_so_does_the_rule_of_one_standard_error():
    rule = OneStandardError({"C": "smaller"})
    model = series_search(GeneticSearchCV, refit=rule)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X2, MIXED)
    results = model.cv_results_
    shared = np.array([results[f"split{s}_test_score"] for s in range(1, 5)])
    best = shared.mean(axis=0).argmax()
    assert shared.mean(axis=0)[model.best_index_] > shared.mean(axis=0)[best] - 0.1
    assert model.best_params_["C"] <= results["params"][best]["C"]


def test_two_candidates_are_compared_by_the_splits_that_they_share():
    model = GeneticSearchCV(
        LogisticRegression(), {"C": [1e-4, 0.1]}, cv=SERIES, scoring="neg_log_loss"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X2, MIXED)
    assert model.best_params_ == {"C": 0.1}
    assert [w.category for w in caught].count(MissingScoresWarning) == 1


def test_derivatives_are_those_of_the_splits_that_count():
    model = series_search(GradientSearchCV, scoring="neg_log_loss", n_iter=12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X2, MIXED)
    results = model.cv_results_
    assert set(results["gradient_method"]) == {"exact"}
    assert np.isfinite(results["grad_C"]).all()


@pytest.mark.parametrize("error_score", quick([np.nan, 0.0], 0.0))
def test_a_warm_start_begins_with_the_best_of_them(error_score):
    model = series_search(
        GeneticSearchCV, scoring="neg_log_loss", error_score=error_score
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = model.fit(X2, MIXED).cv_results_
        best = model.best_params_
        model.set_params(initial_params=first, n_iter=4, cv=3)
        again = model.fit(X2, y2)
    assert again.cv_results_["params"][0] == best


def test_the_same_holds_for_several_metrics_at_once():
    model = series_search(
        GeneticSearchCV, scoring=["accuracy", "neg_log_loss"], refit=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X2, MIXED)
    assert len(model.pareto_front_)
    assert np.mean(model.cv_results_["origin"] == "immigrant") < 0.5


@pytest.mark.parametrize("search", SEARCHES)
def test_results_with_a_lost_split_do_not_depend_on_workers(search):
    runs = []
    for n_jobs in (1, 2):
        model = series_search(search, n_jobs=n_jobs, n_iter=12)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runs.append(model.fit(X2, MIXED).cv_results_["params"])
    assert runs[0] == runs[1]


# ---- warnings that are errors


def test_a_warning_that_is_an_error_does_not_cost_the_results():
    space = [{"alpha": loguniform(1e-3, 1e3)}, {"solver": ["svd", "cholesky", "lsqr"]}]
    model = GradientSearchCV(Ridge(), space, n_iter=3, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(SpaceCoverageWarning):
            model.fit(X, y)
    assert len(model.cv_results_["params"]) == 3
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize("search", SEARCHES)
def test_neither_do_those_of_scikit_learn(search):
    model = search(Picky(), SPACE, scoring=constant, n_iter=12, cv=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FitFailedWarning):
            model.fit(X, y)
    assert len(model.cv_results_["params"]) == 12
    assert model.best_estimator_.a <= 0.5
