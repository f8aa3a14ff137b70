"""Whether searches have the same results as before: one hash each.

A change that is not about results must not change any. Run it before the change and
after it, and compare the two files; in another checkout, with its folder on PYTHONPATH.

Usage: python benchmarks/same_results.py [--write FILE] [--compare FILE] [--only TEXT]
"""

import argparse
import hashlib
import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
from _versions import print_versions
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.optimizers import Momentum
from skopt_evo.preprocessing import ColumnMask, FeatureScale
from skopt_evo.selection import OneStandardError
from skopt_evo.space import Mask, Vector
from skopt_evo.strategies.operators import CommaSurvival

TIMES = ("fit_time", "score_time")

IRIS = load_iris(return_X_y=True)
DIABETES = tuple(part[:150] for part in load_diabetes(return_X_y=True))
BINARY = make_classification(n_samples=120, n_features=8, flip_y=0.1, random_state=0)
GROUPS = {"groups": np.arange(120) % 6}
WEIGHTS = {"sample_weight": np.linspace(0.5, 1.5, 120)}


class Draws:
    """A distribution that can only be sampled."""

    def rvs(self, random_state=None):
        rng = np.random.default_rng(random_state.randint(2**31))
        return float(rng.lognormal())


class Picky(RegressorMixin, BaseEstimator):
    """Fails for some of its parameters."""

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        if self.a + self.b > 1.4:
            raise ValueError("too much")
        return self

    def predict(self, X):
        return X[:, 2] * self.a + self.b * X[:, 3]


def names_of_two(estimator, X, y):
    return {"score": estimator.score(X, y), "shift": float(np.mean(y))}


SVC_SPACE = {"C": loguniform(1e-2, 1e3), "gamma": loguniform(1e-4, 1e1)}
MIXED = {
    "max_depth": randint(1, 9),
    "min_samples_leaf": [1, 2, 4, 8, 16, 32],
    "criterion": ["gini", "entropy", "log_loss"],
    "max_features": uniform(0.2, 0.8),
}
TREE = {"max_depth": randint(1, 9), "ccp_alpha": loguniform(1e-5, 1e-1)}
BRANCHES = [
    {"kernel": ["rbf"], "C": loguniform(1e-2, 1e3), "gamma": loguniform(1e-4, 1e1)},
    {"kernel": ["poly"], "C": loguniform(1e-1, 1e2), "degree": [2, 3, 4]},
    {"kernel": ["linear"], "C": loguniform(1e-2, 1e1)},
]
STEPS = {
    "scale": [StandardScaler(), MinMaxScaler(), "passthrough"],
    "svc__C": loguniform(1e-2, 1e3),
}
RIDGE = {"alpha": loguniform(1e-4, 1e4)}
NET = {"alpha": loguniform(1e-4, 1e1), "l1_ratio": uniform(0.05, 0.9)}
LOGISTIC = {"logisticregression__C": loguniform(1e-4, 1e4)}
SCALED_SVC = make_pipeline(StandardScaler(), SVC())
SCALED_LOGISTIC = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
KERNEL = {"alpha": loguniform(1e-4, 1e1), "gamma": loguniform(1e-3, 1e1)}


def steps_pipeline():
    pipeline = make_pipeline(StandardScaler(), SVC())
    pipeline.steps[0] = ("scale", pipeline.steps[0][1])
    return pipeline


def evolve(estimator, space, data, fit=None, **settings):
    settings = {"n_iter": 30, "cv": 3, "random_state": 0, **settings}
    return GeneticSearchCV(estimator, space, **settings), data, fit or {}


def descend(estimator, space, data, fit=None, **settings):
    settings = {"n_iter": 30, "cv": 3, "random_state": 0, **settings}
    return GradientSearchCV(estimator, space, **settings), data, fit or {}


