"""Scores of rows that were left out of bootstraps."""

import numpy as np
import pytest
from sklearn.metrics import get_scorer, make_scorer, mean_squared_error

from skopt_evo.ensemble import Candidates
from skopt_evo.predictions import OutOfFoldPredictions, PredictionScorer, Targets
from skopt_evo.selection import _bootstrap as module
from skopt_evo.selection._bootstrap import (
    as_labels,
    bootstrap_bias_corrected,
    bootstrap_interval,
    draws,
)
from skopt_evo.trials import Predictions
from tests.ensemble.test_candidates import FOLDS, ROWS, TARGETS, N, Y, make

RNG = np.random.default_rng(0)


def test_rows_are_inside_as_often_as_drawn_or_outside():
    predictions = make([Y], FOLDS).predictions
    for draw in draws(predictions, 20, 0):
        assert len(draw.inside[0]) == N
        assert set(draw.outside[0]) == set(ROWS) - set(draw.inside[0])


def test_groups_are_drawn_whole():
    predictions = make([Y], FOLDS).predictions
    predictions.groups = np.array(list("aabbbccccddd"))
    for draw in draws(predictions, 50, 0):
        counts = np.bincount(draw.inside[0], minlength=N)
        for group in "abcd":
            assert len(set(counts[predictions.groups == group])) == 1


def test_the_score_is_that_of_the_winner_outside_of_the_bootstrap():
    values = [Y + RNG.normal(size=N) for _ in range(5)]
    candidates = make(values, FOLDS)
    expected = []
    for draw in draws(candidates.predictions, 30, 7):
        inside, outside = draw.inside[0], draw.outside[0]
        errors = [np.mean((each - Y)[inside] ** 2) for each in values]
        winner = values[int(np.argmin(errors))]
        expected.append(-np.mean((winner - Y)[outside] ** 2))
    score, low, high = bootstrap_bias_corrected(candidates, 30, 0.9, 7)
    assert score == pytest.approx(np.mean(expected))
    assert (low, high) == pytest.approx(tuple(np.quantile(expected, [0.05, 0.95])))


def test_a_scorer_of_ones_own_gives_the_same(monkeypatch):
    monkeypatch.setattr(module, "MOST_CALLS", 5)
    own = make_scorer(
        lambda y, found: mean_squared_error(y, found), greater_is_better=False
    )
    values = [Y + RNG.normal(size=N) for _ in range(5)]
    found = [
        bootstrap_bias_corrected(make(values, FOLDS, scoring), 20, 0.9, 0)
        for scoring in (own, "neg_mean_squared_error")
    ]
    np.testing.assert_allclose(found[0], found[1])


def test_of_noise_the_best_is_not_better_than_the_others():
    n = 400
    rows = np.arange(n)
    splits = [(np.setdiff1d(rows, t), t) for t in np.array_split(rows, 5)]
    y = np.arange(n) % 2
    targets = Targets((np.array([0, 1]),))
    scorer = PredictionScorer(get_scorer("accuracy"), None, y, targets)
    found, naive = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        folds = []
        for _ in range(30):
            chances = rng.random(n)
            values = np.column_stack([1 - chances, chances])
            folds.append(
                {
                    split: Predictions("predict_proba", values[test])
                    for split, (_, test) in enumerate(splits)
                }
            )
        predictions = OutOfFoldPredictions(folds, splits, n, targets)
        scores = [np.mean((predictions[i][:, 1] > 0.5) == y) for i in range(30)]
        candidates = Candidates(
            np.array(scores), int(np.argmax(scores)), predictions, scorer
        )
        found.append(bootstrap_bias_corrected(candidates, 50, 0.95, seed)[0])
        naive.append(max(scores))
    assert np.mean(naive) > 0.54
    assert np.mean(found) == pytest.approx(0.5, abs=0.01)


def test_candidates_of_two_kinds_are_compared():
    values = [Y + 0.1, Y + 0.2]
    candidates = make(values, FOLDS)
    pools = candidates.predictions._pools
    pools[1] = [Predictions("decision_function", p.values) for p in pools[1]]
    score, low, high = bootstrap_bias_corrected(candidates, 10, 0.9, 0)
    assert (score, low, high) == pytest.approx((-0.01, -0.01, -0.01))


def test_labels_of_their_own_count_for_scorers_that_ask_for_them():
    targets = Targets((np.array(["a", "b"]),))
    scorer = PredictionScorer(get_scorer("accuracy"), None, ["a", "b"], targets)
    chances = np.array([[0.4, 0.6], [0.4, 0.6]])
    labels = np.array([[0], [1]], dtype=np.int32)
    found = as_labels(Predictions("predict_proba", chances, labels), scorer)
    np.testing.assert_array_equal(found.values, np.eye(2))
    plain = Predictions("predict_proba", chances)
    assert as_labels(plain, scorer) is plain


def test_the_interval_of_given_predictions_is_of_rows():
    candidates = make([Y + RNG.normal(size=N)], FOLDS)
    pooled = candidates.predictions.pooled(0)
    score, low, high = bootstrap_interval(pooled, candidates, 200, 0.9, 0)
    assert score == pytest.approx(-np.mean((pooled[0].values[:, 0] - Y) ** 2))
    assert low < score < high


def test_no_score_at_all_is_nan():
    candidates = make([Y], FOLDS)
    broken = PredictionScorer(lambda *_: 1 / 0, None, Y, TARGETS)
    candidates = Candidates(candidates.scores, 0, candidates.predictions, broken)
    assert np.isnan(bootstrap_bias_corrected(candidates, 5, 0.9, 0)).all()
