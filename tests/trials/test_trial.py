import numpy as np
import pytest

from skopt_evo.trials import FoldResult, Trial


def evaluated(*scores, fit_error=None):
    folds = [FoldResult(score) for score in scores[:-1]]
    folds.append(FoldResult(scores[-1], fit_error))
    return Trial({}, iteration=0, origin="initial").complete(folds)


def test_loss_is_minus_the_mean_score():
    assert evaluated(0.5, 0.9).loss(None) == pytest.approx(-0.7)


def test_loss_is_that_of_the_metric_asked_for_or_of_the_first():
    trial = evaluated({"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 5.0})
    assert trial.loss("b") == -4.0
    assert trial.loss(None) == -1.5


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_a_failure(score):
    trial = evaluated(0.5, score)
    assert trial.status == "failed"
    assert np.isnan(trial.loss(None))


def test_another_metric_that_is_not_finite_leaves_the_loss_alone():
    trial = evaluated({"a": 1.0, "b": np.nan})
    assert trial.status == "failed"
    assert trial.loss("a") == -1.0
    assert np.isnan(trial.loss("b"))


def test_a_fit_that_raised_has_no_loss_whatever_its_error_score():
    trial = evaluated(1.0, 0.0, fit_error="Traceback ...")
    assert trial.status == "failed"
    assert np.isnan(trial.loss(None))


def test_a_fit_that_raised_may_have_a_number_among_dicts():
    # scikit-learn puts the dict in its place when all fits of the search are done.
    trial = evaluated({"a": 1.0}, 0.0, fit_error="Traceback ...")
    assert np.isnan(trial.loss("a"))
