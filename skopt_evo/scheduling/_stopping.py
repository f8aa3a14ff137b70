"""Why a search ends before its budget is used up."""

from __future__ import annotations

import time
from typing import Protocol

from skopt_evo._interruption import Interruption
from skopt_evo.results import Front, Objective
from skopt_evo.trials import PROBE, Trial


class StoppingRule(Protocol):
    """Tells when a search is to end, by the reason for it.

    A reason is what the search has as ``stop_reason_`` then.
    """

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        """Take note of an evaluated candidate; return a reason to stop, or None.

        Parameters
        ----------
        trial : Trial
            The candidate. Each one is told once, in the order of their numbers, when
            the objective has learnt of it.
        upcoming : Trial or None
            The candidate that comes after it, if it is proposed already.
        """

    def poll(self, *, has_results: bool) -> str | None:
        """Return a reason to stop at once, in the middle of candidates, or None.

        Called before and after each fit, and at least once a second while the search
        waits for one. Candidates whose fits are all done are kept.

        Parameters
        ----------
        has_results : bool
            Whether there is a candidate whose fits are all done.
        """


class Interrupted:
    """Ends a search after Ctrl-C.

    Parameters
    ----------
    interruption : Interruption
        Counts it.
    """

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        """Return a reason to stop if there was an interrupt."""
        return self.poll(has_results=True)

    def poll(self, *, has_results: bool) -> str | None:
        """Return a reason to stop if there was an interrupt."""
        return "interrupted" if self._interruption.n else None


class Timeout:
    """Ends a search after some time, but not before there is something to show.

    Parameters
    ----------
    seconds : float or None
        The time from now on; None for no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        """Return a reason to stop if the time is over."""
        return self.poll(has_results=True)

    def poll(self, *, has_results: bool) -> str | None:
        """Return a reason to stop if the time is over."""
        is_over = self._end is not None and time.monotonic() >= self._end
        return "timeout" if is_over and has_results else None


class NoChange:
    """Ends a search when so many candidates in a row have brought no improvement.

    The probes of a gradient do not count: they are not meant to be better, but one that
    is counts as an improvement. The search does not end between the probes of one
    gradient either. Nothing counts before a candidate has a score. One that was pruned
    is no improvement: its mean is of other splits, or of less data.

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

    def update(self, trial: Trial, upcoming: Trial | None) -> str | None:
        """Count a candidate, unless it is an improvement."""
        if self._limit is None:
            return None
        if self._n_changes != self._objective.n_changes:
            # Other splits count now, so that all losses are others.
            self._n_changes = self._objective.n_changes
            self._front = Front(self._tol)
            for known in self._objective.trials:
                self._improves(known)
            self._n_since = 0
        elif self._improves(trial):
            self._n_since = 0
        elif not self._front.is_empty and trial.origin != PROBE:
            self._n_since += 1
        is_at_probe = upcoming is not None and upcoming.origin == PROBE
        is_over = self._n_since >= self._limit and not is_at_probe
        return "n_iter_no_change" if is_over else None

    def poll(self, *, has_results: bool) -> None:
        """Never stop in the middle of candidates."""

    def _improves(self, trial: Trial) -> bool:
        """Tell whether a candidate is an improvement, and keep it if it is."""
        return not trial.is_pruned and self._front.add(self._objective.losses(trial))
