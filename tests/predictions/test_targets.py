"""What is predicted, and which columns stand for it."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from skopt_evo.predictions import Targets, targets_of

TREE = DecisionTreeClassifier()
THREE = Targets((np.array(["a", "b", "c"]),))
TWO = Targets((np.array(["no", "yes"]),))
LABELS = Targets((np.array([0, 1]),) * 3, 3, is_multilabel=True, is_1d=False)
OUTPUTS = Targets((np.array([4, 5]), np.array([1, 2, 3])), 2, is_1d=False)
VALUES = Targets(None, 2, is_1d=False)


# ---- from y


@pytest.mark.parametrize(
    ("y", "classes", "is_1d"),
    [
        ([2, 0, 2], [[0, 2]], True),
        (np.array(["b", "a"]), [["a", "b"]], True),
        (np.array([[3], [1]]), [[1, 3]], True),
        (pd.Series(["b", "a", "b"], dtype="category"), [["a", "b"]], True),
        (np.array([[3, 7], [1, 8], [3, 9]]), [[1, 3], [7, 8, 9]], False),
    ],
)
def test_classes_are_sorted(y, classes, is_1d):
    targets = targets_of(TREE, y)
    assert [list(found) for found in targets.classes] == classes
    assert targets.n_outputs == len(classes)
    assert targets.is_1d is is_1d
    assert not targets.is_multilabel


@pytest.mark.parametrize("convert", [np.asarray, csr_matrix, pd.DataFrame])
def test_a_matrix_of_zeros_and_ones_is_one_of_labels(convert):
    # All rows have the second label: it is one of two classes nevertheless.
    targets = targets_of(TREE, convert([[0, 1, 0], [1, 1, 0]]))
    assert targets.is_multilabel
    assert not targets.is_1d
    assert [list(found) for found in targets.classes] == [[0, 1]] * 3


@pytest.mark.parametrize(
    ("y", "n_outputs", "is_1d"),
    [([0.5, 1.5], 1, True), ([[0.5], [1.5]], 1, True), ([[0.5, 1.5]], 2, False)],
)
def test_numbers_have_no_classes(y, n_outputs, is_1d):
    targets = targets_of(Ridge(), y)
    assert targets.classes is None
    assert (targets.n_outputs, targets.is_1d) == (n_outputs, is_1d)


@pytest.mark.parametrize(
    ("estimator", "y", "what"),
    [(KMeans(), [0, 1], "a KMeans"), (TREE, None, "y=None"), (Ridge(), None, "y=None")],
)
def test_what_has_no_targets_is_an_error(estimator, y, what):
    with pytest.raises(
        ValueError, match=f"classifiers and regressors alone, got {what}"
    ):
        targets_of(estimator, y)


def test_classes_that_cannot_be_sorted_are_an_error():
    y = np.array(["a", 1, "a"], dtype=object)
    with pytest.raises(ValueError, match="The classes in y cannot be sorted"):
        targets_of(TREE, y)


# ---- columns and codes


@pytest.mark.parametrize(
    ("targets", "method", "columns"),
    [
        (TWO, "predict_proba", [(0, 2)]),
        (TWO, "predict", [(0, 2)]),
        (TWO, "decision_function", [(0, 1)]),
        (THREE, "decision_function", [(0, 3)]),
        (LABELS, "predict_proba", [(0, 2), (2, 4), (4, 6)]),
        (LABELS, "decision_function", [(0, 1), (1, 2), (2, 3)]),
        (OUTPUTS, "predict_proba", [(0, 2), (2, 5)]),
        (VALUES, "predict", [(0, 1), (1, 2)]),
    ],
)
def test_columns_of_outputs(targets, method, columns):
    assert targets.columns(method) == [slice(*pair) for pair in columns]


def test_codes_are_those_of_the_largest_values_the_first_of_equal_ones():
    values = [[0.2, 0.5, 0.3], [0.4, 0.2, 0.4], [0.1, 0.1, 0.8]]
    found = THREE.codes("predict_proba", np.array(values))
    assert found.tolist() == [[1], [0], [2]]
    assert found.dtype == np.int32


def test_decisions_above_zero_are_for_the_second_class():
    values = np.array([[-1.0], [0.0], [2.0]])
    assert TWO.codes("decision_function", values).tolist() == [[0], [0], [1]]
    values = np.array([[-1.0, 1.0, 0.5]])
    assert LABELS.codes("decision_function", values).tolist() == [[0, 1, 1]]


def test_a_single_class_has_the_number_zero():
    targets = Targets((np.array(["a"]),))
    values = np.array([[1.0], [-1.0]])
    assert targets.codes("decision_function", values).tolist() == [[0], [0]]
    assert targets.codes("predict_proba", np.ones((1, 1))).tolist() == [[0]]


def test_codes_of_many_predictions_are_those_of_each():
    values = np.random.default_rng(0).uniform(size=(4, 6, 5))
    found = OUTPUTS.codes("predict_proba", values)
    assert found.shape == (4, 6, 2)
    for one, codes in zip(values, found, strict=True):
        np.testing.assert_array_equal(OUTPUTS.codes("predict_proba", one), codes)


def test_labels_have_the_form_of_predict():
    assert THREE.labels(np.array([[2], [0]])).tolist() == ["c", "a"]
    assert OUTPUTS.labels(np.array([[1, 0], [0, 2]])).tolist() == [[5, 1], [4, 3]]
    assert LABELS.labels(np.array([[1, 0, 1]])).tolist() == [[1, 0, 1]]


def test_a_one_stands_in_the_column_of_the_class():
    found = OUTPUTS.one_hot(np.array([[1, 0], [0, 2]]))
    assert found.tolist() == [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]
    assert OUTPUTS.codes("predict", found).tolist() == [[1, 0], [0, 2]]
