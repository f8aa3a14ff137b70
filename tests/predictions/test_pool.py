"""Predictions of several candidates, scored together."""

import numpy as np
import pytest

from tests.ensemble.test_candidates import FOLDS, ROWS, VALUES, Y, make


@pytest.mark.parametrize("block", [1, 2**26])
def test_scores_of_averages_are_those_of_the_scorer(block, monkeypatch):
    monkeypatch.setattr("skopt_evo.predictions._stacked.BLOCK", block)
    pool = make(VALUES, FOLDS).pool([0, 2, 3])
    np.testing.assert_allclose(pool.scores(), [-0.01, -0.01, -np.mean(Y**2)])
    total = pool.zero()
    pool.add(total, 0)
    expected = [
        -np.mean(((v + VALUES[0]) / 2 - Y) ** 2) for v in (VALUES[0], VALUES[2])
    ]
    np.testing.assert_allclose(pool.scores_with(total, 1)[:2], expected, atol=1e-12)
    assert len(pool) == 3


def test_repetitions_count_the_same():
    splits = [*FOLDS, (ROWS[:8], ROWS[8:])]  # of the last one, a third of the rows
    errors = np.where(ROWS >= 8, 0.3, 0.0)
    pool = make([Y + errors, Y + 0.2], splits).pool([0, 1])
    expected = -(np.mean(errors**2) + 0.3**2) / 2
    np.testing.assert_allclose(pool.scores(), [expected, -0.04])
    everything = [np.arange(12), np.arange(4)]
    assert pool.score(0, everything) == pytest.approx(expected)
