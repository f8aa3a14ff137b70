"""Tasks in joblib's pool: none waits for another one."""

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from functools import partial
from multiprocessing import current_process
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from joblib.executor import get_memmapping_executor
from joblib.externals.loky import get_reusable_executor
from joblib.parallel import (
    ThreadingBackend,
    get_active_backend,
    register_parallel_backend,
)

from skopt_evo.evaluation._pool import Pool
from skopt_evo.trials import Fault

SECONDS = 30  # how long a thread waits before it is given up
BACKENDS = ["threading", "loky", "multiprocessing"]

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Needs signals.")


def double(number, error=None, event=None):
    if event is not None:
        assert event.wait(SECONDS)
    if error is not None:
        raise error
    return 2 * number


def configuration():
    return sklearn.get_config()["assume_finite"]


def is_memory_mapped(X):
    return isinstance(X, np.memmap)


def backend_inside():
    return type(get_active_backend()[0]).__name__


def arguments(**values):
    return lambda: values


def open_pool(backend, function=double, n_jobs=2, pre_dispatch="2*n_jobs", limit=None):
    with joblib.parallel_backend(backend):
        return Pool(function, n_jobs, pre_dispatch, limit=limit)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_task_is_handed_back_once_with_its_key(backend):
    with open_pool(backend) as pool:
        assert pool.n_workers == 2
        assert not pool.is_sequential
        for number in range(9):
            pool.submit(f"key {number}", arguments(number=number))
        done = [pool.next_done() for _ in range(9)]
    assert sorted(done) == [(f"key {number}", 2 * number) for number in range(9)]


def test_tasks_are_handed_back_in_the_order_in_which_they_end():
    first, second = threading.Event(), threading.Event()
    with open_pool("threading") as pool:
        pool.submit(1, arguments(number=1, event=first))
        pool.submit(2, arguments(number=2, event=second))
        second.set()
        assert pool.next_done() == (2, 4)
        pool.submit(3, arguments(number=3))
        assert pool.next_done() == (3, 6)
        first.set()
        assert pool.next_done() == (1, 2)


