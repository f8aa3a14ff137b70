"""Searches that are told to stop, and what is there and what is left of them then."""

import signal
import time
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

from skopt_evo.exceptions import CheckpointError
from tests.faults.processes import (
    SearchProcess,
    complete_lines,
    n_after,
    n_complete_candidates,
)
from tests.faults.searches import (
    N_ITER,
    N_SPLITS,
    SlowSplits,
    X,
    is_part,
    is_same,
    make,
    whole_results,
    y,
)

SECONDS = 0.01  # of a fit


class Workers(NamedTuple):
    """What runs the fits."""

    n_jobs: int
    backend: str | None = None

    def __str__(self):
        return f"n_jobs={self.n_jobs}" + (f", {self.backend}" if self.backend else "")


@dataclass
class Finding:
    """What came of a search that was told to stop.

    Attributes
    ----------
    seconds : float
        From the last signal to the end of `fit`, or of the process.
    error : str or None
        What `fit` raised.
    stop_reason : str or None
        What the search says.
    n_known, n_kept : int
        How many candidates were complete in the journal just before the signal, and how
        many rows the search has.
    is_right : bool
        Whether these rows are those of a search without a signal.
    is_resumed : bool
        Whether the same call has the results of a search without a signal afterwards.
    n_alive : int
        How many workers were alive 2 s after `fit`, in a process that lived on.
    n_left, n_files, n_semaphores : int
        How many processes were alive, and what was there, after the end of the process.
    """

    seconds: float = 0.0
    error: str | None = None
    stop_reason: str | None = None
    n_known: int = 0
    n_kept: int = 0
    is_right: bool = True
    is_resumed: bool = False
    n_alive: int = 0
    n_left: int = 0
    n_files: int = 0
    n_semaphores: int = 0
    output: str = field(default="", repr=False)


# ---- phases: each waits until a search is in it


def after(event, n, wait=0.0):
    """Return a phase that begins with the nth of some events, and lasts for a while."""

    def until(process, rng):
        process.wait_until(lambda: len(process.events(event)) >= n)
        time.sleep(rng.uniform(0, wait))

    return until


def at_some_fit(process, rng):
    after("fit", rng.randrange(5, N_ITER * N_SPLITS - 10), SECONDS)(process, rng)


PHASES = {
    "validation": after("start", 1, 0.1),
    "start of workers": after("start", 1, 1.5),
    "first fit": after("fit", 1, SECONDS),
    "proposals": at_some_fit,
    "fits": at_some_fit,
    "last fit": after("fit", N_ITER * N_SPLITS, 2 * SECONDS),
    "refit": after("refit", 1, 0.2),
}


# ---- what is done


def interrupt(folder, phase, workers, rng, *, group=False, twice=False):
    """Send SIGINT to a search in some phase; return what comes of it."""
    search = _make(folder, phase, workers, refit_seconds=2.0 if twice else 0.3)
    with _start(folder, search, workers) as process:
        PHASES[phase](process, rng)
        finding = Finding(n_known=_n_known(folder))
        when = process.signal(signal.SIGINT, group=group)
        if twice:
            time.sleep(rng.uniform(0, 0.5))
            when = process.signal(signal.SIGINT, group=group)
        return _see_end(finding, process, search, when)


def time_out(folder, timeout, workers):
    """Run a search with a `timeout`; return what comes of it."""
    search = _make(folder, "fits", workers).set_params(timeout=timeout)
    with _start(folder, search, workers) as process:
        process.wait_until(lambda: process.events("call"))
        when = time.monotonic() + timeout
        return _see_end(Finding(), process, search, when)


def end(folder, number, workers, rng, seconds=10.0):
    """End the process of a search alone, by a signal; return what is left."""
    search = _make(folder, "fits", workers)
    with _start(folder, search, workers) as process:
        at_some_fit(process, rng)
        finding = Finding()
        when = process.signal(number)
        process.join()
        finding.seconds = time.monotonic() - when
        return _see_rest(finding, process, search, seconds)


def _make(folder, phase, workers, refit_seconds=0.3):
    return make(
        "genetic",
        seconds=0.0 if phase == "proposals" else SECONDS,
        refit_seconds=refit_seconds,
        cv=SlowSplits(N_SPLITS),
        n_jobs=workers.n_jobs,
        checkpoint=folder / "journal",
    )


def _start(folder, search, workers):
    return SearchProcess(folder, search, backend=workers.backend, stays=True)


def _n_known(folder):
    return n_complete_candidates(complete_lines(folder / "journal"))


def _see_end(finding, process, search, when):
    outcome = process.wait_for_outcome()
    if outcome is None:
        finding.error = "the process died"
        return _see_rest(finding, process, search, 2.0)
    finding.seconds = outcome["ended"] - when
    finding.error, finding.stop_reason = outcome["error"], outcome["stop_reason"]
    if outcome["results"] is not None:
        finding.n_kept = len(outcome["results"]["params"])
        finding.is_right = is_part(outcome["results"], whole_results("genetic"))
    finding.n_alive = n_after(2.0, process.workers)
    process.leave()
    return _see_rest(finding, process, search, 2.0)


def _see_rest(finding, process, search, seconds):
    looks = process.relatives, process.temporary_files, process.semaphores
    n_after(seconds, lambda: [thing for look in looks for thing in look()])
    finding.n_left, finding.n_files, finding.n_semaphores = (
        len(look()) for look in looks
    )
    finding.output = (process.folder / "output").read_text()
    process.kill_group()
    finding.is_resumed = _is_resumed(search, process.folder)
    return finding


def _is_resumed(search, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the line that the last one left torn
        try:
            search.set_params(n_jobs=1, timeout=None).fit(X, y)
        except CheckpointError as error:
            print(f"{folder}: {error}", flush=True)
            return False
    return is_same(search.cv_results_, whole_results("genetic"))
