import numpy as np
import pytest

from skopt_evo.results import fill_in_metrics
from skopt_evo.trials import FoldResult, Trial


def trials_of(*scores, train_scores=None):
    trials = []
    for number, score in enumerate(scores):
        train = None if train_scores is None else train_scores[number]
        fold = FoldResult(score, train_scores=train)
        trials.append(Trial({}, 0, "initial").complete([fold]))
    return trials


def test_folds_without_scores_get_one_by_each_metric():
    trials = trials_of(0.0, {"a": 1.0, "b": 2.0})
    fill_in_metrics(trials, error_score=-1.0)
    scores = [trial.folds[0].test_scores for trial in trials]
    assert scores == [{"a": -1.0, "b": -1.0}, {"a": 1.0, "b": 2.0}]


def test_metrics_that_one_fold_lacks_are_filled_in():
    trials = trials_of({"a": 1.0}, {"b": 2.0}, train_scores=[{"a": 3.0}, {"b": 4.0}])
    fill_in_metrics(trials, error_score="raise")
    folds = [trial.folds[0] for trial in trials]
    for kind in ("test_scores", "train_scores"):
        scores = [getattr(fold, kind) for fold in folds]
        assert [list(each) for each in scores] == [["a", "b"]] * 2
        assert np.isnan(scores[0]["b"])
        assert np.isnan(scores[1]["a"])


def test_what_is_filled_in_is_no_score():
    trials = trials_of({"a": 1.0}, {"a": 2.0, "b": 3.0})
    fill_in_metrics(trials, error_score=5.0)
    assert [trial.status for trial in trials] == ["failed", "ok"]
    assert trials[0].loss("a") == -1.0
    assert np.isnan(trials[0].loss("b"))


@pytest.mark.parametrize("scores", [0.5, np.nan])
def test_single_scores_stay_as_they_are(scores):
    trials = trials_of(scores, 1.0)
    fill_in_metrics(trials, error_score=0.0)
    assert [trial.folds[0].test_scores for trial in trials] == [scores, 1.0]
    assert [trial.folds[0].score_errors for trial in trials] == [(), ()]
