"""Cross-validation of a winner, with splits of its own."""

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GroupKFold,
    RepeatedKFold,
    TimeSeriesSplit,
    cross_val_score,
)

from skopt_evo import GeneticSearchCV
from skopt_evo.selection import corrected_score

X, Y = (part[:100] for part in load_diabetes(return_X_y=True))


def search(**options):
    values = {"n_iter": 3, "cv": 4, "surrogate": None, "random_state": 0}
    return GeneticSearchCV(
        Ridge(), {"alpha": [0.1, 1.0, 10.0]}, **{**values, **options}
    ).fit(X, Y)


def test_it_is_the_mean_over_new_splits():
    fitted = search()
    found = corrected_score(fitted, X, Y, n_repeats=3, random_state=5)
    splits = RepeatedKFold(n_splits=4, n_repeats=3, random_state=5)
    scores = cross_val_score(clone(fitted.best_estimator_), X, Y, cv=splits)
    assert found.score == pytest.approx(scores.mean())
    error = np.sqrt((1 / 12 + 1 / 3) * scores.var(ddof=1))
    assert found.high - found.score == pytest.approx(student.ppf(0.975, 11) * error)
    assert found.method == "repeated cv"


def test_a_metric_of_several_can_be_named():
    metrics = ["r2", "neg_mean_absolute_error"]
    fitted = search(scoring=metrics, refit="r2")
    for metric, is_share in (("r2", True), ("neg_mean_absolute_error", False)):
        found = corrected_score(fitted, X, Y, metric=metric, n_repeats=1)
        assert (found.score > -1) == is_share
    assert corrected_score(fitted, X, Y, n_repeats=1).score > -1


def test_an_ensemble_is_fitted_as_a_whole():
    found = corrected_score(search(ensemble="folds"), X, Y, n_repeats=1)
    assert found.method == "repeated cv"
    assert found.low < found.score < found.high


def test_weights_of_samples_reach_the_fits():
    weights = np.where(Y > 100, 50.0, 0.01)
    fitted = search(scoring="neg_mean_absolute_error")
    plain, weighted = (
        corrected_score(fitted, X, Y, n_repeats=1, **params)
        for params in ({}, {"sample_weight": weights})
    )
    assert plain.score != weighted.score


def test_rows_that_belong_together_are_not_split_at_random():
    groups = np.repeat(np.arange(20), 5)
    grouped = GeneticSearchCV(Ridge(), {"alpha": [1.0]}, cv=GroupKFold(4))
    grouped.fit(X, Y, groups=groups)
    in_time = search(cv=TimeSeriesSplit(4))
    for fitted, params in ((grouped, {"groups": groups}), (in_time, {})):
        with pytest.raises(ValueError, match="n_repeats splits rows at random"):
            corrected_score(fitted, X, Y, n_repeats=1, **params)


def test_more_splits_than_ten_are_not_needed():
    found = corrected_score(search(cv=20), X, Y, n_repeats=1)
    splits = RepeatedKFold(n_splits=10, n_repeats=1, random_state=0)
    model = Ridge(**search(cv=20).best_params_)
    assert found.score == pytest.approx(cross_val_score(model, X, Y, cv=splits).mean())


def test_an_ensemble_of_given_splits_cannot_be_repeated():
    rows = np.arange(100)
    cv = [(rows[:80], rows[80:]), (rows[20:], rows[:20])]
    with pytest.raises(ValueError, match="whose cv is a list"):
        corrected_score(search(cv=cv, ensemble="folds"), X, Y, n_repeats=1)
