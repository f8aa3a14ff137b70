"""Ctrl-C during a search: it is counted, and raised only where that does no harm."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Functions of these packages that call `fit` have more to do with the result.
OUTER_PACKAGES = "joblib", "sklearn", "skopt_evo"


class Interruption:
    """Takes Ctrl-C while it is open.

    Python raises KeyboardInterrupt wherever the main thread happens to be. There it may
    leave half of a step behind, or be lost in compiled code that ignores errors and
    goes on with a wrong number. So the first one is only counted while this context
    manager is open; the second one is raised at once.

    Handlers that others have set are kept. Threads other than the main one never get
    Ctrl-C.

    Attributes
    ----------
    n : int
        How often there was one.
    """

    def __init__(self) -> None:
        self.n = 0
        self._is_at_once = False
        self._former: Any = None

    def __enter__(self) -> Interruption:
        """Take Ctrl-C from now on."""
        is_ours = threading.current_thread() is threading.main_thread()
        if is_ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._former = signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Leave Ctrl-C to who had it before, or to who has taken it meanwhile."""
        is_ours = self._former is not None
        if is_ours and signal.getsignal(signal.SIGINT) == self._take:
            signal.signal(signal.SIGINT, self._former)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Have KeyboardInterrupt raised in the block, whose result is lost then."""
        self._is_at_once = True
        try:
            if self.n:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_at_once = False
        if self.n:  # compiled code may have ignored the exception
            raise KeyboardInterrupt

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.n += 1
        if self._is_at_once or self.n > 1:
            raise KeyboardInterrupt


def is_part_of_more(search: Any) -> bool:
    """Tell whether the `fit` of a search that runs now is called by something larger.

    That is a method of another estimator, such as the `fit` of a pipeline or of another
    search, or a function of scikit-learn or joblib, such as `cross_val_score`. All of
    them would go on after Ctrl-C as if nothing had happened if `fit` came to its end.

    Parameters
    ----------
    search : estimator
        The search. The stack of calls of this thread is looked through, which is done
        after an interrupt only.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        owner = _owner(frame)
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        is_estimator = hasattr(type(owner), "get_params")
        # The search's own methods have it as their first argument, and so have
        # scikit-learn's wrappers around them.
        if owner is not search and (is_estimator or package in OUTER_PACKAGES):
            return True
        frame = frame.f_back
    return False


def _owner(frame: FrameType) -> Any:
    """Return the first argument of a call: of a method, the object."""
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
