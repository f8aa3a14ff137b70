"""How much better the score of a search's winner looks than it is.

Nested cross-validation: each search chooses on the outer training data, by 5 inner
splits; the winner is fitted on all of them and scored on the outer test data. Its
optimism is its inner score minus its outer one. Each repetition draws samples and outer
splits anew; they are the same ones for all the searches.

Writes docs/benchmarks/optimism.inc. Without Optuna, that search is left out.

Usage: OMP_NUM_THREADS=1 python benchmarks/optimism.py [--repetitions N] [--out PATH]
"""

import argparse
import csv
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from _versions import print_versions
from scipy.stats import loguniform, randint, uniform
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV
from skopt_evo.selection import OneStandardError

try:
    import optuna
except ImportError:
    optuna = None

N_ITER = 36
N_SAMPLES = 150
DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"


@dataclass(frozen=True)
class Problem:
    """A model to tune on some data; the grid has N_ITER points."""

    load: Callable
    model: Any
    scoring: str
    space: dict
    grid: dict
    rule: OneStandardError

    def splits(self, seed):
        kind = KFold if self.load is load_diabetes else StratifiedKFold
        return kind(5, shuffle=True, random_state=seed)


def scaled(model):
    return Pipeline([("scale", StandardScaler()), ("model", model)])


PROBLEMS = {
    "SVC, breast cancer": Problem(
        load_breast_cancer,
        scaled(SVC(random_state=0)),
        "accuracy",
        {"model__C": loguniform(1e-2, 1e4), "model__gamma": loguniform(1e-5, 1e1)},
        {
            "model__C": np.geomspace(1e-2, 1e4, 6),
            "model__gamma": np.geomspace(1e-5, 1e1, 6),
        },
        OneStandardError({"model__C": "smaller", "model__gamma": "smaller"}),
    ),
    "tree, wine": Problem(
        load_wine,
        DecisionTreeClassifier(random_state=0),
        "accuracy",
        {
            "max_depth": randint(1, 11),
            "min_samples_leaf": randint(1, 21),
            "max_features": uniform(0.1, 0.9),
        },
        {
            "max_depth": [1, 3, 6, 10],
            "min_samples_leaf": [1, 5, 20],
            "max_features": [0.1, 0.5, 1.0],
        },
        OneStandardError({"max_depth": "smaller", "min_samples_leaf": "larger"}),
    ),
    "KernelRidge, diabetes": Problem(
        load_diabetes,
        scaled(KernelRidge(kernel="rbf")),
        "neg_mean_absolute_error",
        {"model__alpha": loguniform(1e-4, 1e2), "model__gamma": loguniform(1e-5, 1e1)},
        {
            "model__alpha": np.geomspace(1e-4, 1e2, 6),
            "model__gamma": np.geomspace(1e-5, 1e1, 6),
        },
        OneStandardError({"model__alpha": "larger", "model__gamma": "smaller"}),
    ),
}

# ---- the searches: each one returns what a rule chooses from


def no_search(problem, X, y, seed, options):
    return GridSearchCV(problem.model, {}, **options).fit(X, y).cv_results_


def grid_search(problem, X, y, seed, options):
    return GridSearchCV(problem.model, problem.grid, **options).fit(X, y).cv_results_


def randomized_search(problem, X, y, seed, options):
    search = RandomizedSearchCV(
        problem.model, problem.space, n_iter=N_ITER, random_state=seed, **options
    )
    return search.fit(X, y).cv_results_


def genetic_search(problem, X, y, seed, options):
    search = GeneticSearchCV(
        problem.model, problem.space, n_iter=N_ITER, random_state=seed, **options
    )
    return search.fit(X, y).cv_results_


def optuna_search(problem, X, y, seed, options):
    def objective(trial):
        params = {
            name: suggest(trial, name, problem.space[name]) for name in problem.space
        }
        model = clone(problem.model).set_params(**params)
        scoring, cv = options["scoring"], options["cv"]
        return cross_val_score(model, X, y, scoring=scoring, cv=cv).mean()

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=N_ITER)
    return {
        "params": [trial.params for trial in study.trials],
        "mean_test_score": np.array([trial.value for trial in study.trials]),
    }


