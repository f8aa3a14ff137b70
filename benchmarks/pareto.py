"""Fronts of several objectives found by GeneticSearchCV and by pymoo's NSGA-II.

The objectives are test functions with known fronts, which a search sees as the metrics
of an estimator that learns nothing. What is compared is the hypervolume of all that was
evaluated, as a percentage of the whole front's: means over seeds with standard errors.
pymoo runs with each of several population sizes, and the best mean of them counts.

Usage: OMP_NUM_THREADS=1 python benchmarks/pareto.py [--seeds N] [--only WORD]
    [--budgets N [N ...]]
"""

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from _versions import print_versions
from scipy.stats import uniform
from sklearn.base import BaseEstimator

from skopt_evo import GeneticSearchCV

BUDGETS = [200, 500, 2000]

# pymoo's own population size, and some that suit smaller budgets.
POPULATION_SIZES = [100, 40, 20, 10]

# With a surrogate the search is meant for budgets up to this one.
LARGEST_SCREENED = 500

# ---- the problems


@dataclass(frozen=True)
class Problem:
    """Objectives to minimise on the unit cube.

    Attributes
    ----------
    n_parameters : int
        The dimension of the cube.
    objectives : callable
        Maps points of shape (n, n_parameters) to losses of shape (n, n_objectives).
    reference : tuple of float
        The reference point of the hypervolume.
    whole : float
        The hypervolume of the front.
    """

    n_parameters: int
    objectives: Callable
    reference: tuple
    whole: float


def zdt(shape):
    """Return a ZDT function (Zitzler, Deb & Thiele 2000) by the shape of its front."""

    def objectives(points):
        first = points[:, 0]
        g = 1 + 9 * points[:, 1:].mean(axis=1)
        return np.column_stack([first, g * shape(first, first / g)])

    return objectives


zdt1 = zdt(lambda first, share: 1 - np.sqrt(share))
zdt2 = zdt(lambda first, share: 1 - share**2)
zdt3 = zdt(lambda first, share: 1 - np.sqrt(share) - share * np.sin(10 * np.pi * first))


def dtlz2(points):
    """DTLZ2 with three objectives (Deb, Thiele, Laumanns & Zitzler 2002)."""
    radius = 1 + ((points[:, 2:] - 0.5) ** 2).sum(axis=1)
    first, second = points[:, :2].T * np.pi / 2
    x = np.cos(first) * np.cos(second)
    y = np.cos(first) * np.sin(second)
    return radius[:, np.newaxis] * np.column_stack([x, y, np.sin(first)])


# All that ZDT functions return lies within (11, 11), so that from the first candidate
# on there is something to measure. The hypervolumes of ZDT1, ZDT2 and DTLZ2's eighth of
# a ball are integrals; that of ZDT3, whose front has gaps, is a sum over 10^7 points.
FAR = (11.0, 11.0)
PROBLEMS = {
    "ZDT1, 10 parameters": Problem(10, zdt1, FAR, 121 - 1 / 3),
    "ZDT1, 30 parameters": Problem(30, zdt1, FAR, 121 - 1 / 3),
    "ZDT2, 10 parameters": Problem(10, zdt2, FAR, 121 - 2 / 3),
    "ZDT2, 30 parameters": Problem(30, zdt2, FAR, 121 - 2 / 3),
    "ZDT3, 10 parameters": Problem(10, zdt3, FAR, 128.7781),
    "ZDT3, 30 parameters": Problem(30, zdt3, FAR, 128.7781),
    "DTLZ2, 12 parameters": Problem(12, dtlz2, (1.1,) * 3, 1.1**3 - np.pi / 6),
}

# ---- the searches: each one returns losses in the order of their evaluation


class Point(BaseEstimator):
    """Learns nothing; its parameters are the coordinates of a point."""

    def __init__(self, **coordinates):
        self.coordinates = coordinates

    def get_params(self, deep=True):
        return dict(self.coordinates)

    def set_params(self, **params):
        self.coordinates.update(params)
        return self

    def fit(self, X, y=None):
        return self


class Objective:
    """A scorer: minus one of the objectives."""

    def __init__(self, objectives, number):
        self.objectives = objectives
        self.number = number

    def __call__(self, estimator, X, y=None):
        point = np.array([list(estimator.coordinates.values())])
        return -self.objectives(point)[0, self.number]


def genetic_search(problem, budget, seed, **options):
    names = [f"x{number}" for number in range(problem.n_parameters)]
    search = GeneticSearchCV(
        Point(**dict.fromkeys(names)),
        dict.fromkeys(names, uniform()),
        scoring={
            f"objective_{number}": Objective(problem.objectives, number)
            for number in range(len(problem.reference))
        },
        refit=False,
        n_iter=budget,
        cv=2,
        random_state=seed,
        **options,
    )
    results = search.fit(np.zeros((2, 1))).cv_results_
    return -np.column_stack([results[f"mean_test_{name}"] for name in search.scorer_])


def plain_search(problem, budget, seed):
    return genetic_search(problem, budget, seed, surrogate=None)


def default_search(problem, budget, seed):
    return genetic_search(problem, budget, seed)


def pymoo_search(problem, budget, seed, population_size):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    losses = []

    class Recorded(Problem):
        def _evaluate(self, points, out):
            out["F"] = problem.objectives(points)
            losses.extend(out["F"])

    cube = Recorded(
        n_var=problem.n_parameters, n_obj=len(problem.reference), xl=0.0, xu=1.0
    )
    minimize(cube, NSGA2(pop_size=population_size), ("n_eval", budget), seed=seed)
    # The last generation is complete, even if that exceeds the budget.
    return np.array(losses[:budget])


# ---- the comparison


def percentage(problem, losses):
    """Return the hypervolume in percent of the whole front's, by pymoo's indicator."""
    from pymoo.indicators.hv import HV

    return 100 * HV(ref_point=np.array(problem.reference))(losses) / problem.whole


def measure(problem, budget, search, n_seeds, *args):
    """Return the mean over seeds and its standard error."""
    found = [
        percentage(problem, search(problem, budget, seed, *args))
        for seed in range(n_seeds)
    ]
    return np.mean(found), np.std(found, ddof=1) / np.sqrt(n_seeds)


def compare(problem, budget, n_seeds):
    """Return a row of the table: pymoo, plain evolution, the default."""
    cells = []
    best, size = max(
        (measure(problem, budget, pymoo_search, n_seeds, size), size)
        for size in POPULATION_SIZES
    )
    cells += ["{:.2f} ± {:.2f}".format(*best), size]
    cells += [
        "{:.2f} ± {:.2f}".format(*measure(problem, budget, plain_search, n_seeds))
    ]
    if budget > LARGEST_SCREENED:
        return [*cells, ""]
    default = measure(problem, budget, default_search, n_seeds)
    return [*cells, "{:.2f} ± {:.2f}".format(*default)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budgets", type=int, nargs="+", default=BUDGETS)
    parser.add_argument("--only", default="", help="part of a problem's name")
    arguments = parser.parse_args()
    print_versions()
    try:
        print(f"pymoo {version('pymoo')}, {arguments.seeds} seeds")
    except PackageNotFoundError:
        sys.exit("There is nothing to compare with: pip install pymoo")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ["problem", "evaluations", "pymoo", "its size", "surrogate=None", "default"]
    )
    for name, problem in PROBLEMS.items():
        for budget in arguments.budgets if arguments.only in name else []:
            writer.writerow([name, budget, *compare(problem, budget, arguments.seeds)])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
