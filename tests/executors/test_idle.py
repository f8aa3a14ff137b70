"""Which processes are kept for the next search, without any process."""

import os
import threading
from types import SimpleNamespace

import pytest

from skopt_evo.executors import _idle
from skopt_evo.executors._idle import (
    Origin,
    end_idle_processes,
    keep_for_next,
    take,
)

PLAIN, OTHER = Origin({}, None, ()), Origin({"OMP_NUM_THREADS": "1"}, None, ())


class Process:
    """An executor of a process, which notes how it is ended."""

    def __init__(self, broken=None):
        self._flags = SimpleNamespace(broken=broken)
        self.ends = []

    def shutdown(self, **options):
        self.ends.append(options)

    @property
    def has_ended(self):
        return bool(self.ends)


@pytest.fixture(autouse=True)
def nothing_else_kept(monkeypatch):
    monkeypatch.setattr(_idle, "_kept", _idle._Kept())


def kept(n, origin=PLAIN, **options):
    processes = [Process(**options) for _ in range(n)]
    for process in processes:
        keep_for_next(origin, process)
    return processes


def test_as_many_as_are_wanted_are_taken_and_the_others_end():
    first, second, third = kept(3)
    assert take(PLAIN, 2) == [first, second]
    assert [each.has_ended for each in (first, second, third)] == [False, False, True]
    assert third.ends == [{"wait": True, "kill_workers": True}]
    assert take(PLAIN, 2) == []


def test_fewer_may_be_there():
    processes = kept(1)
    assert take(PLAIN, 5) == processes


def test_those_of_another_origin_end():
    mine, others = kept(1), kept(2, OTHER)
    assert take(Origin({}, None, ()), 3) == mine  # an equal one
    assert all(each.has_ended for each in others)
    assert take(OTHER, 3) == []


def test_those_that_have_died_are_not_taken():
    dead, alive = kept(1, broken=RuntimeError()), kept(1)
    assert take(PLAIN, 1) == alive
    assert dead[0].has_ended


def test_all_end_when_that_is_asked_for():
    processes = kept(2) + kept(1, OTHER)
    end_idle_processes()
    assert [len(each.ends) for each in processes] == [1, 1, 1]
    end_idle_processes()
    assert [len(each.ends) for each in processes] == [1, 1, 1]


def test_a_thread_has_those_of_its_own_alone():
    processes = kept(1)
    found = []
    thread = threading.Thread(target=lambda: found.append(take(PLAIN, 1)))
    thread.start()
    thread.join()
    assert found == [[]]
    assert take(PLAIN, 1) == processes


def test_a_child_leaves_those_of_its_parent_alone(monkeypatch):
    processes = kept(1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        assert take(PLAIN, 1) == []
        end_idle_processes()
    assert take(PLAIN, 1) == processes
    assert not processes[0].has_ended
