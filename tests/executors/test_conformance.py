"""Every executor does what every executor has to do."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

import joblib
import pytest

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo.executors import EXECUTORS, Futures, InProcess, Joblib, Workers
from tests.executors.conformance import ExecutorConformance, Promises


class TestInProcess(ExecutorConformance):
    executor_class = InProcess
    promises = Promises(has_workers=False, has_processes=False)

    @contextmanager
    def made(self, fit_timeout=None):
        yield InProcess()


@pytest.mark.slow
class TestWorkers(ExecutorConformance):
    executor_class = Workers
    promises = Promises(survives_death=True, limits_time=True)

    @contextmanager
    def made(self, fit_timeout=None):
        yield Workers(2, fit_timeout=fit_timeout)


class TestThreadsOfJoblib(ExecutorConformance):
    executor_class = Joblib
    promises = Promises(has_processes=False)

    @contextmanager
    def made(self, fit_timeout=None):
        with joblib.parallel_backend("threading"):
            backend = JoblibBackend(2)
        yield Joblib(backend)


@pytest.mark.slow
class TestMultiprocessingOfJoblib(ExecutorConformance):
    executor_class = Joblib
    promises = Promises()

    @contextmanager
    def made(self, fit_timeout=None):
        with joblib.parallel_backend("multiprocessing"):
            backend = JoblibBackend(2)
        yield Joblib(backend)


class TestFuturesOfThreads(ExecutorConformance):
    executor_class = Futures
    promises = Promises(has_processes=False)

    @contextmanager
    def made(self, fit_timeout=None):
        with ThreadPoolExecutor(2) as client:
            yield Futures(client, 2)


@pytest.mark.slow
class TestFuturesOfProcesses(ExecutorConformance):
    executor_class = Futures
    promises = Promises()

    @contextmanager
    def started(self):
        # Python's default is to fork, which threads do not go with.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=context) as client:
            yield client

    @contextmanager
    def made(self, fit_timeout=None):
        yield Futures(self.client, 2)


class TestFuturesOfDask(ExecutorConformance):
    executor_class = Futures
    promises = Promises(survives_death=True)

    @contextmanager
    def started(self):
        distributed = pytest.importorskip("distributed")
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield client

    @contextmanager
    def made(self, fit_timeout=None):
        yield Futures(self.client)


def test_every_executor_of_the_table_is_tested():
    tested = {each.executor_class for each in ExecutorConformance.__subclasses__()}
    assert tested == set(EXECUTORS.values())
