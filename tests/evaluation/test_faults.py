"""Fits that were stopped or ended their worker look like fits that raised."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring
from sklearn.model_selection._validation import _fit_and_score

from skopt_evo.evaluation import error_of, failed_results
from skopt_evo.exceptions import FitTimeoutError, SkoptEvoError, WorkerDiedError
from skopt_evo.trials import Fault, Trial, Unit
from tests.scheduling.sessions import settings_of

X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
FAULT, UNIT = Fault("crashed", 0.5), Unit(1)
SPLITS = [(np.arange(4), np.arange(4, 6)), (np.arange(2, 6), np.arange(2))]


class Raising(BaseEstimator):
    def __init__(self, a=1):
        self.a = a

    def fit(self, X, y, sample_weight=None):
        raise error_of(FAULT)


def many_scores(estimator, X, y):
    return {"one": 1.0, "two": 2.0}


def settings(**options):
    """Return how to fit and score."""
    weights = {"sample_weight": np.ones(6)}
    return settings_of(Ridge(), **{"fit_params": weights, **options})


def failed(params, fault=FAULT, unit=UNIT, **options):
    """Return the result of each split."""
    common = {
        "estimator": Ridge(),
        "X": X,
        "y": y,
        "splits": SPLITS,
        "n_candidates": 10,
        "seed": 0,
        "settings": settings(**options),
    }
    trial = Trial(params, 0, "initial", number=4)
    results = failed_results(fault, trial, unit, common)
    assert list(results) == [Unit(0), Unit(1)]
    return list(results.values())


def expected_of(params, **options):
    """Return what scikit-learn makes of the error on each split."""
    given = vars(settings(**options)).copy()
    del given["gradient"]
    del given["outputs"]
    return [
        _fit_and_score(
            Raising(),
            X,
            y,
            parameters=params,
            train=train,
            test=test,
            split_progress=(split, 2),
            candidate_progress=(4, 10),
            return_n_test_samples=True,
            return_times=True,
            **given,
        )
        for split, (train, test) in enumerate(SPLITS)
    ]


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
    first, second = error_of(Fault(kind, 1.0)), error_of(Fault(kind, 2.0))
    assert type(first) is error_type
    assert isinstance(first, (SkoptEvoError, builtin))
    assert re.search(words, str(first))
    assert str(first) == str(second)


def test_all_splits_and_candidates_count_as_one_kind_of_failure():
    folds = [*failed({"a": 1}), *failed({"a": 2})]
    assert len({fold.fit_error for fold in folds}) == 1


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
    options = {
        "scorer": scorer,
        "return_train_score": return_train_score,
        "error_score": error_score,
    }
    results = zip(
        failed({"a": 2}, **options), expected_of({"a": 2}, **options), strict=True
    )
    for fold, expected in results:
        found = fold.to_sklearn()
        assert found.keys() == expected.keys()
        for name in found.keys() - {"fit_time", "score_time", "fit_error"}:
            np.testing.assert_equal(found[name], expected[name])


@pytest.mark.parametrize("split", [0, 1])
@pytest.mark.parametrize("fidelity", [0.25, 1.0])
def test_the_fit_that_failed_has_the_time_that_it_took(split, fidelity):
    folds = failed({"a": 2}, unit=Unit(split, fidelity))
    assert folds[split].fit_time == FAULT.seconds
    assert folds[1 - split].fit_time < FAULT.seconds


def test_the_traceback_ends_as_that_of_a_fit_that_raises():
    found, expected = failed({"a": 2})[0].fit_error, expected_of({"a": 2})[0]
    last = [text.splitlines()[-1] for text in (found, expected["fit_error"])]
    assert last[0] == last[1]
    assert last[0].startswith("skopt_evo.exceptions.WorkerDiedError: A fit ended")


def test_parameters_that_only_the_estimator_knows_are_taken():
    for fold in failed({"step__a": 1, "b": Ridge()}):
        assert np.isnan(fold.test_scores)


@pytest.mark.parametrize(
    ("kind", "error"), [("timeout", FitTimeoutError), ("crashed", WorkerDiedError)]
)
def test_an_error_that_is_to_be_raised_is_raised_itself_with_the_fit(kind, error):
    with pytest.raises(error) as caught:
        failed({"a": 3}, Fault(kind, 7.5), error_score="raise")
    (note,) = caught.value.__notes__
    assert note == "It was split 1 of candidate 4, {'a': 3}, after 7.5 seconds."


@pytest.mark.parametrize("verbose", [0, 1, 2, 3, 10])
def test_the_same_is_printed_as_for_a_fit_that_raises(verbose, capsys):
    failed({"a": 2}, verbose=verbose)
    found = capsys.readouterr().out
    expected_of({"a": 2}, verbose=verbose)
    expected = capsys.readouterr().out
    assert ("5/10" in found) == (verbose > 9)
    # That such a fit begins was printed in the worker.
    without_time = [
        [
            re.sub(r"\.* ?total time=.*", "", line)
            for line in text.splitlines()
            if "START" not in line
        ]
        for text in (found, expected)
    ]
    assert without_time[0] == without_time[1]
