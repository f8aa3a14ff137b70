"""What runs the tasks of a search, as all who use it see it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo.trials import Fault

Key: TypeAlias = Hashable


@dataclass(frozen=True)
class Done:
    """What became of a task: a result, an error or a fault.

    Attributes
    ----------
    key : Key
        The key that the task was submitted with.
    result : object
        What the call returned.
    error : BaseException or None
        What the call raised. If that cannot be sent from one process to another, an
        error of its nearest built-in class, with its text.
    fault : Fault or None
        Why the call did not come to its end.
    is_alone : bool
        Whether the fault is of this task alone. False if it ran beside others: the
        fault is of one of them, and nobody knows which one.
    """

    key: Key
    result: Any = None
    error: BaseException | None = None
    fault: Fault | None = None
    is_alone: bool = True


class Executor(Protocol):
    """Where tasks run.

    All methods are called by one thread. An executor may be opened again after it was
    closed, and is then as new.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side. It is known before the executor is opened.
    """

    n_workers: int

    def open(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> AbstractContextManager[Any]:
        """Start the workers.

        On leaving, what is still running is dropped.

        Parameters
        ----------
        call : callable
            What tasks call, as ``call(**common, **arguments)``. Workers import it, and
            see scikit-learn's configuration and the filters of warnings as they are
            now.
        common : mapping
            Keyword arguments of all tasks. If possible, they are sent to each worker
            once.
        """

    def submit(
        self,
        key: Key,
        arguments: Mapping[str, Any],
        affinity: Hashable | None = None,
    ) -> None:
        """Add a task. Tasks start in the order in which they were submitted.

        Parameters
        ----------
        key : Key
            What `next_done` calls the task.
        arguments : mapping
            The keyword arguments of this task alone, which should be small.
        affinity : hashable, default=None
            Tasks with the same affinity may run faster in the same worker. A hint.
        """

    def next_done(self, timeout: float | None) -> Done | None:
        """Return what became of a task, each one once, in the order of completion.

        After a fault no task starts before the next call of `submit` or `next_done`, so
        that the caller can withdraw those that wait.

        Parameters
        ----------
        timeout : float or None
            How many seconds to wait at most; None for any time.

        Returns
        -------
        done : Done or None
            None if no task is done in that time, or if there is none at all.
        """

    def withdraw(self) -> list[Key]:
        """Take back the tasks that are not with a worker yet.

        Returns
        -------
        keys : list of Key
            Their keys, in the order in which they were submitted.
        """


@dataclass(frozen=True)
class Request:
    """What a search asks of an executor.

    Attributes
    ----------
    backend : JoblibBackend
        What joblib would use.
    fit_timeout : float or None
        Seconds after which a task is stopped; None for no limit.
    guard : callable
        Returns a context manager, in which a task runs that runs in this thread.
    """

    backend: JoblibBackend
    fit_timeout: float | None
    guard: Callable[[], AbstractContextManager[Any]]


class ExecutorClass(Protocol):
    """A class of executors, as the table of them sees it."""

    def from_request(self, request: Request) -> Executor | None:
        """Return an executor that does what a search asks for; None if none can."""
