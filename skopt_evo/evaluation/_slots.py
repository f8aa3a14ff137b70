"""Worker processes that are stopped one by one, and die one by one.

A pool of processes breaks as a whole: when one of them dies nobody knows which task it
was that killed it, and all the others are lost. So each worker here is the only one of
a loky executor of its own. Whose executor breaks tells the task, and the others go on.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from queue import Empty, SimpleQueue
from typing import Any

from joblib._memmapping_reducer import (
    TemporaryResourcesManager,
    get_memmapping_reducers,
)
from joblib.externals.loky.backend.reduction import dumps
from joblib.externals.loky.process_executor import (
    BrokenProcessPool,
    ProcessPoolExecutor,
)

from skopt_evo.evaluation._idle import (
    SECONDS_OF_IDLENESS,
    Origin,
    keep_for_next,
    take,
)
from skopt_evo.evaluation._outcomes import Outcome, call_and_pack, unpack
from skopt_evo.evaluation._processes import (
    end_with,
    end_with_thread_of_parent,
    settle,
)
from skopt_evo.trials import Fault, FaultKind

# Workers that die while they start, one after the other, until that is given up.
MOST_FAILED_STARTS = 5

# This process was stopped, with its workers, if a wait took so much longer than it was
# to take: by Ctrl-Z, or with the whole machine.
SECONDS_OF_A_STOP = 1.0

# How long a process may take to forget the data of a search that has ended.
SECONDS_TO_FORGET = 1.0


class Slots:
    """Workers for one task each, in processes of their own.

    Everything happens in the thread that calls. A process starts with the first task
    that needs it. That takes a second or two, for which a task would wait again after
    each fault: from the first one on there is a process more than there are tasks.

    Parameters
    ----------
    n_workers : int
        The most tasks at a time.
    call : callable
        What tasks call, with their own keyword arguments. It goes to each process once,
        along with all that it refers to; large arrays are memory-mapped.
    limit : float or None
        Seconds after which a task is stopped. The start of a process does not count.
    env : mapping or None
        Environment variables of the processes.
    settings : mapping
        ``temp_folder``, ``max_nbytes`` and ``mmap_mode`` of :class:`joblib.Parallel`;
        perhaps ``initializer``, ``initargs`` and ``idle_worker_timeout`` of its loky
        backend.
    """

    def __init__(
        self,
        n_workers: int,
        call: Callable[..., Any],
        *,
        limit: float | None,
        env: Mapping[str, str] | None,
        settings: Mapping[str, Any],
    ) -> None:
        self._limit = limit
        self._done: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
        self._n_failed_starts = 0
        self._folder = TemporaryResourcesManager(settings["temp_folder"])
        self._for_tasks = self._reducers(settings, unlink_on_gc_collect=True)
        # All processes read the same files, until the folder goes.
        for_all = self._reducers(settings, unlink_on_gc_collect=False)
        shared = _packed(call, for_all)
        initializer, initargs = settings.get("initializer"), settings.get("initargs")
        origin = Origin(dict(env or {}), initializer, initargs or ())
        idle = settings.get("idle_worker_timeout", SECONDS_OF_IDLENESS)
        self._workers = [
            _Worker(shared, origin, idle, self._done) for _ in range(n_workers + 1)
        ]
        for worker, executor in zip(
            self._workers, take(origin, n_workers), strict=False
        ):
            worker.restart(executor)

    def start(self, key: Any, arguments: Mapping[str, Any]) -> None:
        """Begin with a task; there must be a worker without one.

        Parameters
        ----------
        key : object
            What `next_done` says that it is.
        arguments : mapping
            Its keyword arguments.
        """
        task = _packed(arguments, self._for_tasks)
        free = [worker for worker in self._workers if not worker.is_busy]
        min(free, key=lambda worker: worker.seems_far).start(key, task)

    def next_done(self, seconds: float) -> tuple[Any, Any] | None:
        """Return the key and the result of a task that is done, each one once.

        Parameters
        ----------
        seconds : float
            How long to wait at most.

        Returns
        -------
        done : tuple of (object, object) or None
            None if there is none in that time. The result is a `Fault` if the task was
            stopped, or if its worker died.
        """
        if (overdue := self._overdue()) is not None:
            return self._fail(overdue, "timeout")
        began, seconds = time.monotonic(), self._wait(seconds)
        try:
            worker, future = self._done.get(timeout=seconds)
        except Empty:
            return None
        finally:
            self._forgive(time.monotonic() - began - seconds)
        if not worker.waits_for(future):
            return None  # its process has been stopped meanwhile
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            return self._bury(worker, error)
        if not worker.is_ready:
            unpack(future.result())
            self._n_failed_starts = 0
            worker.be_ready()
            return None
        return worker.finish(future)

    def close(self, *, keep: bool = False) -> None:
        """End all processes, whatever they are at.

        Parameters
        ----------
        keep : bool, default=False
            Whether those that are at nothing stay for the next search.
        """
        try:
            idle = [worker.let_go() for worker in self._workers if keep]
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
        _remove(self._folder)

    def _reducers(self, settings: Mapping[str, Any], **options: Any) -> Any:
        """Return what joblib pickles with: large arrays as files of our folder."""
        reducers, _ = get_memmapping_reducers(
            temp_folder_resolver=self._folder.resolve_temp_folder_name,
            max_nbytes=settings["max_nbytes"],
            mmap_mode=settings["mmap_mode"],
            **options,
        )
        return reducers

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

    def _forgive(self, lost: float) -> None:
        """Do not count the time for which all processes were stopped."""
        if lost > SECONDS_OF_A_STOP:
            for worker in self._workers:
                if worker.began is not None:
                    worker.began += lost

    def _overdue(self) -> _Worker | None:
        """Return a worker whose task has taken too long."""
        if self._limit is None:
            return None
        for worker in self._workers:
            if worker.is_at_it and worker.seconds() >= self._limit:
                return worker
        return None

    def _bury(self, worker: _Worker, error: BaseException) -> tuple[Any, Any] | None:
        """Tell that a worker died of its task, or start it again if there was none."""
        if worker.is_ready:
            return self._fail(worker, "crashed")
        self._n_failed_starts += 1
        if self._n_failed_starts >= MOST_FAILED_STARTS:
            raise RuntimeError(
                f"Worker processes died {self._n_failed_starts} times while they "
                "started: see what they printed, and the memory that is left."
            ) from error
        worker.restart()
        return None

    def _fail(self, worker: _Worker, kind: FaultKind) -> tuple[Any, Fault]:
        """End a process with its task, and start others for the next ones."""
        failed = worker.fail(kind)
        idle = [other for other in self._workers if not other.is_busy]
        # One for the task that comes next, and one for that after the next fault.
        for other in sorted(idle, key=lambda other: other.seems_far)[:2]:
            if not other.has_process:
                other.restart()
        return failed


class _Worker:
    """A process, if there is one, and its task, if it has one."""

    def __init__(
        self,
        shared: bytes,
        origin: Origin,
        seconds_of_idleness: float,
        done: SimpleQueue[tuple[_Worker, Any]],
    ) -> None:
        self._shared = shared
        self._origin = origin
        self._seconds_of_idleness = seconds_of_idleness
        self._done = done
        self._executor: Any = None
        self._managers: list[threading.Thread] = []
        self._future: Any = None
        self._task: tuple[Any, bytes] | None = None
        self.is_ready = False
        self._pids: set[int] = set()  # those that are ready
        # When the task began, None if it has not yet.
        self.began: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it has a task."""
        return self._task is not None

    @property
    def is_at_it(self) -> bool:
        """Whether its task has begun and is not done, as far as can be known."""
        return self.began is not None and not self._future.done()

    @property
    def has_process(self) -> bool:
        """Whether there is a process, if only one that starts."""
        return self._executor is not None

    @property
    def seems_far(self) -> int:
        """How far it is from the begin of a task."""
        return 0 if self.is_ready else 1 if self.has_process else 2

    def waits_for(self, future: Any) -> bool:
        """Tell whether a future is of what it is at now."""
        return future is self._future

    def seconds(self) -> float:
        """Return how long it has been at its task."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def start(self, key: Any, task: bytes) -> None:
        """Take a task; begin with it as soon as there is a process for it."""
        self._task = key, task
        if self.is_ready:
            self._begin()
        elif not self.has_process:
            self.restart()

    def restart(self, executor: Any = None) -> None:
        """Start a process, or take the one of an executor that was kept."""
        self.kill()
        self._executor = executor or ProcessPoolExecutor(
            max_workers=1,
            timeout=self._seconds_of_idleness,
            initializer=_begin_process,
            initargs=(os.getpid(), self._origin.initializer, self._origin.initargs),
            env=self._origin.env,
        )
        try:
            self._submit(_load, self._shared)
        except BrokenProcessPool:
            if executor is None:
                raise
            self.restart()  # it has died while it was kept

    def be_ready(self) -> None:
        """Begin with the task, if there is one, now that there is a process for it."""
        self.is_ready, self._pids = True, set(self._executor._processes)
        if self.is_busy:
            self._begin()

    def finish(self, future: Any) -> tuple[Any, Any]:
        """Return the key and the result of the task, and be free for the next one."""
        seconds, key = self.seconds(), self._drop_task()
        try:
            return key, unpack(future.result())
        except SystemExit:  # of the worker, not of this process
            return key, Fault("crashed", seconds)

    def fail(self, kind: FaultKind) -> tuple[Any, Fault]:
        """End the process, and tell what became of its task."""
        fault = Fault(kind, self.seconds())
        self.kill()
        return self._drop_task(), fault

    def kill(self) -> None:
        """End the process, if there is one; do not wait for its end."""
        executor = self._executor
        self.is_ready, self.began = False, None
        if executor is None:
            return
        settle(executor)
        manager = executor._executor_manager_thread
        processes = list(executor._processes.values())
        executor.shutdown(wait=False, kill_workers=True)
        if manager is not None:
            self._managers.append(manager)
        else:  # Ctrl-C while the process started
            for process in processes:
                process.terminate()
        self._executor = None

    def let_go(self) -> tuple[Any, Origin, Any] | None:
        """Have a process that is at nothing forget its data, and part with it."""
        executor = self._executor
        if not self.is_ready or self.is_busy or set(executor._processes) != self._pids:
            return None
        if self._origin.initializer is not None:
            return None  # whether the next one is the same cannot be told
        try:
            future = executor.submit(_forget)
        except BrokenProcessPool:
            return None
        self._executor, self.is_ready = None, False
        return future, self._origin, executor

    def join(self) -> None:
        """Wait until all its processes have ended."""
        while self._managers:
            self._managers.pop().join()

    def _begin(self) -> None:
        assert self._task is not None
        if set(self._executor._processes) != self._pids:
            # loky replaces a process that has grown a lot, by one that is not ready.
            self.restart()
            return
        try:
            self._submit(_call, self._task[1])
        except BrokenProcessPool:  # the process died while it had nothing to do
            self.restart()
        else:
            self.began = time.monotonic()

    def _drop_task(self) -> Any:
        assert self._task is not None
        key, _ = self._task
        self._task = self._future = self.began = None
        return key

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._future = self._executor.submit(function, *arguments)
        self._future.add_done_callback(lambda future: self._done.put((self, future)))


def _remove(folder: Any) -> None:
    """Remove the files of arrays; no process reads them any more."""
    if hasattr(folder, "_clean_temporary_resources"):
        folder._clean_temporary_resources(force=True)
    else:  # before joblib 1.3
        folder._unregister_temporary_resources()
        folder._try_delete_folder(allow_non_empty=True)


def _packed(content: Any, reducers: Any) -> bytes:
    """Pickle what is to go to the processes."""
    try:
        return bytes(dumps(content, reducers=reducers))
    except Exception as error:
        error.add_note(
            "It was raised while a fit was sent to a worker process: all that belongs "
            "to it has to be picklable. With n_jobs=1 nothing is sent."
        )
        raise


# ---- in the processes

_function: Callable[..., Any] | None = None


def _begin_process(
    parent: int, initializer: Callable[..., Any] | None, initargs: Sequence[Any]
) -> None:
    """Tie a process to the one that started it; called first in each process."""
    # A terminal sends Ctrl-C to all processes: only the parent knows what to do then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    end_with_thread_of_parent()
    if initializer is not None:
        initializer(*initargs)


def _load(shared: bytes) -> Outcome:
    """Keep what all tasks of a search share."""
    global _function

    def load() -> None:
        global _function
        _function = pickle.loads(shared)

    _function = None
    return call_and_pack(load)


def _call(task: bytes) -> Outcome:
    assert _function is not None
    function = _function
    return call_and_pack(lambda: function(**pickle.loads(task)))


def _forget() -> None:
    """Drop what the tasks of a search shared."""
    global _function
    _function = None
