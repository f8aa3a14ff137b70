"""What tuning many hyperparameters does to the error on data nobody has seen.

A model is tuned on the outer training data, by inner cross-validation: by one
hyperparameter only, by many with exact derivatives, and by many that are held back by
`hyper_l2`. It is then scored on the outer test data. The outer splits are the same ones
for all of them.

Writes docs/benchmarks/many_hyperparameters.inc.

Usage: OMP_NUM_THREADS=1 python benchmarks/many_hyperparameters.py [--splits N]
           [--problems NAME ...] [--out PATH]
"""

import argparse
import csv
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _versions import print_versions, versions
from scipy.stats import loguniform
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    make_friedman1,
)
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVR

from skopt_evo import GradientSearchCV
from skopt_evo.preprocessing import FeatureScale
from skopt_evo.space import Vector

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"
STRENGTHS = (0.0, 1e-3, 1e-2)
WEIGHTS = loguniform(1e-2, 1e2)
N_ITER = 40


@dataclass(frozen=True)
class Problem:
    """A model with many hyperparameters; `few` of them are what people usually tune."""

    load: Callable
    model: Any
    scoring: str
    few: dict
    many: dict


def friedman():
    return make_friedman1(200, 20, noise=1.0, random_state=0)


def banded(n_groups=10, n_features=100, n_samples=200):
    """Return groups of features of which two are of use."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, n_features))
    coef = np.zeros(n_features)
    coef[: n_features // n_groups] = 1.0
    coef[n_features // n_groups : 2 * n_features // n_groups] = 0.3
    return X, X @ coef + 2.0 * rng.normal(size=n_samples)


def weighted(model, n_weights, **settings):
    scale = FeatureScale(np.ones(n_weights), **settings)
    return make_pipeline(StandardScaler(), scale, model)


def weights(n_weights):
    return {"featurescale__weights": Vector(WEIGHTS, n_weights)}


RBF = {
    "kernelridge__alpha": loguniform(1e-4, 1e2),
    "kernelridge__gamma": loguniform(1e-4, 1e1),
}
PROBLEMS = {
    "ARD kernel ridge, Friedman": Problem(
        friedman,
        weighted(KernelRidge(kernel="rbf", gamma=0.05, alpha=0.1), 20),
        "r2",
        RBF,
        weights(20),
    ),
    "ARD kernel ridge, diabetes": Problem(
        lambda: load_diabetes(return_X_y=True),
        weighted(KernelRidge(kernel="rbf", gamma=0.01, alpha=0.1), 10),
        "r2",
        RBF,
        weights(10),
    ),
    "ARD SVR, Friedman": Problem(
        friedman,
        weighted(SVR(C=10.0, gamma=0.05), 20),
        "r2",
        {"svr__C": loguniform(1e-2, 1e3)},
        weights(20),
    ),
    "weighted logistic, breast cancer": Problem(
        lambda: load_breast_cancer(return_X_y=True),
        weighted(LogisticRegression(max_iter=2000), 30),
        "neg_log_loss",
        {"logisticregression__C": loguniform(1e-4, 1e4)},
        weights(30),
    ),
    "penalties of groups, synthetic": Problem(
        banded,
        weighted(Ridge(alpha=10.0), 10, groups=np.repeat(np.arange(10), 10)),
        "r2",
        {"ridge__alpha": loguniform(1e-2, 1e4)},
        weights(10),
    ),
    "weights of 65 products, diabetes": Problem(
        lambda: load_diabetes(return_X_y=True),
        make_pipeline(
            PolynomialFeatures(2, include_bias=False),
            StandardScaler(),
            FeatureScale(np.ones(65)),
            Ridge(alpha=100.0),
        ),
        "r2",
        {"ridge__alpha": loguniform(1e-2, 1e4)},
        weights(65),
    ),
}


def outer_scores(problem, n_splits):
    """Return (inner, outer) scores of each way to tune, one row a split."""
    X, y = problem.load()
    ways = {"few": (problem.few, 0.0)}
    for strength in STRENGTHS:
        ways[f"many, {strength:g}"] = ({**problem.few, **problem.many}, strength)
    scores = {way: [] for way in ways}
    splitter = ShuffleSplit(n_splits, test_size=0.25, random_state=0)
    for number, (train, test) in enumerate(splitter.split(X)):
        for way, (space, strength) in ways.items():
            search = GradientSearchCV(
                problem.model,
                space,
                n_iter=N_ITER,
                n_restarts=0,
                hyper_l2=strength,
                scoring=problem.scoring,
                cv=KFold(5, shuffle=True, random_state=number),
                random_state=number,
            ).fit(X[train], y[train])
            outer = get_scorer(problem.scoring)(search, X[test], y[test])
            scores[way].append((search.best_score_, outer))
    return {way: np.array(rows) for way, rows in scores.items()}


# ---- the table


def losses(problem, scores):
    """Return 1 - R2 or the log loss: what can be compared as a ratio."""
    return 1.0 - scores if problem.scoring == "r2" else -scores


def rows(name, problem, scores):
    """Yield a row of the table for each way to tune."""
    few = losses(problem, scores["few"])[:, 1]
    for way, found in scores.items():
        inner, outer = losses(problem, found).T
        ratios = outer / few
        error = ratios.std(ddof=1) / np.sqrt(len(ratios))
        yield (
            name if way == "few" else "",
            way,
            f"{inner.mean():.3f}",
            f"{outer.mean():.3f}",
            f"{outer.mean() / few.mean():.2f}",
            f"{error:.2f}",
        )


def as_csv_table(lines, caption):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    head = (
        f".. csv-table:: {caption}\n"
        '   :header: "problem", "tuned", "inner loss", "outer loss", '
        '"outer loss / few", "its error"\n'
        "   :widths: 34, 18, 12, 12, 14, 10\n\n"
    )
    return head + "".join(f"   {line}\n" for line in out.getvalue().splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument(
        "--problems", nargs="*", choices=PROBLEMS, default=list(PROBLEMS)
    )
    parser.add_argument("--out", type=Path, default=DOCS / "many_hyperparameters.inc")
    arguments = parser.parse_args()
    print_versions()
    warnings.simplefilter("ignore")
    table = []
    for name in arguments.problems:
        start = time.time()
        problem = PROBLEMS[name]
        found = list(rows(name, problem, outer_scores(problem, arguments.splits)))
        table += found
        print(f"{name}: {time.time() - start:.0f} s")
        for row in found:
            print("   ", *row[1:], flush=True)
    caption = f"{arguments.splits} outer splits, {N_ITER} candidates. {versions()}"
    arguments.out.write_text(as_csv_table(table, caption))


if __name__ == "__main__":
    main()
