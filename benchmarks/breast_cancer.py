"""Best cross-validated score of each search on the same number of candidates.

A support vector machine on the breast cancer data, C and gamma log-uniform. Each seed
has shuffled splits of its own, the same ones for all the searches. A grid of a given
size has more than one shape: both of the squarest ones compete.

Usage: python benchmarks/breast_cancer.py [--seeds N] [--scoring NAME] [--n-jobs N]
"""

import argparse

import numpy as np
from _versions import print_versions
from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV

N_ITER = 60
BOUNDS = {"svc__C": (1e-2, 1e4), "svc__gamma": (1e-6, 1e1)}
RANGES = {name: loguniform(*bounds) for name, bounds in BOUNDS.items()}


def grid(*sizes):
    return {
        name: np.geomspace(*bounds, size)
        for (name, bounds), size in zip(BOUNDS.items(), sizes, strict=True)
    }


def make_searches(seed, options):
    model = make_pipeline(StandardScaler(), SVC(random_state=0))
    sampled = {"n_iter": N_ITER, "random_state": seed, **options}
    return {
        "GridSearchCV, 6 C x 10 gamma": GridSearchCV(model, grid(6, 10), **options),
        "GridSearchCV, 10 C x 6 gamma": GridSearchCV(model, grid(10, 6), **options),
        "RandomizedSearchCV": RandomizedSearchCV(model, RANGES, **sampled),
        "GeneticSearchCV": GeneticSearchCV(model, RANGES, **sampled),
        "GradientSearchCV": GradientSearchCV(model, RANGES, **sampled),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--scoring", default="accuracy")
    parser.add_argument("--n-jobs", type=int)
    arguments = parser.parse_args()
    X, y = load_breast_cancer(return_X_y=True)

    scores = {}
    for seed in range(arguments.seeds):
        options = {
            "cv": StratifiedKFold(5, shuffle=True, random_state=seed),
            "scoring": arguments.scoring,
            "n_jobs": arguments.n_jobs,
            "refit": False,
        }
        for name, search in make_searches(seed, options).items():
            search.fit(X, y)
            assert len(search.cv_results_["params"]) == N_ITER
            scores.setdefault(name, []).append(search.best_score_)

    print_versions()
    print(f"{arguments.scoring}, {N_ITER} candidates, {arguments.seeds} seeds")
    print(f"{'search':<30} {'mean':>8}   better, equal, worse than the better grid")
    grids = np.max([scores[name] for name in scores if "Grid" in name], axis=0)
    for name, values in scores.items():
        signs = np.sign(np.round(np.array(values) - grids, 12))
        counts = [int((signs == sign).sum()) for sign in (1, 0, -1)]
        print(f"{name:<30} {np.mean(values):>8.5f}   {counts}")


if __name__ == "__main__":
    main()
