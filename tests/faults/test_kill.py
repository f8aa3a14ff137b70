"""Searches that are killed, at any moment and without notice, and go on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.base import BaseEstimator, RegressorMixin

from skopt_evo import GeneticSearchCV, GradientSearchCV

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")

ROOT = Path(__file__).parents[2]
X, y = np.arange(40.0).reshape(20, 2), np.arange(20.0)
N_ITER, N_SPLITS, N_KILLS = 40, 3, 3
SEARCHES = {"genetic": GeneticSearchCV, "gradient": GradientSearchCV}


class Slow(RegressorMixin, BaseEstimator):
    """Takes its time, and scores by its parameters and samples."""

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        time.sleep(0.01)
        return self

    def score(self, X, y):
        return float(X.mean() - (self.a - 0.7) ** 2 - (self.b - 0.3) ** 2)


def make(name, n_jobs, checkpoint=None):
    return SEARCHES[name](
        Slow(),
        {"a": uniform(0, 1), "b": uniform(0, 1)},
        n_iter=N_ITER,
        cv=N_SPLITS,
        random_state=0,
        refit=False,
        n_jobs=n_jobs,
        checkpoint=checkpoint,
    )


def fit(name, n_jobs, checkpoint):
    """Run a search; the processes that are killed call it."""
    warnings.simplefilter("ignore")  # of the line that the last one left torn
    make(name, n_jobs, checkpoint).fit(X, y)


def complete_lines(path):
    if not path.exists():
        return []
    return path.read_bytes().splitlines(keepends=True)[: count(path)]


def count(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def folds_in(lines):
    records = [json.loads(line)["data"] for line in lines]
    return [
        (record["candidate"], record["split"]) for record in records if "fold" in record
    ]


def run_and_kill(name, n_jobs, path, rng):
    """Start a search as a process of its own, and kill it at a random moment."""
    call = f"fit({name!r}, {n_jobs}, {str(path)!r})"
    code = f"from tests.faults.test_kill import fit; {call}"
    enough = count(path) + rng.randrange(20)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, start_new_session=True
    ) as process:
        while count(path) <= enough and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        # All of its session: the workers as well.
        os.killpg(process.pid, signal.SIGKILL)
    return process.returncode


@pytest.mark.parametrize(("name", "n_jobs"), [("genetic", 1), ("gradient", 2)])
def test_a_search_that_is_killed_again_and_again_loses_nothing(name, n_jobs, tmp_path):
    rng = random.Random(n_jobs)
    path = tmp_path / "journal"
    known = []
    for _ in range(N_KILLS):
        assert run_and_kill(name, n_jobs, path, rng) == -signal.SIGKILL
        lines = complete_lines(path)
        assert lines[: len(known)] == known
        known = lines
    n_known = len(folds_in(known))
    assert 0 < n_known < N_ITER * N_SPLITS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        resumed = make(name, 1, path).fit(X, y)
    lines = complete_lines(path)
    assert lines[: len(known)] == known
    # Each once: none is missing, none was evaluated twice.
    assert sorted(folds_in(lines)) == [
        (candidate, split) for candidate in range(N_ITER) for split in range(N_SPLITS)
    ]
    whole = make(name, 1).fit(X, y).cv_results_
    for column in whole:
        if "time" not in column:
            np.testing.assert_array_equal(resumed.cv_results_[column], whole[column])
