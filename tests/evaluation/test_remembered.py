"""Predictions that are made once."""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import check_scoring, get_scorer, make_scorer, roc_auc_score
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV
from skopt_evo.evaluation._remembered import Remembered

X, Y = load_iris(return_X_y=True)


class Counting(LogisticRegression):
    """Counts how often it predicts."""

    def predict(self, X):
        self.n_predicted = getattr(self, "n_predicted", 0) + 1
        return super().predict(X)

    def predict_proba(self, X):
        self.n_chances = getattr(self, "n_chances", 0) + 1
        return super().predict_proba(X)


def test_the_same_rows_are_predicted_once_by_each_method():
    model = Counting(max_iter=500).fit(X, Y)
    seen = Remembered(model, X)
    for _ in range(3):
        np.testing.assert_array_equal(
            seen.predict(X), LogisticRegression.predict(model, X)
        )
        assert seen.predict_proba(X).shape == (150, 3)
        seen.predict(X[:5])
    assert model.n_predicted == 1 + 3
    assert model.n_chances == 1


def test_all_else_is_the_estimators():
    model = SVC().fit(X, Y)
    seen = Remembered(model, X)
    assert is_classifier(seen)
    assert seen.classes_ is model.classes_
    assert not hasattr(seen, "predict_proba")
    with pytest.raises(AttributeError, match="predict_proba"):
        _ = seen.predict_proba


class ChangesItsInput(LogisticRegression):
    """Shifts the rows that it predicts for, without a copy."""

    def predict(self, X):
        X += 1.0
        return super().predict(X)

    def predict_proba(self, X):
        X += 1.0
        return super().predict_proba(X)


def test_who_asks_again_gets_the_first_answer_and_fresh_rows():
    model = ChangesItsInput(max_iter=500).fit(X, Y)
    rows = X.copy()
    seen = Remembered(model, rows)
    first, second = seen.predict(rows), seen.predict_proba(rows)
    again = seen.again(lambda: X.copy())
    np.testing.assert_array_equal(again.predict(rows), first)
    np.testing.assert_array_equal(again.predict_proba(rows), model.predict_proba(X + 0))
    assert (again.predict_proba(rows) != second).any()


def test_a_metric_that_changes_its_argument_changes_nothing_else():
    seen = Remembered(LogisticRegression(max_iter=500).fit(X, Y), X)
    expected = seen.predict_proba(X)
    changed = seen.predict_proba(X)
    changed[:] = 0.0
    np.testing.assert_array_equal(seen.predict_proba(X), expected)


def test_predictions_are_kept_of_rows_that_nobody_has_changed():
    model = ChangesItsInput(max_iter=500)
    search = GeneticSearchCV(
        model, {"C": [1.0]}, scoring="accuracy", return_predictions=True
    ).fit(X, Y)
    for train, test in search.oof_predictions_.splits:
        fitted = ChangesItsInput(max_iter=500).fit(X[train], Y[train])
        np.testing.assert_allclose(
            search.oof_predictions_[0][test], fitted.predict_proba(X[test]), rtol=1e-6
        )


SCORINGS = ["accuracy", "neg_log_loss", "roc_auc_ovr", ["accuracy", "roc_auc_ovr"]]


@pytest.mark.parametrize("scoring", SCORINGS, ids=str)
def test_scorers_have_the_same_scores(scoring):
    model = make_pipeline(LogisticRegression(max_iter=500)).fit(X, Y)
    scorer = check_scoring(model, scoring)
    assert scorer(Remembered(model, X), X, Y) == scorer(model, X, Y)


def test_a_scorer_with_a_threshold_has_the_same_score():
    model = SVC(kernel="linear").fit(X[:100], Y[:100])
    scorer = make_scorer(roc_auc_score, response_method="decision_function")
    found = scorer(Remembered(model, X[:100]), X[:100], Y[:100])
    assert found == scorer(model, X[:100], Y[:100])
    assert get_scorer("f1")(Remembered(model, X[:100]), X[:100], Y[:100]) == 1.0


@pytest.mark.parametrize(
    "scoring", [None, "accuracy", "neg_log_loss", lambda e, X, y: 1]
)
def test_a_search_that_keeps_predictions_has_the_same_scores(scoring):
    model = LogisticRegression(max_iter=500)
    search = GeneticSearchCV(
        model, {"C": [1.0]}, scoring=scoring, return_predictions=True
    ).fit(X, Y)
    expected = cross_validate(model, X, Y, scoring=scoring)["test_score"]
    found = [search.cv_results_[f"split{i}_test_score"][0] for i in range(5)]
    np.testing.assert_array_equal(found, expected)
