"""Searches that are told to stop, by real signals, in processes of their own."""

import random
import signal
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("Processes are looked for in /proc.", allow_module_level=True)

from tests.faults.interrupts import Workers, end, interrupt


def assert_nothing_is_left(finding):
    assert (finding.n_left, finding.n_files, finding.n_semaphores) == (0, 0, 0)


@pytest.mark.parametrize("workers", [Workers(1), Workers(2), Workers(2, "threading")])
@pytest.mark.parametrize("group", [False, True])
def test_an_interrupt_keeps_what_was_evaluated_and_leaves_nothing_behind(
    workers, group, tmp_path
):
    rng = random.Random(0)
    finding = interrupt(tmp_path, "fits", workers, rng, group=group)
    assert finding.error is None
    assert finding.stop_reason == "interrupted"
    assert 0 < finding.n_known <= finding.n_kept
    assert finding.is_right
    assert finding.is_resumed
    assert finding.n_alive == 0
    assert_nothing_is_left(finding)


@pytest.mark.parametrize("phase", ["validation", "first fit"])
def test_an_interrupt_is_raised_when_there_is_nothing_to_keep(phase, tmp_path):
    finding = interrupt(tmp_path, phase, Workers(1), random.Random(0))
    assert finding.error.startswith("KeyboardInterrupt")
    assert finding.n_kept == 0
    assert finding.is_resumed


def test_a_second_interrupt_is_raised_and_the_results_are_there(tmp_path):
    finding = interrupt(tmp_path, "fits", Workers(1), random.Random(0), twice=True)
    assert finding.error.startswith("KeyboardInterrupt")
    assert finding.stop_reason == "interrupted"
    assert 0 < finding.n_known <= finding.n_kept
    assert finding.is_right


def test_workers_end_with_a_search_that_is_terminated(tmp_path):
    finding = end(tmp_path, signal.SIGTERM, Workers(2), random.Random(0))
    assert finding.is_resumed
    assert finding.n_left == 0
