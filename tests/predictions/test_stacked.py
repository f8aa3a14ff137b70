"""Predictions of many candidates as one array."""

import numpy as np
import pytest

from skopt_evo.predictions import _stacked as module
from skopt_evo.predictions._stacked import Stacked

RNG = np.random.default_rng(0)
ARRAYS = [RNG.random((6, 2)).astype(np.float32) for _ in range(5)]


@pytest.mark.parametrize("block", [1, 8 * 6 * 2 * 2, 2**26])
@pytest.mark.parametrize("rows", [None, np.array([4, 0, 2])])
@pytest.mark.parametrize("some", [None, np.array([1, 1, 0, 2])])
def test_blocks_are_the_arrays_in_order(block, rows, some, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", block)
    stacked = Stacked(ARRAYS, rows)
    chosen = np.arange(6) if rows is None else rows
    found = list(stacked.blocks(some))
    expected = np.array(ARRAYS)[:, chosen if some is None else chosen[some]]
    np.testing.assert_array_equal(np.concatenate(found), expected)
    np.testing.assert_array_equal(stacked[3], np.array(ARRAYS)[3, chosen])
    assert (len(found) == 1) == (block == 2**26)
    assert found[0].dtype == np.float64
    assert len(stacked) == 5
    assert stacked.shape == (len(chosen), 2)


def test_no_block_is_larger_than_the_bound(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 200)
    assert max(block.nbytes for block in Stacked(ARRAYS).blocks()) <= 200
