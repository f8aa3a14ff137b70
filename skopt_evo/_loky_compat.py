"""The one place that imports private names of loky: joblib's copy of it.

It holds pickles for other processes, and executors of a single process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joblib.externals.loky.backend.reduction import dumps
from joblib.externals.loky.process_executor import ProcessPoolExecutor

__all__ = [
    "has_unseen_tasks",
    "is_broken",
    "kill_process",
    "pickled",
    "process_ids",
    "start_process",
]


def pickled(content: Any, reducers: Any = None) -> bytes:
    """Pickle for another process, functions of ``__main__`` included.

    `reducers` are those of `_joblib_compat.ArrayFiles`. `pickle.loads` is enough to get
    it back.
    """
    return bytes(dumps(content, reducers=reducers))


def start_process(
    seconds_of_idleness: float,
    initializer: Callable[..., Any],
    initargs: Sequence[Any],
    env: Mapping[str, str],
) -> Any:
    """Return an executor of loky with one process, which starts with the first task."""
    return ProcessPoolExecutor(
        max_workers=1,
        timeout=seconds_of_idleness,
        initializer=initializer,
        initargs=initargs,
        env=env,
    )


def process_ids(executor: Any) -> set[int]:
    """Return the processes that an executor has now."""
    return set(executor._processes)


def is_broken(executor: Any) -> bool:
    """Tell whether a process of an executor has died."""
    return executor._flags.broken is not None


def has_unseen_tasks(executor: Any) -> bool:
    """Tell whether the thread of an executor has yet to see tasks."""
    return not executor._work_ids.empty()


def kill_process(executor: Any) -> Any:
    """Have the process of an executor killed; return the thread that ends with it.

    That is None if the process has only begun to start.
    """
    thread = executor._executor_manager_thread
    processes = list(executor._processes.values())
    executor.shutdown(wait=False, kill_workers=True)
    if thread is None:  # Ctrl-C while the process started
        for process in processes:
            process.terminate()
    return thread
