"""What an ensemble is chosen from."""

import numpy as np
from sklearn.metrics import get_scorer, make_scorer, mean_squared_error

from skopt_evo.ensemble import Candidates
from skopt_evo.ensemble import _candidates as module
from skopt_evo.predictions import OutOfFoldPredictions, PredictionScorer, Targets
from skopt_evo.trials import Predictions

N = 12
Y = np.linspace(0.0, 1.0, N)
TARGETS = Targets(None)


def make(values, splits, scoring="neg_mean_squared_error", scores=None):
    """Return candidates that predict some values, None for one that failed."""
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    folds = [
        None
        if each is None
        else {
            split: Predictions("predict", np.asarray(each)[test][:, np.newaxis])
            for split, (_, test) in enumerate(splits)
        }
        for each in values
    ]
    predictions = OutOfFoldPredictions(folds, splits, N, TARGETS)
    if scores is None:
        scores = [
            np.nan if each is None else -np.mean((each - Y) ** 2) for each in values
        ]
    best = int(np.nanargmax(scores))
    scorer = PredictionScorer(scorer, None, Y, TARGETS)
    return Candidates(np.array(scores), best, predictions, scorer)


ROWS = np.arange(N)
FOLDS = [(np.setdiff1d(ROWS, test), test) for test in np.split(ROWS, 3)]
VALUES = [Y + 0.1, None, Y - 0.1, Y * 0.0, Y + np.nan]


def test_members_have_scores_and_finite_predictions():
    assert make(VALUES, FOLDS, scores=[1, np.nan, 2, np.nan, 3]).members() == []
    assert make(VALUES, FOLDS).members() == [0, 2, 3]


def test_members_are_those_with_scores_if_there_are_no_predictions():
    assert Candidates(np.array([1.0, np.nan, 2.0]), 2).members() == [0, 2]


def test_restricted_candidates_have_the_scores_of_some_rows():
    candidates = make([np.where(ROWS < 4, Y, Y + 1), Y + 0.1], FOLDS)
    assert candidates.best == 1
    part = candidates.restricted([np.arange(4)])
    np.testing.assert_allclose(part.scores, [0.0, -0.01], atol=1e-12)
    assert part.best == 0
    np.testing.assert_allclose(part.pool([1]).scores(), [-0.01])


def test_a_scorer_that_is_called_for_each_one_chooses_from_the_best(monkeypatch):
    monkeypatch.setattr(module, "MOST_CALLS", 2)
    values = [Y + shift for shift in (0.3, 0.1, 0.2)]
    own = make_scorer(
        lambda y, found: mean_squared_error(y, found), greater_is_better=False
    )
    assert make(values, FOLDS, own).best_members() == [1, 2]
    assert make(values, FOLDS).best_members() == [0, 1, 2]