def suggest(trial, name, distribution):
    low, high = distribution.support()
    if distribution.dist.name == "randint":
        return trial.suggest_int(name, low, high)
    is_log = distribution.dist.name in ("loguniform", "reciprocal")
    return trial.suggest_float(name, low, high, log=is_log)


def best(results):
    return int(np.argmax(results["mean_test_score"]))


def rules(problem):
    """Return the label, the search and the rule of each row of the table."""
    rows = [
        ("no search, defaults", no_search, best),
        ("GridSearchCV", grid_search, best),
        ("RandomizedSearchCV", randomized_search, best),
        ("Optuna, TPE", optuna_search, best),
        ("GeneticSearchCV", genetic_search, best),
        ("GeneticSearchCV, OneStandardError", genetic_search, problem.rule),
    ]
    return [row for row in rows if optuna or row[1] is not optuna_search]


# ---- nested cross-validation


def outer_splits(problem, n_repetitions):
    """Iterate over seeds and data: training and test samples, training and test y."""
    X, y = problem.load(return_X_y=True)
    for repetition in range(n_repetitions):
        chance = np.random.default_rng(repetition)
        rows = chance.permutation(len(X))[:N_SAMPLES]
        folds = problem.splits(repetition).split(X[rows], y[rows])
        for number, (train, test) in enumerate(folds):
            seed = 100 * repetition + number
            yield seed, X[rows[train]], X[rows[test]], y[rows[train]], y[rows[test]]


def measure(problem, n_repetitions):
    """Return the inner and outer scores of each row, shape (n_outer_splits, 2)."""
    scorer = get_scorer(problem.scoring)
    scores = {}
    for seed, X_train, X_test, y_train, y_test in outer_splits(problem, n_repetitions):
        options = {
            "cv": problem.splits(seed),
            "scoring": problem.scoring,
            "refit": False,
        }
        found = {}
        for label, search, rule in rules(problem):
            if search not in found:
                found[search] = search(problem, X_train, y_train, seed, options)
            results = found[search]
            row = rule(results)
            model = clone(problem.model).set_params(**results["params"][row])
            outer = scorer(model.fit(X_train, y_train), X_test, y_test)
            inner = results["mean_test_score"][row]
            scores.setdefault(label, []).append((inner, outer))
    return {label: np.array(pairs) for label, pairs in scores.items()}


def table(scores):
    """Return the table as a directive of reStructuredText."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    header = ["search"]
    for name in scores:
        header += [f"{name}: outer score", "optimism"]
    writer.writerow(header)
    for label in next(iter(scores.values())):
        row = [label]
        for by_label in scores.values():
            inner, outer = by_label[label].T
            optimism = inner - outer
            error = optimism.std(ddof=1) / np.sqrt(len(optimism))
            digits = 3 if abs(outer.mean()) < 1 else 2
            row += [f"{outer.mean():.{digits}f}"]
            row += [f"{optimism.mean():+.{digits}f} ± {error:.{digits}f}"]
        writer.writerow(row)
    rows = "".join(f"   {row}\n" for row in file.getvalue().splitlines())
    return f".. csv-table::\n   :header-rows: 1\n\n{rows}"


def note(n_repetitions):
    packages = [
        "skopt-evo",
        "scikit-learn",
        "numpy",
        "scipy",
        *(["optuna"] if optuna else []),
    ]
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{N_ITER} candidates, {N_SAMPLES} samples, {n_repetitions} repetitions of 5 "
        f"outer splits; {versions}.\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--out", type=Path, default=DOCS / "optimism.inc")
    arguments = parser.parse_args()
    print_versions()
    if optuna is None:
        print("Optuna is left out: pip install optuna")
    scores = {}
    for name, problem in PROBLEMS.items():
        began = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ill-conditioned kernels
            scores[name] = measure(problem, arguments.repetitions)
        print(f"{name}: {time.process_time() - began:.0f} s CPU", flush=True)
    text = f"{table(scores)}\n{note(arguments.repetitions)}"
    print(text)
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
