"""The splits of a search, checked before anything is fitted."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from skopt_evo._splits import make_splits

X, y = np.arange(24.0).reshape(12, 2), np.arange(12) % 2


def splits_of(cv, X=X, y=y, estimator=None, **params):
    estimator = DummyClassifier() if estimator is None else estimator
    return make_splits(estimator, cv, X, y, params)


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        for rows, known in zip(one, other, strict=True):
            assert isinstance(rows, np.ndarray)
            np.testing.assert_array_equal(rows, known)


# ---- what is taken


@pytest.mark.parametrize(
    ("estimator", "splitter"),
    [(DummyClassifier(), StratifiedKFold(3)), (DummyRegressor(), KFold(3))],
)
def test_a_number_is_that_of_folds_stratified_for_a_classifier(estimator, splitter):
    assert_same(splits_of(3, estimator=estimator), splitter.split(X, y))
    assert len(splits_of(None, estimator=estimator)) == 5


def test_groups_go_to_the_splitter():
    groups = np.arange(12) // 4
    found = splits_of(GroupKFold(3), groups=groups)
    assert_same(found, GroupKFold(3).split(X, y, groups))


@pytest.mark.parametrize(
    "convert", [np.asarray, list, csr_matrix, lambda X: X.tolist()]
)
def test_data_may_have_any_form(convert):
    found = splits_of(KFold(2), convert(X))
    assert_same(found, KFold(2).split(X))


@pytest.mark.parametrize(
    "split",
    [
        ([0, 1], [2, 3]),
        ([0, 0, 0], [0]),
        ([-12, -1], [11]),
        (range(5), np.array([7], dtype=np.uint8)),
        (y == 0, y == 1),
        (y == 0, [1]),
    ],
)
def test_rows_may_be_given_by_numbers_or_by_booleans(split):
    ((train, test),) = splits_of([split])
    np.testing.assert_array_equal(train, np.asarray(split[0]))
    np.testing.assert_array_equal(test, np.asarray(split[1]))
    assert train.dtype == np.asarray(split[0]).dtype


# ---- what is refused


@pytest.mark.parametrize("cv", [[], iter([])])
def test_there_has_to_be_a_split(cv):
    with pytest.raises(ValueError, match=r"No fits were performed.*cv="):
        splits_of(cv)


class Inconsistent(KFold):
    def get_n_splits(self, *args, **kwargs):
        return 5


def test_a_splitter_has_to_make_as_many_as_it_says():
    with pytest.raises(ValueError, match="Expected 5 splits, got 3"):
        splits_of(Inconsistent(3))


NOT_PAIRS = [np.arange(3), ([0], [1], [2]), 5]


class Yielding:
    """A splitter that yields one thing."""

    def __init__(self, split):
        self.one = split

    def get_n_splits(self, *args, **kwargs):
        return 1

    def split(self, *args, **kwargs):
        yield self.one


@pytest.mark.parametrize("split", NOT_PAIRS, ids=repr)
def test_a_split_has_to_be_a_pair(split):
    error = TypeError if isinstance(split, int) else ValueError
    with pytest.raises(error, match=r"Split 0 of cv is .*, expected pairs of arrays"):
        splits_of(Yielding(split))


@pytest.mark.parametrize("split", NOT_PAIRS, ids=repr)
def test_an_iterable_of_what_are_no_pairs_says_what_it_needs(split):
    with pytest.raises((TypeError, ValueError)) as caught:
        splits_of([split])
    (note,) = caught.value.__notes__
    assert note.startswith("cv, a list, has to yield pairs of arrays")


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], ValueError, "is empty"),
        (np.zeros(12, dtype=bool), ValueError, "is empty"),
        ([[0, 1]], ValueError, r"shape \(1, 2\)"),
        ([0.0, 1.0], ValueError, "type float64"),
        (["a"], ValueError, "expected a vector of row numbers"),
        (np.ones(11, dtype=bool), ValueError, "or of 12 booleans"),
        ([0, 12], IndexError, "rows from 0 to 12, but X has 12 samples"),
        ([-13, 0], IndexError, "rows from -13 to 0"),
    ],
)
def test_rows_have_to_be_some_of_the_data(place, rows, error, words):
    split = [[0, 1], [2, 3]]
    split[place] = rows
    name = ("training", "test")[place]
    with pytest.raises(error, match=rf"The {name} set of split 1 of cv.*{words}"):
        splits_of([([0], [1]), tuple(split)])