def resumed(make):
    """Interrupt a search after a part of its budget, and go on with it."""

    def search():
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "journal")
        short, data, fit = make()
        short.set_params(checkpoint=path, n_iter=12).fit(*data, **fit)
        search, data, fit = make()
        return search.set_params(checkpoint=path), data, fit

    return search


def warm(make):
    """Begin with the results of another search."""

    def search():
        first, data, fit = make()
        first.set_params(n_iter=12, random_state=1).fit(*data, **fit)
        search, data, fit = make()
        return search.set_params(initial_params=first.cv_results_), data, fit

    return search


def svc(**settings):
    return lambda: evolve(SVC(), SVC_SPACE, IRIS, **settings)


def tree(**settings):
    return lambda: evolve(
        DecisionTreeClassifier(random_state=0), MIXED, IRIS, **settings
    )


def ridge(**settings):
    return lambda: descend(Ridge(), RIDGE, DIABETES, **settings)


def net(**settings):
    return lambda: descend(ElasticNet(), NET, DIABETES, **settings)


def stump(**settings):
    estimator = DecisionTreeRegressor(random_state=0)
    return lambda: descend(estimator, TREE, DIABETES, **settings)


PROBLEMS = {
    # ---- evolution: strategies and operators
    "evolve svc": svc(),
    "evolve svc seed 1": svc(random_state=1),
    "evolve svc lookahead 1": svc(lookahead=1),
    "evolve svc lookahead 8": svc(lookahead=8),
    "evolve svc n_jobs 2": svc(n_jobs=2),
    "evolve svc plain": svc(surrogate=None),
    "evolve svc generational": svc(strategy="generational", surrogate=None),
    "evolve svc generational model": svc(strategy="generational"),
    "evolve svc differential": svc(strategy="differential_evolution"),
    "evolve svc differential plain": svc(
        strategy="differential_evolution", surrogate=None
    ),
    "evolve svc trees": svc(
        surrogate=ExtraTreesRegressor(n_estimators=10, random_state=0), n_iter=20
    ),
    "evolve tree": tree(),
    "evolve tree plain": tree(surrogate=None, n_iter=50),
    "evolve tree rank blend": tree(surrogate=None, selection="rank", crossover="blend"),
    "evolve tree truncation": tree(
        surrogate=None, selection="truncation", crossover="uniform"
    ),
    "evolve tree two_point": tree(surrogate=None, crossover="two_point"),
    "evolve tree sbx": tree(
        surrogate=None, crossover="simulated_binary", mutation="polynomial"
    ),
    "evolve tree age": tree(surrogate=None, survival="age"),
    "evolve tree comma": tree(
        surrogate=None, strategy="generational", survival=CommaSurvival()
    ),
    "evolve tree population 5": tree(population_size=5),
    # ---- evolution: spaces
    "evolve branches": lambda: evolve(SVC(), BRANCHES, IRIS),
    "evolve steps": lambda: evolve(steps_pipeline(), STEPS, IRIS),
    "evolve mask": lambda: evolve(
        make_pipeline(ColumnMask(), GaussianNB()),
        {"columnmask__mask": Mask(8), "gaussiannb__var_smoothing": loguniform(1e-9, 1)},
        BINARY,
    ),
    "evolve vector": lambda: evolve(
        make_pipeline(FeatureScale(), KNeighborsClassifier()),
        {
            "featurescale__weights": Vector(loguniform(1e-2, 1e2), 8),
            "kneighborsclassifier__n_neighbors": randint(1, 20),
        },
        BINARY,
    ),
    "evolve draws": lambda: evolve(
        SVC(), {"C": Draws(), "gamma": loguniform(1e-3, 1)}, IRIS
    ),
    "evolve grid": lambda: evolve(
        KNeighborsClassifier(), {"n_neighbors": [1, 3, 5], "p": [1, 2]}, IRIS
    ),
    "evolve grid of branches": lambda: evolve(
        SVC(), [{"C": [1, 2]}, {"kernel": ["linear"], "C": [1, 4]}], IRIS
    ),
    "evolve finite": lambda: evolve(
        KNeighborsClassifier(),
        {"n_neighbors": range(1, 30), "p": [1, 2], "weights": ["uniform", "distance"]},
        IRIS,
    ),
    # ---- evolution: the rest of the search
    "evolve two metrics": lambda: evolve(
        KNeighborsClassifier(),
        {"n_neighbors": randint(1, 60), "p": uniform(1, 3)},
        IRIS,
        scoring=["accuracy", "f1_macro"],
        refit=False,
    ),
    "evolve refit name": lambda: evolve(
        DecisionTreeClassifier(random_state=0),
        MIXED,
        IRIS,
        scoring=["f1_macro", "accuracy"],
        refit="accuracy",
    ),
    "evolve scoring function": lambda: evolve(
        KNeighborsRegressor(),
        {"n_neighbors": randint(1, 60), "p": uniform(1, 3)},
        DIABETES,
        scoring=names_of_two,
        refit="score",
    ),
    "evolve one standard error": lambda: evolve(
        DecisionTreeClassifier(random_state=0),
        MIXED,
        BINARY,
        refit=OneStandardError({"max_depth": "smaller"}),
    ),
    "evolve train scores": svc(return_train_score=True, n_iter=12),
    "evolve groups": lambda: evolve(
        KNeighborsClassifier(),
        {"n_neighbors": randint(1, 40), "p": uniform(1, 3)},
        BINARY,
        GROUPS,
        cv=GroupKFold(3),
    ),
    "evolve weights": lambda: evolve(SVC(), SVC_SPACE, BINARY, WEIGHTS),
    "evolve given": svc(initial_params=[{"C": 1.0, "gamma": 0.1}]),
    "evolve warm": warm(svc()),
    "evolve resumed": resumed(svc()),
    "evolve failures": lambda: evolve(
        Picky(), {"a": uniform(0, 1), "b": uniform(0, 1)}, DIABETES
    ),
    "evolve no change": svc(n_iter_no_change=8),
    "evolve shuffle": svc(cv=ShuffleSplit(3, random_state=0)),
    # ---- descent: exact derivatives
    "descend ridge": ridge(),
    "descend ridge seed 1": ridge(random_state=1),
    "descend ridge n_jobs 2": ridge(n_jobs=2),
    "descend net": net(),
    "descend lasso": lambda: descend(
        Lasso(), {"alpha": loguniform(1e-3, 1e1)}, DIABETES
    ),
    "descend logistic": lambda: descend(
        SCALED_LOGISTIC, LOGISTIC, BINARY, scoring="neg_log_loss"
    ),
    "descend logistic accuracy": lambda: descend(SCALED_LOGISTIC, LOGISTIC, BINARY),
    "descend logistic weights": lambda: descend(
        LogisticRegression(), {"C": loguniform(1e-4, 1e4)}, BINARY, WEIGHTS
    ),
    "descend kernel ridge": lambda: descend(
        KernelRidge(kernel="rbf"), KERNEL, DIABETES
    ),
    "descend svc": lambda: descend(SVC(), SVC_SPACE, BINARY),
    "descend svr": lambda: descend(
        SVR(), {"C": loguniform(1, 1e4), "epsilon": loguniform(1e-1, 1e2)}, DIABETES
    ),
    "descend linear svc": lambda: descend(
        LinearSVC(), {"C": loguniform(1e-4, 1e2)}, BINARY
    ),
    "descend scales": lambda: descend(
        make_pipeline(FeatureScale(np.ones(10)), KernelRidge(kernel="rbf", gamma=1.0)),
        {
            "featurescale__weights": Vector(loguniform(1e-2, 1e2), 10),
            "kernelridge__alpha": loguniform(1e-4, 1e1),
        },
        DIABETES,
    ),
    "descend columns": lambda: descend(
        make_pipeline(
            ColumnTransformer(
                [("scale", StandardScaler(), [0, 1, 2])], remainder="passthrough"
            ),
            Ridge(),
        ),
        {"ridge__alpha": loguniform(1e-4, 1e4)},
        DIABETES,
    ),
    "descend hyper_l2": net(hyper_l2=0.01),
    # ---- descent: without
    "descend model": stump(),
    "descend model alone": net(gradient="model"),
    "descend differences": net(gradient="finite_difference"),
    "descend spsa": net(gradient="spsa"),
    "descend sgd": net(optimizer="sgd"),
    "descend momentum": net(optimizer=Momentum(nesterov=True), learning_rate=0.1),
    "descend rmsprop": net(optimizer="rmsprop", gradient="spsa"),
    "descend adam": net(optimizer="adam", learning_rate=0.1),
    "descend lbfgs": net(optimizer="lbfgs", gradient="finite_difference"),
    "descend no restarts": net(n_restarts=0),
    "descend 4 restarts": stump(n_restarts=4),
    "descend branches": lambda: descend(SVC(), BRANCHES, IRIS),
    "descend steps": lambda: descend(steps_pipeline(), STEPS, IRIS),
    "descend mixed": lambda: descend(
        DecisionTreeClassifier(random_state=0), MIXED, IRIS, n_iter=40
    ),
    "descend several metrics": lambda: descend(
        Ridge(), RIDGE, DIABETES, scoring=["r2", "neg_mean_absolute_error"], refit="r2"
    ),
    "descend given": net(initial_params=[{"alpha": 1.0, "l1_ratio": 0.5}]),
    "descend warm": warm(net()),
    "descend resumed": resumed(net()),
    "descend grid": lambda: descend(Ridge(), {"alpha": [0.1, 1, 10]}, DIABETES),
    "descend failures": lambda: descend(
        Picky(), {"a": uniform(0, 1), "b": uniform(0, 1)}, DIABETES
    ),
    "descend no change": net(n_iter_no_change=8),
    "descend folds": ridge(cv=KFold(4, shuffle=True, random_state=0)),
}


