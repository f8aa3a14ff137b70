"""What runs in a worker process: it keeps what all tasks of a search share."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable, Sequence
from typing import Any

from skopt_evo.executors._outcomes import PackedOutcome, call_and_pack
from skopt_evo.executors._processes import end_with, end_with_thread_of_parent

_function: Callable[..., Any] | None = None


def begin_process(
    parent: int, initializer: Callable[..., Any] | None, initargs: Sequence[Any]
) -> None:
    """Tie a process to the one that started it; called first in each process."""
    # A terminal sends Ctrl-C to all processes: only the parent knows what to do then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    end_with_thread_of_parent()
    if initializer is not None:
        initializer(*initargs)


def load(shared: bytes) -> PackedOutcome:
    """Keep what all tasks of a search share."""

    def unpickle() -> None:
        global _function
        _function = pickle.loads(shared)

    forget()
    return call_and_pack(unpickle)


def call(task: bytes) -> list[PackedOutcome] | PackedOutcome:
    """Make the calls of a task; return what came of each, or why none was made."""
    assert _function is not None
    found: list[Any] = []
    failed = call_and_pack(lambda: found.extend(pickle.loads(task)))
    if failed.is_error:
        return failed
    return [call_and_pack(_function, **arguments) for arguments in found]


def forget() -> None:
    """Drop what the tasks of a search shared."""
    global _function
    _function = None
