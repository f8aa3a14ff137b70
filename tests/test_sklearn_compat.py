"""What is used of scikit-learn's private parts, against its public ones."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    check_scoring,
    get_scorer,
    log_loss,
    make_scorer,
)
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


# ---- workers


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


class Unscored(ClassifierMixin, Deaf):
    """Has no score of its own but that of classifiers."""

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_the_score_of_the_estimator_itself_is_no_metric():
    scorer = check_scoring(Unscored())
    assert compat.scorer_parts(scorer) is None
    assert scorer(Unscored(), X, y) == accuracy_score(y, np.zeros(len(y), dtype=int))
