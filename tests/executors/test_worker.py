"""One worker, whose processes are played: what it is at, and when it begins anew."""

import itertools
import os
from concurrent.futures import BrokenExecutor, Future
from queue import SimpleQueue

import pytest

from skopt_evo.executors import _worker
from skopt_evo.executors._idle import Origin
from skopt_evo.executors._inside import begin_process, call, forget, load
from skopt_evo.executors._outcomes import Outcome
from skopt_evo.executors._worker import Worker, outcomes_of

PLAIN = Origin({"A": "a"}, None, ())


class Manager:
    """The thread of an executor."""

    def __init__(self):
        self.n_joins = 0

    def join(self):
        self.n_joins += 1


class Process:
    """An executor of one process, which does nothing by itself."""

    pids = itertools.count(1)

    def __init__(self, is_dead=False):
        self.is_dead = is_dead
        self.is_killed = False
        self.ids = {next(self.pids)}
        self.tasks = []
        self.manager = Manager()

    def submit(self, function, *arguments):
        if self.is_dead:
            raise BrokenExecutor
        future = Future()
        self.tasks.append((function, arguments, future))
        return future

    @property
    def functions(self):
        return [function for function, _, _ in self.tasks]

    def end_task(self, result=None):
        """End the latest task; return its future."""
        future = self.tasks[-1][2]
        future.set_result(result)
        return future


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, in order."""
    processes = []

    def start(idle, initializer, initargs, env):
        assert (idle, initializer, dict(env)) == (5.0, begin_process, {"A": "a"})
        assert initargs[0] == os.getpid()
        processes.append(Process())
        return processes[-1]

    def kill(process):
        process.is_killed = True
        return process.manager

    monkeypatch.setattr(_worker, "start_process", start)
    monkeypatch.setattr(_worker, "kill_process", kill)
    monkeypatch.setattr(_worker, "process_ids", lambda process: set(process.ids))
    monkeypatch.setattr(_worker, "wait_until_queued", lambda process: None)
    return processes


def make(origin=PLAIN):
    return Worker(b"shared", origin, 5.0, SimpleQueue())


def ready(started, origin=PLAIN):
    """Return a worker whose process has nothing to do, and the process."""
    worker = make(origin)
    worker.restart()
    started[-1].end_task()
    worker.set_ready()
    return worker, started[-1]


def test_a_process_starts_with_the_first_task_and_loads_what_is_shared(started):
    worker = make()
    assert (worker.start_delay, worker.has_process, worker.is_busy) == (2, False, False)
    worker.start(3, b"task", "a")
    (process,) = started
    assert [each[:2] for each in process.tasks] == [(load, (b"shared",))]
    assert (worker.start_delay, worker.is_busy, worker.is_running) == (1, True, False)
    assert worker.seconds() == 0.0
    future = process.end_task()
    assert worker._done.get_nowait() == (worker, future)
    assert worker.waits_for(future)
    worker.set_ready()
    assert process.tasks[1][:2] == (call, (b"task",))
    assert (worker.start_delay, worker.is_running, worker.affinity) == (0, True, "a")
    assert worker.seconds() > 0.0


def test_a_task_that_is_done_makes_way_for_the_next_one(started):
    worker, process = ready(started)
    worker.start(3, b"task", None)
    future = process.end_task("outcomes")
    assert not worker.is_running
    assert worker.finish(future) == (3, "outcomes")
    assert (worker.is_busy, worker.is_ready, worker.began) == (False, True, None)
    assert not worker.waits_for(future)
    worker.start(4, b"other", None)
    assert process.tasks[-1][:2] == (call, (b"other",))
    assert started == [process]


def test_a_task_that_fails_ends_the_process_and_the_next_one_has_another(started):
    worker, process = ready(started)
    worker.start(3, b"task", "a")
    number, seconds = worker.fail()
    assert number == 3
    assert seconds > 0.0
    assert process.is_killed
    assert (worker.is_busy, worker.has_process, worker.start_delay) == (False, False, 2)
    worker.start(4, b"other", "b")
    assert len(started) == 2
    assert started[1].functions == [load]


def test_what_comes_of_a_process_that_was_stopped_is_not_waited_for(started):
    worker, process = ready(started)
    worker.start(3, b"task", None)
    late = process.tasks[-1][2]
    worker.restart()
    assert not worker.waits_for(late)
    assert worker.is_busy  # with the task, for the next process
    started[1].end_task()
    worker.set_ready()
    assert started[1].tasks[-1][:2] == (call, (b"task",))


@pytest.mark.parametrize("way", ["replaced", "dead"])
def test_a_process_that_is_not_the_one_that_was_ready_is_not_used(started, way):
    worker, process = ready(started)
    if way == "replaced":
        process.ids = {-1}
    else:
        process.is_dead = True
    worker.start(3, b"task", None)
    assert process.is_killed
    assert not worker.is_ready
    assert worker.began is None
    assert started[1].functions == [load]


def test_a_process_that_was_kept_loads_what_is_shared_now(started):
    worker, kept = make(), Process()
    worker.restart(kept)
    assert kept.functions == [load]
    assert started == []


def test_a_process_that_has_died_while_it_was_kept_is_replaced(started):
    worker, kept = make(), Process(is_dead=True)
    worker.restart(kept)
    assert kept.is_killed
    assert [each.functions for each in started] == [[load]]


def test_a_process_that_cannot_even_start_is_an_error(started, monkeypatch):
    monkeypatch.setattr(_worker, "start_process", lambda *_: Process(is_dead=True))
    with pytest.raises(BrokenExecutor):
        make().restart()


def test_a_process_that_is_at_nothing_forgets_its_data_and_is_let_go(started):
    worker, process = ready(started)
    future, origin, executor = worker.release()
    assert process.functions == [load, forget]
    assert (future, origin, executor) == (process.tasks[-1][2], PLAIN, process)
    assert not worker.has_process
    worker.kill()
    assert not process.is_killed


def test_other_processes_are_not_let_go(started):
    busy, _ = ready(started)
    busy.start(0, b"task", None)
    starting = make()
    starting.restart()
    replaced, process = ready(started)
    process.ids = {-1}
    dead, process = ready(started)
    process.is_dead = True
    of_user, _ = ready(started, Origin({"A": "a"}, print, ()))
    for worker in (make(), busy, starting, replaced, dead, of_user):
        assert worker.release() is None


def test_the_ends_of_all_its_processes_are_waited_for_once(started):
    worker, _ = ready(started)
    worker.restart()
    worker.kill()
    worker.kill()
    for _ in range(2):
        worker.join()
        assert [process.manager.n_joins for process in started] == [1, 1]


def test_an_error_of_the_executor_is_that_of_all_calls_of_a_task():
    good, bad = Future(), Future()
    good.set_result(["one", "two"])
    error = RuntimeError("of the executor")
    bad.set_exception(error)
    assert outcomes_of(good) == ["one", "two"]
    assert outcomes_of(bad) == Outcome(error=error)
