"""How worker processes end: with their parent, and when they are told to."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from skopt_evo._loky_compat import has_unseen_tasks

# A worker looks so often whether its parent is still there.
SECONDS_TO_OUTLIVE_A_PARENT = 1.0

# Linux: have the kernel send a signal when the parent ends.
PR_SET_PDEATHSIG = 1

# loky sees a new task at once; this is for a machine that has no time for it.
SECONDS_TO_SEE_A_TASK = 1.0

_watched: set[int] = set()


def end_with(parent: int) -> None:
    """Have this process end when its parent does, however violent the parent's end.

    A worker whose parent was killed would go on with its fit, to no purpose, and for
    ever if that hangs.

    Parameters
    ----------
    parent : int
        The process that started this one.
    """
    if parent in _watched:
        return
    _watched.add(parent)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS_TO_OUTLIVE_A_PARENT)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def end_with_thread_of_parent() -> None:
    """Have this process end at once with the thread that started it, if on Linux.

    Even in the middle of a fit that lets no other thread run.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until_queued(executor: Any) -> None:
    """Wait until a loky executor has seen the latest tasks.

    If its worker is killed before, the thread of the executor fails with an error. It
    sees tasks at once, unless there are more than two a worker.
    """
    deadline = time.monotonic() + SECONDS_TO_SEE_A_TASK
    while has_unseen_tasks(executor) and time.monotonic() < deadline:
        time.sleep(0.001)
