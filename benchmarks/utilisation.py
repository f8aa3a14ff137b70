"""Share of the time for which workers are busy: generations against lookahead.

First in virtual time: the loop of the searches drives workers whose fits take random
times. Folds of a candidate take the same time, as those of a slow parameter do, or each
one its own. Then for real: an estimator sleeps for a time from the heaviest of the
distributions that its parameters determine. The share that the simulation has for the
very same times stands beside the measured one.

A share is the time of all fits over the time of the search times the number of workers;
what the last fits of a search leave idle is part of it. Measured shares include what it
takes to breed candidates and to screen them, which the simulation leaves out.

Usage: OMP_NUM_THREADS=1 python benchmarks/utilisation.py [--write] [--seconds N]
           [--seeds N] [--repetitions N]

`--write` puts the tables into docs/benchmarks/utilisation.inc.
"""

import argparse
import heapq
import time
from contextlib import nullcontext
from itertools import chain
from typing import NamedTuple

import joblib
import numpy as np
from _runs import DOCS, csv_table
from _versions import versions
from scipy.stats import lognorm, pareto, uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skopt_evo import GeneticSearchCV
from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.executors import Done
from skopt_evo.results import Objective
from skopt_evo.scheduling import (
    CallbackTasks,
    Interruption,
    Progress,
    SearchLoop,
    Session,
)
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FoldResult, Trial

N_WORKERS, N_SPLITS, N_ITER, N_INITIAL = 8, 5, 200, 10
FIT_TIMES = {
    "log-normal 1.0": lognorm(1.0),
    "log-normal 1.5": lognorm(1.5),
    "Pareto 1.3": pareto(1.3),
}


class Scheme(NamedTuple):
    """The settings of a search that decide how long its workers wait."""

    strategy: str
    population_size: int
    lookahead: int

    @property
    def is_generational(self):
        return self.strategy == "generational"

    def __str__(self):
        if self.is_generational:
            return f"generations of {self.population_size}"
        return f"lookahead {self.lookahead}"


def generations(size):
    return Scheme("generational", size, lookahead=1)


def steady_state(lookahead):
    return Scheme("steady_state", N_INITIAL, lookahead)


SIMULATED = [generations(10), generations(20)]
SIMULATED += [steady_state(lookahead) for lookahead in (1, 4, 8, 16, 32)]
MEASURED = [generations(10), *(steady_state(lookahead) for lookahead in (4, 8, 16))]


class VirtualWorkers:
    """Stand-in for an executor: takes each fit to the worker that is free first."""

    n_workers = N_WORKERS

    def __init__(self, fit_times):
        self.fit_times = fit_times  # one row a candidate
        self.free_at = [0.0] * N_WORKERS
        self.ends = []
        self.now = 0.0

    def open(self, call, common):
        return nullcontext()

    def submit(self, key, arguments, affinity=None):
        number, unit = key
        begin = max(self.now, heapq.heappop(self.free_at))
        end = begin + self.fit_times[number][unit.split]
        heapq.heappush(self.free_at, end)
        heapq.heappush(self.ends, (end, key))

    def next_done(self, timeout):
        self.now, key = heapq.heappop(self.ends)
        return Done(key, FoldResult(0.0))

    def withdraw(self):
        return []


class Sizes:
    """Stand-in for a proposer: knows nothing but a scheme."""

    gradient = None

    def __init__(self, scheme):
        self.lookahead = scheme.lookahead
        self.size = scheme.population_size
        self.next_size = self.size if scheme.is_generational else 1
        self.n_proposed = 0

    def propose(self, n_remaining):
        size, self.size = min(self.size, n_remaining), self.next_size
        numbers = range(self.n_proposed, self.n_proposed + size)
        self.n_proposed += size
        return [Trial({"number": number}, 0, "initial") for number in numbers]

    def observe(self, trials):
        pass


def simulated_share(scheme, fit_times):
    workers, objective = VirtualWorkers(fit_times), Objective(None)
    task = SearchTask(None, None)
    session = Session(
        space=SearchSpace({"number": range(len(fit_times))}),
        proposer=Sizes(scheme),
        objective=objective,
        executor=workers,
        common={"splits": range(N_SPLITS)},
        budgets=[len(fit_times)],
        callbacks=CallbackTasks(task, N_SPLITS, has_generations=False),
        progress=Progress(0, len(fit_times), objective),
        interruption=Interruption(),
        rules=[],
    )
    SearchLoop(session).run()
    return np.sum(fit_times) / (N_WORKERS * workers.now)


