"""The searches that hypergradients.py compares, each with its own clock.

A search is called with a problem, a number of candidates and a seed. It returns a
`Trace`: the mean loss of each candidate over the folds, and the CPU seconds since the
start when it was known.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import ElasticNetCV, LogisticRegressionCV, RidgeCV
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    cross_validate,
)

from skopt_evo import GradientSearchCV
from tasks import methods


class Trace(NamedTuple):
    """What a search found.

    Attributes
    ----------
    losses : list of float
        The losses of the candidates; NaN where nothing is known of them.
    seconds : list of float
        The CPU seconds after which they were known.
    first : int
        How many candidates belong to the first descent; all of them if there is none.
    """

    losses: list[float]
    seconds: list[float]
    first: int


# ---- searches with scikit-learn's interface


def clock(estimator, X, y):
    """Return the time as if it were a score."""
    return time.process_time()


def fitted(make, problem):
    """Return the trace of a search, `make` being told all that it needs to know."""
    start = time.process_time()
    search = make(
        scoring={"score": problem.scoring, "clock": clock},
        refit=False,
        cv=problem.splits,
    )
    results = search.fit(*problem.data).cv_results_
    times = [results[f"split{i}_test_clock"] for i in range(problem.n_splits)]
    is_first = results.get("restart", np.zeros(len(times[0]))) == 0
    return Trace(
        (-results["mean_test_score"]).tolist(),
        (np.max(times, axis=0) - start).tolist(),
        int(np.sum(is_first)),
    )


def descent(problem, budget, seed, *, from_anywhere=False):
    estimator = problem.start(seed) if from_anywhere else clone(problem.estimator)
    make = partial(
        GradientSearchCV,
        estimator,
        problem.param_grid,
        n_iter=budget,
        random_state=seed,
    )
    return fitted(make, problem)


# Nearly as many points as are wanted, for one, two and three hyperparameters.
GRIDS = {
    10: [(10,), (3, 3), (3, 2, 2)],
    50: [(50,), (7, 7), (4, 4, 3)],
    100: [(100,), (10, 10), (5, 5, 4)],
}


def grid(problem, budget, seed):
    sizes = GRIDS[budget][len(problem.ranges) - 1]
    return fitted(
        partial(GridSearchCV, clone(problem.estimator), problem.grid(*sizes)), problem
    )


def random_points(problem, budget, seed):
    make = partial(
        RandomizedSearchCV,
        clone(problem.estimator),
        problem.param_grid,
        n_iter=budget,
        random_state=seed,
    )
    return fitted(make, problem)


# ---- searches that ask for the loss of a candidate


class Objective:
    """The score of a problem, to be maximised, with a clock."""

    def __init__(self, problem, budget):
        self._problem = problem
        self._budget = budget
        self._start = time.process_time()
        self.losses, self.seconds = [], []

    def __call__(self, configuration):
        self.losses.append(loss_of(self._problem, configuration))
        self.seconds.append(time.process_time() - self._start)
        return -self.losses[-1]


def loss_of(problem, configuration):
    estimator = clone(problem.estimator).set_params(**configuration)
    scores = cross_validate(
        estimator, *problem.data, scoring=problem.scoring, cv=problem.splits
    )
    return -float(scores["test_score"].mean())


def asking(search, problem, budget, seed):
    objective = Objective(problem, budget)
    search(problem, objective, budget, seed)
    return Trace(objective.losses, objective.seconds, budget)


# ---- scikit-learn's path solvers: all that is known of them is what they chose


def chosen(problem, search, n_candidates, names):
    start = time.process_time()
    search.fit(*problem.data)
    seconds = time.process_time() - start
    values = {
        name: float(np.ravel(getattr(search, f"{name}_"))[0])
        for name in names
        if hasattr(search, f"{name}_")
    }
    losses = [np.nan] * (n_candidates - 1) + [loss_of(problem, values)]
    return Trace(losses, [seconds] * n_candidates, n_candidates)


def ridge_path(problem, budget, seed):
    search = RidgeCV(
        problem.ranges["alpha"].spaced(budget),
        scoring=problem.scoring,
        cv=problem.splits,
    )
    return chosen(problem, search, budget, ["alpha"])


def logistic_path(problem, budget, seed):
    search = LogisticRegressionCV(
        Cs=problem.ranges["C"].spaced(budget),
        scoring=problem.scoring,
        cv=problem.splits,
        max_iter=problem.estimator.max_iter,
    )
    return chosen(problem, search, budget, ["C"])


# As the documentation of ElasticNetCV recommends.
L1_RATIOS = [0.1, 0.5, 0.7, 0.9, 0.95, 0.99, 1.0]


def elastic_net_path(problem, budget, seed):
    search = ElasticNetCV(
        l1_ratio=L1_RATIOS, cv=problem.splits, max_iter=problem.estimator.max_iter
    )
    n_candidates = 100 * len(L1_RATIOS)
    return chosen(problem, search, n_candidates, ["alpha", "l1_ratio"])


# ---- the table of them


@dataclass(frozen=True)
class Method:
    """A search, its name in tables, and how many candidates it gets.

    Attributes
    ----------
    search : callable
        The search.
    label : str
        Its name.
    budgets : dict of str to int
        The number of candidates by the kind of a problem, or by its name.
    packages : tuple of str
        What it needs.
    is_random : bool
        Whether another seed makes another run.
    """

    search: Callable
    label: str
    budgets: dict[str, int]
    packages: tuple[str, ...] = field(default=("skopt-evo",))
    is_random: bool = True

    def budget(self, name, problem):
        """Return the number of candidates for a problem, None if it is left out."""
        return self.budgets.get(name, self.budgets.get(problem.kind))

    def run(self, problem, budget, seed):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.search(problem, budget, seed)


def peer(search, label, budgets, *packages, **settings):
    search = partial(asking, partial(search, **settings))
    return Method(search, label, budgets, packages)


def path(search, label, budgets):
    return Method(search, label, budgets, ("scikit-learn",), is_random=False)


def grid_method(budget, *kinds):
    label = f"GridSearchCV, {budget}"
    return path(grid, label, dict.fromkeys(kinds, budget))


OURS, ANYWHERE = "descent", "descent_anywhere"
OURS_BUDGETS = {"small": 50, "many": 40, "large": 10}
METHODS = {
    OURS: Method(descent, "GradientSearchCV", OURS_BUDGETS, is_random=False),
    ANYWHERE: Method(
        partial(descent, from_anywhere=True),
        "GradientSearchCV, random start",
        {"small": 50, "many": 40},
    ),
    # What the best known loss may come from.
    "descent_long": Method(
        descent, "GradientSearchCV, 150", {"small": 150, "many": 150}, is_random=False
    ),
    "grid_10": grid_method(10, "large"),
    "grid_50": grid_method(50, "small"),
    "grid_100": grid_method(100, "small"),
    "random": Method(
        random_points,
        "RandomizedSearchCV",
        {"small": 100, "many": 200},
        ("scikit-learn",),
    ),
    "tpe": peer(
        methods.optuna,
        "Optuna, TPE",
        {"small": 100, "many": 200, "large": 20},
        "optuna",
        sampler="TPESampler",
    ),
    "cma": peer(
        methods.optuna,
        "Optuna, CMA-ES",
        {"many": 400},
        "optuna",
        "cmaes",
        sampler="CmaEsSampler",
    ),
    "skopt": peer(
        methods.skopt_gp, "scikit-optimize", {"small": 50}, "scikit-optimize"
    ),
    "ridge_cv": path(ridge_path, "RidgeCV, 100", {"ridge": 100}),
    "logistic_cv_50": path(
        logistic_path,
        "LogisticRegressionCV, 50",
        dict.fromkeys(("logistic", "digits"), 50),
    ),
    "logistic_cv_100": path(
        logistic_path,
        "LogisticRegressionCV, 100",
        dict.fromkeys(("logistic", "digits"), 100),
    ),
    "elastic_net_cv": path(
        elastic_net_path, "ElasticNetCV, 100 x 7", {"elastic_net": 700}
    ),
}
