"""What answers scorers in place of an estimator: scores are those of the estimator."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import is_classifier, is_regressor
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import get_scorer
from sklearn.multioutput import ClassifierChain
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeRegressor

from skopt_evo.predictions import Targets, predict, stand_in, targets_of
from skopt_evo.trials import Predictions

X, numbers = load_iris(return_X_y=True)
names = np.array(["setosa", "versicolor", "virginica"])[numbers]
two = (numbers == 1).astype(int)
X_many, labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
X_pair, pair = make_multilabel_classification(60, 5, n_classes=2, random_state=0)
values = np.stack([numbers + X[:, 0], X[:, 1]], axis=1)
both = np.stack([numbers, numbers[::-1] % 2 + 5], axis=1)
forest = RandomForestClassifier(3, max_depth=3, random_state=0)
linear = LogisticRegression(max_iter=999)

CASES = {
    "probabilities, two": (linear, X, two),
    "probabilities, three": (linear, X, names),
    "decisions, two": (SVC(), X, two),
    "decisions, three": (LinearSVC(), X, names),
    "labels in lists": (forest, X_many, labels),
    "labels in arrays": (ClassifierChain(GaussianNB()), X_many, labels),
    "two labels in arrays": (ClassifierChain(GaussianNB()), X_pair, pair),
    "decisions of labels": (RidgeClassifier(), X_many, labels),
    "several outputs": (forest, X, both),
    "values": (LinearRegression(), X, numbers),
    "several values": (LinearRegression(), X, values),
    "a column of values": (DecisionTreeRegressor(max_depth=2), X, values[:, :1]),
}


def both_of(case):
    """Return a model, what stands in for it, and the data."""
    estimator, X, y = CASES[case]
    model, targets = estimator.fit(X, y), targets_of(estimator, y)
    found = predict(model, X, targets, with_labels=is_classifier(model), rounded=False)
    return model, stand_in(found, targets), X, y


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_estimator(case):
    model, other, X, _ = both_of(case)
    expected = np.asarray(model.predict(X)).reshape(len(X), -1)
    np.testing.assert_array_equal(other.predict(X).reshape(len(X), -1), expected)
    for method in ("predict_proba", "decision_function"):
        if hasattr(other, method):
            expected, found = getattr(model, method)(X), getattr(other, method)(X)
            assert isinstance(found, list) is isinstance(expected, list)
            pairs = zip(expected, found, strict=True)
            for one, another in (
                pairs if isinstance(found, list) else [(expected, found)]
            ):
                np.testing.assert_allclose(another, one, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(
    ("case", "scoring"),
    [
        *[("probabilities, two", name) for name in ("f1_macro", "roc_auc", "accuracy")],
        ("probabilities, two", "neg_log_loss"),
        ("probabilities, two", "neg_brier_score"),
        ("probabilities, three", "neg_log_loss"),
        ("probabilities, three", "roc_auc_ovr"),
        ("probabilities, three", "matthews_corrcoef"),
        ("decisions, two", "average_precision"),
        ("decisions, two", "balanced_accuracy"),
        ("decisions, three", "accuracy"),
        ("labels in lists", "roc_auc"),
        ("labels in lists", "accuracy"),
        ("labels in arrays", "roc_auc"),
        ("labels in arrays", "f1_micro"),
        ("decisions of labels", "average_precision"),
        ("values", "r2"),
        ("values", "neg_mean_absolute_error"),
        ("several values", "neg_mean_squared_error"),
    ],
)
def test_scores_are_those_of_the_estimator(case, scoring):
    model, other, X, y = both_of(case)
    scorer = get_scorer(scoring)
    assert scorer(other, X, y) == pytest.approx(scorer(model, X, y), rel=1e-13)
    no_data = np.zeros((len(X), 1))
    assert scorer(other, no_data, y) == scorer(other, X, y)


@pytest.mark.parametrize("case", CASES)
def test_it_has_no_more_than_what_was_kept(case):
    model, other, _, _ = both_of(case)
    assert is_classifier(other) is is_classifier(model)
    assert is_regressor(other) is is_regressor(model)
    n_methods = sum(
        hasattr(other, name) for name in ("predict_proba", "decision_function")
    )
    assert n_methods == is_classifier(model)


@pytest.mark.parametrize(
    "X", [np.zeros((3, 1)), [[0]] * 3, csr_matrix(np.zeros((3, 1)))]
)
def test_any_rows_will_do_if_there_are_as_many(X):
    other = stand_in(Predictions("predict", np.arange(3.0)[:, None]), Targets(None))
    assert other.predict(X).tolist() == [0, 1, 2]
    with pytest.raises(AttributeError, match="predictions for 3 rows, not for 2"):
        other.predict(X[:2])


def test_labels_that_were_kept_are_predicted():
    targets = Targets((np.array(["a", "b"]),))
    values = np.array([[0.9, 0.1], [0.2, 0.8]])
    labels = np.array([[1], [1]], dtype=np.int32)
    other = stand_in(Predictions("predict_proba", values, labels), targets)
    assert other.predict(values).tolist() == ["b", "b"]
    other = stand_in(Predictions("predict_proba", values), targets)
    assert other.predict(values).tolist() == ["a", "b"]


def test_rounded_probabilities_have_the_sum_one():
    shares = np.random.default_rng(0).dirichlet(np.ones(3), size=40)
    targets = Targets((np.arange(3),))
    other = stand_in(Predictions("predict_proba", shares.astype(np.float32)), targets)
    found = other.predict_proba(shares)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(found, shares, atol=1e-7)


def test_votes_are_neither_probabilities_nor_decisions():
    targets = Targets((np.array(["a", "b"]),))
    other = stand_in(Predictions("predict", np.array([[0.4, 0.6]])), targets)
    assert other.predict([[0]]).tolist() == ["b"]
    assert not hasattr(other, "predict_proba")
    assert not hasattr(other, "decision_function")
