"""Tasks in the thread that waits for them, without any worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from skopt_evo.executors._protocol import Done, Key, Request


class InProcess:
    """Runs a task when somebody waits for it.

    What nobody waits for is never done. A task that ends this process, or never ends,
    cannot be helped.

    Parameters
    ----------
    guard : callable, default=contextlib.nullcontext
        Returns the context manager in which a task runs.

    Attributes
    ----------
    n_workers : int
        One.
    """

    n_workers = 1

    def __init__(
        self, guard: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> None:
        self._guard = guard

    @classmethod
    def from_request(cls, request: Request) -> InProcess | None:
        """Return one for a single job that nobody has to stop. See `ExecutorClass`."""
        if request.backend.is_single and request.fit_timeout is None:
            return cls(request.guard)
        return None

    @contextmanager
    def open(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> Iterator[InProcess]:
        """Begin. See `Executor`."""
        self._call, self._common = call, common
        self._waiting: deque[tuple[Key, Mapping[str, Any]]] = deque()
        try:
            yield self
        finally:
            self._waiting.clear()
            del self._call, self._common

    def submit(
        self,
        key: Key,
        arguments: Mapping[str, Any],
        affinity: Hashable | None = None,
    ) -> None:
        """Add a task. See `Executor`."""
        self._waiting.append((key, arguments))

    def next_done(self, timeout: float | None) -> Done | None:
        """Run the task that waits for longest. See `Executor`.

        It is run to its end, whatever `timeout` is. What is no Exception, such as
        SystemExit, is raised: it is of this process.
        """
        if not self._waiting:
            return None
        key, arguments = self._waiting.popleft()
        try:
            with self._guard():
                return Done(key, self._call(**self._common, **arguments))
        except Exception as error:
            return Done(key, error=error)

    def withdraw(self) -> list[Key]:
        """Take back all tasks. See `Executor`."""
        keys = [key for key, _ in self._waiting]
        self._waiting.clear()
        return keys
