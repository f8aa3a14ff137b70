"""One worker process, which is stopped, or dies, without harm to the others.

Its loky executor has no other process, so that the executor that breaks tells the task.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import BrokenExecutor
from queue import SimpleQueue
from typing import Any

from skopt_evo._loky_compat import kill_process, process_ids, start_process
from skopt_evo.executors._idle import Origin
from skopt_evo.executors._inside import begin_process, call, forget, load
from skopt_evo.executors._outcomes import Outcome
from skopt_evo.executors._processes import wait_until_queued


def outcomes_of(future: Any) -> Any:
    """Return what came of the calls of a task, one error if none was made."""
    error = future.exception()
    return future.result() if error is None else Outcome(error=error)


class Worker:
    """A process, if there is one, and its task, if it has one."""

    def __init__(
        self,
        shared: bytes,
        origin: Origin,
        seconds_of_idleness: float,
        done: SimpleQueue[tuple[Worker, Any]],
    ) -> None:
        self._shared = shared
        self._origin = origin
        self._seconds_of_idleness = seconds_of_idleness
        self._done = done
        self._executor: Any = None
        self._managers: list[threading.Thread] = []
        self._future: Any = None
        self._task: tuple[int, bytes] | None = None
        self.is_ready = False
        # Of the latest task that it had.
        self.affinity: Hashable | None = None
        self._pids: set[int] = set()  # those that are ready
        # When the task began, None if it has not yet.
        self.began: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it has a task."""
        return self._task is not None

    @property
    def is_running(self) -> bool:
        """Whether its task has begun and is not done, as far as can be known."""
        return self.began is not None and not self._future.done()

    @property
    def has_process(self) -> bool:
        """Whether there is a process, if only one that starts."""
        return self._executor is not None

    @property
    def start_delay(self) -> int:
        """0 if a task can begin at once, 1 while the process starts, 2 without one."""
        return 0 if self.is_ready else 1 if self.has_process else 2

    def waits_for(self, future: Any) -> bool:
        """Tell whether a future is that of what it does now."""
        return future is self._future

    def seconds(self) -> float:
        """Return for how many seconds its task has been running."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def start(self, number: int, task: bytes, affinity: Hashable | None) -> None:
        """Take a task; begin with it as soon as there is a process for it."""
        self._task = number, task
        if self.is_ready:
            self._begin()
        elif not self.has_process:
            self.restart()
        self.affinity = affinity

    def restart(self, executor: Any = None) -> None:
        """Start a process, or take the one of an executor that was kept."""
        self.kill()
        self.affinity = None
        self._executor = executor or start_process(
            self._seconds_of_idleness,
            begin_process,
            (os.getpid(), self._origin.initializer, self._origin.initargs),
            self._origin.env,
        )
        try:
            self._submit(load, self._shared)
        except BrokenExecutor:
            if executor is None:
                raise
            self.restart()  # it has died while it was kept

    def set_ready(self) -> None:
        """Begin with the task, if there is one, now that there is a process for it."""
        self.is_ready, self._pids = True, process_ids(self._executor)
        if self.is_busy:
            self._begin()

    def finish(self, future: Any) -> tuple[int, Any]:
        """Return the number and the outcomes of the task; be free for the next one."""
        return self._drop_task(), outcomes_of(future)

    def fail(self) -> tuple[int, float]:
        """End the process; return the number of its task, and what it has taken."""
        seconds = self.seconds()
        self.kill()
        return self._drop_task(), seconds

    def kill(self) -> None:
        """End the process, if there is one; do not wait for its end."""
        executor = self._executor
        self.is_ready, self.began = False, None
        if executor is None:
            return
        wait_until_queued(executor)
        if (manager := kill_process(executor)) is not None:
            self._managers.append(manager)
        self._executor = None

    def release(self) -> tuple[Any, Origin, Any] | None:
        """Have a process without a task drop its data; return its executor."""
        executor = self._executor
        if not self.is_ready or self.is_busy or process_ids(executor) != self._pids:
            return None
        if self._origin.initializer is not None:
            return None  # whether the next one is the same cannot be told
        try:
            future = executor.submit(forget)
        except BrokenExecutor:
            return None
        self._executor, self.is_ready = None, False
        return future, self._origin, executor

    def join(self) -> None:
        """Wait until all its processes have ended."""
        while self._managers:
            self._managers.pop().join()

    def _begin(self) -> None:
        assert self._task is not None
        if process_ids(self._executor) != self._pids:
            # loky replaces a process that has grown a lot, by one that is not ready.
            self.restart()
            return
        try:
            self._submit(call, self._task[1])
        except BrokenExecutor:  # the process died while it had nothing to do
            self.restart()
        else:
            self.began = time.monotonic()

    def _drop_task(self) -> int:
        assert self._task is not None
        number, _ = self._task
        self._task = self._future = self.began = None
        return number

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._future = self._executor.submit(function, *arguments)
        self._future.add_done_callback(lambda future: self._done.put((self, future)))
