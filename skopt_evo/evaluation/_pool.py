"""Tasks in joblib's pool without a barrier: the one module that knows its backends.

``Parallel.__call__`` returns when the last of its tasks is done, and an iterator that
blocks until there is a result hangs it. The backend below it takes one task after the
other and calls back for each of them, which is all that is needed here.
"""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from joblib._parallel_backends import LokyBackend, PoolManagerMixin
from joblib._utils import eval_expr
from joblib.parallel import BatchedCalls, SequentialBackend
from sklearn.utils.parallel import Parallel, delayed

from skopt_evo._sklearn_compat import with_configuration

# On Windows Ctrl-C does not end a wait, only what comes after it.
SECONDS_OF_A_WAIT = 1.0

Arguments = Callable[[], dict[str, Any]]


class Pool:
    """Workers that never wait for each other while there are tasks.

    All tasks call one function. They start in the order in which they were submitted,
    and are handed back in the order in which they end.

    Everything happens in the thread that calls: workers only put what they did into a
    queue. No more than `pre_dispatch` tasks are with the workers at any time, the
    arguments of the others are yet to be made.

    Parameters
    ----------
    function : callable
        What the tasks call; workers import it. It sees scikit-learn's configuration as
        it is when the pool opens.
    n_jobs : int or None
        The number of workers, as for :class:`joblib.Parallel`.
    pre_dispatch : int or str
        As for :class:`joblib.Parallel`.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    is_sequential : bool
        Whether there are no workers but this process: nothing may be submitted.
    """

    def __init__(
        self, function: Callable[..., Any], n_jobs: int | None, pre_dispatch: int | str
    ) -> None:
        self._function = function
        self._parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch)
        self._waiting: deque[tuple[Any, Arguments]] = deque()
        self._done: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        self._n_running = 0

    def __enter__(self) -> Pool:
        """Start the workers."""
        with ExitStack() as stack:
            stack.enter_context(self._parallel)
            self._backend = self._parallel._backend
            self.is_sequential = isinstance(self._backend, SequentialBackend)
            n_jobs = self._parallel.n_jobs
            self.n_workers = int(self._backend.effective_n_jobs(n_jobs))
            self._most_running = _resolve(self._parallel.pre_dispatch, self.n_workers)
            if isinstance(self._backend, LokyBackend):  # see _settle
                self._most_running = min(self._most_running, 2 * self.n_workers)
            self._calls_back = _calls_back(self._backend)
            if getattr(self._backend, "uses_threads", False):
                # Threads that set filters of warnings and take them back by turns,
                # as this one may do meanwhile, leave those of one of them behind.
                stack.enter_context(warnings.catch_warnings())
            if self._calls_back:
                self._configured = with_configuration(self._function)
                self._backend.start_call()
                stack.callback(self._backend.stop_call)
                stack.enter_context(self._backend.retrieval_context())
            stack.callback(self._abort)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the workers; what they are still at is dropped."""
        self._exit.__exit__(kind, error, traceback)

    def submit(self, key: Any, arguments: Arguments) -> None:
        """Have a task done as soon as a worker is free.

        Parameters
        ----------
        key : object
            What `next_done` says that it is.
        arguments : callable
            Called without arguments when the task goes to the workers, in this thread:
            returns the keyword arguments of the function.
        """
        self._waiting.append((key, arguments))
        self._dispatch()

    def next_done(self, check: Callable[[], None] = lambda: None) -> tuple[Any, Any]:
        """Return the key and the result of a task that is done, each one once.

        Waits until there is one; raises what the task raised.

        Parameters
        ----------
        check : callable
            Called at least once a second while waiting; what it raises ends that.
        """
        if not self._calls_back:
            return self._next_done_behind_barrier()
        while True:
            check()
            try:
                key, outcome = self._done.get(timeout=SECONDS_OF_A_WAIT)
            except Empty:
                continue
            self._n_running -= 1
            (result,) = _result(self._backend, outcome)
            self._dispatch()
            return key, result

    def _dispatch(self) -> None:
        """Hand tasks to the workers, as many as may be with them."""
        if not self._calls_back:
            return
        while self._waiting and self._n_running < self._most_running:
            key, arguments = self._waiting.popleft()
            # What Parallel makes of a task as well: large arrays are memory-mapped,
            # and a search that is nested in it gets a backend that fits.
            call = BatchedCalls(
                [(self._configured, (), arguments())],
                self._backend.get_nested_backend(),
                self._own_folder if isinstance(self._backend, LokyBackend) else None,
                {},
            )
            self._n_running += 1
            _submit(self._backend, call, partial(self._note, key))

    def _note(self, key: Any, outcome: Any) -> None:
        """Take what a worker brings back; called in a thread of the backend."""
        self._done.put((key, outcome))

    def _own_folder(self) -> None:
        """Have arrays memory-mapped in a folder that goes when this pool does."""
        manager = self._backend._workers._temp_folder_manager
        manager.set_current_context(self._parallel._id)

    def _next_done_behind_barrier(self) -> tuple[Any, Any]:
        """Do without callbacks: all the tasks there are, and only then the first."""
        if self._done.empty():
            tasks, self._waiting = self._waiting, deque()
            results = self._parallel(
                delayed(self._function)(**arguments()) for _, arguments in tasks
            )
            for (key, _), result in zip(tasks, results, strict=True):
                self._done.put((key, result))
        return self._done.get()

    def _abort(self) -> None:
        if self._n_running:
            if isinstance(self._backend, LokyBackend):
                _settle(self._backend)
            self._backend.abort_everything(ensure_ready=False)


def _resolve(pre_dispatch: int | str, n_workers: int) -> float:
    """Return the most tasks that are with the workers at a time."""
    if pre_dispatch == "all":
        return float("inf")
    if isinstance(pre_dispatch, str):
        pre_dispatch = eval_expr(pre_dispatch.replace("n_jobs", str(n_workers)))
    return max(1, int(pre_dispatch))


def _settle(backend: Any) -> None:
    """Wait until loky has seen the latest tasks.

    Its thread dies of those it has not, when the workers are killed. It sees them at
    once, unless there are more than two a worker.
    """
    ids = backend._workers._work_ids
    deadline = time.monotonic() + SECONDS_OF_A_WAIT
    while not ids.empty() and time.monotonic() < deadline:
        time.sleep(0.001)


def _is_before_1_3(backend: Any) -> bool:
    return not hasattr(backend, "supports_retrieve_callback")


def _calls_back(backend: Any) -> bool:
    """Tell whether a backend calls back for each task, failed ones included."""
    if _is_before_1_3(backend):
        return isinstance(backend, (LokyBackend, PoolManagerMixin))
    return bool(backend.supports_retrieve_callback)


def _submit(backend: Any, call: BatchedCalls, callback: Callable[[Any], None]) -> None:
    if hasattr(backend, "submit"):  # from joblib 1.5 on
        backend.submit(call, callback)
    elif _is_before_1_3(backend) and isinstance(backend, PoolManagerMixin):
        # Its own apply_async keeps failures to itself.
        pool = backend._get_pool()
        pool.apply_async(call, callback=callback, error_callback=callback)
    else:
        backend.apply_async(call, callback)


def _result(backend: Any, outcome: Any) -> Any:
    """Return what a task returned, or raise what it raised."""
    if not _is_before_1_3(backend):
        return backend.retrieve_result_callback(outcome)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome.result() if isinstance(backend, LokyBackend) else outcome
