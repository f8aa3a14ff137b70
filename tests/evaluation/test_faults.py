"""Fits that were stopped or ended their worker look like fits that raised."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring

from skopt_evo._sklearn_compat import fit_and_score
from skopt_evo.evaluation._faults import explain, failed_fold
from skopt_evo.exceptions import FitTimeoutError, SkoptEvoError, WorkerDiedError
from skopt_evo.trials import Fault

X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
FAULT = Fault("crashed", 0.5)
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
        raise explain(FAULT)


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
    fold = failed_fold(FAULT, params, PROGRESS, {"gradient": None, **common})
    found = fold.to_sklearn()
    expected = fit_and_score(Raising(), parameters=params, **PROGRESS, **common)
    return found, expected


# ---- the error


@pytest.mark.parametrize(
    ("kind", "error_type", "builtin", "words"),
    [
        ("timeout", FitTimeoutError, TimeoutError, "longer than fit_timeout"),
        ("crashed", WorkerDiedError, RuntimeError, "twice.*n_jobs"),
    ],
)
def test_a_fault_is_explained_in_the_same_words_for_all_fits(
    kind, error_type, builtin, words
):
    first, second = explain(Fault(kind, 1.0)), explain(Fault(kind, 2.0))
    assert type(first) is error_type
    assert isinstance(first, (SkoptEvoError, builtin))
    assert re.search(words, str(first))
    assert str(first) == str(second)


def test_all_splits_count_as_one_kind_of_failure():
    folds = [failed_fold(FAULT, {"a": a}, PROGRESS, settings()) for a in (1, 2)]
    assert folds[0].fit_error == folds[1].fit_error


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
    assert last[0] == last[1]
    assert last[0].startswith("skopt_evo.exceptions.WorkerDiedError: A fit ended")


def test_parameters_that_only_the_estimator_knows_are_taken():
    fold = failed_fold(FAULT, {"step__a": 1, "b": Ridge()}, PROGRESS, settings())
    assert np.isnan(fold.test_scores)


def test_an_error_that_is_to_be_raised_is_raised_itself():
    with pytest.raises(WorkerDiedError, match="ended its worker process twice"):
        failed_fold(FAULT, {}, PROGRESS, settings(error_score="raise"))


@pytest.mark.parametrize("verbose", [0, 1, 2, 3, 10])
def test_the_same_is_printed_as_for_a_fit_that_raises(verbose, capsys):
    failed_fold(FAULT, {"a": 2}, PROGRESS, settings(verbose=verbose))
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
