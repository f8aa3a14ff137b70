"""Scorers that are called with predictions."""

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import (
    check_scoring,
    f1_score,
    get_scorer,
    log_loss,
    make_scorer,
    mean_squared_error,
    roc_auc_score,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from skopt_evo.predictions import (
    NotFromPredictionsError,
    PredictionScorer,
    predict,
    targets_of,
)
from skopt_evo.predictions._scores import mean_of_repeats
from skopt_evo.trials import Predictions

X, numbers = load_iris(return_X_y=True)
is_one = (numbers == 1).astype(int)
names = np.array(["setosa", "versicolor", "virginica"])[numbers]
length = X[:, 0] + 5
rng = np.random.default_rng(0)
weight = rng.uniform(size=len(X))
rows = rng.choice(len(X), size=90)  # some of them more than once


def scorer_of(scoring, estimator, y, params=None, metric=None, X=X):
    scorer = check_scoring(estimator, scoring)
    return PredictionScorer(scorer, X, y, targets_of(estimator, y), params, metric)


CASES = {
    "two classes": (GaussianNB(), is_one),
    "three classes": (GaussianNB(), names),
    "decisions": (LinearSVC(random_state=0), is_one),
    "values": (LinearRegression(), length),
}


@pytest.mark.parametrize(
    ("case", "scoring", "is_vectorised"),
    [
        ("two classes", None, True),
        ("two classes", "accuracy", True),
        ("two classes", "f1", True),
        ("two classes", "roc_auc", True),
        ("two classes", "neg_log_loss", True),
        ("two classes", "average_precision", False),
        ("two classes", make_scorer(f1_score, pos_label=0), True),
        *[
            ("three classes", f"{name}_{average}", True)
            for name in ("f1", "jaccard", "precision", "recall")
            for average in ("macro", "micro", "weighted")
        ],
        ("three classes", "roc_auc_ovr", True),
        ("three classes", "roc_auc_ovr_weighted", True),
        ("three classes", "roc_auc_ovo", False),
        ("decisions", "roc_auc", True),
        ("decisions", "balanced_accuracy", True),
        ("values", None, True),
        ("values", "neg_root_mean_squared_error", True),
        ("values", make_scorer(mean_squared_error, greater_is_better=False), True),
        ("values", "neg_max_error", False),
    ],
)
def test_scores_are_those_of_the_estimator(case, scoring, is_vectorised):
    estimator, y = CASES[case]
    model = estimator.fit(X[:, 1:], y)
    scorer = scorer_of(scoring, model, y, X=X[:, 1:])
    found = predict(model, X[rows, 1:], targets_of(model, y), rounded=False)
    expected = check_scoring(model, scoring)(model, X[rows, 1:], y[rows])
    assert scorer.is_vectorised(found.method) is is_vectorised
    assert scorer.score(found, rows) == pytest.approx(expected, rel=1e-12)
    both = scorer.scores(found.method, np.stack([found.values] * 2), rows)
    np.testing.assert_allclose(both, expected, rtol=1e-12)
    scorer.check(found, rows, expected)


@pytest.mark.parametrize("scoring", ["f1_macro", "roc_auc", "accuracy"])
def test_scores_of_labels_in_lists(scoring):
    X, labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    model, rows = KNeighborsClassifier().fit(X, labels), np.arange(20, 60)
    scorer = scorer_of(scoring, model, labels, X=X)
    found = predict(model, X[rows], targets_of(model, labels))
    expected = get_scorer(scoring)(model, X[rows], labels[rows])
    (score,) = scorer.scores(found.method, found.values[None], rows, is_list=True)
    assert score == pytest.approx(expected, rel=1e-6)
    assert not scorer.is_vectorised(found.method)


@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss"])
def test_sample_weights_are_indexed_along(scoring):
    model = GaussianNB().fit(X, is_one)
    scorer = scorer_of(scoring, model, is_one, {"sample_weight": weight})
    found = predict(model, X[rows], targets_of(model, is_one))
    expected = get_scorer(scoring)(
        model, X[rows], is_one[rows], sample_weight=weight[rows]
    )
    assert scorer.score(found, rows) == pytest.approx(expected, rel=1e-5)
    (score,) = scorer.scores(found.method, found.values[None], rows)
    assert score == pytest.approx(expected, rel=1e-5)


def test_a_score_of_several_is_chosen_by_its_name():
    model = GaussianNB().fit(X, is_one)
    found = predict(model, X[rows], targets_of(model, is_one))
    scores = {
        name: scorer_of(["accuracy", "roc_auc"], model, is_one, metric=name).score(
            found, rows
        )
        for name in ("accuracy", "roc_auc")
    }
    assert scores == {
        name: pytest.approx(get_scorer(name)(model, X[rows], is_one[rows]), rel=1e-6)
        for name in scores
    }


def test_functions_of_the_user_get_the_rows_of_the_data():
    def mean_of_first_column_where_right(estimator, X, y):
        return X[estimator.predict(X) == y, 0].mean()

    model = LogisticRegression(C=1e-3).fit(X, is_one)
    scorer = scorer_of(mean_of_first_column_where_right, model, is_one)
    found = predict(model, X[rows], targets_of(model, is_one))
    expected = mean_of_first_column_where_right(model, X[rows], is_one[rows])
    assert scorer.score(found, rows) == expected


def test_scorers_without_a_hash_are_called_one_after_the_other():
    @dataclass
    class Difference:
        sign: float = 1.0

        def __call__(self, estimator, X, y):
            return self.sign * np.mean(estimator.predict(X) - y)

    assert Difference.__hash__ is None
    model = Ridge().fit(X[:, 1:], length)
    scorer = scorer_of(Difference(), model, length, X=X[:, 1:])
    found = predict(model, X[rows, 1:], targets_of(model, length))
    (score,) = scorer.scores("predict", found.values[None], rows)
    expected = Difference()(model, X[rows, 1:], length[rows])
    assert score == pytest.approx(expected, rel=1e-4)


def test_what_raises_has_no_score():
    values = np.full((2, 3, 3), 1 / 3)
    # A class is not there.
    for scoring in ("roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo"):
        scorer = scorer_of(scoring, GaussianNB(), names)
        scores = scorer.scores("predict_proba", values, np.array([0, 60, 61]))
        assert np.isnan(scores).all()
    with pytest.raises(ValueError, match="Number of classes"):
        scorer.score(Predictions("predict_proba", values[0]), np.array([0, 60, 61]))
    # A class is there, but one is not predicted: no reason to raise.
    scores = scorer.scores("predict_proba", values, np.array([0, 60, 149]))
    np.testing.assert_allclose(scores, 0.5)


@pytest.mark.parametrize(
    ("scoring", "is_asked"),
    [
        ("accuracy", True),
        (None, True),
        ("roc_auc", False),
        ("neg_log_loss", False),
        (lambda estimator, X, y: 0.0, True),
        (["roc_auc", "accuracy"], True),
        (["roc_auc", "neg_log_loss"], False),
        (make_scorer(log_loss, response_method="predict_proba"), False),
        (make_scorer(roc_auc_score, response_method=("predict_proba",)), False),
    ],
)
def test_whether_labels_are_asked_for(scoring, is_asked):
    assert scorer_of(scoring, GaussianNB(), is_one).asks_for_labels is is_asked


def test_a_scorer_that_looks_at_the_estimator_is_told_apart():
    model = Ridge().fit(X, length)
    found = predict(model, X[rows], targets_of(model, length))
    by_coefficients = scorer_of(lambda e, X, y: -abs(e.coef_).sum(), model, length)
    with pytest.raises(
        NotFromPredictionsError, match=r"raises AttributeError.*'coef_'"
    ):
        by_coefficients.check(found, rows, -1.0)
    by_name = scorer_of(lambda e, X, y: len(type(e).__name__), model, length)
    message = "it is .* by them, 5 by the fitted estimator"
    with pytest.raises(NotFromPredictionsError, match=message):
        by_name.check(found, rows, 5.0)


def test_the_score_of_rounded_predictions_is_near_enough():
    model = LinearSVC(random_state=0).fit(X, is_one)
    found = predict(model, X[rows], targets_of(model, is_one))
    assert found.values.dtype == np.float32
    for scoring in ("roc_auc", "average_precision", "accuracy"):
        expected = get_scorer(scoring)(model, X[rows], is_one[rows])
        scorer_of(scoring, model, is_one).check(found, rows, expected)


def test_repetitions_without_a_score_do_not_count():
    scores = [np.array([1.0, np.nan, np.nan]), np.array([3.0, 2.0, np.nan])]
    np.testing.assert_array_equal(mean_of_repeats(scores), [2.0, 2.0, np.nan])
