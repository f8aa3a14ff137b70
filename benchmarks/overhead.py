"""Time that a search takes beside its fits, relative to RandomizedSearchCV.

The estimator does next to nothing, so that the time is the searches' own. All of them
take turns in one process, in an order that changes each round, and each round's times
are compared with each other: the medians over the rounds are printed.

The first table is of searches as they are by default, with several parameters. The
second one is of evolution without a surrogate, with one parameter and 100 candidates:
what the loop around the fits costs. CPU time is that of this process, without its
workers'.

Usage: python benchmarks/overhead.py [--rounds N] [--n-jobs N [N ...]]
"""

import argparse
import time

import numpy as np
from _versions import print_versions
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import RandomizedSearchCV

from skopt_evo import GeneticSearchCV, GradientSearchCV

SEARCHES = [RandomizedSearchCV, GeneticSearchCV, GradientSearchCV]
N_ITER, N_SPLITS = 200, 5
SPACE = {
    "rate": loguniform(1e-4, 1e2),
    "share": uniform(0, 1),
    "size": randint(1, 200),
    "kind": ["a", "b", "c"],
}


class Trivial(ClassifierMixin, BaseEstimator):
    """Learns nothing; its score depends on its parameters alone."""

    def __init__(self, rate=1.0, share=0.5, size=10, kind="a"):
        self.rate = rate
        self.share = share
        self.size = size
        self.kind = kind

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def score(self, X, y):
        return -((np.log10(self.rate) - 1) ** 2) - (self.share - 0.3) ** 2


PLAIN_SPACE = {"rate": loguniform(1e-4, 1e2)}
TABLES = {
    f"by default, {len(SPACE)} parameters": (SPACE, N_ITER, {}),
    "without a surrogate, 1 parameter": (PLAIN_SPACE, 100, {"surrogate": None}),
}


def measure(cls, space, n_iter, options, n_jobs, seed, X, y):
    """Return the time that passes and the CPU time of this process, a candidate."""
    if cls is not GeneticSearchCV:
        options = {}
    search = cls(
        Trivial(),
        space,
        n_iter=n_iter,
        cv=N_SPLITS,
        n_jobs=n_jobs,
        random_state=seed,
        **options,
    )
    start = time.perf_counter(), time.process_time()
    search.fit(X, y)
    end = time.perf_counter(), time.process_time()
    return (np.array(end) - start) / len(search.cv_results_["params"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--n-jobs", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    print_versions()
    for title, (space, n_iter, options) in TABLES.items():
        print(
            f"\n{title}: {n_iter} candidates, {N_SPLITS} folds, medians of "
            f"{arguments.rounds} rounds"
        )
        print_table(space, n_iter, options, arguments)


def print_table(space, n_iter, options, arguments):
    X, y = load_breast_cancer(return_X_y=True)
    rng = np.random.default_rng(0)
    print(
        f"{'n_jobs':>6}  {'search':<18} {'ms a candidate':>14} {'ratio':>6}  "
        f"{'quartiles':<12}  {'ms of CPU':>9} {'ratio':>6}"
    )
    for n_jobs in arguments.n_jobs:
        times = np.empty((arguments.rounds + 1, len(SEARCHES), 2))
        for round_ in range(arguments.rounds + 1):
            for number in rng.permutation(len(SEARCHES)):
                times[round_, number] = measure(
                    SEARCHES[number], space, n_iter, options, n_jobs, round_, X, y
                )
        times = times[1:]  # the first round starts the workers
        for number, cls in enumerate(SEARCHES):
            ratios = times[:, number] / times[:, 0]
            low, ratio, high = np.percentile(ratios[:, 0], [25, 50, 75])
            milliseconds = 1000 * np.median(times[:, number], axis=0)
            quartiles = f"{low:.2f} to {high:.2f}"
            print(
                f"{n_jobs:>6}  {cls.__name__:<18} {milliseconds[0]:>14.2f} "
                f"{ratio:>6.2f}  {quartiles:<12}  {milliseconds[1]:>9.2f} "
                f"{np.median(ratios[:, 1]):>6.2f}"
            )


if __name__ == "__main__":
    main()
