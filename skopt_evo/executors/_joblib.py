"""Tasks in the workers of joblib's backends, if possible without a barrier.

``Parallel.__call__`` returns when the last of its tasks is done, and an iterator that
blocks until there is a result hangs it. The backend below it takes one batch after the
other and calls back for each of them, which is all that is needed here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo._sklearn_compat import with_configuration
from skopt_evo.executors._outcomes import Outcome, call_and_keep, call_and_pack
from skopt_evo.executors._protocol import Request
from skopt_evo.executors._queue import Batch, Queue, QueueExecutor, put_arrived


class Joblib(QueueExecutor):
    """Threads, multiprocessing, or what others have registered with joblib.

    joblib's loky backend is better left to `Workers`: all that runs in this process
    shares the workers of it.

    A backend that does not call back, such as an old one of dask, runs all tasks that
    wait, and hands them back when the last of them is done. A task cannot be stopped,
    and a worker that dies may never be missed: that depends on the backend.

    Parameters
    ----------
    backend : JoblibBackend
        The backend, with its number of workers.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    """

    def __init__(self, backend: JoblibBackend) -> None:
        self._backend = backend
        self.n_workers = backend.n_workers

    @classmethod
    def from_request(cls, request: Request) -> Joblib | None:
        """Return one for any backend. See `ExecutorClass`."""
        return cls(request.backend)

    @contextmanager
    def open(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> Iterator[Joblib]:
        """Start the workers. See `Executor`."""
        backend = self._backend
        self._queue = Queue(self.n_workers, backend.most_ahead)
        self._arrived: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._call, self._common = with_configuration(call), common
        with ExitStack() as stack:
            stack.enter_context(backend.open())
            if backend.uses_threads:
                # Threads that set filters of warnings and take them back by turns, as
                # this one may do meanwhile, leave those of one of them behind.
                stack.enter_context(warnings.catch_warnings())
            # An error that cannot be unpickled would hang multiprocessing.
            self._run = call_and_keep if backend.uses_threads else call_and_pack
            self._calls_back = backend.calls_back
            stack.callback(self._abort)
            yield self

    def _dispatch(self) -> None:
        if self._calls_back:
            super()._dispatch()

    def _send(self, batch: Batch) -> None:
        # A callback that comes after the end finds a queue that nobody reads.
        note = partial(put_arrived, self._arrived, batch.number)
        self._backend.submit(self._calls(batch), note)

    def _receive(self, seconds: float) -> None:
        if not self._calls_back:
            self._run_until_barrier()
            return
        try:
            number, returned = self._arrived.get(timeout=seconds)
        except Empty:
            return
        try:
            outcomes = self._backend.unwrap(returned)
        except SystemExit:  # of a worker, not of this process
            self._queue.fail(number, "crashed")
        except Exception as error:
            self._queue.note(number, Outcome(error=error))
        else:
            self._queue.note(number, outcomes)

    def _run_until_barrier(self) -> None:
        """Do without callbacks: all the tasks there are, and only then the first."""
        batch = self._queue.next_batch(1 if self.n_workers == 1 else sys.maxsize)
        if batch is not None:
            self._queue.note(batch.number, self._backend.run(self._calls(batch)))

    def _calls(self, batch: Batch) -> list[tuple[Any, ...]]:
        # The common arguments by their names: dask sends each of them around once.
        return [
            (self._run, (self._call,), {**self._common, **arguments})
            for arguments in batch.arguments
        ]

    def _abort(self) -> None:
        if self._calls_back and self._queue.running:
            self._backend.abort()