def text_of(value):
    """Return what two results have in common if and only if they are the same."""
    if isinstance(value, dict):
        return {str(key): text_of(entry) for key, entry in value.items()}
    if isinstance(value, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(value)
        return [
            "-" if gone else text_of(entry)
            for entry, gone in zip(value, masked, strict=True)
        ]
    if isinstance(value, (list, tuple, np.ndarray)):
        return [text_of(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        return float(value).hex()
    return repr(value.item() if isinstance(value, np.generic) else value)


def hash_of(search):
    results = {
        name: text_of(column)
        for name, column in search.cv_results_.items()
        if not name.endswith(TIMES)
    }
    fitted = {
        name: text_of(getattr(search, name, None))
        for name in ("best_index_", "best_score_", "stop_reason_", "pareto_front_")
    }
    plain = json.dumps([results, fitted], sort_keys=True)
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def run(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search, data, fit = PROBLEMS[name]()
        return hash_of(search.fit(*data, **fit))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", type=Path, help="keep the hashes in this file")
    parser.add_argument("--compare", type=Path, help="compare with those of this file")
    parser.add_argument("--only", default="", help="searches with this in their name")
    arguments = parser.parse_args()
    print_versions()
    known = json.loads(arguments.compare.read_text()) if arguments.compare else {}
    hashes, changed = {}, []
    for name in PROBLEMS:
        if arguments.only not in name:
            continue
        hashes[name] = run(name)
        is_changed = name in known and known[name] != hashes[name]
        changed += [name] if is_changed else []
        print(f"{hashes[name]}  {name}{'  CHANGED' if is_changed else ''}", flush=True)
    print(f"{len(hashes)} searches, {len(changed)} of {len(known)} known ones changed")
    if arguments.write:
        arguments.write.write_text(json.dumps(hashes, indent=1))


if __name__ == "__main__":
    main()
