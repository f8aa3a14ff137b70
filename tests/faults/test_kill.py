"""Searches that are killed, at any moment and without notice, and go on."""

import random
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("Processes are looked for in /proc.", allow_module_level=True)

from tests.faults.kills import (
    KilledSearch,
    Tally,
    between_evaluations,
    near_the_end,
    with_an_evaluation,
    with_the_next_byte,
)

SOON = [with_the_next_byte, with_an_evaluation, between_evaluations]


# Ten kills in all; benchmarks/faults.py does the same with more of them.
@pytest.mark.parametrize(
    ("name", "n_jobs", "moments"),
    [
        ("genetic", 1, [*SOON, near_the_end]),
        ("gradient", 2, [*SOON[::-1], near_the_end]),
        ("genetic", 4, SOON[:2]),
    ],
)
def test_a_search_that_is_killed_again_and_again_loses_nothing(
    name, n_jobs, moments, tmp_path
):
    tally = Tally()
    search = KilledSearch(tmp_path, name, n_jobs, random.Random(n_jobs), tally)
    search.run(iter(moments))
    assert tally.n_kills == len(moments)
    assert tally.n_acknowledged > 0
    assert (tally.n_lost, tally.n_repeated, tally.n_wrong) == (0, 0, 0)
