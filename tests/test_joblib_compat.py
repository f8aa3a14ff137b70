"""What is used of joblib's private parts, against what joblib itself does."""

import pickle
import threading
from pathlib import Path
from queue import SimpleQueue

import joblib
import numpy as np
import pytest
from joblib.parallel import ThreadingBackend, get_active_backend

from skopt_evo._joblib_compat import (
    NO_NESTED_BACKEND,
    ArrayFiles,
    JoblibBackend,
    call_in_worker,
)
from skopt_evo._loky_compat import pickled

SECONDS = 30.0  # how long a thread waits before it is given up


def made(backend="loky", n_jobs=2, pre_dispatch="2*n_jobs"):
    with joblib.parallel_backend(backend):
        return JoblibBackend(n_jobs, pre_dispatch)


def divide(number, by=1):
    return number / by


# ---- what joblib would use


@pytest.mark.parametrize(
    ("backend", "n_jobs", "name", "n_workers"),
    [
        ("loky", 2, "LokyBackend", 2),
        ("loky", 1, "LokyBackend", 1),
        ("threading", 3, "ThreadingBackend", 3),
        ("multiprocessing", 2, "MultiprocessingBackend", 2),
        ("sequential", 5, "SequentialBackend", 1),
    ],
)
def test_the_backend_and_its_workers_are_those_of_joblib(
    backend, n_jobs, name, n_workers
):
    found = made(backend, n_jobs)
    assert (found.name, found.n_workers) == (name, n_workers)
    with joblib.parallel_backend(backend):
        assert found.n_workers == joblib.effective_n_jobs(n_jobs)
    assert found.is_loky == (backend == "loky")
    assert found.is_single == (n_workers == 1)
    assert found.uses_threads == (backend in ("threading", "sequential"))
    assert not found.is_nested
    assert found.client is None
    assert found.options == {}


@pytest.mark.parametrize(
    ("pre_dispatch", "expected"),
    [
        ("all", float("inf")),
        ("2*n_jobs", 6),
        ("n_jobs + 2 ** 2", 7),
        ("0.1*n_jobs", 1),
        (5, 5),
        (0, 1),
    ],
)
def test_how_many_tasks_are_ahead_is_computed_as_by_joblib(pre_dispatch, expected):
    assert made("threading", 3, pre_dispatch).most_ahead == expected


def test_inside_of_another_call_there_is_less():
    with joblib.parallel_backend("threading"):
        (inside,) = joblib.Parallel(2)([joblib.delayed(JoblibBackend)(2)])
    assert inside.is_nested
    assert not made("threading").is_nested


class WithClient(ThreadingBackend):
    """Has a client, as dask's backend has."""

    class client:  # noqa: N801
        submit = None

    submit_kwargs = {"priority": 3}


def test_a_client_and_its_options_are_those_of_the_backend():
    joblib.register_parallel_backend("with client", WithClient)
    found = made("with client")
    assert found.client is WithClient.client
    assert found.options == {"priority": 3}


def test_processes_of_loky_have_fewer_threads_each():
    assert made("loky").environment["OMP_NUM_THREADS"].isdigit()
    assert made("threading").environment == {}


@pytest.mark.skipif(
    not hasattr(joblib, "parallel_config"), reason="joblib takes them from 1.3 on"
)
def test_settings_are_those_of_the_configuration(tmp_path):
    with joblib.parallel_backend("loky", idle_worker_timeout=7):
        assert JoblibBackend(2).settings["idle_worker_timeout"] == 7
    with joblib.parallel_config(max_nbytes="2K", temp_folder=tmp_path):
        found = JoblibBackend(2).settings
    assert (found["max_nbytes"], found["temp_folder"]) == (2048, tmp_path)


# ---- tasks


def submitted(backend, *batches):
    """Return what is called back with, in the order of the batches."""
    arrived = [SimpleQueue() for _ in batches]
    for calls, queue in zip(batches, arrived, strict=True):
        backend.submit(calls, queue.put)
    return [queue.get(timeout=SECONDS) for queue in arrived]


