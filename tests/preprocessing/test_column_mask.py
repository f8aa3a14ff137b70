"""Selection of the columns that a mask says."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skopt_evo.preprocessing import ColumnMask

X = np.arange(12.0).reshape(3, 4)
MASK = np.array([True, False, False, True])
FRAME = pd.DataFrame(
    {
        "n": [1, 2],
        "x": [0.5, np.nan],
        "word": ["a", "b"],
        "kind": pd.Categorical(["u", "v"]),
    }
)


@parametrize_with_checks([ColumnMask()])
def test_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("mask", [MASK, MASK.tolist(), pd.Series(MASK)], ids=type)
def test_the_columns_of_the_mask_are_kept(mask):
    transformer = ColumnMask(mask)
    np.testing.assert_array_equal(transformer.fit_transform(X), X[:, [0, 3]])
    np.testing.assert_array_equal(transformer.get_support(), MASK)
    np.testing.assert_array_equal(transformer.get_support(indices=True), [0, 3])
    np.testing.assert_array_equal(transformer.get_feature_names_out(), ["x0", "x3"])


def test_all_columns_are_kept_without_a_mask():
    np.testing.assert_array_equal(ColumnMask().fit_transform(X), X)


def test_columns_come_back_as_zeros():
    transformer = ColumnMask(MASK).fit(X)
    np.testing.assert_array_equal(
        transformer.inverse_transform(X[:, [0, 3]]), X * [1, 0, 0, 1]
    )


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
def test_sparse_columns_stay_sparse(kind):
    made = ColumnMask(MASK).fit_transform(sparse.coo_matrix(X).asformat(kind))
    assert sparse.issparse(made)
    np.testing.assert_array_equal(made.toarray(), X[:, [0, 3]])


def test_frames_keep_their_names_and_types():
    transformer = ColumnMask([True, True, False, True]).set_output(transform="pandas")
    pd.testing.assert_frame_equal(
        transformer.fit_transform(FRAME), FRAME[["n", "x", "kind"]]
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_are_not_looked_at(value):
    data = np.where(X == 3, value, X)
    np.testing.assert_array_equal(ColumnMask(MASK).fit_transform(data), data[:, [0, 3]])


@pytest.mark.parametrize("length", [3, 5])
def test_a_mask_of_another_length_is_refused(length):
    message = rf"mask has {length} entries, but X has 4 columns.*Mask\(X\.shape\[1\]\)"
    with pytest.raises(ValueError, match=message):
        ColumnMask(np.ones(length, dtype=bool)).fit(X)


@pytest.mark.parametrize(
    "mask", [[0, 3], [1, 0, 0, 1], ["n", "x"], [[True] * 4], [1.0] * 4], ids=repr
)
def test_what_is_no_array_of_booleans_is_refused(mask):
    with pytest.raises(ValueError, match=r"mask=.* True or False for each column"):
        ColumnMask(mask).fit(X)


@pytest.mark.parametrize("mask", [True, "all", 3], ids=repr)
def test_what_is_no_array_is_refused(mask):
    with pytest.raises(ValueError, match="'mask' parameter of ColumnMask must be"):
        ColumnMask(mask).fit(X)


def test_a_mask_that_selects_nothing_is_refused():
    with pytest.raises(ValueError, match="mask selects none of the columns"):
        ColumnMask(np.zeros(4, dtype=bool)).fit(X)


def test_nothing_is_selected_before_fit():
    with pytest.raises(NotFittedError):
        ColumnMask(MASK).get_support()


def test_a_mask_that_is_changed_after_fit_does_not_count():
    mask = MASK.copy()
    transformer = ColumnMask(mask).fit(X)
    mask[:] = True
    np.testing.assert_array_equal(transformer.get_support(), MASK)


def test_a_clone_has_a_mask_of_its_own():
    mask = MASK.copy()
    copied = clone(make_pipeline(StandardScaler(), ColumnMask(mask)))
    mask[:] = False
    np.testing.assert_array_equal(copied[-1].mask, MASK)
