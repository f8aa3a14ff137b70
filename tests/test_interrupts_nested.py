"""Ctrl-C where a search is a part of something larger: who called it hears of it."""

import signal
import sys
from functools import partial

import joblib
import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from scipy.stats import uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_selection import RFECV
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo import GeneticSearchCV, GradientSearchCV

SEARCHES = [GeneticSearchCV, GradientSearchCV]
rng = np.random.default_rng(0)
X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
N_BEFORE = 9  # fits before the interrupt


class Counting(ClassifierMixin, BaseEstimator):
    """Counts the fits in this process, and interrupts it in one of them."""

    fits: list[float] = []
    interrupted = N_BEFORE  # of these

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        type(self).fits.append(self.a)
        self.classes_, self.n_features_in_ = np.unique(y), X.shape[1]
        self.coef_ = np.ones((1, X.shape[1]))
        if len(type(self).fits) == type(self).interrupted:
            signal.raise_signal(signal.SIGINT)
        return self

    def predict(self, X):
        return np.zeros(len(X), int)

    def score(self, X, y):
        return -((self.a - 0.3) ** 2)


class Meta(ClassifierMixin, BaseEstimator):
    """Fits another estimator, as those of other packages do."""

    def __init__(self, estimator=None):
        self.estimator = estimator

    def fit(self, X, y):
        self.estimator.fit(X, y)
        self.classes_ = np.unique(y)
        return self


@pytest.fixture(autouse=True)
def interrupts():
    """Have interrupts raise, which pytest's workers do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    Counting.fits.clear()
    yield
    signal.signal(signal.SIGINT, before)


def make(search, estimator=None, **settings):
    given = {"n_iter": 8, "cv": 2, "random_state": 0, **settings}
    estimator = Counting() if estimator is None else estimator
    name = "a" if isinstance(estimator, Counting) else "estimator__a"
    return search(estimator, {name: uniform(0, 1)}, **given)


def fit(estimator):
    return estimator.fit(X, y)


CALLERS = {
    "cross_validate": lambda search: cross_validate(search, X, y),
    "cross_val_score": lambda search: cross_val_score(search, X, y),
    "cross_val_predict": lambda search: cross_val_predict(search, X, y),
    "learning_curve": lambda search: learning_curve(search, X, y),
    "validation_curve": lambda search: validation_curve(
        search, X, y, param_name="tol", param_range=[0.0, 1.0]
    ),
    "GridSearchCV": lambda search: fit(GridSearchCV(search, {"tol": [0.0, 1.0]})),
    "RFECV": lambda search: fit(
        RFECV(search, importance_getter="best_estimator_.coef_")
    ),
    "StackingClassifier": lambda search: fit(StackingClassifier([("search", search)])),
    "VotingClassifier": lambda search: fit(VotingClassifier([("search", search)])),
    "Pipeline": lambda search: fit(make_pipeline(StandardScaler(), search)),
    "another estimator": lambda search: fit(Meta(search)),
    "joblib": lambda search: joblib.Parallel(1)(joblib.delayed(fit)(search) for _ in X),
}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_who_has_called_the_search_is_interrupted(search, caller):
    with pytest.raises(KeyboardInterrupt):
        caller(make(search))
    assert len(Counting.fits) == N_BEFORE


@pytest.mark.parametrize("search", SEARCHES)
def test_the_results_are_in_the_search_and_in_its_checkpoint(search, tmp_path):
    model = make(search, checkpoint=tmp_path / "journal")
    pipeline = make_pipeline(StandardScaler(), model)
    with pytest.raises(KeyboardInterrupt):
        pipeline.fit(X, y)
    assert model.stop_reason_ == "interrupted"
    assert len(model.cv_results_["params"]) == 4
    pipeline.fit(X, y)
    assert model.stop_reason_ == "n_iter"
    assert len(Counting.fits) == N_BEFORE + 16 - 8 + 1  # and the refit


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    "call",
    [fit, partial(GeneticSearchCV.fit, X=X, y=y), lambda search: search.fit(X, y)],
)
def test_at_the_top_level_the_results_are_kept(search, call):
    with pytest.warns(UserWarning, match="with the 4 candidates"):
        fitted = call(make(search))
    assert fitted.stop_reason_ == "interrupted"
    assert hasattr(fitted, "best_estimator_")


def test_a_loop_of_searches_goes_on_with_the_next_one():
    with pytest.warns(UserWarning, match="with the 4 candidates"):
        reasons = [fit(make(search)).stop_reason_ for search in SEARCHES]
    assert reasons == ["interrupted", "n_iter"]


class Derived(GeneticSearchCV):
    """A search that does something before and after `fit`."""

    def fit(self, X, y):
        return super().fit(X, y)


def test_a_search_that_calls_its_own_fit_is_at_the_top_level():
    with pytest.warns(UserWarning, match="with the 4 candidates"):
        assert make(Derived).fit(X, y).stop_reason_ == "interrupted"


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    "inner",
    [
        make(GeneticSearchCV, n_iter=2),
        GridSearchCV(Counting(), {"a": [0.1, 0.2]}, cv=2),
    ],
    ids=["ours", "GridSearchCV"],
)
def test_of_a_search_in_a_search_the_outer_one_keeps_whole_candidates(
    search, inner, monkeypatch
):
    """A fit of the inner one is 5 fits, and a candidate of the outer one 2 of them."""
    monkeypatch.setattr(Counting, "interrupted", None)
    whole = make(search, inner).fit(X, y).cv_results_
    monkeypatch.setattr(Counting, "fits", [])
    monkeypatch.setattr(Counting, "interrupted", 3 * 10 + 7)
    with pytest.warns(UserWarning, match="with the 3 candidates"):
        fitted = make(search, inner).fit(X, y)
    assert fitted.stop_reason_ == "interrupted"
    assert fitted.cv_results_["params"] == whole["params"][:3]
    scores = fitted.cv_results_["mean_test_score"]
    np.testing.assert_array_equal(scores, whole["mean_test_score"][:3])


@pytest.mark.parametrize("search", SEARCHES)
def test_a_nested_search_without_any_candidate_is_interrupted(search, monkeypatch):
    monkeypatch.setattr(Counting, "interrupted", 1)
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(make(search), X, y)
    assert len(Counting.fits) == 1


def test_of_a_nested_search_where_all_has_failed_the_interrupt_is_raised():
    """Not that all fits have failed: cross_val_score would go on with the next one."""

    class Failing(Counting):
        def score(self, X, y):
            return np.nan

        def fit(self, X, y):
            super().fit(X, y)
            raise ValueError("fails")

    with pytest.raises(KeyboardInterrupt):
        cross_val_score(make(GeneticSearchCV, Failing()), X, y)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Needs signals.")
def test_a_worker_that_hears_of_it_does_not_return_half_of_a_search():
    # Workers of an earlier test ignore the signal if this process was started so.
    get_reusable_executor().shutdown(wait=True)
    # joblib before 1.3 has another class for what a worker has heard.
    other = getattr(joblib, "my_exceptions", None)
    interrupts = KeyboardInterrupt, getattr(other, "WorkerInterrupt", KeyboardInterrupt)
    with joblib.parallel_backend("loky"), pytest.raises(interrupts):
        cross_val_score(make(GeneticSearchCV), X, y, n_jobs=2)
    assert Counting.fits == []
