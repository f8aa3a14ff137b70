"""Which rows a fit gets, from any kind of data."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import SVC
from sklearn.utils.metaestimators import _safe_split

from skopt_evo.evaluation._rows import rows_of

X = np.arange(40.0).reshape(10, 4)
y = np.arange(10)
MASK = y % 3 > 0


@pytest.mark.parametrize("target", [None, y, list(y), pd.Series(y), X[:, :2]])
@pytest.mark.parametrize(
    "make", [np.array, np.asfortranarray, pd.DataFrame, csr_matrix, list]
)
@pytest.mark.parametrize(
    ("train", "test"),
    [
        (np.array([5, 1, 8]), np.array([0, 2])),
        (np.array([1, 1, -1]), np.array([4])),
        (MASK, ~MASK),
        (MASK, np.array([0, 3])),
    ],
)
def test_rows_are_those_that_scikit_learn_takes(train, test, make, target):
    data = make(X)
    found = rows_of(Ridge(), data, target, train, test)
    expected = (
        *_safe_split(Ridge(), data, target, train),
        *_safe_split(Ridge(), data, target, test, train),
    )
    for ours, theirs in zip(found, expected, strict=True):
        assert type(ours) is type(theirs)
        if ours is not None:
            ours, theirs = (
                each.toarray() if hasattr(each, "toarray") else np.asarray(each)
                for each in (ours, theirs)
            )
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("is_writeable", [False, True])
def test_arrays_are_copies(is_writeable):
    data = X.copy()
    data.flags.writeable = is_writeable
    rows = rows_of(Ridge(), data, y, np.arange(5), np.arange(5, 10))
    for part in rows:
        part[:] = 0
    np.testing.assert_array_equal(data, X)
    np.testing.assert_array_equal(y, np.arange(10))


def test_of_pairs_the_columns_are_those_of_the_training_set():
    kernel = X @ X.T
    train, test = np.array([5, 1, 8]), np.array([0, 2])
    rows = rows_of(SVC(kernel="precomputed"), kernel, y, train, test)
    np.testing.assert_array_equal(rows.X_train, kernel[np.ix_(train, train)])
    np.testing.assert_array_equal(rows.X_test, kernel[np.ix_(test, train)])


class Labelled(np.ndarray):
    """A subclass may have another way to be indexed."""

    def __getitem__(self, key):
        return super().__getitem__(key).view(np.ndarray)


def test_subclasses_of_arrays_are_left_to_scikit_learn():
    rows = rows_of(Ridge(), X.view(Labelled), y, np.arange(5), np.arange(5, 10))
    np.testing.assert_array_equal(rows.X_train, X[:5])
