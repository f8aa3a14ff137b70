"""Searches whose workers die or hang, and what becomes of the other candidates."""

import ctypes
import os
import re
import resource
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from skopt_evo import GeneticSearchCV
from tests.faults.processes import SearchProcess, n_after
from tests.faults.searches import N_SPLITS, Slow, X, y

N_CANDIDATES = 100
FIRST, EVERY = 2, 5  # of the candidates these are guilty: 2, 7, 12, ...


def _hang_in_python():
    while True:
        pass


def _hang_at_a_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


DEATHS = {
    "os._exit": lambda: os._exit(1),
    "segmentation fault": lambda: ctypes.string_at(0),
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
}
HANGS = {
    "sleep": lambda: time.sleep(1e6),
    "lock": _hang_at_a_lock,
    "loop": _hang_in_python,
    # Both keep all other threads from running.
    "sum": lambda: sum(range(10**15)),
    "regular expression": lambda: re.match("(a|aa)+$", "a" * 200 + "b"),
}


class Faulty(Slow):
    """Has a fault on the first split of some candidates: one of a kind after the other.

    The others score by which one they are.
    """

    def __init__(self, which=0, kinds=(), seconds=0.01):
        super().__init__(a=which / N_CANDIDATES, seconds=seconds)
        self.which = which
        self.kinds = kinds

    def set_params(self, **params):
        super().set_params(**params)
        self.a = self.which / N_CANDIDATES
        return self

    def fit(self, X, y):
        super().fit(X, y)
        number, rest = divmod(self.which - FIRST, EVERY)
        if self.kinds and rest == 0 and y[0] > 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            {**DEATHS, **HANGS}[self.kinds[number % len(self.kinds)]]()
        return self


@dataclass
class Finding:
    """What came of a search whose workers had faults.

    Attributes
    ----------
    error : str or None
        What `fit` raised.
    seconds : float
        How long it took.
    n_faults : int
        Kills from outside; else candidates with the status of the fault.
    n_blamed : int
        Innocent candidates with another status than "ok".
    n_different : int
        Innocent candidates with other results than in a search without faults.
    n_left : int
        Processes that were there after the end.
    """

    error: str | None
    seconds: float
    n_faults: int
    n_blamed: int
    n_different: int
    n_left: int


def make(kinds=(), *, seconds=0.01, n_candidates=N_CANDIDATES, **settings):
    """Return a search that tries each candidate once."""
    grid = {"which": list(range(n_candidates))}
    given = {"n_iter": n_candidates, "cv": N_SPLITS, "refit": False, **settings}
    return GeneticSearchCV(Faulty(kinds=tuple(kinds), seconds=seconds), grid, **given)


def suffer(folder, status, kinds=(), **settings):
    """Run a search whose candidates have faults; `status` is what they get."""
    search = make(kinds, **settings)
    with SearchProcess(folder, search) as process:
        process.wait_until(lambda: process.events("call"))
        return _see_end(process, search, time.monotonic(), status)


def kill_workers(folder, n_kills, rng, **settings):
    """Run a search of innocent candidates, and kill so many workers while they fit.

    No fit is hit twice: that it is innocent all the same nobody could tell.
    """
    search = make(**settings)
    n_done, hit = 0, []
    with SearchProcess(folder, search) as process:
        process.wait_until(lambda: process.events("fit"))
        start = time.monotonic()
        while n_done < n_kills and process.wait_until(n_fits_more(process, rng)):
            time.sleep(rng.uniform(0, search.estimator.seconds))
            *fit, worker = process.events("fit")[-1]
            if fit in hit:
                continue
            with suppress(ProcessLookupError):
                os.kill(int(worker), signal.SIGKILL)
                n_done += 1
                hit.append(fit)
        finding = _see_end(process, search, start, "crashed")
    finding.n_faults = n_done
    return finding


def n_fits_more(process, rng):
    """Return a condition: that some more fits have begun."""
    enough = len(process.events("fit")) + rng.randrange(1, 10)
    return lambda: len(process.events("fit")) >= enough


def _see_end(process, search, start, status):
    outcome = process.wait_for_outcome()
    seconds = outcome["ended"] - start
    process.join()
    n_left = n_after(2.0, process.relatives)
    if outcome["error"] is not None:
        return Finding(outcome["error"], seconds, 0, 0, 0, n_left)
    results = outcome["results"]
    statuses = np.array(results["status"])
    which = np.array([params["which"] for params in results["params"]])
    is_guilty = bool(search.estimator.kinds) & ((which - FIRST) % EVERY == 0)
    right = make(seconds=0.0, n_candidates=len(which)).fit(X, y).cv_results_
    is_same = np.ones(len(which), bool)
    for name, column in right.items():
        if name.startswith("split") and "score" in name:
            is_same &= results[name] == column
    return Finding(
        outcome["error"],
        seconds,
        n_faults=np.sum(is_guilty & (statuses == status)),
        n_blamed=np.sum(~is_guilty & (statuses != "ok")),
        n_different=np.sum(~is_guilty & ~is_same),
        n_left=n_left,
    )