def test_batches_are_called_back_for_and_failures_are_raised_when_unwrapped():
    backend = made("threading")
    assert backend.calls_back
    with backend.open():
        good, bad = submitted(
            backend,
            [(divide, (6,), {"by": 2}), (divide, (1,), {})],
            [(divide, (1,), {"by": 0})],
        )
        assert backend.unwrap(good) == [3.0, 1.0]
        with pytest.raises(ZeroDivisionError):
            backend.unwrap(bad)


def test_results_of_a_run_are_in_the_order_of_the_calls():
    calls = [(divide, (number,), {}) for number in range(10)]
    with joblib.parallel_backend("threading"):
        backend = JoblibBackend(2)
    with backend.open():
        assert backend.run(calls) == list(range(10))


def test_tasks_that_have_not_begun_are_dropped_when_all_is_aborted():
    go, begun, done = threading.Event(), SimpleQueue(), []

    def wait(number):
        begun.put(threading.current_thread())
        go.wait(SECONDS)
        done.append(number)

    backend = made("threading")
    with backend.open():
        for number in range(20):
            backend.submit([(wait, (number,), {})], lambda outcome: None)
        threads = [begun.get(timeout=SECONDS) for _ in range(2)]
        backend.abort()
        go.set()
        for thread in threads:
            thread.join(SECONDS)
    assert len(done) < 20
    assert not any(thread.is_alive() for thread in threads)


def test_who_shares_the_backend_of_a_configuration_does_not_end_its_tasks():
    go, arrived = threading.Event(), SimpleQueue()
    with joblib.parallel_backend("threading"):
        first, second = JoblibBackend(2), JoblibBackend(2)
        with first.open():
            for _ in range(4):  # more than there are threads
                first.submit([(go.wait, (SECONDS,), {})], arrived.put)
            with second.open():
                assert second.run([(divide, (1,), {})]) == [1.0]
            go.set()
            outcomes = [arrived.get(timeout=SECONDS) for _ in range(4)]
            assert [first.unwrap(outcome) for outcome in outcomes] == [[True]] * 4


# ---- inside of a worker


def backend_inside():
    return get_active_backend()[0]


def test_a_call_in_a_worker_uses_the_nested_backend():
    assert type(backend_inside()).__name__ == "LokyBackend"
    found = call_in_worker(backend_inside, NO_NESTED_BACKEND)
    assert type(found).__name__ == "SequentialBackend"
    nested = made("loky").nested
    assert call_in_worker(backend_inside, nested).nesting_level == 1
    assert type(backend_inside()).__name__ == "LokyBackend"


def test_arguments_of_a_call_in_a_worker_may_have_any_name():
    def names(**arguments):
        return sorted(arguments)

    given = {"function": 1, "nested": 2, "self": 3}
    found = call_in_worker(names, NO_NESTED_BACKEND, **given)
    assert found == sorted(given)


# ---- files of arrays

LARGE, SMALL = np.arange(1000.0), np.arange(10.0)


def test_large_arrays_become_files_that_are_removed(tmp_path):
    files = ArrayFiles(str(tmp_path), 1000, "r")
    packed = pickled([LARGE, SMALL], files.reducers(until_removed=True))
    assert len(packed) < LARGE.nbytes
    for _ in range(2):  # for many readers
        large, small = pickle.loads(packed)
        np.testing.assert_array_equal(large, LARGE)
        assert Path(large.filename).is_relative_to(tmp_path)
        assert not large.flags.writeable
        np.testing.assert_array_equal(small, SMALL)
        assert type(small) is np.ndarray
    del large
    files.remove()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_without_a_limit_no_array_becomes_a_file(tmp_path):
    files = ArrayFiles(str(tmp_path), None, "r")
    (found,) = pickle.loads(pickled([LARGE], files.reducers(until_removed=True)))
    assert type(found) is np.ndarray
    files.remove()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
