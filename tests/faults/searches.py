"""Searches that faults befall, and what tells whether they came out right."""

import os
import pickle
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import nullcontext

import joblib
import numpy as np
from scipy.stats import uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import KFold

from skopt_evo import GeneticSearchCV, GradientSearchCV

SEARCHES = {"genetic": GeneticSearchCV, "gradient": GradientSearchCV}
N_ITER, N_SPLITS = 40, 3
# More than 1 MB: joblib has files for what workers share.
X, y = np.arange(21.0 * 7000).reshape(21, 7000) / (21 * 7000), np.arange(21.0)

# The file that each fit is written into as it begins: in the environment, which workers
# inherit and are found by.
EVENTS = "SKOPT_EVO_EVENTS"


class Slow(RegressorMixin, BaseEstimator):
    """Takes its time, and scores by its parameters and samples."""

    def __init__(self, a=0.5, b=0.5, seconds=0.01, refit_seconds=0.0):
        self.a = a
        self.b = b
        self.seconds = seconds
        self.refit_seconds = refit_seconds

    def fit(self, X, y):
        is_refit = len(y) == 21
        key = key_of(self.a, self.b, X)
        announce("refit" if is_refit else "fit", *key, str(os.getpid()))
        time.sleep(self.refit_seconds if is_refit else self.seconds)
        return self

    def score(self, X, y):
        return float(X.mean() - (self.a - 0.7) ** 2 - (self.b - 0.3) ** 2)


class SlowSplits(KFold):
    """Says that a search has begun, and holds it up there."""

    def split(self, X, y=None, groups=None):
        announce("start")
        time.sleep(0.1)
        return super().split(X, y, groups)


def announce(*words):
    """Write a line into the file of events, in a single call of the system."""
    path = os.environ.get(EVENTS)
    if path is not None:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (" ".join(words) + "\n").encode())
        os.close(descriptor)


def key_of(a, b, X_train):
    """Return what tells one evaluation from all others."""
    return repr(float(a)), repr(float(b)), repr(float(X_train[:, 0].sum()))


def make(name, *, seconds=0.01, refit_seconds=0.0, **settings):
    """Return a search.

    Whatever the time that fits take, the results are the same.
    """
    return SEARCHES[name](
        Slow(seconds=seconds, refit_seconds=refit_seconds),
        {"a": uniform(0, 1), "b": uniform(0, 1)},
        **{"n_iter": N_ITER, "cv": N_SPLITS, "random_state": 0, **settings},
    )


def whole_results(name, **settings):
    """Return the results of a search that nothing befalls."""
    return make(name, seconds=0.0, **settings).fit(X, y).cv_results_


def is_same(results, whole):
    """Tell whether results, times aside, are the same."""
    n_rows = len(whole["params"])
    return len(results["params"]) == n_rows and _has_rows(results, whole, range(n_rows))


def is_part(results, whole):
    """Tell whether results, times and ranks aside, are some rows of others in order."""
    places = {(p["a"], p["b"]): row for row, p in enumerate(whole["params"])}
    rows = [places.get((p["a"], p["b"]), -1) for p in results["params"]]
    is_ordered = rows == sorted(set(rows)) and -1 not in rows
    unranked = {name: results[name] for name in results if "rank" not in name}
    return is_ordered and _has_rows(unranked, whole, rows)


def _has_rows(results, whole, rows):
    try:
        for name in results:
            if "time" not in name:
                expected = [whole[name][row] for row in rows]
                np.testing.assert_array_equal(list(results[name]), expected)
    except AssertionError:
        return False
    return True


def serve():
    """Run each search that comes in as a pickle, in a process that is forked for it.

    So nothing has to be imported each time. The process that ends is the whole
    interpreter, as it would be with any script.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    while True:
        try:
            arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if pid := os.fork():
            print(pid, flush=True)
        else:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # It is ignored in what a shell has started in the background.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            return run(*arguments)


def run(folder, search, backend, stays):
    """Run a search, and write down what comes of it.

    Parameters
    ----------
    folder : Path
        Takes the events, the outcome, what the processes print, and temporary files.
    search : search
        The search.
    backend : str or None
        joblib's.
    stays : bool
        Whether the process lives on until there is a file "leave".
    """
    os.setsid()  # a group of its own, as a shell makes
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = None
    os.environ |= {
        EVENTS: str(folder / "events"),
        "TMPDIR": str(temporary),
        "JOBLIB_TEMP_FOLDER": str(temporary),
    }
    with (folder / "output").open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        error = _fit(search, backend)
        ended = time.monotonic()
    outcome = {
        "ended": ended,
        "error": error,
        "results": getattr(search, "cv_results_", None),
        "stop_reason": getattr(search, "stop_reason_", None),
        "warnings": [f"{w.category.__name__}: {w.message}" for w in caught],
    }
    _lift_limits()
    (folder / "part").write_bytes(pickle.dumps(outcome))
    (folder / "part").rename(folder / "outcome")
    # Not for ever: whoever would say so may have been killed.
    deadline = time.monotonic() + 120
    while stays and not (folder / "leave").exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def _lift_limits():
    """Have the outcome written, whatever the search was not to write."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _fit(search, backend):
    """Return the error that a search ended with, None if there was none."""
    try:
        announce("call")
        with joblib.parallel_backend(backend) if backend else nullcontext():
            search.fit(X, y)
    except BaseException as error:
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        return f"{type(error).__name__}: {error} in {' > '.join(frames[1:6])}"
    return None
