"""Tasks of the evaluator in an executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from skopt_evo.executors import InProcess, resolve_executor

# On Windows Ctrl-C does not end a wait, only what comes after it.
SECONDS_OF_A_WAIT = 1.0

Arguments = Callable[[], dict[str, Any]]


class Pool:
    """The executor of an evaluator, with the interface that this one knows.

    Parameters
    ----------
    function : callable
        What the tasks call.
    n_jobs : int or None
    pre_dispatch : int or str
        As for :class:`joblib.Parallel`.
    common : mapping, default=None
        Keyword arguments of all tasks.
    limit : float, default=None
        Seconds after which a task is stopped; None for no limit.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    is_sequential : bool
        Whether there are no workers but this process: nothing may be submitted.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        n_jobs: int | None,
        pre_dispatch: int | str,
        *,
        common: Mapping[str, Any] | None = None,
        limit: float | None = None,
    ) -> None:
        self._executor = resolve_executor(n_jobs, pre_dispatch, fit_timeout=limit)
        self._opened = self._executor.open(function, common or {})
        self.n_workers = self._executor.n_workers
        self.is_sequential = isinstance(self._executor, InProcess)
        self._tasks: dict[Any, tuple[Any, Arguments]] = {}
        self._n_tasks = 0

    def __enter__(self) -> Pool:
        """Start the workers."""
        self._opened.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the workers; what they are still at is dropped."""
        self._opened.__exit__(kind, error, traceback)

    def submit(self, key: Any, arguments: Arguments) -> None:
        """Have a task done as soon as a worker is free."""
        self._tasks[self._n_tasks] = key, arguments
        self._executor.submit(self._n_tasks, arguments())
        self._n_tasks += 1

    def withdraw(self) -> list[Any]:
        """Take back the tasks that are not with the workers yet; return their keys."""
        return [self._tasks.pop(number)[0] for number in self._executor.withdraw()]

    def next_done(self, check: Callable[[], None] = lambda: None) -> tuple[Any, Any]:
        """Return the key and the result, or the fault, of a task that is done."""
        while True:
            check()
            done = self._executor.next_done(SECONDS_OF_A_WAIT)
            check()
            if done is None:
                continue
            key, arguments = self._tasks.pop(done.key)
            if done.error is not None:
                raise done.error
            if done.fault is None:
                return key, done.result
            if done.is_alone:
                return key, done.fault
            self.submit(key, arguments)
