"""A search gets the executor that fits what joblib would use."""

import time
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import current_process
from pathlib import Path
from types import SimpleNamespace

import joblib
import pytest
from joblib.executor import get_memmapping_executor
from joblib.externals.loky import get_reusable_executor
from joblib.parallel import ParallelBackendBase

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo.executors import (
    EXECUTORS,
    Done,
    Futures,
    InProcess,
    Joblib,
    Workers,
    resolve_executor,
)
from skopt_evo.executors._protocol import Request

PATIENCE = 120.0


def double(number):
    return 2 * number


def resolve(backend, n_jobs=2, **settings):
    with joblib.parallel_backend(backend):
        return resolve_executor(n_jobs, "2*n_jobs", **settings)


@pytest.mark.parametrize(
    ("backend", "n_jobs", "fit_timeout", "kind", "n_workers"),
    [
        ("loky", 1, None, InProcess, 1),
        ("threading", 1, None, InProcess, 1),
        ("multiprocessing", 1, None, InProcess, 1),
        ("loky", 3, None, Workers, 3),
        ("loky", 1, 600.0, Workers, 1),
        ("threading", 1, 600.0, Workers, 1),
        ("loky", 3, 600.0, Workers, 3),
        ("threading", 3, None, Joblib, 3),
        ("multiprocessing", 3, None, Joblib, 3),
    ],
)
def test_what_joblib_would_use_decides(backend, n_jobs, fit_timeout, kind, n_workers):
    executor = resolve(backend, n_jobs, fit_timeout=fit_timeout)
    assert type(executor) is kind
    assert executor.n_workers == n_workers


def test_the_last_of_the_table_takes_what_no_other_can():
    assert list(EXECUTORS)[-1] == "joblib"
    request = Request(JoblibBackend(1), None, nullcontext)
    assert isinstance(EXECUTORS["joblib"].from_request(request), Joblib)


class WithClient(ParallelBackendBase):
    """Has a client, as the backend of dask has."""

    supports_retrieve_callback = True
    nesting_level = 0

    def __init__(self):
        super().__init__(nesting_level=0)
        self.client = SimpleNamespace(submit=None)

    def effective_n_jobs(self, n_jobs):
        return 5

    def apply_async(self, func, callback=None):
        """Do what joblib before 1.5 asks of each backend."""
        raise NotImplementedError


def test_the_client_of_a_backend_runs_futures():
    executor = resolve(WithClient())
    assert isinstance(executor, Futures)
    assert executor.n_workers == 5


def test_the_number_of_jobs_may_be_that_of_joblibs_configuration():
    with joblib.parallel_backend("loky", n_jobs=3):
        assert resolve_executor(None, "2*n_jobs").n_workers == 3
    assert isinstance(resolve_executor(None, "2*n_jobs"), InProcess)


def test_the_guard_is_around_a_task_in_this_process():
    events = []

    @contextmanager
    def guard():
        events.append("before")
        yield
        events.append("after")

    executor = resolve_executor(1, "2*n_jobs", guard=guard)
    with executor.open(events.append, {}):
        pass
    with executor.open(note, {"events": events}):
        executor.submit(0, {"event": "task"})
        assert events == []
        assert executor.next_done(0.0) == Done(0)
    assert events == ["before", "task", "after"]


def note(events, event):
    events.append(event)


# ---- a limit


@pytest.mark.parametrize("backend", ["threading", "multiprocessing"])
def test_a_limit_needs_processes_that_can_be_stopped_one_by_one(backend):
    message = rf"^fit_timeout=1\.5 needs worker processes.*{backend.title()}Backend"
    with pytest.raises(ValueError, match=message):
        resolve(backend, fit_timeout=1.5)


@pytest.mark.filterwarnings("ignore:Loky-backed parallel loops cannot be called")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_limit_needs_a_process_that_may_have_others(n_jobs, monkeypatch):
    monkeypatch.setitem(current_process()._config, "daemon", True)
    with pytest.raises(ValueError, match=r"^fit_timeout=1\.5 .* daemonic"):
        resolve("loky", n_jobs, fit_timeout=1.5)


def use_executor_with_limit(n_jobs):
    """Use one where joblib says that it is inside of another parallel call."""
    executor = resolve_executor(n_jobs, "2*n_jobs", fit_timeout=600.0)
    with executor.open(double, {}):
        executor.submit("key", {"number": n_jobs})
        return executor.next_done(PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_limit_inside_another_parallel_call_needs_a_single_job(backend):
    parallel = joblib.Parallel(n_jobs=2, backend=backend)
    done = parallel(joblib.delayed(use_executor_with_limit)(1) for _ in range(2))
    assert done == [Done("key", 2)] * 2
    message = r"^fit_timeout=600.0 .* inside another parallel call.* Set n_jobs=1 in"
    with pytest.raises(ValueError, match=message):
        parallel(joblib.delayed(use_executor_with_limit)(2) for _ in range(2))


def test_a_limit_inside_a_daemonic_worker_says_which_call_makes_it_one():
    parallel = joblib.Parallel(n_jobs=2, backend="multiprocessing")
    with pytest.raises(ValueError, match=r"daemonic.*Set n_jobs=1 in the call around"):
        parallel(joblib.delayed(use_executor_with_limit)(1) for _ in range(2))


# ---- what is shared with others stays as it is


def wait_a_while(number):
    time.sleep(0.5)
    return number


def wait_for_file(number, path):
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return number


@pytest.mark.slow
@pytest.mark.parametrize("ends_early", [False, True])
def test_what_others_do_in_joblibs_workers_is_left_alone(ends_early):
    """Neither the executor that all of this process share, nor what it is at."""
    shared = get_memmapping_executor(2)
    others = [shared.submit(wait_a_while, number) for number in range(4)]
    processes = set(shared._processes)
    executor = resolve("loky", 3)
    with suppress(KeyError), executor.open(wait_for_file, {}):
        for number in range(4):
            path = Path("nowhere") if ends_early and number else Path(__file__)
            executor.submit(number, {"number": number, "path": path})
        assert executor.next_done(PATIENCE).error is None
        if ends_early:
            raise KeyError
    assert get_reusable_executor(reuse=True) is shared
    assert [other.result() for other in others] == list(range(4))
    assert set(shared._processes) == processes
    shared.shutdown(kill_workers=True)
