"""Tasks without a barrier: the one module that knows joblib's backends.

``Parallel.__call__`` returns when the last of its tasks is done, and an iterator that
blocks until there is a result hangs it. The backend below it takes one task after the
other and calls back for each of them, which is all that is needed here.

Where joblib would use loky, the processes are our own (`Slots`): joblib's are shared by
all that runs in this process, and cannot be stopped without harm to the others.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from copy import copy
from functools import partial
from itertools import count
from multiprocessing import current_process
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from joblib._parallel_backends import LokyBackend, PoolManagerMixin
from joblib._utils import eval_expr
from joblib.parallel import BatchedCalls, SequentialBackend
from sklearn.utils.parallel import Parallel, delayed

from skopt_evo._sklearn_compat import with_configuration
from skopt_evo.evaluation._outcomes import call_and_pack, unpack
from skopt_evo.evaluation._slots import Slots
from skopt_evo.trials import Fault

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

    In place of joblib's loky workers there are `Slots`, which are of this pool alone;
    so they are for a single job with a limit. All other backends are joblib's.

    Parameters
    ----------
    function : callable
        What the tasks call; workers import it. It sees scikit-learn's configuration as
        it is when the pool opens.
    n_jobs : int or None
        The number of workers, as for :class:`joblib.Parallel`.
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
        self._function = function
        self._common = common or {}
        self._limit = limit
        self._parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch)
        if isinstance(self._parallel._backend, PoolManagerMixin):
            # That of `parallel_config` is one object for all who ask, and has no
            # workers any more when one of them, such as a surrogate, is done.
            self._parallel._backend = copy(self._parallel._backend)
        self._waiting: deque[tuple[Any, Arguments]] = deque()
        # Those that are with the workers, by a number of their own.
        self._running: dict[int, tuple[Any, Arguments]] = {}
        self._numbers = count()
        self._done: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        self._slots: Slots | None = None

    def __enter__(self) -> Pool:
        """Start the workers.

        Raises
        ------
        ValueError
            If there is a limit, and there can be no processes to keep it.
        """
        with ExitStack() as stack:
            if not isinstance(self._parallel._backend, LokyBackend):
                stack.enter_context(self._parallel)
            self._backend = self._parallel._backend
            self._check_limit()
            n_jobs = self._parallel.n_jobs
            self.n_workers = int(self._backend.effective_n_jobs(n_jobs))
            has_processes = isinstance(self._backend, LokyBackend)
            is_single = isinstance(self._backend, SequentialBackend) or (
                has_processes and self.n_workers == 1
            )
            self.is_sequential = is_single and self._limit is None
            self._most_running = _resolve(self._parallel.pre_dispatch, self.n_workers)
            self._calls_back = True
            if not self.is_sequential and (has_processes or is_single):
                self._slots = self._make_slots()
                self._most_running = min(self._most_running, self.n_workers)
                stack.push(self._close_slots)
            elif not self.is_sequential:
                self._open_backend(stack)
            self._exit = stack.pop_all()
        return self

    def _open_backend(self, stack: ExitStack) -> None:
        """Begin to use a backend of joblib's, until the stack is left."""
        self._calls_back = _calls_back(self._backend)
        if getattr(self._backend, "uses_threads", False):
            # Threads that set filters of warnings and take them back by turns, as this
            # one may do meanwhile, leave those of one of them behind.
            stack.enter_context(warnings.catch_warnings())
        else:  # an error that cannot be unpickled would hang multiprocessing
            self._function = partial(call_and_pack, self._function)
        self._configured = with_configuration(self._function)
        if self._calls_back:
            self._backend.start_call()
            stack.callback(self._backend.stop_call)
            stack.enter_context(self._backend.retrieval_context())
        stack.callback(self._abort)

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
            returns the keyword arguments of the function. Called once more if the task
            has to be done again.
        """
        self._waiting.append((key, arguments))
        self._dispatch()

    def withdraw(self) -> list[Any]:
        """Take back the tasks that are not with the workers yet; return their keys."""
        keys = [key for key, _ in self._waiting]
        self._waiting.clear()
        return keys

    def next_done(self, check: Callable[[], None] = lambda: None) -> tuple[Any, Any]:
        """Return the key and the result of a task that is done, each one once.

        Waits until there is one; raises what the task raised.

        Parameters
        ----------
        check : callable
            Called at least once a second while waiting; what it raises ends that.

        Returns
        -------
        key : object
            That of the task.
        result : object
            What the task returned; a `Fault` if it did not come to its end.
        """
        if not self._calls_back:
            return self._next_done_behind_barrier()
        while True:
            check()
            self._dispatch()
            number, outcome = self._next_outcome()
            # A terminal sends Ctrl-C to workers as well: what they return may be half
            # of a fit, or their death.
            check()
            if number is None:
                continue
            key, _ = self._running.pop(number)
            result = outcome if self._slots is not None else self._result(outcome)
            # After a fault some of those that wait may not be worth a try any more.
            if not isinstance(result, Fault):
                self._dispatch()
            return key, result

    def _next_outcome(self) -> tuple[int | None, Any]:
        """Return the number and the outcome of a task, None if there is none yet."""
        if self._slots is not None:
            return self._slots.next_done(SECONDS_OF_A_WAIT) or (None, None)
        try:
            return self._done.get(timeout=SECONDS_OF_A_WAIT)
        except Empty:
            return None, None

    def _result(self, outcome: Any) -> Any:
        """Return what a task returned, or raise what it raised."""
        try:
            (result,) = _result(self._backend, outcome)
            return unpack(result)
        except SystemExit:  # of a worker, not of this process
            return Fault("crashed", 0.0)

    def _dispatch(self) -> None:
        """Hand tasks to the workers, as many as may be with them."""
        if not self._calls_back:
            return
        while self._waiting and len(self._running) < self._most_running:
            key, arguments = self._waiting.popleft()
            number = next(self._numbers)
            self._running[number] = key, arguments
            if self._slots is not None:
                self._slots.start(number, arguments())
                continue
            # What Parallel makes of a task as well: a search that is nested in it gets
            # a backend that fits.
            call = BatchedCalls(
                [(self._configured, (), {**arguments(), **self._common})],
                self._backend.get_nested_backend(),
                None,
                {},
            )
            _submit(self._backend, call, partial(self._note, number))

    def _note(self, number: int, outcome: Any) -> None:
        """Take what a worker brings back; called in a thread of the backend."""
        self._done.put((number, outcome))

    def _make_slots(self) -> Slots:
        parallel, backend = self._parallel, self._backend
        settings = getattr(parallel, "_backend_kwargs", None)
        if settings is None:  # before joblib 1.5
            settings = parallel._backend_args
        nested = backend.get_nested_backend()
        is_loky = isinstance(backend, LokyBackend)
        return Slots(
            self.n_workers,
            partial(
                _call_nested, with_configuration(self._function), self._common, nested
            ),
            limit=self._limit,
            env=backend._prepare_worker_env(self.n_workers) if is_loky else None,
            # As joblib has it: what a call asks for counts more than the backend's own.
            settings={**getattr(backend, "backend_kwargs", {}), **settings},
        )

    def _check_limit(self) -> None:
        if self._limit is None:
            return
        name = type(self._backend).__name__
        is_possible = isinstance(self._backend, (LokyBackend, SequentialBackend))
        if not is_possible and self._backend.nesting_level:
            raise ValueError(
                f"fit_timeout={self._limit!r} needs worker processes that can be "
                "stopped one by one. This search runs inside another parallel call, "
                f"where joblib gives it a {name}, which has none. Set n_jobs=1 in the "
                "search, or in the call around it, or fit_timeout=None."
            )
        if not is_possible:
            raise ValueError(
                f"fit_timeout={self._limit!r} needs worker processes that can be "
                f"stopped one by one, and joblib's {name} has none. Use joblib's "
                "default backend, 'loky', with any n_jobs, or set fit_timeout=None."
            )
        if current_process().daemon:
            raise ValueError(
                f"fit_timeout={self._limit!r} needs worker processes, and this is a "
                "daemonic process, which can have none: that is what multiprocessing "
                "makes of the workers of a parallel call. Set n_jobs=1 in the call "
                "around the search, use joblib's backend 'loky' there, or set "
                "fit_timeout=None."
            )

    def _next_done_behind_barrier(self) -> tuple[Any, Any]:
        """Do without callbacks: all the tasks there are, and only then the first."""
        if self._done.empty():
            tasks, self._waiting = self._waiting, deque()
            results = self._parallel(
                delayed(self._function)(**arguments(), **self._common)
                for _, arguments in tasks
            )
            for (key, _), result in zip(tasks, results, strict=True):
                self._done.put((key, result))
        key, result = self._done.get()
        return key, unpack(result)

    def _close_slots(self, kind: type[BaseException] | None, *rest: object) -> None:
        assert self._slots is not None
        self._slots.close(keep=kind is None)

    def _abort(self) -> None:
        # Workers and tasks are those of this pool: the backend is a copy, or it is that
        # of this thread alone, as `parallel_config` has it.
        if self._running:
            self._backend.abort_everything(ensure_ready=False)


def _call_nested(
    function: Callable[..., Any],
    common: Mapping[str, Any],
    nested: Any,
    **arguments: Any,
) -> Any:
    """Call a function where joblib knows that it is in a worker already."""
    (result,) = BatchedCalls([(function, (), {**arguments, **common})], nested)()
    return result


def _resolve(pre_dispatch: int | str, n_workers: int) -> float:
    """Return the most tasks that are with the workers at a time."""
    if pre_dispatch == "all":
        return float("inf")
    if isinstance(pre_dispatch, str):
        pre_dispatch = eval_expr(pre_dispatch.replace("n_jobs", str(n_workers)))
    return max(1, int(pre_dispatch))


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
