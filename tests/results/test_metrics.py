import numpy as np
import pytest

from skopt_evo.results import fill_in_metrics


def test_folds_without_scores_get_one_by_each_metric():
    folds = [{"test_scores": 0.0}, {"test_scores": {"a": 1.0, "b": 2.0}}]
    fill_in_metrics(folds, error_score=-1.0)
    assert folds[0] == {"test_scores": {"a": -1.0, "b": -1.0}}
    assert folds[1] == {"test_scores": {"a": 1.0, "b": 2.0}}


def test_metrics_that_one_fold_lacks_are_filled_in():
    folds = [
        {"test_scores": {"a": 1.0}, "train_scores": {"a": 3.0}},
        {"test_scores": {"b": 2.0}, "train_scores": {"b": 4.0}},
    ]
    fill_in_metrics(folds, error_score="raise")
    for kind in ("test_scores", "train_scores"):
        assert [list(fold[kind]) for fold in folds] == [["a", "b"]] * 2
        assert np.isnan(folds[0][kind]["b"])
        assert np.isnan(folds[1][kind]["a"])


@pytest.mark.parametrize("scores", [0.5, np.nan])
def test_single_scores_stay_as_they_are(scores):
    folds = [{"test_scores": scores}, {"test_scores": 1.0}]
    fill_in_metrics(folds, error_score=0.0)
    assert folds == [{"test_scores": scores}, {"test_scores": 1.0}]
