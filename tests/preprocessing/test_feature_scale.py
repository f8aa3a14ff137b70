"""Columns times weights."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skopt_evo.preprocessing import FeatureScale

X = np.arange(12.0).reshape(3, 4)
WEIGHTS = np.array([1.0, 0.5, -2.0, 0.0])


@parametrize_with_checks([FeatureScale()])
def test_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "weights", [WEIGHTS, WEIGHTS.tolist(), pd.Series(WEIGHTS)], ids=type
)
def test_each_column_is_multiplied_with_its_weight(weights):
    transformer = FeatureScale(weights)
    np.testing.assert_array_equal(transformer.fit_transform(X), X * WEIGHTS)
    np.testing.assert_array_equal(transformer.scale_, WEIGHTS)


def test_nothing_changes_without_weights():
    np.testing.assert_array_equal(FeatureScale().fit_transform(X), X)


def test_columns_of_a_group_share_a_weight():
    made = FeatureScale([2.0, 3.0], groups=[1, 0, 0, 1]).fit_transform(X)
    np.testing.assert_array_equal(made, X * [3.0, 2.0, 2.0, 3.0])


def test_columns_come_back():
    transformer = FeatureScale([1.0, 0.5, -2.0, 4.0]).fit(X)
    np.testing.assert_allclose(
        transformer.inverse_transform(transformer.transform(X)), X
    )


@pytest.mark.parametrize("kind", ["csr", "csc"])
def test_sparse_columns_stay_sparse(kind):
    made = FeatureScale(WEIGHTS).fit_transform(sparse.coo_matrix(X).asformat(kind))
    assert made.format == kind
    np.testing.assert_array_equal(made.toarray(), X * WEIGHTS)


def test_single_precision_stays_single():
    assert FeatureScale(WEIGHTS).fit_transform(X.astype(np.float32)).dtype == np.float32


def test_missing_values_stay_missing():
    data = np.where(X == 5.0, np.nan, X)
    np.testing.assert_array_equal(
        FeatureScale(WEIGHTS).fit_transform(data), data * WEIGHTS
    )


def test_frames_keep_their_names():
    frame = pd.DataFrame(X, columns=list("abcd"))
    made = FeatureScale(WEIGHTS).set_output(transform="pandas").fit_transform(frame)
    pd.testing.assert_frame_equal(made, frame * WEIGHTS)


@pytest.mark.parametrize(
    ("weights", "groups", "message"),
    [
        (np.ones(3), None, r"weights has 3 entries, but there are 4 columns.*Vector"),
        (np.ones(3), [0, 0, 1, 1], r"weights has 3 entries, but there are 2 groups"),
        (np.ones((1, 4)), None, r"no one-dimensional array of numbers.*\(1, 4\)"),
        (["a"] * 4, None, "no one-dimensional array of numbers"),
        ([1.0, np.nan, 1.0, 1.0], None, "finite numbers"),
        (np.ones(2), [0, 1], "no array of 4 integers"),
        (np.ones(2), [0.0, 1.0, 0.0, 1.0], "no array of 4 integers"),
        (np.ones(3), [0, 2, 2, 0], "without gaps.*return_inverse"),
        (np.ones(2), [-1, 0, 1, 0], "without gaps"),
    ],
)
def test_what_does_not_suit_the_data_is_refused(weights, groups, message):
    with pytest.raises(ValueError, match=message):
        FeatureScale(weights, groups=groups).fit(X)


@pytest.mark.parametrize("weights", [1.0, "all"], ids=repr)
def test_what_is_no_array_is_refused(weights):
    with pytest.raises(ValueError, match="'weights' parameter of FeatureScale must be"):
        FeatureScale(weights).fit(X)


def test_nothing_is_transformed_before_fit():
    with pytest.raises(NotFittedError):
        FeatureScale(WEIGHTS).transform(X)


def test_a_clone_has_weights_of_its_own():
    weights = WEIGHTS.copy()
    copied = clone(make_pipeline(StandardScaler(), FeatureScale(weights)))
    weights[:] = 9.0
    np.testing.assert_array_equal(copied[-1].weights, WEIGHTS)
