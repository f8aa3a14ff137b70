"""Greedy selection of an ensemble."""

import itertools

import numpy as np
import pytest

from skopt_evo.ensemble import Candidates, GreedyEnsemble
from skopt_evo.ensemble._greedy import select
from skopt_evo.exceptions import NoEnsembleError
from tests.ensemble.test_candidates import FOLDS, VALUES, N, Y, make

RNG = np.random.default_rng(0)


def slow_select(values, n_rounds):
    """Return what the selection is by its description, a candidate at a time."""
    chosen, history = [], []
    for _ in range(n_rounds + 1):
        scores = [
            -np.mean((np.mean([values[i] for i in [*chosen, new]], axis=0) - Y) ** 2)
            for new in range(len(values))
        ]
        chosen.append(int(np.argmax(scores)))
        history.append(max(scores))
    prefix = chosen[: int(np.argmax(history)) + 1]
    return np.bincount(prefix, minlength=len(values)) / len(prefix)


@pytest.mark.parametrize("seed", range(5))
def test_the_selection_is_that_of_its_description(seed):
    rng = np.random.default_rng(seed)
    values = [Y + rng.normal(size=N) for _ in range(6)]
    pool = make(values, FOLDS).pool(range(6))
    np.testing.assert_allclose(select(pool, 10), slow_select(values, 10))


def test_errors_that_cancel_out_are_averaged():
    candidates = make([Y + 0.1, Y + 0.3, Y - 0.1], FOLDS)
    weights = GreedyEnsemble(n_bags=0).weights(candidates)
    np.testing.assert_allclose(weights, [0.5, 0.0, 0.5])


def test_a_perfect_candidate_stays_alone():
    weights = GreedyEnsemble(n_bags=0).weights(make([Y, Y + 0.3, Y - 0.1], FOLDS))
    np.testing.assert_array_equal(weights, [1.0, 0.0, 0.0])


@pytest.mark.parametrize("n_bags", [0, 1, 10])
def test_weights_add_up_to_one_and_leave_failures_out(n_bags):
    values = [*VALUES, *(Y + RNG.normal(size=(6, N)))]
    weights = GreedyEnsemble(n_bags=n_bags).weights(make(values, FOLDS))
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert weights[1] == weights[4] == 0


def test_halves_follow_from_the_seed():
    values = [Y + RNG.normal(size=N) for _ in range(10)]
    candidates = make(values, FOLDS)
    found = [
        GreedyEnsemble(n_bags=3, random_state=seed).weights(candidates)
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_no_score_of_predictions_leaves_the_first_candidate():
    candidates = make([Y, Y + 0.1], FOLDS, scores=[0.0, 1.0])
    targets = candidates.scorer.targets
    broken = type(candidates.scorer)(lambda *_: 1 / 0, None, Y, targets)
    pool = Candidates(candidates.scores, 1, candidates.predictions, broken).pool([0, 1])
    np.testing.assert_array_equal(select(pool, 3), [1.0, 0.0])


WITHOUT = {
    "predictions": (lambda c: Candidates(c.scores, c.best), "no predictions"),
    "scorer": (lambda c: Candidates(c.scores, c.best, c.predictions), "scorer"),
    "best": (
        lambda c: Candidates(c.scores, 1, c.predictions, c.scorer),
        "best candidate",
    ),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_what_is_missing_is_said(name):
    change, words = WITHOUT[name]
    with pytest.raises(NoEnsembleError, match=words):
        GreedyEnsemble().weights(change(make(VALUES, FOLDS)))


BAD = [
    ({"n_rounds": 0}, ValueError),
    ({"n_rounds": 2.5}, TypeError),
    ({"n_bags": -1}, ValueError),
    ({"n_bags": True}, TypeError),
    ({"members": "fold"}, ValueError),
    ({"random_state": None}, TypeError),
]


@pytest.mark.parametrize(("params", "error"), BAD)
def test_parameters_that_make_no_sense_are_refused(params, error):
    (name,) = params
    with pytest.raises(error, match=f"GreedyEnsemble: {name}="):
        GreedyEnsemble(**params)


def test_models_are_kept_only_for_members_of_the_splits():
    kept = [GreedyEnsemble(members=members).n_models for members in ("folds", "refit")]
    assert kept == [None, 0]
    assert len(set(itertools.chain([GreedyEnsemble()], [GreedyEnsemble()]))) == 1
