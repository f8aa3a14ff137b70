"""Real processes: each task that ends one, or has to be stopped, is known as such."""

import ctypes
import os
import signal
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from skopt_evo.evaluation._slots import Slots

from skopt_evo.evaluation import _idle, _slots
from skopt_evo.trials import Fault

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


class Loading:
    """Calls a function when it is unpickled."""

    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


# ---- helpers


def make_slots(call=perform, n_workers=2, limit=None, env=None, **settings):
    settings = {"temp_folder": None, "max_nbytes": 10**6, "mmap_mode": "r", **settings}
    return Slots(n_workers, call, limit=limit, env=env, settings=settings)


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def next_done(slots):
    """Return what is done next, however many waits that takes."""
    deadline = time.monotonic() + PATIENCE
    while (done := slots.next_done(1.0)) is None:
        assert time.monotonic() < deadline
    return done


def run(slots, action, **arguments):
    """Return what becomes of a task when there is no other one."""
    slots.start("key", {"action": action, **arguments})
    key, result = next_done(slots)
    assert key == "key"
    return result


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def slots():
    with closing(make_slots()) as slots:
        yield slots


# ---- results


def test_results_come_with_their_keys(slots):
    for keys in (["one", "two"], ["three", "four"]):
        for key in keys:
            slots.start(key, {"action": negate, "number": -len(key)})
        done = dict(next_done(slots) for _ in keys)
        assert done == {key: len(key) for key in keys}


def test_nothing_is_done_when_nothing_was_begun(slots):
    assert slots.next_done(0.0) is None


@pytest.mark.parametrize("error", [OSError("no disk"), KeyError("key")])
def test_what_a_task_raises_is_raised(slots, error):
    with pytest.raises(type(error)) as caught:
        run(slots, fail, error=error)
    assert caught.value.args == error.args
    assert run(slots, negate, number=-1) == 1


def test_a_task_that_exits_has_crashed(slots):
    fault = run(slots, fail, error=SystemExit(3))
    assert isinstance(fault, Fault)
    assert fault.kind == "crashed"
    assert run(slots, negate, number=-1) == 1


@needs_signals
def test_ctrl_c_is_nothing_to_a_worker(slots):
    assert run(slots, interrupt, number=3) == 3


# ---- faults


@needs_signals
@pytest.mark.parametrize(
    "death", [partial(os._exit, 3), kill, segfault], ids=["exit", "kill", "segfault"]
)
def test_a_task_that_ends_its_process_has_crashed_and_others_go_on(
    slots, death, tmp_path
):
    go = tmp_path / "go"
    slots.start("other", {"action": wait_for, "path": go})
    slots.start("dying", {"action": death})
    key, fault = next_done(slots)
    assert key == "dying"
    assert isinstance(fault, Fault)
    assert fault.kind == "crashed"
    assert 0.0 <= fault.seconds < PATIENCE
    slots.start("next", {"action": negate, "number": -1})
    assert next_done(slots) == ("next", 1)
    go.touch()
    assert next_done(slots) == ("other", "done")


@pytest.mark.parametrize("hanging", [hang, hang_with_gil])
def test_a_task_that_hangs_is_stopped_after_the_limit(slots, hanging, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(slots, "_limit", LIMIT)
        begin = time.monotonic()
        fault = run(slots, hanging)
    assert isinstance(fault, Fault)
    assert fault.kind == "timeout"
    assert LIMIT <= fault.seconds <= time.monotonic() - begin
    assert run(slots, negate, number=-1) == 1


def test_others_go_on_while_one_hangs_and_is_stopped(slots, tmp_path, monkeypatch):
    go = tmp_path / "go"
    slots.start("hanging", {"action": hang})
    slots.start("other", {"action": negate, "number": -1})
    assert next_done(slots) == ("other", 1)
    slots.start("waiting", {"action": wait_for, "path": go})
    (hanging,) = (w for w in slots._workers if w.is_busy and w._task[0] == "hanging")
    wait_until(lambda: hanging.is_at_it or slots.next_done(0.1))
    hanging.began -= 2 * PATIENCE
    monkeypatch.setattr(slots, "_limit", float(PATIENCE))
    key, fault = next_done(slots)
    assert (key, fault.kind) == ("hanging", "timeout")
    go.touch()
    assert next_done(slots) == ("waiting", "done")


@needs_signals
def test_idle_processes_that_die_are_replaced(slots):
    assert run(slots, negate, number=-1) == 1
    ready = [worker for worker in slots._workers if worker.is_ready]
    assert ready
    for worker in ready:
        (pid,) = worker._executor._processes
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(worker._executor._flags.broken for worker in ready))
    assert run(slots, negate, number=-2) == 2


# ---- the start of processes


def test_the_start_of_a_process_does_not_count():
    with closing(make_slots(limit=0.0, n_workers=1)) as slots:
        slots.start("key", {"action": negate, "number": -1})
        (worker,) = (worker for worker in slots._workers if worker.is_busy)
        deadline = time.monotonic() + PATIENCE
        while worker.began is None:  # it would be overdue at once
            assert slots.next_done(0.1) is None
            assert time.monotonic() < deadline
        slots._limit = None
        assert next_done(slots) == ("key", 1)


