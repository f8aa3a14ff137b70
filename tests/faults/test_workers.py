"""Whole searches with fits that end their workers, or hang: they cost nothing else."""

import gc
import os
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.base import BaseEstimator, RegressorMixin

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.executors._idle import end_idle_processes

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="What is left of a process is looked for in /proc."
)

X, y = np.arange(40.0).reshape(20, 2), np.arange(20.0)
SEARCHES = {"genetic": GeneticSearchCV, "gradient": GradientSearchCV}
# Fits take no time at all: only those that hang are stopped.
FIT_TIMEOUT = 10.0


class Faulty(RegressorMixin, BaseEstimator):
    """Has a fault in a part of the space; leaves a file for each fit.

    Parameters
    ----------
    a, b : float
        What the score depends on.
    fault : {"raise", "exit", "kill", "hang"}
        What becomes of a fit with an `a` of more than `most`.
    most : float
        See above.
    folder : Path, default=None
        Where the files go.
    """

    def __init__(self, a=0.5, b=0.5, fault="raise", most=1.0, folder=None):
        self.a = a
        self.b = b
        self.fault = fault
        self.most = most
        self.folder = folder

    def fit(self, X, y):
        if self.folder is not None:
            (self.folder / f"{time.time_ns()}-{os.getpid()}").touch()
        if self.a > self.most:
            getattr(self, f"_{self.fault}")()
        return self

    def score(self, X, y):
        return float(X.mean() - (self.a - 0.7) ** 2 - (self.b - 0.3) ** 2)

    def _raise(self):
        raise ValueError("outside")

    def _exit(self):
        os._exit(3)

    def _kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _hang(self):
        time.sleep(1000)


def fit(name, fault, *, most, folder=None, **settings):
    search = SEARCHES[name](
        Faulty(fault=fault, most=most, folder=folder),
        {"a": uniform(0, 1), "b": uniform(0, 1)},
        **{"n_iter": 10, "cv": 2, "random_state": 0, "refit": False, **settings},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the failed fits
        return search.fit(X, y)


def assert_same(results, expected, *, but=()):
    assert results.keys() == expected.keys()
    for name in results.keys() - set(but):
        if "time" not in name:
            np.testing.assert_array_equal(results[name], expected[name], err_msg=name)


def children():
    """Return the processes that this one has started and that are alive."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        is_tracker = b"resource_tracker" in command  # one for the life of this process
        if int(parent) == os.getpid() and state != "Z" and not is_tracker:
            found.add(path.parent.name)
    return found


def in_shared_memory():
    """Return the semaphores and the files of this process.

    Not the empty folder that joblib keeps as long as the process lives.
    """
    gc.collect()
    found = list(Path("/dev/shm").glob(f"*[-_]{os.getpid()}[-_]*"))
    found += [path for folder in found for path in folder.rglob("*")]
    return {path for path in found if not path.is_dir()}


@pytest.fixture
def nothing_left():
    """Check that there is no more after a test than there was before it."""
    # What is kept for the next search, which may be of another test.
    end_idle_processes()
    before = children(), in_shared_memory()
    yield
    end_idle_processes()
    assert children() <= before[0]
    assert len(in_shared_memory()) <= len(before[1])


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("name", "n_jobs", "fault", "most"),
    [
        ("genetic", 2, "exit", 0.9),
        ("gradient", 4, "kill", 0.9),
        ("genetic", 1, "hang", 0.9),
        ("gradient", 2, "hang", 0.9),
    ],
)
def test_faults_change_nothing_but_the_status(name, n_jobs, fault, most, tmp_path):
    fits = tmp_path / "fits"
    fits.mkdir()
    settings = {
        "most": most,
        "folder": fits,
        "checkpoint": tmp_path / "journal",
        "fit_timeout": FIT_TIMEOUT if fault == "hang" else None,
    }
    expected = fit(name, "raise", most=most).cv_results_
    found = fit(name, fault, n_jobs=n_jobs, **settings).cv_results_

    assert_same(found, expected, but=["status"])
    is_outside = np.asarray(expected["param_a"], float) > most
    assert 1 <= is_outside.sum() <= 2
    status = "timeout" if fault == "hang" else "crashed"
    assert list(found["status"]) == [status if out else "ok" for out in is_outside]

    n_fits = len(list(fits.iterdir()))
    resumed = fit(name, fault, n_jobs=1, **settings).cv_results_
    assert len(list(fits.iterdir())) == n_fits
    assert_same(resumed, found)
