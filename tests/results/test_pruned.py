"""Rows of candidates that were not evaluated on all splits."""

import numpy as np
import pytest

from skopt_evo.results._pruned import folds_of, mark_gaps
from skopt_evo.trials import FoldResult, Trial, Unit


def trial_of(scores, n_splits=3, is_pruned=True, **fields):
    """Return a candidate with these scores by split."""
    results = {
        Unit(split): FoldResult(score, fit_time=float(split), score_time=1.0, **fields)
        for split, score in scores.items()
    }
    return Trial(
        {}, 0, "initial", n_splits=n_splits, results=results, is_pruned=is_pruned
    )


def complete(*scores):
    return trial_of(dict(enumerate(scores)), is_pruned=False)


# ---- results in place of those that are not there


def test_all_splits_are_handed_on_as_they_are():
    trial = complete(1.0, 2.0, 3.0)
    assert folds_of(trial) == trial.folds


@pytest.mark.parametrize("splits", [[0], [2], [0, 2], [1, 2]])
def test_in_place_of_a_split_that_is_not_there_is_the_mean_of_the_others(splits):
    trial = trial_of({split: 1.0 + split for split in splits})
    folds = folds_of(trial)
    mean = 1.0 + np.mean(splits)
    for split, fold in enumerate(folds):
        known = split in splits
        assert fold.test_scores == (1.0 + split if known else mean)
        assert fold.fit_time == (split if known else np.mean(splits))
    assert np.mean([fold.test_scores for fold in folds]) == pytest.approx(mean)
    assert np.mean([fold.fit_time for fold in folds]) == pytest.approx(np.mean(splits))


def test_each_metric_and_the_training_scores_have_a_mean():
    rows = {0: {"p": 1.0, "q": 2.0}, 1: {"p": 3.0, "q": np.nan}}
    trial = trial_of(rows, train_scores={"p": 5.0, "q": 7.0})
    fold = folds_of(trial)[2]
    assert fold.test_scores["p"] == 2.0
    assert np.isnan(fold.test_scores["q"])
    assert fold.train_scores == {"p": 5.0, "q": 7.0}


def test_what_stands_in_for_a_split_has_no_error_of_its_own():
    trial = trial_of({0: -1.0}, fit_error="Traceback")
    assert [fold.fit_error for fold in folds_of(trial)] == ["Traceback", None, None]


def test_scores_of_less_data_stand_beside_no_others():
    trial = trial_of({0: 1.0, 1: 2.0})
    trial.results[Unit(0, 0.5)] = FoldResult(99.0)
    assert [fold.test_scores for fold in folds_of(trial)] == [1.0, 2.0, 1.5]


# ---- what is marked


def table(trials, kind="test_score"):
    """Return what scikit-learn makes of the results."""
    scores = np.array([[f.test_scores for f in folds_of(trial)] for trial in trials])
    results = {f"split{k}_{kind}": scores[:, k].copy() for k in range(3)}
    results[f"mean_{kind}"] = scores.mean(axis=1)
    results[f"std_{kind}"] = scores.std(axis=1)
    order = np.argsort(np.argsort(-scores.mean(axis=1)))
    results[f"rank_{kind}"] = (order + 1).astype(np.int32)
    return results


def test_without_such_candidates_nothing_changes():
    trials = [complete(1.0, 2.0, 3.0), complete(2.0, 2.0, 3.0)]
    results, expected = table(trials), table(trials)
    mark_gaps(results, trials)
    for name, column in expected.items():
        np.testing.assert_array_equal(results[name], column)


@pytest.mark.parametrize("kind", ["test_score", "test_a_metric", "train_score"])
def test_gaps_are_nan_and_such_candidates_have_the_last_rank(kind):
    trials = [
        complete(1.0, 2.0, 3.0),
        trial_of({0: 9.0}),
        complete(2.0, 3.0, 4.0),
        trial_of({0: 5.0, 2: 7.0}),
        complete(0.0, 0.0, np.nan),
    ]
    results, before = table(trials, kind), table(trials, kind)
    mark_gaps(results, trials)
    columns = [results[f"split{k}_{kind}"] for k in range(3)]
    np.testing.assert_array_equal(
        np.transpose(columns),
        [[1, 2, 3], [9, np.nan, np.nan], [2, 3, 4], [5, np.nan, 7], [0, 0, np.nan]],
    )
    np.testing.assert_array_equal(results[f"mean_{kind}"], before[f"mean_{kind}"])
    expected = [np.std([1, 2, 3]), 0.0, np.std([2, 3, 4]), 1.0, np.nan]
    np.testing.assert_allclose(results[f"std_{kind}"], expected)
    assert results[f"rank_{kind}"].tolist() == [2, 3, 1, 3, 3]
    assert results[f"rank_{kind}"].dtype == np.int32


def test_the_times_stay():
    trials = [complete(1.0, 2.0, 3.0), trial_of({0: 9.0})]
    results = {
        **table(trials),
        "std_fit_time": np.ones(2),
        "std_score_time": np.ones(2),
    }
    mark_gaps(results, trials)
    assert (
        results["std_fit_time"].tolist() == results["std_score_time"].tolist() == [1, 1]
    )


def test_ties_have_one_rank_and_leave_others_out():
    trials = [complete(*[s] * 3) for s in (1.0, 2.0, 2.0)] + [trial_of({0: 3.0})]
    results = table(trials)
    mark_gaps(results, trials)
    assert results["rank_test_score"].tolist() == [3, 1, 1, 4]


@pytest.mark.parametrize("scores", [(1e308, 1e308), (1e200, -1e200), (1e-308, 0.0)])
def test_huge_and_tiny_scores_are_no_obstacle(scores):
    trials = [complete(1.0, 2.0, 3.0), trial_of(dict(enumerate(scores)))]
    with np.errstate(all="ignore"):
        results = table(trials)
    with np.errstate(all="raise"):
        folds_of(trials[1])
        mark_gaps(results, trials)
    assert results["rank_test_score"].tolist() == [1, 2]