class Sleeper(ClassifierMixin, BaseEstimator):
    """Sleeps for a time that its parameters draw from a Pareto distribution."""

    def __init__(self, x=0.5, y=0.5, scale=1.0):
        self.x = x
        self.y = y
        self.scale = scale

    def seconds(self):
        seed = np.array([self.x, self.y]).view(np.uint32)
        rng = np.random.default_rng(seed)
        return self.scale * FIT_TIMES["Pareto 1.3"].rvs(random_state=rng)

    def fit(self, X, y):
        time.sleep(self.seconds())
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return -((self.x - 0.3) ** 2) - (self.y - 0.6) ** 2


def measured_share(scheme, scale, seed):
    """Return the share, the one that a simulation gives, and the seconds it took."""
    search = GeneticSearchCV(
        Sleeper(scale=scale),
        {"x": uniform(0, 1), "y": uniform(0, 1)},
        n_iter=N_ITER,
        **scheme._asdict(),
        cv=N_SPLITS,
        n_jobs=N_WORKERS,
        refit=False,
        random_state=seed,
    )
    X, y = load_iris(return_X_y=True)
    with joblib.parallel_backend("threading"):
        start = time.perf_counter()
        search.fit(X, y)
        seconds = time.perf_counter() - start
    candidates = [
        Sleeper(**params, scale=scale) for params in search.cv_results_["params"]
    ]
    fit_times = [[candidate.seconds()] * N_SPLITS for candidate in candidates]
    share = np.sum(fit_times) / (N_WORKERS * seconds)
    return share, simulated_share(scheme, fit_times), seconds


def simulated(n_repetitions):
    """Yield a title, a header and rows for folds that are alike and for others."""
    for folds in ("alike", "independent"):
        rng = np.random.default_rng(0)
        shape = (n_repetitions, N_ITER, 1 if folds == "alike" else N_SPLITS)
        times = [
            np.broadcast_to(
                distribution.rvs(shape, random_state=rng),
                (n_repetitions, N_ITER, N_SPLITS),
            )
            for distribution in FIT_TIMES.values()
        ]
        rows = []
        for scheme in SIMULATED:
            row = [str(scheme)]
            for searches in times:
                shares = [simulated_share(scheme, search) for search in searches]
                row.append(f"{np.mean(shares):.3f} ({np.median(shares):.2f})")
            rows.append(row)
        title = f"Simulated, folds {folds}; means (medians) of {n_repetitions} searches"
        yield title, ["", *FIT_TIMES], rows


def measured(seconds, n_seeds):
    """Yield a title, a header and rows."""
    n_fits = N_ITER * N_SPLITS
    scale = seconds * N_WORKERS / n_fits / FIT_TIMES["Pareto 1.3"].mean()
    rows = []
    for seed in range(n_seeds):
        for scheme in MEASURED:
            share, expected, took = measured_share(scheme, scale, seed)
            rows.append(
                [scheme, seed, f"{took:.1f}", f"{share:.3f}", f"{expected:.3f}"]
            )
    title = f"Measured, Pareto 1.3, folds alike, shortest fit {scale:.3f} s"
    yield title, ["", "seed", "seconds", "share", "simulated"], rows


def print_table(title, header, rows):
    print(f"\n{title}")
    for first, *others in [header, *rows]:
        print(f"{first!s:<20}", *(f"{value:>16}" for value in others))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="of a search")
    parser.add_argument("--seeds", type=int, default=1, help="measured, each scheme")
    parser.add_argument("--repetitions", type=int, default=100, help="simulated")
    parser.add_argument("--write", action="store_true", help="into the docs")
    arguments = parser.parse_args()
    setting = f"{N_WORKERS} workers, {N_ITER} candidates, {N_SPLITS} folds"
    print(f"{versions()}\n{setting}")
    tables = []
    for table in chain(
        simulated(arguments.repetitions),
        measured(arguments.seconds, arguments.seeds),
    ):
        print_table(*table)
        tables.append(table)
    if arguments.write:
        text = "".join(
            f"{title}:\n\n{csv_table(header, rows)}" for title, header, rows in tables
        )
        (DOCS / "utilisation.inc").write_text(f"{text}{setting}; {versions()}.\n")


if __name__ == "__main__":
    main()
