"""The settings behind the searches' defaults, compared on small real problems.

Every variant searches every problem with every seed on the same splits. What is printed
is how far it gets from random search (0) to the best score that any variant finds on
the data of that seed (1), averaged over problems and seeds, with its standard error.

Usage: python benchmarks/settings.py [--seeds N] [--n-iter N [N ...]] [--only WORD]
"""

import argparse
import warnings
from functools import partial

import numpy as np
from _versions import print_versions
from scipy.stats import loguniform, randint, uniform
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.model_selection import KFold, RandomizedSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.descent import SPSA, FiniteDifference
from skopt_evo.strategies import _evolution

SCALERS = [StandardScaler(), MinMaxScaler(), "passthrough"]


def scaled(model):
    return Pipeline([("scale", StandardScaler()), ("model", model)])


# name: (data, number of samples, model, space, scoring)
PROBLEMS = {
    "SVC": (
        load_breast_cancer,
        300,
        scaled(SVC(random_state=0)),
        {"model__C": loguniform(1e-3, 1e4), "model__gamma": loguniform(1e-6, 1e1)},
        "balanced_accuracy",
    ),
    "KernelRidge": (
        load_diabetes,
        250,
        scaled(KernelRidge(kernel="rbf")),
        {"model__alpha": loguniform(1e-5, 1e3), "model__gamma": loguniform(1e-6, 1e1)},
        "r2",
    ),
    "ElasticNet": (
        load_diabetes,
        250,
        scaled(ElasticNet(max_iter=300)),
        {"model__alpha": loguniform(1e-4, 1e3), "model__l1_ratio": uniform(0, 1)},
        "r2",
    ),
    "DecisionTree": (
        load_wine,
        178,
        DecisionTreeClassifier(random_state=0),
        {
            "max_depth": randint(1, 20),
            "min_samples_leaf": randint(1, 30),
            "ccp_alpha": loguniform(1e-5, 1e-1),
            "criterion": ["gini", "entropy"],
            "max_features": uniform(0.1, 0.9),
        },
        "neg_log_loss",
    ),
    "KNeighbors": (
        load_digits,
        300,
        Pipeline([("scale", "passthrough"), ("model", KNeighborsClassifier())]),
        {
            "scale": SCALERS,
            "model__n_neighbors": randint(1, 60),
            "model__weights": ["uniform", "distance"],
            "model__p": uniform(1, 4),
        },
        "accuracy",
    ),
    "model choice": (
        load_diabetes,
        250,
        Pipeline([("scale", "passthrough"), ("model", ElasticNet())]),
        [
            {
                "scale": SCALERS,
                "model": [ElasticNet(max_iter=300)],
                "model__alpha": loguniform(1e-4, 1e3),
                "model__l1_ratio": uniform(0, 1),
            },
            {
                "scale": SCALERS,
                "model": [KernelRidge(kernel="rbf")],
                "model__alpha": loguniform(1e-5, 1e3),
                "model__gamma": loguniform(1e-6, 1e1),
            },
            {
                "scale": SCALERS,
                "model": [KNeighborsRegressor()],
                "model__n_neighbors": randint(1, 60),
                "model__weights": ["uniform", "distance"],
            },
        ],
        "r2",
    ),
    "logistic": (
        load_breast_cancer,
        200,
        scaled(LogisticRegression(solver="liblinear", random_state=0)),
        {
            "model__C": loguniform(1e-5, 1e4),
            "model__penalty": ["l1", "l2"],
            "model__class_weight": [None, "balanced"],
            "model__intercept_scaling": loguniform(1e-2, 1e2),
        },
        "neg_log_loss",
    ),
}


class Restepped(GeneticSearchCV):
    """Plain evolution with another size of its first mutations."""

    step = _evolution.STEP

    def fit(self, X, y=None, **params):
        usual, _evolution.STEP = _evolution.STEP, self.step
        try:
            return super().fit(X, y, **params)
        finally:
            _evolution.STEP = usual


class SmallSteps(Restepped):
    step = 0.15


class LargeSteps(Restepped):
    step = 0.5


VARIANTS = {
    "genetic, default": GeneticSearchCV,
    "evolution": partial(GeneticSearchCV, surrogate=None),
    "evolution, steps 0.15": partial(SmallSteps, surrogate=None),
    "evolution, steps 0.5": partial(LargeSteps, surrogate=None),
    **{
        f"evolution, population {size}": partial(
            GeneticSearchCV, population_size=size, surrogate=None
        )
        for size in (6, 10, 20)
    },
    "gradient, default": GradientSearchCV,
    "gradient, central": partial(GradientSearchCV, gradient=FiniteDifference()),
    "gradient, spsa": partial(GradientSearchCV, gradient=SPSA()),
    **{
        f"gradient, {name}": partial(GradientSearchCV, optimizer=name)
        for name in ("sgd", "momentum", "rmsprop", "lbfgs")
    },
}


def run(make, problem, seed, budgets):
    """Return the best score at each budget, each from a search of its own."""
    load, n_samples, model, space, scoring = PROBLEMS[problem]
    X, y = load(return_X_y=True)
    rows = np.random.default_rng(seed).permutation(len(X))[:n_samples]
    kind = KFold if load is load_diabetes else StratifiedKFold
    options = {
        "cv": kind(3, shuffle=True, random_state=seed),
        "scoring": scoring,
        "refit": False,
        "random_state": seed,
    }
    scores = []
    for n_iter in budgets:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search = make(model, space, n_iter=n_iter, **options).fit(X[rows], y[rows])
        scores.append(search.best_score_)
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--n-iter", type=int, nargs="+", default=[30, 60])
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    variants = {name: v for name, v in VARIANTS.items() if arguments.only in name}
    variants = {"random": RandomizedSearchCV, **variants}
    shape = (len(variants), len(PROBLEMS), arguments.seeds, len(arguments.n_iter))
    scores = np.empty(shape)
    for place in np.ndindex(shape[:3]):
        make = list(variants.values())[place[0]]
        scores[place] = run(make, list(PROBLEMS)[place[1]], place[2], arguments.n_iter)

    # What is missing to the best, which differs from seed to seed as the data do.
    regrets = scores.max(axis=(0, 3))[..., np.newaxis] - scores
    unit = regrets[0].mean(axis=1, keepdims=True)
    gains = 1 - regrets / unit
    spread = gains.std(axis=2, ddof=1) ** 2 / arguments.seeds
    errors = np.sqrt(spread.sum(axis=1)) / len(PROBLEMS)
    print_versions()
    print(f"{len(PROBLEMS)} problems, {arguments.seeds} seeds; mean and standard error")
    print(f"{'candidates':<24}" + "".join(f"{n:>15}" for n in arguments.n_iter))
    for name, means, widths in zip(
        variants, gains.mean(axis=(1, 2)), errors, strict=True
    ):
        columns = zip(means, widths, strict=True)
        print(f"{name:<24}" + "".join(f"{m:>+8.2f} ({e:.2f})" for m, e in columns))


if __name__ == "__main__":
    main()
