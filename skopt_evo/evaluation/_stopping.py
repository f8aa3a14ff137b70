"""When a search ends before its budget does."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from skopt_evo.results import Front, Objective
from skopt_evo.trials import PROBE, Trial

# Functions of these packages that call `fit` have more to do with the result.
OUTER_PACKAGES = "joblib", "sklearn", "skopt_evo"


class OutOfTimeError(Exception):
    """The search has used up its time; what is under way is of no use any more."""


@dataclass
class Deadline:
    """A point in time that counts once there is something to show.

    Parameters
    ----------
    timeout : float or None
        Seconds from now on; None for endless time.
    """

    timeout: float | None
    _start: float = field(default_factory=time.monotonic, init=False)
    _counts: bool = field(default=False, init=False)

    def arm(self) -> None:
        """Let it count: the first candidate is evaluated, however long that takes."""
        self._counts = True

    def check(self) -> None:
        """Raise `OutOfTimeError` if the time is over."""
        if self.timeout is None or not self._counts:
            return
        if time.monotonic() - self._start >= self.timeout:
            raise OutOfTimeError


class Interruption:
    """Ctrl-C, kept until nothing is in the midst of anything.

    Python raises KeyboardInterrupt wherever the main thread happens to be. There it may
    leave half of a step behind, or vanish in compiled code that ignores errors and goes
    on with a wrong number. So the first one is only noted while this context manager is
    open, for who asks; the second one is raised at once.

    Handlers that others have set are left alone, and so is Ctrl-C in other threads,
    which never hear of it.

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

    def check(self) -> None:
        """Raise KeyboardInterrupt if there was one."""
        if self.n:
            raise KeyboardInterrupt

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Have it raised in the block, of which nothing is needed then."""
        self.check()
        self._is_at_once = True
        try:
            yield
        finally:
            self._is_at_once = False
        self.check()  # it may have vanished

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


class NoChange:
    """Tells that a number of candidates in a row have brought no improvement.

    The probes of a gradient do not count: they are not meant to be better, but one that
    is counts as an improvement. Nothing counts before a candidate has a score.

    Parameters
    ----------
    n_iter_no_change : int or None
        So many candidates in a row; None for any number.
    tol : float
        What does not count as an improvement, in units of the score.
    objective : Objective
        What is to improve. It has learnt of a candidate before this is told of it.
    """

    def __init__(
        self, n_iter_no_change: int | None, tol: float, objective: Objective
    ) -> None:
        self._limit = n_iter_no_change
        self._tol = tol
        self._objective = objective
        self._n_changes = objective.n_changes
        self._front = Front(tol)
        self._n_since = 0

    def is_over(self, trial: Trial) -> bool:
        """Learn of a candidate; tell whether it is time to stop."""
        if self._limit is None:
            return False
        if self._n_changes != self._objective.n_changes:
            # Other splits count now, so that all losses are others.
            self._n_changes = self._objective.n_changes
            self._front = Front(self._tol)
            for known in self._objective.trials:
                self._front.add(self._objective.losses(known))
            self._n_since = 0
        elif self._front.add(self._objective.losses(trial)):
            self._n_since = 0
        elif not self._front.is_empty and trial.origin != PROBE:
            self._n_since += 1
        return self._n_since >= self._limit
