"""Predictions of an ensemble for rows that its weights were not chosen by."""

import numpy as np
import pytest

from skopt_evo.ensemble import TopEnsemble
from skopt_evo.selection._cross_fit import cross_fitted
from tests.ensemble.test_candidates import FOLDS, ROWS, Y, make


def test_each_split_is_predicted_by_what_is_best_elsewhere():
    # The first one is perfect in the first fold alone, the second one elsewhere.
    first, second = np.where(ROWS < 4, Y, Y + 1), np.where(ROWS < 4, Y + 0.5, Y)
    candidates = make([first, second], FOLDS, scores=[0.0, -1.0])
    (found,) = cross_fitted(TopEnsemble(1), candidates)
    np.testing.assert_allclose(found.values[:, 0], np.where(ROWS < 4, Y + 0.5, Y))
    assert found.method == "predict"


def test_rows_of_other_repetitions_do_not_choose_for_themselves():
    splits = [(ROWS[:6], ROWS[6:]), (ROWS[4:], ROWS[:4]), (ROWS[:8], ROWS[8:])]
    good = np.where(ROWS >= 8, Y, Y + 1)
    candidates = make([good, Y + 0.5], splits, scores=[0.0, -1.0])
    found = cross_fitted(TopEnsemble(1), candidates)
    assert len(found) == 2
    # Where the last rows are predicted, the first candidate is bad elsewhere.
    np.testing.assert_allclose(found[1].values[:, 0], Y[8:] + 0.5)


def test_a_single_split_has_no_other_rows():
    candidates = make([Y, Y + 1], [(ROWS[:6], ROWS[6:])], scores=[0.0, -1.0])
    (found,) = cross_fitted(TopEnsemble(1), candidates)
    np.testing.assert_allclose(found.values[:, 0], Y[6:])


@pytest.mark.parametrize("n", [1, 2])
def test_averages_are_weighted(n):
    candidates = make([Y + 0.1, Y + 0.3], FOLDS)
    (found,) = cross_fitted(TopEnsemble(n), candidates)
    shift = {1: 0.1, 2: 0.2}[n]
    np.testing.assert_allclose(found.values[:, 0], Y + shift)
