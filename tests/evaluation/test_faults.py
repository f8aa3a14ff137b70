"""Fits that were stopped or ended their worker look like fits that raised."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring

from skopt_evo._sklearn_compat import fit_and_score
from skopt_evo.evaluation._faults import Fault, explain, failed_fold
from skopt_evo.exceptions import FitTimeoutError, SkoptEvoError, WorkerDiedError

X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
ERROR = WorkerDiedError("gone")
PROGRESS = {
    "train": np.arange(4),
    "test": np.arange(4, 6),
    "split_progress": (1, 3),
    "candidate_progress": (4, 10),
}


class Raising(BaseEstimator):
    def __init__(self, a=1):
        self.a = a

    def fit(self, X, y, sample_weight=None):
        raise ERROR


def many_scores(estimator, X, y):
    return {"one": 1.0, "two": 2.0}


def settings(**params):
    return {
        "X": X,
        "y": y,
        "scorer": check_scoring(Ridge()),
        "fit_params": {"sample_weight": np.ones(6)},
        "score_params": {},
        "return_train_score": False,
        "error_score": np.nan,
        "verbose": 0,
        **params,
    }


def both(params, **common):
    """Return what is made of a fault, and what scikit-learn makes of the error."""
    found = failed_fold(ERROR, params, PROGRESS, {"gradient": None, **common})
    expected = fit_and_score(Raising(), parameters=params, **PROGRESS, **common)
    return found, expected


# ---- the error


def test_a_timeout_is_explained_by_what_was_stopped_when_and_by_what():
    error = explain(7, 2, Fault("timeout", 1.23456), 1.0)
    assert isinstance(error, FitTimeoutError)
    assert isinstance(error, (SkoptEvoError, TimeoutError))
    message = str(error)
    assert "candidate 7 on split 2" in message
    assert "1.23 seconds" in message
    assert "fit_timeout=1.0" in message


def test_a_crash_is_explained_by_what_died_and_what_may_help():
    error = explain(7, 2, Fault("crashed", 0.1), None)
    assert isinstance(error, WorkerDiedError)
    assert isinstance(error, RuntimeError)
    assert "candidate 7 on split 2" in str(error)
    assert "n_jobs" in str(error)
    assert "fit_timeout" not in str(error)


# ---- the results


@pytest.mark.parametrize("error_score", [np.nan, 0, -1.5])
@pytest.mark.parametrize("return_train_score", [False, True])
@pytest.mark.parametrize(
    "scorer",
    [
        check_scoring(Ridge()),
        check_scoring(Ridge(), ["r2", "neg_mean_squared_error"]),
        many_scores,
    ],
    ids=["one metric", "several metrics", "callable"],
)
def test_results_are_those_of_a_fit_that_raises(
    scorer, return_train_score, error_score
):
    found, expected = both(
        {"a": 2},
        **settings(
            scorer=scorer,
            return_train_score=return_train_score,
            error_score=error_score,
        ),
    )
    assert found.keys() == expected.keys()
    for name in found.keys() - {"fit_time", "score_time", "fit_error"}:
        np.testing.assert_equal(found[name], expected[name])


def test_the_traceback_ends_as_that_of_a_fit_that_raises():
    found, expected = both({"a": 2}, **settings())
    last = [fold["fit_error"].splitlines()[-1] for fold in (found, expected)]
    assert last == ["skopt_evo.exceptions.WorkerDiedError: gone"] * 2


def test_parameters_that_only_the_estimator_knows_are_taken():
    fold = failed_fold(ERROR, {"step__a": 1, "b": Ridge()}, PROGRESS, settings())
    assert np.isnan(fold["test_scores"])


def test_an_error_that_is_to_be_raised_is_raised_itself():
    with pytest.raises(WorkerDiedError) as caught:
        failed_fold(ERROR, {}, PROGRESS, settings(error_score="raise"))
    assert caught.value is ERROR


@pytest.mark.parametrize("verbose", [0, 1, 2, 3, 10])
def test_the_same_is_printed_as_for_a_fit_that_raises(verbose, capsys):
    failed_fold(ERROR, {"a": 2}, PROGRESS, settings(verbose=verbose))
    found = capsys.readouterr().out
    fit_and_score(
        Raising(), parameters={"a": 2}, **PROGRESS, **settings(verbose=verbose)
    )
    expected = capsys.readouterr().out
    assert ("5/10" in found) == (verbose > 9)
    without_time = [
        re.sub(r"\.* ?total time=.*", "", text) for text in (found, expected)
    ]
    assert without_time[0] == without_time[1]
