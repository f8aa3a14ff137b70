"""The one place that imports private names of joblib, and knows its versions.

What joblib has copied of loky is for `_loky_compat.py`.

Supported are joblib 1.2 and later. What changed in between:

- 1.3 brought a common form of what a backend hands to callbacks. Before, each backend
  has its own.
- From 1.5 on, tasks go to a backend by ``submit``, before by ``apply_async``.
- The keyword arguments for a backend are in ``Parallel._backend_kwargs`` from 1.5 on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from typing import Any

from joblib._memmapping_reducer import (
    TemporaryResourcesManager,
    get_memmapping_reducers,
)
from joblib._parallel_backends import LokyBackend, PoolManagerMixin
from joblib._utils import eval_expr
from joblib.parallel import BatchedCalls, SequentialBackend
from sklearn.utils.parallel import Parallel, delayed

__all__ = [
    "NO_NESTED_BACKEND",
    "ArrayFiles",
    "JoblibBackend",
    "call_in_worker",
]

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]

# What nested parallel calls get in workers of others than joblib.
NO_NESTED_BACKEND = SequentialBackend(nesting_level=1), None


class JoblibBackend:
    """What joblib would run a parallel call with.

    joblib's context managers (`joblib.parallel_config`) decide. No worker is started
    before `open` is called.

    Parameters
    ----------
    n_jobs : int or None
    pre_dispatch : int or str, default="2*n_jobs"
        As for :class:`joblib.Parallel`.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    most_ahead : float
        How many may be with the workers at a time.
    """

    def __init__(
        self, n_jobs: int | None, pre_dispatch: int | str = "2*n_jobs"
    ) -> None:
        self._parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch)
        backend = self._parallel._backend
        if isinstance(backend, PoolManagerMixin):
            # That of `parallel_config` is one object for all who ask, and has no
            # workers any more when one of them, such as a surrogate, is done.
            backend = self._parallel._backend = copy(backend)
        n_workers = backend.effective_n_jobs(self._parallel.n_jobs)
        self.n_workers = max(1, int(n_workers))
        self.most_ahead = _most_ahead(pre_dispatch, self.n_workers)

    @property
    def name(self) -> str:
        """The name of the class of the backend."""
        return type(self._backend).__name__

    @property
    def is_loky(self) -> bool:
        """Whether joblib would use processes of loky."""
        return isinstance(self._backend, LokyBackend)

    @property
    def is_single(self) -> bool:
        """Whether joblib would do without workers, in this thread."""
        is_single = isinstance(self._backend, (LokyBackend, PoolManagerMixin))
        return isinstance(self._backend, SequentialBackend) or (
            is_single and self.n_workers == 1
        )

    @property
    def is_nested(self) -> bool:
        """Whether this is inside of another parallel call."""
        return bool(self._backend.nesting_level)

    @property
    def uses_threads(self) -> bool:
        """Whether the workers are threads of this process."""
        return bool(getattr(self._backend, "uses_threads", False))

    @property
    def client(self) -> Any:
        """The client of a cluster, such as dask's, None if there is none."""
        client = getattr(self._backend, "client", None)
        return client if hasattr(client, "submit") else None

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments for the ``submit`` of `client`."""
        return dict(getattr(self._backend, "submit_kwargs", {}))

    @property
    def nested(self) -> Any:
        """What parallel calls inside of tasks use: for `call_in_worker`."""
        return self._backend.get_nested_backend()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for processes of loky; none for other backends."""
        if not self.is_loky:
            return {}
        return dict(self._backend._prepare_worker_env(self.n_workers))

    @property
    def settings(self) -> dict[str, Any]:
        """Keyword arguments for processes, such as ``max_nbytes``."""
        parallel = self._parallel
        settings = getattr(parallel, "_backend_kwargs", None)
        if settings is None:  # before joblib 1.5
            settings = parallel._backend_args
        # As joblib has it: what a call asks for counts more than the backend's own.
        return {**getattr(self._backend, "backend_kwargs", {}), **settings}

    @property
    def calls_back(self) -> bool:
        """Whether the backend calls back for each task, failed ones included."""
        if self._is_before_1_3:
            return isinstance(self._backend, (LokyBackend, PoolManagerMixin))
        return bool(self._backend.supports_retrieve_callback)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Have workers in the block; `is_single` and the like may be others then."""
        with ExitStack() as stack:
            stack.enter_context(self._parallel)
            if self.calls_back:
                self._backend.start_call()
                stack.callback(self._backend.stop_call)
                stack.enter_context(self._backend.retrieval_context())
            yield

    def submit(self, calls: Sequence[Call], callback: Callable[[Any], None]) -> None:
        """Run calls in a worker, one after the other; call back with what to unwrap."""
        # What Parallel makes of a task as well: a search that is nested in it gets a
        # backend that fits.
        batch = BatchedCalls(calls, self._backend.get_nested_backend(), None, {})
        if hasattr(self._backend, "submit"):  # from joblib 1.5 on
            self._backend.submit(batch, callback)
        elif self._is_before_1_3 and isinstance(self._backend, PoolManagerMixin):
            # Its own apply_async keeps failures to itself.
            pool = self._backend._get_pool()
            pool.apply_async(batch, callback=callback, error_callback=callback)
        else:
            self._backend.apply_async(batch, callback)

    def unwrap(self, outcome: Any) -> list[Any]:
        """Return what calls returned, or raise what has kept them from it."""
        if not self._is_before_1_3:
            return list(self._backend.retrieve_result_callback(outcome))
        if isinstance(outcome, BaseException):
            raise outcome
        return list(outcome.result() if self.is_loky else outcome)

    def run(self, calls: Sequence[Call]) -> list[Any]:
        """Run calls in the workers; return what they return when the last is done."""
        return list(
            self._parallel(
                delayed(function)(*positional, **named)
                for function, positional, named in calls
            )
        )

    def abort(self) -> None:
        """Drop all tasks. Workers and tasks are those of this object alone.

        The backend is a copy, or it is that of this thread alone.
        """
        self._backend.abort_everything(ensure_ready=False)

    @property
    def _backend(self) -> Any:
        # It is another one if the backend has found that there is nothing to start.
        return self._parallel._backend

    @property
    def _is_before_1_3(self) -> bool:
        return not hasattr(self._backend, "supports_retrieve_callback")


def _most_ahead(pre_dispatch: int | str, n_workers: int) -> float:
    if pre_dispatch == "all":
        return float("inf")
    if isinstance(pre_dispatch, str):
        pre_dispatch = eval_expr(pre_dispatch.replace("n_jobs", str(n_workers)))
    return max(1, int(pre_dispatch))


def call_in_worker(
    function: Callable[..., Any], nested: Any, /, **arguments: Any
) -> Any:
    """Call a function where joblib knows that it is in a worker already.

    Parallel calls inside of it use `nested`: `JoblibBackend.nested`, or
    `NO_NESTED_BACKEND`.
    """
    (result,) = BatchedCalls([(function, (), arguments)], nested)()
    return result


class ArrayFiles:
    """A folder with files of large arrays, which processes map into their memory.

    Parameters
    ----------
    temp_folder : str or None
    max_nbytes : int or None
    mmap_mode : str or None
        As for :class:`joblib.Parallel`.
    """

    def __init__(
        self, temp_folder: str | None, max_nbytes: int | None, mmap_mode: str | None
    ) -> None:
        self._folder = TemporaryResourcesManager(temp_folder)
        self._settings = {"max_nbytes": max_nbytes, "mmap_mode": mmap_mode}

    def reducers(self, *, until_removed: bool) -> Any:
        """Return what to pickle with, so that large arrays become files.

        The files stay until `remove` is called, for many readers, or else go when the
        array that was read is no longer used.
        """
        reducers, _ = get_memmapping_reducers(
            temp_folder_resolver=self._folder.resolve_temp_folder_name,
            unlink_on_gc_collect=not until_removed,
            **self._settings,
        )
        return reducers

    def remove(self) -> None:
        """Remove the folder; no process may read its files any more."""
        if hasattr(self._folder, "_clean_temporary_resources"):
            self._folder._clean_temporary_resources(force=True)
        else:  # before joblib 1.3
            self._folder._unregister_temporary_resources()
            self._folder._try_delete_folder(allow_non_empty=True)
