"""Out-of-fold predictions of all candidates, by all ways to split."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    KFold,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_predict,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo.predictions import (
    NotFromPredictionsError,
    OutOfFoldPredictions,
    PredictionScorer,
    Store,
    predict,
    targets_of,
)
from skopt_evo.predictions._out_of_fold import as_row_numbers
from skopt_evo.trials import Predictions

X, numbers = load_iris(return_X_y=True)
order = np.random.default_rng(0).permutation(150)[:60]
X, y = X[order], np.array(["setosa", "versicolor", "virginica"])[numbers[order]]
length = X[:, 0]
THREE = targets_of(GaussianNB(), y)
VALUES = targets_of(Ridge(), length)

SPLITTERS = {
    "k-fold": KFold(3, shuffle=True, random_state=0),
    "stratified": StratifiedKFold(4),
    "repeated": RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
    "random": ShuffleSplit(5, test_size=0.3, random_state=0),
    "time series": TimeSeriesSplit(4),
}


def folds_of(estimator, splits, targets, y):
    """Return the predictions of a candidate for each test set."""
    return {
        split: predict(
            estimator.fit(X[train], y[train]), X[test], targets, rounded=False
        )
        for split, (train, test) in enumerate(splits)
    }


def mean_of(estimator, method, splits, y):
    """Return the same by hand: the mean over the test sets of each sample."""
    answers = [[] for _ in y]
    for train, test in splits:
        model = estimator.fit(X[train], y[train])
        for row, answer in zip(test, getattr(model, method)(X[test]), strict=True):
            answers[row].append(answer)
    width = max(np.size(answer) for row in answers for answer in row)
    nothing = np.full(width, np.nan)
    return np.array([np.mean(row, axis=0) if row else nothing for row in answers])


@pytest.mark.parametrize("name", SPLITTERS)
def test_probabilities_are_the_means_over_test_sets(name):
    splits = list(SPLITTERS[name].split(X, y))
    made = OutOfFoldPredictions(
        [folds_of(GaussianNB(), splits, THREE, y)], splits, len(X), THREE
    )
    expected = mean_of(GaussianNB(), "predict_proba", splits, y)
    np.testing.assert_allclose(made[0], expected, rtol=1e-12)
    counts = np.bincount(np.concatenate([test for _, test in splits]), minlength=60)
    np.testing.assert_array_equal(made.n_predictions, counts)
    assert made.n_missing == np.sum(counts == 0) == np.isnan(made[0][:, 0]).sum()
    assert made.methods == ["predict_proba"]
    np.testing.assert_array_equal(made.classes, [np.unique(y)])


def test_those_of_a_k_fold_are_those_of_cross_val_predict():
    cv = StratifiedKFold(4)
    splits = list(cv.split(X, y))
    candidates = [
        folds_of(estimator, splits, THREE, y)
        for estimator in (GaussianNB(), LinearSVC())
    ]
    made = OutOfFoldPredictions(candidates, splits, len(X), THREE)
    for number, (estimator, method) in enumerate(
        [(GaussianNB(), "predict_proba"), (LinearSVC(), "decision_function")]
    ):
        expected = cross_val_predict(estimator, X, y, cv=cv, method=method)
        np.testing.assert_array_equal(made[number], expected)
    assert made.methods == ["predict_proba", "decision_function"]
    assert len(made) == 2


@pytest.mark.parametrize("targets_are_flat", [True, False])
def test_values_have_the_form_of_the_targets(targets_are_flat):
    y = length if targets_are_flat else np.stack([length, -length], axis=1)
    targets, splits = targets_of(Ridge(), y), list(KFold(3).split(X))
    made = OutOfFoldPredictions(
        [folds_of(LinearRegression(), splits, targets, y)], splits, len(X), targets
    )
    expected = cross_val_predict(LinearRegression(), X, y, cv=KFold(3))
    assert made[0].shape == y.shape
    np.testing.assert_array_equal(made[0], expected)
    assert made.classes is None


def test_decisions_between_two_classes_are_flat():
    is_one = y == "setosa"
    targets, splits = targets_of(LinearSVC(), is_one), list(KFold(2).split(X))
    made = OutOfFoldPredictions(
        [folds_of(LinearSVC(), splits, targets, is_one)], splits, len(X), targets
    )
    assert made[0].shape == (60,)


@pytest.mark.parametrize(
    "convert",
    [
        lambda rows: np.isin(np.arange(60), rows),
        lambda rows: rows - 60,  # from the end
        list,
    ],
)
def test_test_sets_may_have_any_form(convert):
    splits = list(KFold(3).split(X))
    folds = folds_of(GaussianNB(), splits, THREE, y)
    expected = OutOfFoldPredictions([folds], splits, len(X), THREE)
    converted = [(train, convert(test)) for train, test in splits]
    made = OutOfFoldPredictions([folds], converted, len(X), THREE)
    np.testing.assert_array_equal(made[0], expected[0])
    np.testing.assert_array_equal(made.rows, expected.rows)


def test_rows_as_numbers():
    assert as_row_numbers([True, False, True]).tolist() == [0, 2]
    assert as_row_numbers([2, 0]).tolist() == [2, 0]


# ---- repetitions


@pytest.mark.parametrize(
    ("name", "n_repeats"),
    [("k-fold", 1), ("repeated", 2), ("random", 5), ("time series", 1)],
)
def test_test_sets_without_a_sample_in_common_are_one_repetition(name, n_repeats):
    splits = list(SPLITTERS[name].split(X, y))
    folds = folds_of(GaussianNB(), splits, THREE, y)
    made = OutOfFoldPredictions([folds], splits, len(X), THREE)
    assert len(made.rows) == len(made.split_of) == len(made.pooled(0)) == n_repeats
    seen = []
    for rows, split_of, pool in zip(
        made.rows, made.split_of, made.pooled(0), strict=True
    ):
        assert (np.diff(rows) > 0).all()
        for split in np.unique(split_of):
            chosen = split_of == split
            place = np.argsort(splits[split][1])
            np.testing.assert_array_equal(rows[chosen], splits[split][1][place])
            expected = folds[split].values[place]
            np.testing.assert_array_equal(pool.values[chosen], expected)
            seen.append(split)
    assert seen == list(range(len(splits)))


def test_labels_are_pooled_where_a_fold_has_some():
    targets = targets_of(GaussianNB(), ["a", "b"])
    values = np.array([[0.9, 0.1], [0.2, 0.8]])
    labels = np.array([[1], [1]], dtype=np.int32)
    splits = [([2, 3], [1, 0]), ([0, 1], [2, 3])]
    folds = {
        0: Predictions("predict_proba", values),
        1: Predictions("predict_proba", values, labels),
    }
    (pool,) = OutOfFoldPredictions([folds], splits, 4, targets).pooled(0)
    assert pool.labels.ravel().tolist() == [1, 0, 1, 1]
    assert pool.labels.dtype == np.int32
    usual = {0: folds[0], 1: folds[0]}
    (pool,) = OutOfFoldPredictions([usual], splits, 4, targets).pooled(0)
    assert pool.labels is None


# ---- candidates without predictions


def with_gaps():
    splits = list(KFold(3).split(X))
    good = folds_of(GaussianNB(), splits, THREE, y)
    decisions = folds_of(LinearSVC(), splits, THREE, y)
    undefined = good[1].values.copy()
    undefined[0, 0] = np.nan
    candidates = [
        good,
        None,
        {0: good[0], 2: good[2]},
        {**good, 1: Predictions("predict_proba", undefined)},
        {**good, 2: decisions[2]},
        decisions,
        good,
    ]
    return OutOfFoldPredictions(candidates, splits, len(X), THREE)


def test_candidates_that_failed_have_no_predictions():
    made = with_gaps()
    assert [method is not None for method in made.methods] == [1, 0, 0, 0, 0, 1, 1]
    for number in (1, 2, 3, 4):
        with pytest.raises(ValueError, match=f"Candidate {number} has no predictions"):
            made[number]
        assert made.comparable(number) == []
    assert repr(made) == (
        "<out-of-fold predictions of 3 of 7 candidates for 60 samples, 0 of them "
        "without any>"
    )


def test_candidates_of_the_same_method_are_comparable():
    made = with_gaps()
    assert made.comparable(0) == made.comparable(6) == [0, 6]
    assert made.comparable(5) == [5]


# ---- scores


def checked(metric, results, candidate=0, scoring="accuracy"):
    splits = list(RepeatedKFold(n_splits=2, n_repeats=2, random_state=0).split(X))
    folds = folds_of(DecisionTreeClassifier(max_depth=1), splits, THREE, y)
    scorers = {"score": PredictionScorer(get_scorer(scoring), X, y, THREE)}
    made = OutOfFoldPredictions([folds, None], splits, len(X), THREE, scorers=scorers)
    if results is None:
        results = {
            f"split{split}_test_score": [
                np.mean(y[test] == np.unique(y)[folds[split].values.argmax(axis=1)])
            ]
            for split, (_, test) in enumerate(splits)
        }
    return made.checked_scorer(metric, candidate, results), scorers


def test_a_scorer_is_good_if_it_finds_the_scores_of_the_search():
    scorer, scorers = checked("score", None)
    assert scorer is scorers["score"]
    wrong = {f"split{split}_test_score": [0.123] for split in range(4)}
    with pytest.raises(NotFromPredictionsError, match=r"0.123 by the fitted estimator"):
        checked("score", wrong)


@pytest.mark.parametrize(("metric", "candidate"), [("score", 1), ("other", 0)])
def test_without_predictions_there_is_no_scorer(metric, candidate):
    message = f"Candidate {candidate} has no predictions"
    with pytest.raises(NotFromPredictionsError, match=message):
        checked(metric, None, candidate)


# ---- copies


@pytest.mark.parametrize("max_memory", [0, 2000, 10**6])
def test_what_is_saved_is_whole_wherever_it_was(max_memory):
    splits = list(KFold(3).split(X))
    candidates = [folds_of(GaussianNB(), splits, THREE, y), None] * 3
    store = Store(max_memory)
    made = OutOfFoldPredictions(candidates, splits, len(X), THREE, store)
    is_on_disk = [isinstance(made.pooled(n)[0].values, np.memmap) for n in (0, 2, 4)]
    assert is_on_disk == [max_memory < n * 60 * 3 * 8 for n in (1, 2, 3)]
    assert (store.n_on_disk > 0) is any(is_on_disk)
    loaded = pickle.loads(pickle.dumps(made))
    for number in (0, 2, 4):
        np.testing.assert_array_equal(loaded[number], made[number])
        assert type(loaded.pooled(number)[0].values) is np.ndarray
    assert loaded.methods == made.methods
    np.testing.assert_array_equal(loaded.n_predictions, made.n_predictions)
    np.testing.assert_array_equal(loaded.classes, made.classes)


def test_labels_on_disk_are_saved():
    targets = targets_of(GaussianNB(), ["a", "b"])
    values = np.array([[0.9, 0.1], [0.2, 0.8]])
    labels = np.array([[1], [1]], dtype=np.int32)
    folds = {0: Predictions("predict_proba", values, labels)}
    made = OutOfFoldPredictions([folds], [([0], [0, 1])], 2, targets, Store(0))
    assert isinstance(made.pooled(0)[0].labels, np.memmap)
    loaded = pickle.loads(pickle.dumps(made))
    assert loaded.pooled(0)[0].labels.tolist() == [[1], [1]]
