"""Tasks in joblib's pool: none waits for another one."""

import threading
from contextlib import ExitStack
from functools import partial

import joblib
import numpy as np
import pytest
import sklearn
from joblib.parallel import (
    ThreadingBackend,
    get_active_backend,
    register_parallel_backend,
)

from skopt_evo.evaluation._pool import Pool

SECONDS = 30  # how long a thread waits before it is given up
BACKENDS = ["threading", "loky", "multiprocessing"]


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


def open_pool(backend, function=double, n_jobs=2, pre_dispatch="2*n_jobs"):
    with joblib.parallel_backend(backend):
        return Pool(function, n_jobs, pre_dispatch)


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
