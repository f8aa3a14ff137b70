"""Worker processes that are stopped one by one, and die one by one.

A pool of processes breaks as a whole: when one of them dies nobody knows which task it
was that killed it, and all the others are lost. So each worker here is the only one of
a loky executor of its own. Whose executor breaks tells the task, and the others go on.

joblib's own executor of loky is not used: all that runs in this process shares it, and
its processes cannot be stopped without harm to the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, wait
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from skopt_evo._joblib_compat import NO_NESTED_BACKEND, ArrayFiles, call_in_worker
from skopt_evo._loky_compat import pickled
from skopt_evo._sklearn_compat import with_configuration
from skopt_evo.executors._idle import (
    SECONDS_OF_IDLENESS,
    Origin,
    keep_for_next,
    take,
)
from skopt_evo.executors._outcomes import unpack
from skopt_evo.executors._protocol import Request
from skopt_evo.executors._queue import Batch, Queue, QueueExecutor
from skopt_evo.executors._worker import Worker
from skopt_evo.trials import FaultKind

# Workers that die while they start, one after the other, until that is given up.
MOST_FAILED_STARTS = 5

# This process was stopped, with its workers, if a wait took so much longer than it was
# to take: by Ctrl-Z, or with the whole machine.
SECONDS_OF_A_STOP = 1.0

# How long a process may take to forget the data of a search that has ended.
SECONDS_TO_FORGET = 1.0

# joblib's own.
SETTINGS = {"temp_folder": None, "max_nbytes": 1024**2, "mmap_mode": "r"}


class Workers(QueueExecutor):
    """Processes of their own, one task at a time each.

    A process starts with the first task that needs it. That takes a second or two, for
    which a task would wait again after each fault: from the first one on there is a
    process more than there are tasks. When an executor is closed without an error, the
    processes with nothing to do are kept for the next one of this thread.

    The common arguments go to each process once; large arrays are memory-mapped.

    Parameters
    ----------
    n_workers : int
        The most tasks at a time.
    fit_timeout : float, default=None
        Seconds after which a task is stopped; None for no limit. The start of a process
        does not count.
    most_ahead : float, default=None
        The most batches at a time, if that is less than `n_workers`: none is sent to a
        process that is busy.
    nested : object, default=NO_NESTED_BACKEND
        What parallel calls of joblib inside of tasks use.
    env : mapping, default=None
        Environment variables of the processes.
    settings : mapping, default=None
        ``temp_folder``, ``max_nbytes`` and ``mmap_mode`` of :class:`joblib.Parallel`;
        perhaps ``initializer``, ``initargs`` and ``idle_worker_timeout`` of its loky
        backend.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    """

    def __init__(
        self,
        n_workers: int,
        *,
        fit_timeout: float | None = None,
        most_ahead: float | None = None,
        nested: Any = NO_NESTED_BACKEND,
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.n_workers = n_workers
        self._limit = fit_timeout
        self._most_running = n_workers if most_ahead is None else most_ahead
        self._nested = nested
        self._env = env or {}
        self._settings = {**SETTINGS, **(settings or {})}

    @classmethod
    def from_request(cls, request: Request) -> Workers | None:
        """Return one in place of joblib's loky, and for a single job with a limit."""
        backend = request.backend
        if not (backend.is_loky or backend.is_single):
            return None
        return cls(
            backend.n_workers,
            fit_timeout=request.fit_timeout,
            most_ahead=backend.most_ahead,
            nested=backend.nested,
            env=backend.environment,
            settings=backend.settings,
        )

    @contextmanager
    def open(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> Iterator[Workers]:
        """Begin; a process starts with the first task that needs it. See `Executor`."""
        self._queue = Queue(
            self.n_workers,
            min(self._most_running, self.n_workers),
            # Who is to be stopped is to be known.
            has_batches=self._limit is None,
        )
        self._arrived: SimpleQueue[tuple[Worker, Any]] = SimpleQueue()
        self._workers: list[Worker] = []
        self._n_failed_starts = 0
        settings = self._settings
        self._files = ArrayFiles(
            settings["temp_folder"], settings["max_nbytes"], settings["mmap_mode"]
        )
        try:
            self._make_workers(call, common)
            yield self
        except BaseException:
            self._close(keep=False)
            raise
        self._close(keep=True)

    def _make_workers(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> None:
        function = partial(
            call_in_worker, with_configuration(call), self._nested, **common
        )
        # All processes read the same files, until the folder goes.
        shared = _packed(function, self._files.reducers(until_removed=True))
        self._for_tasks = self._files.reducers(until_removed=False)
        settings = self._settings
        initializer, initargs = settings.get("initializer"), settings.get("initargs")
        origin = Origin(dict(self._env), initializer, initargs or ())
        idle = settings.get("idle_worker_timeout") or SECONDS_OF_IDLENESS
        self._workers = [
            Worker(shared, origin, idle, self._arrived)
            for _ in range(self.n_workers + 1)
        ]
        kept = take(origin, self.n_workers)
        for worker, executor in zip(self._workers, kept, strict=False):
            worker.restart(executor)

    def _send(self, batch: Batch) -> None:
        task = _packed(batch.arguments, self._for_tasks)
        affinity = batch.tasks[0].affinity
        free = [worker for worker in self._workers if not worker.is_busy]
        worker = min(
            free, key=lambda each: (each.start_delay, each.affinity != affinity)
        )
        worker.start(batch.number, task, affinity)

    def _receive(self, seconds: float) -> None:
        if (overdue := self._overdue()) is not None:
            self._fail(overdue, "timeout")
            return
        began, seconds = time.monotonic(), self._wait(seconds)
        try:
            worker, future = self._arrived.get(timeout=seconds)
        except Empty:
            return
        finally:
            self._leave_out_stop(time.monotonic() - began - seconds)
        if not worker.waits_for(future):
            return  # its process has been stopped meanwhile
        error = future.exception()
        if isinstance(error, BrokenExecutor):
            self._replace_dead(worker, error)
        elif worker.is_ready:
            self._queue.note(*worker.finish(future))
        else:
            self._set_ready(worker, future)

    def _set_ready(self, worker: Worker, future: Any) -> None:
        """Learn that a process has started."""
        if (error := unpack(future.result()).error) is not None:
            raise error
        self._n_failed_starts = 0
        worker.set_ready()

    def _close(self, *, keep: bool) -> None:
        """End all processes, whatever they are at.

        Parameters
        ----------
        keep : bool
            Whether those that are at nothing stay for the next search.
        """
        try:
            idle = [worker.release() for worker in self._workers if keep]
            self._kill()
        except BaseException:  # a second Ctrl-C
            self._kill()
            raise
        for worker in self._workers:
            worker.join()
        forgetting = {future: pair for future, *pair in filter(None, idle)}
        done, _ = wait(forgetting, SECONDS_TO_FORGET)
        for future, (origin, executor) in forgetting.items():
            if future in done and future.exception() is None:
                keep_for_next(origin, executor)
            else:
                executor.shutdown(wait=True, kill_workers=True)
        self._files.remove()
        self._workers = []

    def _kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    def _wait(self, seconds: float) -> float:
        """Return how long nothing can happen but that a task is done."""
        ends = [
            worker.began + self._limit - time.monotonic()
            for worker in self._workers
            if worker.began is not None and self._limit is not None
        ]
        return max(0.0, min([seconds, *ends]))

    def _leave_out_stop(self, lost: float) -> None:
        """Do not count the time for which all processes were stopped."""
        if lost > SECONDS_OF_A_STOP:
            for worker in self._workers:
                if worker.began is not None:
                    worker.began += lost

    def _overdue(self) -> Worker | None:
        """Return a worker whose task has taken too long."""
        if self._limit is None:
            return None
        for worker in self._workers:
            if worker.is_running and worker.seconds() >= self._limit:
                return worker
        return None

    def _replace_dead(self, worker: Worker, error: BaseException) -> None:
        """Tell that a worker died of its task, or start it again if there was none."""
        if worker.is_ready:
            self._fail(worker, "crashed")
            return
        self._n_failed_starts += 1
        if self._n_failed_starts >= MOST_FAILED_STARTS:
            raise RuntimeError(
                f"Worker processes died {self._n_failed_starts} times while they "
                "started: see what they printed, and the memory that is left."
            ) from error
        worker.restart()

    def _fail(self, worker: Worker, kind: FaultKind) -> None:
        """End a process with its task, and start others for the next ones."""
        number, seconds = worker.fail()
        self._queue.fail(number, kind, seconds)
        idle = [other for other in self._workers if not other.is_busy]
        # One for the task that comes next, and one for that after the next fault.
        for other in sorted(idle, key=lambda other: other.start_delay)[:2]:
            if not other.has_process:
                other.restart()


def _packed(content: Any, reducers: Any) -> bytes:
    """Pickle what is to go to the processes."""
    try:
        return pickled(content, reducers)
    except Exception as error:
        error.add_note(
            "It was raised while a fit was sent to a worker process: all that belongs "
            "to it has to be picklable. With n_jobs=1 nothing is sent."
        )
        raise
