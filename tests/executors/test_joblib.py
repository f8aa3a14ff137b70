"""Tasks in the workers of joblib's backends."""

import threading
from contextlib import contextmanager

import joblib
import numpy as np
import pytest
from joblib.parallel import (
    ThreadingBackend,
    get_active_backend,
    register_parallel_backend,
)

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo.executors import Done, Joblib

SECONDS = 30.0  # how long a thread waits before it is given up


def double(number, event=None):
    if event is not None:
        assert event.wait(SECONDS)
    return 2 * number


def is_memory_mapped(X):
    return isinstance(X, np.memmap)


def backend_inside():
    return type(get_active_backend()[0]).__name__


@contextmanager
def opened(backend, call=double, common=None, pre_dispatch="2*n_jobs"):
    with joblib.parallel_backend(backend):
        executor = Joblib(JoblibBackend(2, pre_dispatch))
    with executor.open(call, common or {}):
        yield executor


def next_done(executor):
    done = executor.next_done(SECONDS)
    assert done is not None
    return done


@pytest.mark.parametrize(
    ("pre_dispatch", "most"), [("2*n_jobs", 4), ("n_jobs", 2), (1, 1), ("all", 10)]
)
def test_no_more_than_pre_dispatch_tasks_are_with_the_workers(pre_dispatch, most):
    event = threading.Event()
    with opened("threading", pre_dispatch=pre_dispatch) as executor:
        for number in range(10):
            executor.submit(number, {"number": number, "event": event})
        assert executor.withdraw() == list(range(most, 10))
        event.set()
        done = sorted(next_done(executor).key for _ in range(most))
        assert done == list(range(most))


def test_large_arrays_are_memory_mapped_in_processes():
    X = np.zeros(200_000)  # 1.6 MB, beyond joblib's max_nbytes
    with opened("multiprocessing", is_memory_mapped, {"X": X}) as executor:
        executor.submit(0, {})
        assert next_done(executor) == Done(0, True)


@pytest.mark.parametrize("backend", ["threading", "multiprocessing"])
def test_tasks_get_the_nested_backend_of_their_own(backend):
    with opened(backend, backend_inside) as executor:
        executor.submit(0, {})
        assert next_done(executor) == Done(0, "ThreadingBackend")


def test_the_backend_of_joblibs_configuration_may_be_used_by_others_meanwhile():
    with joblib.parallel_backend("threading", n_jobs=2):
        executor = Joblib(JoblibBackend(None))
        with executor.open(double, {}):
            executor.submit(0, {"number": 0})
            # This one ends the workers of the backend that all have in common.
            joblib.Parallel()(joblib.delayed(double)(number) for number in range(3))
            executor.submit(1, {"number": 1})
            done = sorted([next_done(executor).key for _ in range(2)])
    assert done == [0, 1]


class Mute(ThreadingBackend):
    """Knows nothing of callbacks, like backends that were written for an old joblib."""

    supports_retrieve_callback = False


def fail_or_double(number):
    if number == 1:
        raise OSError("no disk")
    return 2 * number


def test_a_backend_without_callbacks_does_all_tasks_at_a_barrier():
    register_parallel_backend("mute", Mute)
    with opened("mute", fail_or_double) as executor:
        executor.submit(0, {"number": 0})
        executor.submit(1, {"number": 1})
        executor.submit(2, {"number": 2})
        assert executor.withdraw() == [0, 1, 2]
        for number in range(3):
            executor.submit(number, {"number": number})
        assert executor.next_done(0.0) == Done(0, 0)
        executor.submit(3, {"number": 3})
        done = executor.next_done(0.0)
        assert (done.key, str(done.error)) == (1, "no disk")
        assert executor.next_done(0.0) == Done(2, 4)
        assert executor.next_done(None) == Done(3, 6)
        assert executor.next_done(None) is None
