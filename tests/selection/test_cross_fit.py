"""Predictions of an ensemble for rows that its weights were not chosen by."""

import numpy as np
import pytest

from skopt_evo.ensemble import TopEnsemble
from skopt_evo.selection._cross_fit import _parts, cross_fitted
from tests.ensemble.test_candidates import FOLDS, ROWS, Y, make


def test_each_split_is_predicted_by_what_is_best_elsewhere():
    # The first one is perfect in the first fold alone, the second one elsewhere.
    first, second = np.where(ROWS < 4, Y, Y + 1), np.where(ROWS < 4, Y + 0.5, Y)
    candidates = make([first, second], FOLDS, scores=[0.0, -1.0])
    (found,) = cross_fitted(TopEnsemble(1), candidates)
    np.testing.assert_allclose(found.values[:, 0], np.where(ROWS < 4, Y + 0.5, Y))
    assert found.method == "predict"


def test_rows_of_other_repetitions_do_not_choose_for_themselves():
    splits = [*FOLDS, (ROWS[:8], ROWS[8:])]
    # Perfect in the last fold alone, where it must not be chosen for that.
    good = np.where(ROWS >= 8, Y, Y + 1)
    candidates = make([good, Y + 0.5], splits, scores=[0.0, -1.0])
    found = cross_fitted(TopEnsemble(1), candidates)
    assert len(found) == 2
    for pool, rows in zip(found, candidates.predictions.rows, strict=True):
        is_last = rows >= 8
        np.testing.assert_allclose(pool.values[is_last, 0], Y[rows[is_last]] + 0.5)


def test_a_single_test_set_is_divided():
    good = np.where(ROWS == 6, Y + 9, Y)
    splits = [(ROWS[:6], ROWS[6:])]
    candidates = make([good, Y + 1], splits, scores=[0.0, -1.0])
    (found,) = cross_fitted(TopEnsemble(1), candidates)
    # For all parts but its own, the sixth sample chooses the second candidate.
    np.testing.assert_allclose(found.values[0, 0], Y[6] + 9)
    np.testing.assert_allclose(found.values[1, 0], Y[7] + 1)


def test_groups_of_a_single_test_set_stay_together():
    predictions = make([Y], [(ROWS[:6], ROWS[6:])]).predictions
    predictions.groups = np.array(list("abcabcabcabc"))
    parts = _parts(predictions)
    assert [len(set(parts[predictions.groups == g])) for g in "abc"] == [1, 1, 1]


def test_there_are_at_most_ten_parts():
    leave_one_out = [(np.delete(ROWS, row), ROWS[row : row + 1]) for row in ROWS]
    parts = _parts(make([Y], leave_one_out).predictions)
    assert set(parts) == set(range(10))
    assert list(parts) == sorted(parts)


def test_random_splits_divide_all_samples():
    splits = [(ROWS[:6], ROWS[6:]), (ROWS[6:], ROWS[3:7])]
    assert (_parts(make([Y], splits).predictions) >= 0).all()


@pytest.mark.parametrize("n", [1, 2])
def test_averages_are_weighted(n):
    candidates = make([Y + 0.1, Y + 0.3], FOLDS)
    (found,) = cross_fitted(TopEnsemble(n), candidates)
    shift = {1: 0.1, 2: 0.2}[n]
    np.testing.assert_allclose(found.values[:, 0], Y + shift)
