"""What is only `error_score`, told from scores."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring, make_scorer

from skopt_evo.evaluation._fit import fit_and_score
from skopt_evo.evaluation._scores import ErrorScore
from tests.scheduling.sessions import settings_of

X, y = load_diabetes(return_X_y=True)
HALVES = np.arange(200), np.arange(200, 442)


def raising(y_true, y_pred):
    raise ValueError("no score")


def fold_of(scorer, estimator=None, error_score=0.0):
    estimator = Ridge() if estimator is None else estimator
    options = {"error_score": error_score, "return_train_score": True}
    settings = settings_of(estimator, scorer=scorer, **options)
    return fit_and_score(estimator, {}, X, y, *HALVES, settings)


@pytest.mark.filterwarnings("ignore:Scoring failed")
@pytest.mark.parametrize("error_score", [0, 0.5, np.nan, -np.inf])
def test_scorers_that_raise_are_named(error_score):
    scorers = {"good": "r2", "bad": make_scorer(raising)}
    several = check_scoring(Ridge(), scorers, raise_exc=False)
    fold = fold_of(several, error_score=error_score)
    assert fold.score_errors == ("bad",)
    for kind in ("test_scores", "train_scores"):
        assert getattr(fold, kind)["bad"] is error_score
    assert np.isnan(fold.score("bad"))
    assert fold.score("good") == fold.test_scores["good"]
    single = fold_of(make_scorer(raising), error_score=error_score)
    assert single.score_errors == ("score",)
    assert single.test_scores is error_score
    assert np.isnan(single.score(None))


def test_a_score_that_happens_to_be_the_error_score_is_a_score():
    def half(estimator, X, y):
        return 0.5

    fold = fold_of(half, error_score=0.5)
    assert fold.score_errors == ()
    assert type(fold.test_scores) is float


def test_a_fit_that_raises_says_so_itself():
    fold = fold_of(check_scoring(Ridge()), Ridge(solver="none such"), error_score=-1)
    assert "none such" in fold.fit_error
    assert fold.score_errors == ()
    assert fold.test_scores == -1
    assert type(fold.test_scores) is int


def test_an_error_is_raised_where_that_is_asked_for():
    with pytest.raises(ValueError, match="no score"):
        fold_of(make_scorer(raising), error_score="raise")


def test_it_reads_as_the_user_has_given_it_and_travels():
    assert [f"{ErrorScore(value)}" for value in (0, 0.0, np.nan)] == ["0", "0.0", "nan"]
    loaded = pickle.loads(pickle.dumps(ErrorScore(3)))
    assert isinstance(loaded, ErrorScore)
    assert loaded == loaded.value == 3
