"""When a search ends before its budget does."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from skopt_evo.results import Trial


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


@dataclass
class NoChange:
    """Tells that the best score has not improved for a number of candidates.

    Parameters
    ----------
    n_iter_no_change : int or None
        So many candidates in a row; None for any number.
    tol : float
        What does not count as an improvement, in units of the score.
    metric : str or None
        The metric that the search improves.
    """

    n_iter_no_change: int | None
    tol: float
    metric: str | None
    _best: float = field(default=np.inf, init=False)
    _n_since: int = field(default=0, init=False)

    def is_over(self, trial: Trial) -> bool:
        """Learn of a candidate; tell whether it is time to stop."""
        loss = trial.loss(self.metric)
        if loss < self._best - self.tol:
            self._best, self._n_since = loss, 0
        else:
            self._n_since += 1
        limit = self.n_iter_no_change
        return limit is not None and self._n_since >= limit
