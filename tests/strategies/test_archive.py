"""What a strategy remembers of genomes."""

from __future__ import annotations

import numpy as np

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._archive import STEP, Archive
from tests.strategies.conformance import even_layout

LAYOUT = GeneLayout.continuous(2)
HERE, THERE = np.array([0.25, 0.5]), np.array([0.75, 0.5])


def test_rows_are_in_the_order_in_which_genomes_come() -> None:
    archive = Archive(LAYOUT, 1)
    assert [archive.add(HERE, 0.1), archive.add(THERE, 0.2)] == [0, 1]
    np.testing.assert_array_equal(archive.genomes([1, 0]), [THERE, HERE])
    np.testing.assert_array_equal(archive.steps([1, 0]), [0.2, 0.1])
    assert not archive.is_new(HERE)
    assert archive.is_new(HERE + 0.1)


def test_what_is_told_is_not_pending_any_more() -> None:
    archive = Archive(LAYOUT, 2)
    archive.add(HERE, 0.1)
    archive.add(THERE, 0.1)
    assert (archive.told, archive.pending) == ([], [0, 1])
    assert archive.learn(THERE, np.array([1.0, 2.0])) == (1, True)
    assert (archive.told, archive.pending) == ([1], [0])
    np.testing.assert_array_equal(archive.losses([1]), [[1.0, 2.0]])


def test_the_same_losses_again_are_no_change() -> None:
    archive = Archive(LAYOUT, 1)
    assert archive.learn(HERE, np.array([np.nan])) == (0, True)
    assert archive.learn(HERE, np.array([np.nan])) == (0, False)
    assert archive.learn(HERE, np.array([1.0])) == (0, True)
    np.testing.assert_array_equal(archive.steps([0]), [STEP])


def test_all_have_failed_if_none_has_all_of_its_losses() -> None:
    archive = Archive(LAYOUT, 2)
    assert not archive.have_all_failed()
    archive.learn(HERE, np.array([1.0, np.nan]))
    assert archive.have_all_failed()
    archive.learn(THERE, np.array([1.0, 2.0]))
    assert not archive.have_all_failed()


def test_only_pending_genomes_are_the_same_but_for_rounding() -> None:
    archive = Archive(even_layout([0, 4], [True, False], [[True, True]]), 1)
    asked = np.array([0.25, 0.375])
    archive.add(asked, 0.1)
    assert archive.learn(asked + [1e-9, 0.25], np.array([1.0]))[0] == 1
    assert archive.learn(asked + [1e-9, 0.0], np.array([1.0]))[0] == 0
    assert archive.learn(asked + [2e-9, 0.0], np.array([1.0]))[0] == 2
