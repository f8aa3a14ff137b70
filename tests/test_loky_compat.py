"""What is used of loky's private parts, with a process."""

import os
import pickle
import sys
import time
from concurrent.futures import BrokenExecutor

import pytest

from skopt_evo._loky_compat import (
    has_unseen_tasks,
    is_broken,
    kill_process,
    pickled,
    process_ids,
    start_process,
)

SECONDS = 60.0  # how long something takes that hangs


# ---- pickles


def test_functions_without_a_name_and_of_the_main_module_are_pickled():
    by = 3
    times = pickle.loads(pickled(lambda number: number * by))
    assert times(5) == 15

    def of_main():
        return by

    of_main.__module__ = of_main.__qualname__ = "__main__"
    assert pickle.loads(pickled(of_main))() == 3


def test_reducers_say_how_objects_of_a_class_are_pickled():
    content = [range(3), [range(2)]]
    packed = pickled(content, {range: lambda each: (list, (tuple(each),))})
    assert pickle.loads(packed) == [[0, 1, 2], [[0, 1]]]
    assert pickle.loads(pickled(content)) == content


def test_what_cannot_be_pickled_is_an_error():
    with pytest.raises(TypeError, match="pickle"):
        pickled(sys._getframe())


# ---- a process


@pytest.fixture
def executor():
    executor = start_process(10.0, None, (), {"SKOPT_EVO_TEST": "here"})
    yield executor
    executor.shutdown(wait=True, kill_workers=True)


def test_a_process_starts_with_the_first_task_and_is_known(executor):
    assert process_ids(executor) == set()
    assert executor.submit(os.getenv, "SKOPT_EVO_TEST").result(SECONDS) == "here"
    assert process_ids(executor) == {executor.submit(os.getpid).result(SECONDS)}
    assert not has_unseen_tasks(executor)


def test_an_executor_whose_process_has_died_is_broken(executor):
    assert not is_broken(executor)
    future = executor.submit(os._exit, 3)
    with pytest.raises(BrokenExecutor):
        future.result(SECONDS)
    assert is_broken(executor)


@pytest.mark.skipif(sys.platform == "win32", reason="Asks for a process by a signal.")
def test_a_process_is_killed_whatever_it_does(executor):
    future = executor.submit(time.sleep, 1000.0)
    (pid,) = process_ids(executor)
    os.kill(pid, 0)
    kill_process(executor).join(SECONDS)
    assert future.done()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_has_never_had_a_task_needs_no_wait():
    executor = start_process(10.0, None, (), {})
    assert kill_process(executor) is None
    with pytest.raises(RuntimeError):
        executor.submit(os.getpid)


@pytest.mark.parametrize("n_tasks", [0, 1])
def test_tasks_are_unseen_until_the_thread_of_the_executor_takes_them(n_tasks):
    executor = start_process(10.0, None, (), {})
    for number in range(n_tasks):
        executor._work_ids.put(number)
    assert has_unseen_tasks(executor) == bool(n_tasks)
