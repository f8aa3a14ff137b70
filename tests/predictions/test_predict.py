"""Predictions of fitted estimators, in columns that all fits share."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo.predictions import predict, stand_in, targets_of
from skopt_evo.predictions._predict import has_method, method_of, smallest_type

X, numbers = load_iris(return_X_y=True)
y = np.array(["setosa", "versicolor", "virginica"])[numbers]
X_many, labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
THREE = targets_of(SVC(), y)
TWO = targets_of(SVC(), y[numbers > 0])
MANY = targets_of(SVC(), labels)

# ---- methods


@pytest.mark.parametrize(
    ("estimator", "method"),
    [
        (LogisticRegression(), "predict_proba"),
        (make_pipeline(StandardScaler(), GaussianNB()), "predict_proba"),
        (SVC(), "decision_function"),
        (make_pipeline(StandardScaler(), SVC()), "decision_function"),
        (OneVsOneClassifier(SVC()), "decision_function"),
        (MultiOutputClassifier(LinearSVC()), "predict"),
    ],
)
def test_the_method_that_says_most_is_asked(estimator, method):
    assert method_of(estimator, THREE) == method


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda svc: svc,
        lambda svc: make_pipeline(StandardScaler(), svc),
        lambda svc: GridSearchCV(svc, {"C": [1]}),
    ],
)
def test_decisions_between_pairs_of_classes_are_of_no_use(wrapped):
    estimator = wrapped(SVC(decision_function_shape="ovo")).fit(X, y)
    assert method_of(estimator, THREE) == "predict"
    assert method_of(estimator, TWO) == "decision_function"
    found = predict(estimator, X, THREE)
    expected = np.unique(y)[found.values.argmax(axis=1)]
    np.testing.assert_array_equal(expected, estimator.predict(X))


def test_regressors_have_values_alone():
    targets = targets_of(LinearRegression(), numbers)
    assert method_of(LinearRegression(), targets) == "predict"
    assert has_method(LinearRegression(), "predict", targets)
    assert not has_method(LinearRegression(), "predict_proba")


# ---- classes


@pytest.mark.parametrize(
    "estimator", [DecisionTreeClassifier(), GaussianNB(), LinearSVC()]
)
def test_answers_stay_as_they_are_where_no_class_is_missing(estimator):
    model = estimator.fit(X, y)
    method = method_of(model, THREE)
    found = predict(model, X, THREE)
    assert found.method == method
    assert found.labels is None
    assert not found.is_list
    np.testing.assert_allclose(found.values, getattr(model, method)(X), rtol=1e-6)
    exact = predict(model, X, THREE, rounded=False)
    assert exact.values.dtype == np.float64
    np.testing.assert_array_equal(exact.values, getattr(model, method)(X))


def test_missing_classes_have_the_probability_zero():
    model = GaussianNB().fit(X[numbers != 1], y[numbers != 1])
    found = predict(model, X, THREE, rounded=False).values
    np.testing.assert_array_equal(found[:, [0, 2]], model.predict_proba(X))
    np.testing.assert_array_equal(found[:, 1], 0)


def test_missing_classes_have_the_smallest_decision():
    X_four, four = np.vstack([X, X[:9] + 9]), np.append(y, ["z"] * 9)
    targets = targets_of(SVC(), four)
    model = LinearSVC().fit(X, y)
    found = predict(model, X_four, targets, rounded=False).values
    decisions = model.decision_function(X_four)
    np.testing.assert_array_equal(found[:, :3], decisions)
    np.testing.assert_array_equal(found[:, 3], decisions.min(axis=1))


def test_missing_classes_of_a_model_with_two():
    model = LinearSVC().fit(X[numbers > 0], y[numbers > 0])
    found = predict(model, X, THREE, rounded=False).values
    decision = model.decision_function(X)
    np.testing.assert_array_equal(
        found, np.stack([-abs(decision), -decision, decision], 1)
    )
    np.testing.assert_array_equal(
        THREE.labels(THREE.codes("decision_function", found)), model.predict(X)
    )


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("targets", [THREE, TWO])
def test_models_of_a_single_class_decide_for_it(number, targets):
    name = np.unique(y)[number]
    if name not in targets.classes[0]:
        return
    model = RidgeClassifier().fit(X[y == name], y[y == name])
    found = predict(model, X, targets)
    assert found.values.shape == (len(X), 3 if targets is THREE else 1)
    labels = targets.labels(targets.codes(found.method, found.values))
    np.testing.assert_array_equal(labels, [name] * len(X))


def test_labels_are_in_columns_of_zeros_and_ones():
    model = OneVsOneClassifier(LinearSVC()).fit(X, y)
    found = predict(model, X, THREE, method="predict")
    assert found.method == "predict"
    np.testing.assert_array_equal(
        found.values, np.unique(y) == model.predict(X)[:, None]
    )


def test_labels_that_are_not_the_most_probable_ones_are_kept():
    class Contrary(GaussianNB):
        def predict(self, X):
            return self.classes_[self.predict_proba(X).argmin(axis=1)]

    model = Contrary().fit(X, y)
    assert predict(model, X, THREE).labels is None
    found = predict(model, X, THREE, with_labels=True)
    np.testing.assert_array_equal(THREE.labels(found.labels), model.predict(X))
    usual = predict(GaussianNB().fit(X, y), X, THREE, with_labels=True)
    assert usual.labels is None


def test_answers_of_another_form_are_an_error():
    class Odd(ClassifierMixin, BaseEstimator):
        classes_ = np.unique(y)

        def predict_proba(self, X):
            return np.ones((len(X), 7))

    message = r"Odd predicts arrays of shapes \[\(150, 7\)\], with \[3\] classes"
    with pytest.raises(ValueError, match=message):
        predict(Odd(), X, THREE)


# ---- several outputs

LISTS = [
    RandomForestClassifier(3, random_state=0),
    KNeighborsClassifier(),
    MultiOutputClassifier(GaussianNB()),
]
ARRAYS = [
    MLPClassifier((3,), solver="lbfgs", random_state=0, max_iter=10),
    OneVsRestClassifier(GaussianNB()),
    ClassifierChain(GaussianNB()),
]


def fitted(estimator, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged
        return estimator.fit(X, y)


@pytest.mark.parametrize("estimator", LISTS + ARRAYS, ids=repr)
def test_labels_have_two_columns_each(estimator):
    model = fitted(estimator, X_many, labels)
    found = predict(model, X_many, MANY, rounded=False)
    answer = model.predict_proba(X_many)
    assert found.is_list is isinstance(answer, list)
    ones = np.stack([part[:, 1] for part in answer], 1) if found.is_list else answer
    np.testing.assert_array_equal(found.values[:, 1::2], ones)
    np.testing.assert_allclose(found.values[:, ::2], 1 - ones, atol=1e-15)


def test_a_label_that_all_rows_of_a_training_set_have():
    rows = labels[:, 0] == 1
    model = RandomForestClassifier(3, random_state=0).fit(X_many[rows], labels[rows])
    assert model.predict_proba(X_many)[0].shape == (60, 1)
    found = predict(model, X_many, MANY)
    assert found.values.shape == (60, 6)
    np.testing.assert_array_equal(found.values[:, :2], [[0, 1]] * 60)


def test_labels_have_a_decision_each():
    model = RidgeClassifier().fit(X_many, labels)
    found = predict(model, X_many, MANY, rounded=False)
    assert found.method == "decision_function"
    np.testing.assert_array_equal(found.values, model.decision_function(X_many))


@pytest.mark.parametrize("estimator", LISTS, ids=repr)
def test_several_outputs_of_several_classes(estimator):
    both = np.stack([numbers, numbers[::-1] % 2 + 5], axis=1)
    model = estimator.fit(X[:100], both[:100])  # the first output lacks a class
    found = predict(model, X, targets_of(model, both), rounded=False)
    one, other = model.predict_proba(X)
    np.testing.assert_array_equal(found.values[:, :2], one)
    np.testing.assert_array_equal(found.values[:, 2], 0)
    np.testing.assert_array_equal(found.values[:, 3:], other)
    assert found.is_list


def test_several_values():
    both = np.stack([numbers, -numbers], axis=1)
    model = LinearRegression().fit(X, both)
    found = predict(model, X, targets_of(model, both), rounded=False)
    np.testing.assert_array_equal(found.values, model.predict(X))
    one = targets_of(model, numbers[:, None])
    model.fit(X, numbers[:, None])
    assert predict(model, X, one).values.shape == (150, 1)


# ---- 32 bits


def test_numbers_are_in_32_bits_where_that_does_no_harm():
    usual = np.random.default_rng(0).uniform(size=(50, 2))
    assert smallest_type(usual).dtype == np.float32
    close = 1 - usual * 1e-9
    far = usual + 1e6
    huge = usual * 1e300
    for values in (close, far, huge):
        assert smallest_type(values).dtype == np.float64
        np.testing.assert_array_equal(smallest_type(values), values)


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (4, 2)])
def test_constant_and_empty_columns(shape):
    for value in (0.0, 0.25, 0.1):
        values = np.full(shape, value)
        np.testing.assert_array_equal(smallest_type(values), values)


def test_what_is_not_finite_stays():
    values = np.array([[np.nan], [np.inf], [1.0]])
    np.testing.assert_array_equal(smallest_type(values), values)


@given(arrays(np.float64, (8, 2), elements=st.floats(-1e6, 1e6)))
@settings(max_examples=200, deadline=None)
def test_no_order_is_lost(values):
    small = smallest_type(values)
    for one, other in zip(small.T, values.T, strict=True):
        orders = [np.argsort(column, kind="stable") for column in (one, other)]
        np.testing.assert_array_equal(*orders)
        assert len(np.unique(one)) == len(np.unique(other))
        assert np.abs(one - other).max() <= 1e-6 * np.ptp(other)


def test_estimators_without_classes_have_those_of_all_data():
    class Plain(BaseEstimator):
        def predict_proba(self, X):
            return np.full((len(X), 3), 1 / 3)

    assert predict(Plain(), X, THREE).values.shape == (150, 3)


def test_ensembles_and_trees_of_a_training_set_that_lacks_classes():
    for estimator in (
        BaggingClassifier(DecisionTreeClassifier(), 3, random_state=0),
        BernoulliNB(),
    ):
        model = estimator.fit(X[numbers < 2], y[numbers < 2])
        found = predict(model, X, THREE).values
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
        np.testing.assert_array_equal(found[:, 2], 0)


def test_equal_probabilities_stay_equal_for_a_scorer():
    class Plain(BaseEstimator):
        def predict_proba(self, X):
            first = np.where(np.arange(40) % 2, 0.1, 0.2)
            second = np.arange(1, 41) / 60
            return np.column_stack([first, second, 1.0 - first - second])

    found = stand_in(predict(Plain(), X, THREE), THREE).predict_proba(X[:40])
    assert len(np.unique(found[:, 0])) == 2
