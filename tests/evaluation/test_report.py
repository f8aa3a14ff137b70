"""What is printed of a fit, in the words of scikit-learn."""

import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection._validation import _fit_and_score

from skopt_evo.evaluation._report import Report
from skopt_evo.trials import FoldResult

X, y = np.zeros((4, 1)), np.zeros(4)
SPLIT, CANDIDATE = (1, 3), (4, 10)


class Fixed(BaseEstimator):
    def __init__(self, b=1, a="text", long=""):
        self.b, self.a, self.long = b, a, long

    def fit(self, X, y):
        return self


def one(estimator, X, y):
    return 0.12345 if len(X) == 3 else -7.0


def several(estimator, X, y):
    return {"second": 2.0, "first": one(estimator, X, y)}


def without_times(text):
    """Return lines without the time and the dots, of which there are as many as fit."""
    return [
        (len(line), re.sub(r"\.*( total time=).*", r"\1", line))
        for line in text.splitlines()
    ]


@pytest.mark.parametrize("verbose", [0, 1, 2, 3, 9, 10, 20])
@pytest.mark.parametrize("scorer", [one, several])
@pytest.mark.parametrize("has_train_scores", [False, True])
@pytest.mark.parametrize("params", [{}, {"b": 2, "a": "x"}, {"long": "y" * 90}])
def test_lines_are_those_of_scikit_learn(
    verbose, scorer, has_train_scores, params, capsys
):
    _fit_and_score(
        Fixed(),
        X,
        y,
        scorer=scorer,
        train=np.arange(3),
        test=np.arange(3, 4),
        verbose=verbose,
        parameters=params,
        fit_params={},
        score_params={},
        return_train_score=has_train_scores,
        split_progress=SPLIT,
        candidate_progress=CANDIDATE,
    )
    expected = without_times(capsys.readouterr().out)
    report = Report(verbose, params, SPLIT, CANDIDATE)
    report.begin()
    train_scores = scorer(None, X[:3], y[:3]) if has_train_scores else None
    report.end(FoldResult(scorer(None, X[3:], y[3:]), train_scores=train_scores))
    assert without_times(capsys.readouterr().out) == expected
    assert len(expected) == (verbose > 1) + (verbose > 9)