def test_time_for_which_all_processes_were_stopped_does_not_count(slots):
    busy, idle = slots._workers[:2]
    busy.began, idle.began = 10.0, None
    slots._forgive(0.5)  # as on any machine
    assert busy.began == 10.0
    slots._forgive(5.0)
    assert (busy.began, idle.began) == (15.0, None)
    busy.began = None


@needs_signals
def test_a_process_that_loky_has_replaced_is_not_ready(slots):
    """It replaces those that grow: the start of the next one does not count."""
    assert run(slots, negate, number=1) == -1
    for worker in slots._workers:
        worker._pids = {0}
    assert run(slots, negate, number=2) == -2


def test_processes_that_die_while_they_start_are_given_up(monkeypatch):
    monkeypatch.setattr(_slots, "MOST_FAILED_STARTS", 2)
    call = partial(perform, Loading(os._exit, 1))
    with closing(make_slots(call, n_workers=1)) as slots:
        slots.start("key", {})
        with pytest.raises(RuntimeError, match="died 2 times while they started"):
            next_done(slots)


def test_an_error_while_unpickling_is_raised_as_it_is():
    call = partial(perform, Loading(fail, OSError("no library")))
    with closing(make_slots(call, n_workers=1)) as slots:
        slots.start("key", {})
        with pytest.raises(OSError, match=r"^no library$"):
            next_done(slots)


# ---- what processes have, and what is left of them


@needs_signals
def test_what_a_process_has_goes_when_it_is_closed():
    X = np.ones(200_000)  # 1.6 MB, beyond max_nbytes
    env = {"SKOPT_EVO_TEST": "here"}
    with closing(make_slots(partial(describe, X), n_workers=1, env=env)) as slots:
        slots.start("key", {})
        _, found = next_done(slots)
        assert found["variable"] == "here"
        assert found["sum"] == 200_000
        assert Path(found["file"]).exists()
        assert is_alive(found["pid"])
    assert not Path(found["file"]).parent.exists()
    assert not is_alive(found["pid"])


@needs_signals
def test_nothing_is_waited_for_when_slots_are_closed_in_the_middle():
    slots = make_slots(n_workers=1)
    slots.start("key", {"action": os.getpid})
    _, pid = next_done(slots)
    slots.start("key", {"action": hang_with_gil})
    slots.close()
    assert not is_alive(pid)


# ---- processes that are kept


def pid_of(slots):
    return run(slots, os.getpid)


@pytest.fixture
def nothing_kept():
    _idle.end_idle_processes()
    yield
    _idle.end_idle_processes()


@pytest.mark.usefixtures("nothing_kept")
def test_a_process_with_nothing_to_do_is_kept_for_the_next_ones():
    first, second = make_slots(), make_slots()
    pid = pid_of(first)
    first.close(keep=True)
    assert is_alive(pid)
    second.close()  # which was there before
    with closing(make_slots()) as third:
        assert pid_of(third) == pid
    assert not is_alive(pid)


@pytest.mark.usefixtures("nothing_kept")
def test_a_process_that_is_kept_knows_nothing_of_the_search_before():
    slots = make_slots(partial(perform, action=partial(int, 7)))
    slots.start("key", {})
    assert next_done(slots) == ("key", 7)
    slots.close(keep=True)
    ((_, executor),) = _idle._kept.executors
    assert executor.submit(_function_in_process).result() is None


def _function_in_process():
    return _slots._function


@pytest.mark.usefixtures("nothing_kept")
@needs_signals
def test_a_process_that_has_died_while_it_was_kept_is_not_used():
    slots = make_slots()
    pid = pid_of(slots)
    slots.close(keep=True)
    os.kill(pid, signal.SIGKILL)
    with closing(make_slots()) as slots:
        assert pid_of(slots) != pid


@pytest.mark.usefixtures("nothing_kept")
def test_processes_that_are_at_something_are_not_kept():
    slots = make_slots()
    pid = pid_of(slots)
    slots.start("key", {"action": hang})
    slots.close(keep=True)
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
    slots = make_slots()
    for key in range(2):
        slots.start(key, {"action": os.getpid})
    pids = {next_done(slots)[1] for _ in range(2)}
    slots.close(keep=True)
    with closing(make_slots(n_workers=n_workers, env=env)) as slots:
        assert sum(is_alive(pid) for pid in pids) == n_kept
        if not n_kept:
            assert pid_of(slots) not in pids


def set_variable(value):
    os.environ["SKOPT_EVO_TEST"] = value


@pytest.mark.usefixtures("nothing_kept")
def test_an_initializer_of_the_user_is_called_in_each_process():
    settings = {"initializer": set_variable, "initargs": ("here",)}
    slots = make_slots(n_workers=1, **settings)
    assert run(slots, os.getenv, key="SKOPT_EVO_TEST") == "here"
    slots.close(keep=True)
    assert _idle._kept.executors == []
