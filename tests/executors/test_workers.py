"""Real processes: each task that ends one, or has to be stopped, is known as such."""

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from joblib.parallel import get_active_backend

from skopt_evo._loky_compat import is_broken, process_ids
from skopt_evo.executors import Done, Workers, _idle, _inside, _workers
from skopt_evo.trials import Fault

# Each test starts processes, which takes seconds.
pytestmark = pytest.mark.slow

PATIENCE = 120  # seconds after which something hangs
LIMIT = 0.5

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Needs signals.")


# ---- what tasks do


def negate(number):
    return -number


def fail(error):
    raise error


def hang():
    time.sleep(1000)


def hang_with_gil():
    sum(range(10**13))


def interrupt(number):
    os.kill(os.getpid(), signal.SIGINT)
    return number


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def segfault():
    ctypes.string_at(0)


def wait_for(path):
    wait_until(path.exists)
    return "done"


def perform(action=int, **arguments):
    return action(**arguments)


def describe(X):
    return {
        "pid": os.getpid(),
        "variable": os.environ.get("SKOPT_EVO_TEST"),
        "file": getattr(X, "filename", None),
        "sum": X.sum(),
    }


def backend_inside():
    return type(get_active_backend()[0]).__name__


class Loading:
    """Calls a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


# ---- helpers


class NothingIsKeptError(Exception):
    """Ends the use of workers."""


@contextmanager
def opened(
    call=perform, common=None, n_workers=2, limit=None, env=None, keep=False, **settings
):
    workers = Workers(n_workers, fit_timeout=limit, env=env, settings=settings)
    with suppress(NothingIsKeptError), workers.open(call, common or {}):
        yield workers
        if not keep:
            raise NothingIsKeptError


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def next_done(workers):
    """Return what is done next."""
    done = workers.next_done(PATIENCE)
    assert done is not None
    return done


def run(workers, action, **arguments):
    """Return what becomes of a task when there is no other one."""
    workers.submit("key", {"action": action, **arguments})
    done = next_done(workers)
    assert done.key == "key"
    if done.error is not None:
        raise done.error
    return done.result if done.fault is None else done.fault


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def workers():
    with opened() as workers:
        yield workers


# ---- results


def test_results_come_with_their_keys(workers):
    for keys in (["one", "two"], ["three", "four"]):
        for key in keys:
            workers.submit(key, {"action": negate, "number": -len(key)})
        done = [next_done(workers) for _ in keys]
        assert {each.key: each.result for each in done} == {
            key: len(key) for key in keys
        }


def test_nothing_is_done_when_nothing_was_begun(workers):
    assert workers.next_done(0.0) is None


@pytest.mark.parametrize("error", [OSError("no disk"), KeyError("key")])
def test_what_a_task_raises_is_raised(workers, error):
    with pytest.raises(type(error)) as caught:
        run(workers, fail, error=error)
    assert caught.value.args == error.args
    assert run(workers, negate, number=-1) == 1


def test_a_task_that_exits_has_crashed(workers):
    fault = run(workers, fail, error=SystemExit(3))
    assert isinstance(fault, Fault)
    assert fault.kind == "crashed"
    assert run(workers, negate, number=-1) == 1


@needs_signals
def test_ctrl_c_is_nothing_to_a_worker(workers):
    assert run(workers, interrupt, number=3) == 3


# ---- faults


@needs_signals
@pytest.mark.parametrize(
    "death", [partial(os._exit, 3), kill, segfault], ids=["exit", "kill", "segfault"]
)
def test_a_task_that_ends_its_process_has_crashed_and_others_go_on(
    workers, death, tmp_path
):
    go = tmp_path / "go"
    workers.submit("other", {"action": wait_for, "path": go})
    workers.submit("dying", {"action": death})
    done = next_done(workers)
    assert (done.key, done.fault.kind, done.is_alone) == ("dying", "crashed", True)
    assert 0.0 <= done.fault.seconds < PATIENCE
    workers.submit("next", {"action": negate, "number": -1})
    assert next_done(workers) == Done("next", 1)
    go.touch()
    assert next_done(workers) == Done("other", "done")


@pytest.mark.parametrize("hanging", [hang, hang_with_gil])
def test_a_task_that_hangs_is_stopped_after_the_limit(workers, hanging, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(workers, "_limit", LIMIT)
        begin = time.monotonic()
        fault = run(workers, hanging)
    assert isinstance(fault, Fault)
    assert fault.kind == "timeout"
    assert LIMIT <= fault.seconds <= time.monotonic() - begin
    assert run(workers, negate, number=-1) == 1


def test_others_go_on_while_one_hangs_and_is_stopped(workers, tmp_path, monkeypatch):
    go = tmp_path / "go"
    workers.submit("hanging", {"action": hang})
    workers.submit("other", {"action": negate, "number": -1})
    assert next_done(workers) == Done("other", 1)
    workers.submit("waiting", {"action": wait_for, "path": go})
    (number,) = (
        batch.number
        for batch in workers._queue.running
        if batch.tasks[0].key == "hanging"
    )
    (hanging,) = (w for w in workers._workers if w.is_busy and w._task[0] == number)
    wait_until(lambda: hanging.is_running or workers.next_done(0.1))
    hanging.began -= 2 * PATIENCE
    monkeypatch.setattr(workers, "_limit", float(PATIENCE))
    done = next_done(workers)
    assert (done.key, done.fault.kind) == ("hanging", "timeout")
    go.touch()
    assert next_done(workers) == Done("waiting", "done")


@needs_signals
def test_idle_processes_that_die_are_replaced(workers):
    assert run(workers, negate, number=-1) == 1
    ready = [worker for worker in workers._workers if worker.is_ready]
    assert ready
    for worker in ready:
        (pid,) = process_ids(worker._executor)
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(is_broken(worker._executor) for worker in ready))
    assert run(workers, negate, number=-2) == 2


# ---- the start of processes


def test_the_start_of_a_process_does_not_count():
    with opened(limit=0.0, n_workers=1) as workers:
        workers.submit("key", {"action": negate, "number": -1})
        (worker,) = (worker for worker in workers._workers if worker.is_busy)
        deadline = time.monotonic() + PATIENCE
        while worker.began is None:  # it would be overdue at once
            workers._receive(0.1)
            assert time.monotonic() < deadline
        workers._limit = None
        assert next_done(workers) == Done("key", 1)


def test_time_for_which_all_processes_were_stopped_does_not_count(workers):
    busy, idle = workers._workers[:2]
    busy.began, idle.began = 10.0, None
    workers._leave_out_stop(0.5)  # as on any machine
    assert busy.began == 10.0
    workers._leave_out_stop(5.0)
    assert (busy.began, idle.began) == (15.0, None)
    busy.began = None


@needs_signals
def test_a_process_that_loky_has_replaced_is_not_ready(workers):
    """It replaces those that grow: the start of the next one does not count."""
    assert run(workers, negate, number=1) == -1
    for worker in workers._workers:
        worker._pids = {0}
    assert run(workers, negate, number=2) == -2


def test_processes_that_die_while_they_start_are_given_up(monkeypatch):
    monkeypatch.setattr(_workers, "MOST_FAILED_STARTS", 2)
    call = partial(perform, Loading(os._exit, 1))
    with opened(call, n_workers=1) as workers:
        workers.submit("key", {})
        with pytest.raises(RuntimeError, match="died 2 times while they started"):
            next_done(workers)


def test_an_error_while_unpickling_is_raised_as_it_is():
    call = partial(perform, Loading(fail, OSError("no library")))
    with opened(call, n_workers=1) as workers:
        workers.submit("key", {})
        with pytest.raises(OSError, match=r"^no library$"):
            next_done(workers)


# ---- what processes have, and what is left of them


@needs_signals
def test_what_a_process_has_goes_when_it_is_closed():
    X = np.ones(200_000)  # 1.6 MB, beyond max_nbytes
    env = {"SKOPT_EVO_TEST": "here"}
    with opened(describe, {"X": X}, n_workers=1, env=env) as workers:
        workers.submit("key", {})
        found = next_done(workers).result
        assert found["variable"] == "here"
        assert found["sum"] == 200_000
        assert Path(found["file"]).exists()
        assert is_alive(found["pid"])
    assert not Path(found["file"]).parent.exists()
    assert not is_alive(found["pid"])


@needs_signals
def test_nothing_is_waited_for_when_workers_are_closed_in_the_middle():
    with opened(n_workers=1) as workers:
        pid = pid_of(workers)
        workers.submit("key", {"action": hang_with_gil})
    assert not is_alive(pid)


@needs_signals
def test_no_file_is_left_if_the_common_arguments_cannot_be_pickled(tmp_path):
    X, lock = np.ones(200_000), threading.Lock()
    workers = Workers(2, settings={"temp_folder": str(tmp_path)})
    with (
        pytest.raises(TypeError, match="cannot pickle") as caught,
        workers.open(describe, {"X": X, "lock": lock}),
    ):
        pass
    assert "With n_jobs=1 nothing is sent" in caught.value.__notes__[0]
    assert list(tmp_path.iterdir()) == []


# ---- the worker that fits


def test_a_task_goes_to_the_worker_that_had_one_of_its_affinity():
    with opened(os.getpid) as workers:
        while True:  # until both have started
            for affinity in ("a", "b"):
                workers.submit(affinity, {}, affinity)
            done = [next_done(workers) for _ in range(2)]
            pids = {each.key: each.result for each in done}
            if len(set(pids.values())) == 2:
                break
        for affinity in "bbabaaab":
            workers.submit(affinity, {}, affinity)
            assert next_done(workers).result == pids[affinity]


# ---- processes that are kept


def pid_of(workers):
    return run(workers, os.getpid)


@pytest.fixture
def nothing_kept():
    _idle.end_idle_processes()
    yield
    _idle.end_idle_processes()


@pytest.mark.usefixtures("nothing_kept")
def test_a_process_with_nothing_to_do_is_kept_for_the_next_ones():
    with opened() as second:  # which was there before
        with opened(keep=True) as first:
            pid = pid_of(first)
        assert is_alive(pid)
        assert pid_of(second) != pid
    with opened() as third:
        assert pid_of(third) == pid
    assert not is_alive(pid)


@pytest.mark.usefixtures("nothing_kept")
def test_a_process_that_is_kept_knows_nothing_of_the_search_before():
    with opened(partial(perform, action=partial(int, 7)), keep=True) as workers:
        workers.submit("key", {})
        assert next_done(workers) == Done("key", 7)
    ((_, executor),) = _idle._kept.executors
    assert executor.submit(_function_in_process).result() is None


def _function_in_process():
    return _inside._function


@pytest.mark.usefixtures("nothing_kept")
@needs_signals
def test_a_process_that_has_died_while_it_was_kept_is_not_used():
    with opened(keep=True) as workers:
        pid = pid_of(workers)
    os.kill(pid, signal.SIGKILL)
    with opened() as workers:
        assert pid_of(workers) != pid


@pytest.mark.usefixtures("nothing_kept")
def test_processes_that_are_at_something_are_not_kept():
    with opened(keep=True) as workers:
        pid = pid_of(workers)
        workers.submit("key", {"action": hang})
    assert _idle._kept.executors == []
    assert not is_alive(pid)


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize(
    ("env", "n_workers", "n_kept"),
    [({"SKOPT_EVO_TEST": "other"}, 2, 0), (None, 1, 1), (None, 2, 2)],
)
def test_processes_of_another_kind_or_number_are_not_kept_any_longer(
    env, n_workers, n_kept
):
    with opened(keep=True) as workers:
        for key in range(2):
            workers.submit(key, {"action": os.getpid})
        pids = {next_done(workers).result for _ in range(2)}
    with opened(n_workers=n_workers, env=env) as workers:
        assert sum(is_alive(pid) for pid in pids) == n_kept
        if not n_kept:
            assert pid_of(workers) not in pids


def set_variable(value):
    os.environ["SKOPT_EVO_TEST"] = value


@pytest.mark.usefixtures("nothing_kept")
def test_an_initializer_of_the_user_is_called_in_each_process():
    settings = {"initializer": set_variable, "initargs": ("here",)}
    with opened(n_workers=1, keep=True, **settings) as workers:
        assert run(workers, os.getenv, key="SKOPT_EVO_TEST") == "here"
    assert _idle._kept.executors == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Forks.")
@pytest.mark.usefixtures("nothing_kept")
def test_a_child_that_was_forked_leaves_the_processes_of_its_parent_alone():
    with opened(keep=True) as workers:
        pid = pid_of(workers)
    child = os.fork()
    if child == 0:
        _idle.end_idle_processes()
        os._exit(len(_idle._kept.executors))
    assert os.waitpid(child, 0) == (child, 0)
    assert is_alive(pid)
    with opened() as workers:
        assert pid_of(workers) == pid


@needs_signals
def test_processes_do_not_start_processes_of_their_own():
    with opened(backend_inside, n_workers=1) as workers:
        workers.submit(0, {})
        assert next_done(workers) == Done(0, "SequentialBackend")
