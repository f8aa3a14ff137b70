"""Which rows a fit gets, from any kind of data."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import SVC
from sklearn.utils.metaestimators import _safe_split

from skopt_evo.evaluation._rows import rows_of, share_of
from skopt_evo.trials import Unit

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


# ---- a share of the training set


@pytest.mark.parametrize("train", [np.arange(10, 40), np.arange(40)[::-1], [3, 5, 7]])
def test_a_larger_share_holds_the_smaller_ones_in_the_order_of_the_training_set(train):
    shares = [
        share_of(train, Unit(0, fidelity), seed=0) for fidelity in (0.01, 0.3, 0.5, 1.0)
    ]
    n_rows = len(train)
    expected = [1, np.ceil(0.3 * n_rows), np.ceil(0.5 * n_rows), n_rows]
    assert [len(share) for share in shares] == expected
    places = [[list(train).index(row) for row in share] for share in shares]
    assert places == [sorted(each) for each in places]
    for smaller, larger in pairwise(shares):
        assert set(smaller) <= set(larger)


def test_shares_follow_from_the_seed_and_the_split_alone():
    train = np.arange(100)
    shares = {
        (seed, split): share_of(train, Unit(split, 0.5), seed).tolist()
        for seed in (0, 1)
        for split in (0, 1)
    }
    again = share_of(train, Unit(1, 0.5), 1).tolist()
    assert again == shares[1, 1]
    assert len(set(map(tuple, shares.values()))) == 4


def test_a_mask_of_booleans_is_a_training_set_too():
    mask = np.zeros(50, dtype=bool)
    mask[::3] = True
    whole = share_of(mask, Unit(0, 1.0), seed=0)
    np.testing.assert_array_equal(whole, np.flatnonzero(mask))
    assert set(share_of(mask, Unit(0, 0.5), seed=0)) < set(whole)


@pytest.mark.parametrize(
    ("fidelity", "n", "expected"),
    [(0.07, 100, 7), (0.55, 100, 55), (0.28, 25, 7), (1 / 3, 10, 4), (5e-324, 10, 1)],
)
def test_a_share_is_rounded_up_only_where_it_is_no_whole_number(fidelity, n, expected):
    assert len(share_of(np.arange(n), Unit(0, fidelity), seed=0)) == expected
