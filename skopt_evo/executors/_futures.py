"""Tasks as futures of any object that has a ``submit``: `concurrent.futures`, dask."""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from joblib import cpu_count

from skopt_evo._joblib_compat import NO_NESTED_BACKEND, call_in_worker
from skopt_evo._loky_compat import pickled
from skopt_evo._sklearn_compat import with_configuration
from skopt_evo.executors._outcomes import (
    Outcome,
    PackedOutcome,
    call_and_keep,
    call_and_pack,
)
from skopt_evo.executors._protocol import Request
from skopt_evo.executors._queue import Batch, Queue, QueueExecutor, put_arrived

# So long dask may take to have workers again when all of them have died.
SECONDS_TO_START_AGAIN = 120.0


class Futures(QueueExecutor):
    """Workers of somebody else, who starts and ends them.

    A client with a method ``scatter``, as dask has it, gets the common arguments once.
    Others get them with each batch of tasks: for large data on one machine, joblib's
    backends are faster.

    No task can be stopped. If a client breaks when a worker dies, as
    :class:`concurrent.futures.ProcessPoolExecutor` does, all that is under way has a
    fault, and the next task raises what the client says.

    Parameters
    ----------
    client : object
        Its ``submit(function, *args)`` returns a future with ``result``, ``cancel`` and
        ``add_done_callback``.
    n_workers : int, default=None
        How many tasks run side by side. None stands for all cores: those that the
        client tells of by ``ncores``, or those of this machine.
    most_ahead : float, default=None
        The most batches that are with the client at a time, None for two a worker.
    nested : object, default=NO_NESTED_BACKEND
        What parallel calls of joblib inside of tasks use.
    options : mapping, default=None
        Further keyword arguments of ``submit``.

    Attributes
    ----------
    n_workers : int
        How many tasks run side by side.
    """

    def __init__(
        self,
        client: Any,
        n_workers: int | None = None,
        *,
        most_ahead: float | None = None,
        nested: Any = NO_NESTED_BACKEND,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self.n_workers = _n_cores(client) if n_workers is None else n_workers
        self._most_ahead = 2 * self.n_workers if most_ahead is None else most_ahead
        self._nested = nested
        self._options = options or {}
        # There is nothing to pickle.
        self._uses_threads = isinstance(client, ThreadPoolExecutor)

    @classmethod
    def from_request(cls, request: Request) -> Futures | None:
        """Return one for joblib's backend of dask. See `ExecutorClass`."""
        backend = request.backend
        if backend.client is None:
            return None
        return cls(
            backend.client,
            backend.n_workers,
            most_ahead=backend.most_ahead,
            nested=backend.nested,
            options=backend.options,
        )

    @contextmanager
    def open(
        self, call: Callable[..., Any], common: Mapping[str, Any]
    ) -> Iterator[Futures]:
        """Begin to use the client. See `Executor`."""
        self._queue = Queue(self.n_workers, self._most_ahead)
        self._arrived: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._futures: dict[int, Any] = {}
        self._id = uuid4().hex
        self._content = _Shared(with_configuration(call), dict(common))
        self._shared = self._share()
        # As for threads of joblib.
        filters = warnings.catch_warnings() if self._uses_threads else nullcontext()
        try:
            with filters:
                yield self
        finally:
            for future in self._futures.values():
                future.cancel()
            self._futures = {}
            del self._shared, self._content

    def _share(self) -> Any:
        """Return what brings the call and its common arguments to the workers."""
        if hasattr(self._client, "scatter"):
            # As a list: dask hands back a future for each of its items.
            return self._client.scatter([self._content], hash=False)[0]
        if self._uses_threads:
            return self._content
        return _PackedShared(self._id, pickled(self._content))

    def _send(self, batch: Batch) -> None:
        content = self._nested, batch.arguments
        packed = content if self._uses_threads else pickled(content)
        # By position, with a first argument that no other task has: dask has the
        # result already if it knows the function and all of its arguments.
        name = f"{self._id}-{batch.number}"
        try:
            future = self._client.submit(
                _call_batch, name, self._shared, packed, **self._options
            )
        except BrokenExecutor as error:
            error.add_note("Workers of it died of a fit, and it starts no others.")
            raise
        self._futures[batch.number] = future
        # A callback that comes after the end finds a queue that nobody reads.
        future.add_done_callback(partial(put_arrived, self._arrived, batch.number))

    def _receive(self, seconds: float) -> None:
        try:
            number, future = self._arrived.get(timeout=seconds)
        except Empty:
            return
        if self._futures.pop(number, None) is None:
            return  # it was lost together with another one
        try:
            self._queue.note(number, future.result())
        except BrokenExecutor:
            # That of one worker is that of all, and ends all that is under way.
            self._lose_all()
        except (CancelledError, asyncio.CancelledError):
            # What workers that died had of the common arguments is lost to dask, with
            # all that was to use it.
            self._lose_all()
            self._share_again()
        except Exception as error:
            if _is_death(error):
                self._queue.fail(number, "crashed")
            else:
                self._queue.note(number, Outcome(error=error))

    def _share_again(self) -> None:
        """Share the common arguments anew; wait for workers that start again."""
        deadline = time.monotonic() + SECONDS_TO_START_AGAIN
        while True:
            try:
                self._shared = self._share()
                return
            except OSError:  # it has none, or has chosen one that is about to end
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _lose_all(self) -> None:
        self._queue.fail_all("crashed")
        self._futures = {}


def _n_cores(client: Any) -> int:
    if hasattr(client, "ncores"):
        return max(1, int(sum(client.ncores().values())))
    return int(cpu_count())


def _is_death(error: BaseException) -> bool:
    """Tell whether dask has given up a task since workers died of it."""
    killed = getattr(sys.modules.get("distributed"), "KilledWorker", None)
    return killed is not None and isinstance(error, killed)


# ---- in the workers


@dataclass(frozen=True)
class _Shared:
    """What all tasks have in common."""

    call: Callable[..., Any]
    common: Mapping[str, Any]


@dataclass(frozen=True)
class _PackedShared:
    """The same, for processes that get it with each batch."""

    name: Hashable
    content: bytes


_loaded: dict[Hashable, _Shared] = {}


def _load(packed: _PackedShared) -> _Shared:
    """Return what is in it; unpickle it once for all batches of a search."""
    if packed.name not in _loaded:
        _loaded.clear()
        _loaded[packed.name] = pickle.loads(packed.content)
    return _loaded[packed.name]


def _call_batch(
    name: str, shared: Any, packed: Any
) -> Sequence[PackedOutcome | Outcome]:
    """Run tasks, one after the other."""
    if isinstance(shared, _PackedShared):
        shared = _load(shared)
    is_packed = isinstance(packed, bytes)
    # Not before it is in a worker: that is where a nested backend of dask belongs.
    nested, batch = pickle.loads(packed) if is_packed else packed
    run = call_and_pack if is_packed else call_and_keep
    call = partial(call_in_worker, shared.call, nested, **shared.common)
    return [run(call, **arguments) for arguments in batch]
