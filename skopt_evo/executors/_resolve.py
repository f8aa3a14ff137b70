"""The table of executors, and which of them a search gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import current_process
from typing import Any

from skopt_evo._joblib_compat import JoblibBackend
from skopt_evo.executors._futures import Futures
from skopt_evo.executors._in_process import InProcess
from skopt_evo.executors._joblib import Joblib
from skopt_evo.executors._protocol import Executor, ExecutorClass, Request
from skopt_evo.executors._workers import Workers

# The first one that can do what a search asks for is taken.
EXECUTORS: Mapping[str, ExecutorClass] = {
    "in_process": InProcess,
    "workers": Workers,
    "futures": Futures,
    "joblib": Joblib,
}


def resolve_executor(
    n_jobs: int | None,
    pre_dispatch: int | str,
    *,
    fit_timeout: float | None = None,
    guard: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Executor:
    """Return an executor in place of what joblib would use here.

    Nothing is started before it is opened.

    Parameters
    ----------
    n_jobs : int or None
    pre_dispatch : int or str
        As for :class:`joblib.Parallel`.
    fit_timeout : float, default=None
        Seconds after which a task is stopped; None for no limit.
    guard : callable, default=contextlib.nullcontext
        Returns the context manager in which a task runs that runs in this thread.

    Raises
    ------
    ValueError
        If there is a limit, and there can be no processes to keep it.
    """
    backend = JoblibBackend(n_jobs, pre_dispatch)
    if fit_timeout is not None:
        _check_fit_timeout(fit_timeout, backend)
    request = Request(backend, fit_timeout, guard)
    answers = (each.from_request(request) for each in EXECUTORS.values())
    return next(executor for executor in answers if executor is not None)


def _check_fit_timeout(fit_timeout: float, backend: JoblibBackend) -> None:
    is_possible = backend.is_loky or backend.is_single
    if not is_possible and backend.is_nested:
        raise ValueError(
            f"fit_timeout={fit_timeout!r} needs worker processes that can be "
            "stopped one by one. This search runs inside another parallel call, "
            f"where joblib gives it a {backend.name}, which has none. Set n_jobs=1 in "
            "the search, or in the call around it, or fit_timeout=None."
        )
    if not is_possible:
        raise ValueError(
            f"fit_timeout={fit_timeout!r} needs worker processes that can be "
            f"stopped one by one, and joblib's {backend.name} has none. Use joblib's "
            "default backend, 'loky', with any n_jobs, or set fit_timeout=None."
        )
    if current_process().daemon:
        raise ValueError(
            f"fit_timeout={fit_timeout!r} needs worker processes, and this is a "
            "daemonic process, which can have none: that is what multiprocessing "
            "makes of the workers of a parallel call. Set n_jobs=1 in the call "
            "around the search, use joblib's backend 'loky' there, or set "
            "fit_timeout=None."
        )