@pytest.mark.parametrize(
    ("pre_dispatch", "most"), [("2*n_jobs", 4), ("n_jobs", 2), (1, 1), ("all", 10)]
)
def test_no_more_than_pre_dispatch_tasks_are_made_ahead(pre_dispatch, most):
    event, made = threading.Event(), []

    def make(number):
        made.append(number)
        return {"number": number, "event": event}

    with open_pool("threading", pre_dispatch=pre_dispatch) as pool:
        for number in range(10):
            pool.submit(number, partial(make, number))
        assert made == list(range(most))
        event.set()
        for n_done in range(1, 11):
            pool.next_done()
            assert made == list(range(min(10, most + n_done)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_task_raises_is_raised(backend):
    with open_pool(backend) as pool:
        pool.submit(0, arguments(number=0, error=OSError("no disk")))
        with pytest.raises(OSError, match=r"^no disk$"):
            pool.next_done()
        pool.submit(1, arguments(number=1))
        assert pool.next_done() == (1, 2)


def test_one_job_is_sequential():
    with open_pool("loky", n_jobs=1) as pool:
        assert pool.is_sequential
        assert pool.n_workers == 1


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_tasks_see_the_configuration_of_who_opened_the_pool(backend):
    with ExitStack() as stack:
        with sklearn.config_context(assume_finite=True):
            pool = stack.enter_context(open_pool(backend, configuration))
        pool.submit(0, arguments())
        assert pool.next_done() == (0, True)


def test_large_arrays_are_memory_mapped_in_other_processes():
    X = np.zeros(200_000)  # 1.6 MB, beyond joblib's max_nbytes
    with open_pool("loky", is_memory_mapped) as pool:
        for array in (X, X, X[:10]):
            pool.submit(len(array), arguments(X=array))
        done = [pool.next_done() for _ in range(3)]
    assert sorted(done) == [(10, False), (200_000, True), (200_000, True)]


def test_processes_do_not_start_processes_of_their_own():
    with open_pool("loky", backend_inside) as pool:
        pool.submit(0, arguments())
        assert pool.next_done() == (0, "ThreadingBackend")


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_a_pool_that_was_left_in_the_middle_leaves_nothing_behind(backend):
    with open_pool(backend) as pool:
        for number in range(20):
            pool.submit(number, arguments(number=number))
        pool.next_done()
    with open_pool(backend) as pool:  # the next one gets workers, and its own tasks
        pool.submit("next", arguments(number=1))
        assert pool.next_done() == ("next", 2)


def test_what_arrives_after_ctrl_c_is_not_handed_back():
    """A worker that has heard of it as well may have returned half of a fit."""
    calls = []

    def check():
        calls.append(None)
        if len(calls) > 1:
            raise KeyboardInterrupt

    with open_pool("threading") as pool:
        pool.submit(1, arguments(number=1))
        with pytest.raises(KeyboardInterrupt):
            pool.next_done(check)


def interrupt_itself(number):
    os.kill(os.getpid(), signal.SIGINT)
    return number


@needs_signals
def test_a_task_in_a_worker_does_not_hear_ctrl_c():
    with open_pool("loky", interrupt_itself) as pool:
        pool.submit("key", arguments(number=3))
        assert pool.next_done() == ("key", 3)


def test_tasks_that_are_not_with_the_workers_can_be_withdrawn():
    event = threading.Event()
    with open_pool("threading", pre_dispatch="n_jobs") as pool:
        for number in range(5):
            pool.submit(number, arguments(number=number, event=event))
        assert pool.withdraw() == [2, 3, 4]
        assert pool.withdraw() == []
        pool.submit(5, arguments(number=5))
        event.set()
        done = [pool.next_done() for _ in range(3)]
    assert sorted(done) == [(0, 0), (1, 2), (5, 10)]


class Mute(ThreadingBackend):
    """Knows nothing of callbacks, like backends that were written for an old joblib."""

    supports_retrieve_callback = False


def test_a_backend_without_callbacks_does_all_tasks_at_a_barrier():
    register_parallel_backend("mute", Mute)
    with open_pool("mute") as pool:
        pool.submit(0, arguments(number=0))
        pool.submit(1, arguments(number=1))
        assert pool.next_done() == (0, 0)
        pool.submit(2, arguments(number=2))
        assert pool.next_done() == (1, 2)
        assert pool.next_done() == (2, 4)


# ---- a limit


@pytest.mark.parametrize("backend", ["threading", "multiprocessing"])
def test_a_limit_needs_processes_that_can_be_stopped_one_by_one(backend):
    message = rf"^fit_timeout=1\.5 needs worker processes.*{backend.title()}Backend"
    with pytest.raises(ValueError, match=message), open_pool(backend, limit=1.5):
        pass


@pytest.mark.filterwarnings("ignore:Loky-backed parallel loops cannot be called")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_limit_needs_a_process_that_may_have_others(n_jobs, monkeypatch):
    monkeypatch.setitem(current_process()._config, "daemon", True)
    with (
        pytest.raises(ValueError, match=r"^fit_timeout=1\.5 .* daemonic"),
        open_pool("loky", n_jobs=n_jobs, limit=1.5),
    ):
        pass


def use_pool_with_limit(n_jobs):
    """Use a pool where joblib says that it is inside of another parallel call."""
    with Pool(double, n_jobs, "2*n_jobs", limit=600.0) as pool:
        pool.submit("key", arguments(number=n_jobs))
        return pool.next_done()


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_limit_inside_another_parallel_call_needs_a_single_job(backend):
    parallel = joblib.Parallel(n_jobs=2, backend=backend)
    done = parallel(joblib.delayed(use_pool_with_limit)(1) for _ in range(2))
    assert done == [("key", 2)] * 2
    message = r"^fit_timeout=600.0 .* inside another parallel call.* Set n_jobs=1 in"
    with pytest.raises(ValueError, match=message):
        parallel(joblib.delayed(use_pool_with_limit)(2) for _ in range(2))


def test_a_limit_inside_a_daemonic_worker_says_which_call_makes_it_one():
    parallel = joblib.Parallel(n_jobs=2, backend="multiprocessing")
    with pytest.raises(ValueError, match=r"daemonic.*Set n_jobs=1 in the call around"):
        parallel(joblib.delayed(use_pool_with_limit)(1) for _ in range(2))


def test_with_a_limit_a_single_job_is_a_process_of_its_own():
    with open_pool("loky", os.getpid, n_jobs=1, limit=600.0) as pool:
        assert not pool.is_sequential
        assert pool.n_workers == 1
        for number in range(3):
            pool.submit(number, arguments())
        done = [pool.next_done() for _ in range(3)]
    assert [number for number, _ in done] == [0, 1, 2]
    (pid,) = {pid for _, pid in done}
    assert pid != os.getpid()


# ---- workers that die


def note_and_perhaps_die(number, folder, dies=False):
    """Leave a file for each call; die when asked to, once there is a file "die"."""
    (folder / f"{number}-{os.getpid()}").touch()
    if dies:
        wait_until((folder / "die").exists)
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def wait_until(condition):
    deadline = time.monotonic() + 4 * SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for_file(number, path):
    wait_until(path.exists)
    return number


@needs_signals
def test_when_a_worker_dies_all_other_tasks_are_done_and_none_twice(tmp_path):
    (tmp_path / "die").touch()
    with open_pool("loky", note_and_perhaps_die) as pool:
        pool.submit("dying", arguments(number=0, folder=tmp_path, dies=True))
        for number in range(1, 6):
            pool.submit(number, arguments(number=number, folder=tmp_path))
        done = dict(pool.next_done() for _ in range(6))
        assert pool.n_workers == 2
    fault = done.pop("dying")
    assert isinstance(fault, Fault)
    assert fault.kind == "crashed"
    assert done == {number: number for number in range(1, 6)}
    n_calls = [len(list(tmp_path.glob(f"{number}-*"))) for number in range(6)]
    assert n_calls == [1] * 6


# ---- what is shared with others stays as it is


def wait_a_while(number):
    time.sleep(0.5)
    return number


@pytest.mark.parametrize("ends_early", [False, True])
def test_what_others_do_in_joblibs_workers_is_left_alone(ends_early):
    """Neither the executor that all of this process share, nor what it is at."""
    executor = get_memmapping_executor(2)
    others = [executor.submit(wait_a_while, number) for number in range(4)]
    processes = set(executor._processes)
    with suppress(KeyError), open_pool("loky", wait_for_file, n_jobs=3) as pool:
        for number in range(4):
            path = Path("nowhere") if ends_early and number else Path(__file__)
            pool.submit(number, arguments(number=number, path=path))
        pool.next_done()
        if ends_early:
            raise KeyError
    assert get_reusable_executor(reuse=True) is executor
    assert [other.result() for other in others] == list(range(4))
    assert set(executor._processes) == processes
    executor.shutdown(kill_workers=True)
