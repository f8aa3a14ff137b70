"""Worker processes with nothing to do, which wait for the next search.

To start one takes a second or two. So those that have nothing to do when a search ends
are kept for the next one, as joblib keeps its workers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skopt_evo._loky_compat import is_broken

# A process that has nothing to do for so long ends, as joblib's workers do.
SECONDS_OF_IDLENESS = 300.0


@dataclass(frozen=True)
class Origin:
    """How a process begins: what it can be used for depends on it.

    Attributes
    ----------
    env : dict
        Environment variables.
    initializer : callable or None
        The user's, from joblib's configuration.
    initargs : tuple
        Its arguments.
    """

    env: Mapping[str, str]
    initializer: Callable[..., Any] | None
    initargs: Sequence[Any]


class _Kept(threading.local):
    """Executors with nothing to do, of one thread: their processes end when it does."""

    def __init__(self) -> None:
        # By the process that has started them: a child that was forked has no use for
        # those of its parent, and must not touch them.
        self._executors: dict[int, list[tuple[Origin, Any]]] = {}

    @property
    def executors(self) -> list[tuple[Origin, Any]]:
        return self._executors.setdefault(os.getpid(), [])


_kept = _Kept()


def keep_for_next(origin: Origin, executor: Any) -> None:
    """Keep an executor whose process has nothing to do."""
    _kept.executors.append((origin, executor))


def end_idle_processes() -> None:
    """End the processes that are kept for the next search of this thread."""
    while _kept.executors:
        _, executor = _kept.executors.pop()
        executor.shutdown(wait=True, kill_workers=True)


def take(origin: Origin, n: int) -> list[Any]:
    """Return executors that are kept, at most `n`, and let go of all others."""
    alike = [
        pair for pair in _kept.executors if pair[0] == origin and not is_broken(pair[1])
    ][:n]
    _kept.executors[:] = [pair for pair in _kept.executors if pair not in alike]
    end_idle_processes()
    return [executor for _, executor in alike]
