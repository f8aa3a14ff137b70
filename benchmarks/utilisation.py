"""Share of the time for which workers are busy: generations against lookahead.

First in virtual time: the loop of the searches drives workers whose fits take random
times. Folds of a candidate take the same time, as those of a slow parameter do, or each
one its own. Then for real: an estimator sleeps for a time from the heaviest of the
distributions that its parameters determine. The share that the simulation has for the
very same times stands beside the measured one.

A share is the time of all fits over the time of the search times the number of workers;
what the last fits of a search leave idle is part of it.

Usage: python benchmarks/utilisation.py [--seconds N] [--seeds N] [--repetitions N]
"""

import argparse
import heapq
import time
from typing import NamedTuple

import joblib
import numpy as np
from _versions import print_versions
from scipy.stats import lognorm, pareto, uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skopt_evo import GeneticSearchCV
from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.evaluation import SearchLoop
from skopt_evo.results import Trial

N_WORKERS, N_SPLITS, N_ITER = 8, 5, 200
FIT_TIMES = {
    "log-normal 1.0": lognorm(1.0),
    "log-normal 1.5": lognorm(1.5),
    "Pareto 1.3": pareto(1.3),
}


class Scheme(NamedTuple):
    """How many candidates are proposed together, and how many may be in flight."""

    size: int
    lookahead: int
    n_initial: int = 10

    def __str__(self):
        if self.lookahead == 1 and self.size > 1:
            return f"generations of {self.size}"
        return f"lookahead {self.lookahead}"


SIMULATED = [Scheme(10, 1), Scheme(20, 1, 20)]
SIMULATED += [Scheme(1, lookahead) for lookahead in (1, 4, 8, 16, 32)]
MEASURED = [Scheme(10, 1), Scheme(1, 4), Scheme(1, 8), Scheme(1, 16)]


class VirtualWorkers:
    """Stand-in for the evaluator: takes each fit to the worker that is free first."""

    splits = range(N_SPLITS)

    def __init__(self, fit_times):
        self.fit_times = iter(fit_times)  # one row a candidate
        self.free_at = [0.0] * N_WORKERS
        self.ends = {}
        self.now = 0.0

    def submit(self, trials, task):
        for trial in trials:
            ends = []
            for seconds in next(self.fit_times):
                begin = max(self.now, heapq.heappop(self.free_at))
                ends.append(begin + seconds)
                heapq.heappush(self.free_at, ends[-1])
            self.ends[trial] = max(ends)

    def wait(self, trial):
        self.now = max(self.now, self.ends[trial])


class Sizes:
    """Stand-in for a proposer: knows nothing but a scheme."""

    def __init__(self, scheme):
        self.scheme, self.lookahead = scheme, scheme.lookahead
        self.size = scheme.n_initial

    def propose(self, n_remaining):
        size, self.size = min(self.size, n_remaining), self.scheme.size
        return [Trial({}, 0, "initial") for _ in range(size)]

    def observe(self, trials):
        pass


def simulated_share(scheme, fit_times):
    workers = VirtualWorkers(fit_times)
    task = SearchTask(None, None)
    n_candidates = len(fit_times)
    loop = SearchLoop(workers, Sizes(scheme), n_candidates, task, has_generations=False)
    for _ in loop:
        pass
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


class OneAtATime:
    """A strategy that breeds one child at a time after its first generation."""

    def __init__(self, strategy):
        self.strategy = strategy
        self.tell = strategy.tell

    def ask(self, n):
        genomes = self.strategy.ask(min(n, 1) if self.strategy.n_asked else n)
        self.origins = self.strategy.origins
        return genomes


class SearchByScheme(GeneticSearchCV):
    """Plain evolution in generations, or with one child at a time."""

    scheme = MEASURED[0]

    def _make_proposer(self, space, metric, seed):
        proposer = super()._make_proposer(space, metric, seed)
        proposer.lookahead = self.scheme.lookahead
        if self.scheme.size == 1:
            proposer._strategy = OneAtATime(proposer._strategy)
        return proposer


def measured_share(scheme, scale, seed):
    """Return the share, the one that a simulation gives, and the seconds it took."""
    search = SearchByScheme(
        Sleeper(scale=scale),
        {"x": uniform(0, 1), "y": uniform(0, 1)},
        n_iter=N_ITER,
        population_size=10,
        cv=N_SPLITS,
        n_jobs=N_WORKERS,
        refit=False,
        random_state=seed,
    )
    search.scheme = scheme
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


def print_simulated(n_repetitions):
    print(f"\nsimulated, means (medians) of {n_repetitions}")
    for folds in ("alike", "independent"):
        print(f"{'folds ' + folds:<20}", *(f"{name:>16}" for name in FIT_TIMES))
        rng = np.random.default_rng(0)
        shape = (n_repetitions, N_ITER, 1 if folds == "alike" else N_SPLITS)
        times = {
            name: np.broadcast_to(
                distribution.rvs(shape, random_state=rng),
                (n_repetitions, N_ITER, N_SPLITS),
            )
            for name, distribution in FIT_TIMES.items()
        }
        for scheme in SIMULATED:
            print(f"{scheme!s:<20}", end="")
            for searches in times.values():
                shares = [simulated_share(scheme, search) for search in searches]
                print(f"{np.mean(shares):>10.3f} ({np.median(shares):.2f})", end="")
            print()


def print_measured(seconds, n_seeds):
    n_fits = N_ITER * N_SPLITS
    scale = seconds * N_WORKERS / n_fits / FIT_TIMES["Pareto 1.3"].mean()
    print(f"\nmeasured, Pareto 1.3, folds alike, shortest fit {scale:.3f} s")
    print(f"{'':<20} {'seed':>4} {'seconds':>8} {'share':>8} {'simulated':>10}")
    for seed in range(n_seeds):
        for scheme in MEASURED:
            share, expected, took = measured_share(scheme, scale, seed)
            print(
                f"{scheme!s:<20} {seed:>4} {took:>8.1f} {share:>8.3f} {expected:>10.3f}"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="of a search")
    parser.add_argument("--seeds", type=int, default=1, help="measured, each scheme")
    parser.add_argument("--repetitions", type=int, default=100, help="simulated")
    arguments = parser.parse_args()
    print_versions()
    print(f"{N_WORKERS} workers, {N_ITER} candidates, {N_SPLITS} folds")
    print_simulated(arguments.repetitions)
    print_measured(arguments.seconds, arguments.seeds)


if __name__ == "__main__":
    main()
