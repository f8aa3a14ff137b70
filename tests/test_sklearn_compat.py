"""What is used of scikit-learn's private parts, against its public ones."""

import math
import warnings

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    check_scoring,
    get_scorer,
    log_loss,
    make_scorer,
)
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo import _sklearn_compat as compat

X, y = load_iris(return_X_y=True)


class Deaf(BaseEstimator):
    """Learns nothing, and checks nothing."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y=None):
        return self


class Keeping(Deaf):
    """Stays fitted when it is cloned."""

    def __sklearn_clone__(self):
        return self


class Rounding(Ridge):
    """Changes a parameter before it is checked."""

    def fit(self, X, y):
        self.alpha = round(self.alpha)
        return super().fit(X, y)


# ---- fits


def test_a_fit_is_scored_as_by_cross_validation():
    model, folds = LogisticRegression(max_iter=500), StratifiedKFold(3)
    expected = cross_validate(model, X, y, cv=folds, return_train_score=True)
    for split, (train, test) in enumerate(folds.split(X, y)):
        found = compat.fit_and_score(
            clone(model),
            X,
            y,
            scorer=check_scoring(model),
            train=train,
            test=test,
            verbose=0,
            parameters={},
            fit_params={},
            score_params={},
            return_train_score=True,
            error_score="raise",
        )
        assert found["test_scores"] == expected["test_score"][split]
        assert found["train_scores"] == expected["train_score"][split]
        assert found["n_test_samples"] == len(test)
        assert found["fit_error"] is None
        assert found["fit_time"] > 0


def test_workers_get_the_configuration_of_the_search():
    with sklearn.config_context(assume_finite=True, working_memory=7):
        task = compat.with_configuration(sklearn.get_config)
    assert not sklearn.get_config()["assume_finite"]
    found = task()
    assert found["assume_finite"]
    assert found["working_memory"] == 7
    assert not sklearn.get_config()["assume_finite"]


# ---- clones


@pytest.mark.parametrize(
    ("kind", "expected"), [(Ridge, False), (Deaf, False), (Keeping, True), (int, False)]
)
def test_it_is_known_which_classes_keep_what_they_have_learnt(kind, expected):
    assert compat.clones_itself(kind) is expected


def test_it_is_known_what_clone_keeps_besides_parameters():
    plain = StandardScaler()
    assert compat.kept_by_clone(plain) == {}
    changed = StandardScaler().set_output(transform="pandas")
    assert compat.kept_by_clone(changed) == compat.kept_by_clone(clone(changed)) != {}
    with sklearn.config_context(enable_metadata_routing=True):
        asking = Ridge().set_fit_request(sample_weight=True)
        kept = compat.kept_by_clone(asking)
        assert kept == compat.kept_by_clone(clone(asking))
        other = Ridge().set_fit_request(sample_weight=False)
        assert kept != compat.kept_by_clone(other) != {}


def test_a_clone_without_callbacks_has_none_in_any_part():
    scaler, ridge = StandardScaler(), Ridge(alpha=2.0)
    model = make_pipeline(scaler, ridge)
    for part in (model, scaler, ridge):
        part._skl_callbacks = []
    twin = compat.clone_without_callbacks(model)
    parts = [twin, *twin.named_steps.values()]
    assert not any(hasattr(part, "_skl_callbacks") for part in parts)
    assert twin.get_params()["ridge__alpha"] == 2.0
    assert hasattr(model, "_skl_callbacks")
    assert hasattr(ridge, "_skl_callbacks")


# ---- scorers


def by_function(estimator, X, y):
    return 0.5


def test_scorers_are_told_from_functions():
    assert compat.is_scorer(get_scorer("accuracy"))
    assert compat.is_scorer(make_scorer(accuracy_score))
    for other in (by_function, "accuracy", None, check_scoring(Ridge())):
        assert not compat.is_scorer(other)


def test_the_scorer_of_a_metric_is_found_among_several():
    names = ["accuracy", "neg_log_loss"]
    several = check_scoring(LogisticRegression(), names)
    scorers = compat.scorer_attribute(several)
    assert list(scorers) == names
    assert compat.scorer_of(several, "neg_log_loss") is scorers["neg_log_loss"]
    assert compat.scorer_of(several, None) is scorers["accuracy"]
    single = get_scorer("accuracy")
    assert compat.scorer_attribute(single) is single
    assert compat.scorer_of(single, None) is single


def test_a_scorer_is_taken_apart_into_what_makes_it_again():
    scorer = make_scorer(
        log_loss,
        greater_is_better=False,
        response_method="predict_proba",
        labels=[0, 1],
    )
    assert compat.scorer_parts(scorer) == (log_loss, -1, {"labels": [0, 1]})
    assert compat.scorer_parts(get_scorer("accuracy")) == (accuracy_score, 1, {})
    assert compat.scorer_parts(by_function) == (by_function, 1, {})
    assert compat.scorer_parts(check_scoring(Ridge())) is None


# ---- constraints of parameters


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
    assert compat.validates_parameters(estimator) is expected
    with sklearn.config_context(skip_parameter_validation=True):
        assert not compat.validates_parameters(estimator)


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
    refusal = compat.refusal_of(estimator, name)
    with pytest.raises(ValueError, match=f"The '{name}' parameter") as caught:
        estimator.fit(X, y)
    assert refusal == str(caught.value)


def test_a_valid_value_is_not_refused_whatever_the_others_are():
    assert compat.refusal_of(Ridge(alpha=0.0, solver="none"), "alpha") is None
    assert compat.refusal_of(Ridge(alpha=0.0, solver="none"), "solver") is not None


@pytest.mark.parametrize(
    ("estimator", "name", "expected"),
    [
        (ElasticNet(), "l1_ratio", {0.0, 1.0}),
        (ElasticNet(), "selection", set()),
        (ElasticNet(), "no such parameter", set()),
    ],
)
def test_the_ends_of_ranges_are_known(estimator, name, expected):
    assert set(compat.allowed_numbers(estimator, name)) == expected


@pytest.mark.parametrize("name", ["alpha", "l1_ratio", "max_iter", "tol"])
def test_a_parameter_is_refused_below_the_least_end_of_its_ranges(name):
    ends = [e for e in compat.allowed_numbers(ElasticNet(), name) if math.isfinite(e)]
    least = min(ends)
    kind = int if name == "max_iter" else float
    below = ElasticNet(**{name: kind(least - 1)})
    above = ElasticNet(**{name: kind(least + 1)})
    assert compat.refusal_of(below, name) is not None
    assert compat.refusal_of(above, name) is None


# ---- callbacks


def test_a_search_without_callbacks_has_tasks_that_do_nothing():
    search = Ridge()
    search.estimator = make_pipeline(StandardScaler(), Ridge())
    root = compat.SearchTask.root(search, max_subtasks=2, X=X, y=y)
    task = root.subtask("search", sequential=False)
    assert task.begin() is task
    assert task.end() is False
    assert task.leaf(3) == {}
    task.pass_over(3)
    with warnings.catch_warnings(), root.refit(search.estimator):
        search.estimator.fit(X, y)
    assert search.estimator.score(X, y) > 0.5


class Unscored(ClassifierMixin, Deaf):
    """Has no score of its own but that of classifiers."""

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_the_score_of_the_estimator_itself_is_no_metric():
    scorer = check_scoring(Unscored())
    assert compat.scorer_parts(scorer) is None
    assert scorer(Unscored(), X, y) == accuracy_score(y, np.zeros(len(y), dtype=int))
