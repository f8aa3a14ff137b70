"""Parts of the pairs of take_home.py: parameters of models, and their spaces.

Each grid has 60 points, as many as a search has candidates.
"""

from _take_home_data import Levels
from scipy.stats import loguniform, randint, uniform
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)


def scaled(model, **steps):
    steps = {"scale": StandardScaler(), **steps, "model": model}
    return Pipeline(list(steps.items()))


def log(low, high, n_levels):
    return Levels(loguniform(low, high), n_levels)


def between(low, high, n_levels):
    return Levels(uniform(low, high - low), n_levels)


def integers(low, high, n_levels):
    """Return the integers from `low` to `high`, both included."""
    return Levels(randint(low, high + 1), n_levels)


SCALERS = [StandardScaler(), MinMaxScaler(), RobustScaler()]
EXPANSIONS = [
    "passthrough",
    PolynomialFeatures(2, interaction_only=True, include_bias=False),
    PolynomialFeatures(2, include_bias=False),
]

# ---- models

HIST = {"max_iter": 12, "early_stopping": False, "random_state": 0}
HIST_SPACE = {
    "learning_rate": log(2e-2, 5e-1, 5),
    "max_leaf_nodes": integers(2, 31, 3),
    "min_samples_leaf": integers(2, 40, 2),
    "l2_regularization": log(1e-4, 1e2, 2),
}
STAGES = {"n_estimators": 12, "random_state": 0}
STAGES_SPACE = {
    "learning_rate": log(2e-2, 5e-1, 5),
    "max_depth": integers(1, 5, 4),
    "subsample": between(0.4, 1.0, 3),
}
FOREST = {"n_estimators": 8, "random_state": 0}
FOREST_SPACE = {
    "max_features": between(0.1, 1.0, 5),
    "min_samples_leaf": integers(1, 20, 4),
    "max_depth": integers(2, 12, 3),
}
TREE_SPACE = {
    "max_depth": integers(1, 12, 5),
    "min_samples_leaf": integers(1, 30, 4),
    "max_features": between(0.2, 1.0, 3),
}
NEIGHBORS_SPACE = {
    "scale": SCALERS,
    "model__n_neighbors": integers(1, 40, 5),
    "model__weights": ["uniform", "distance"],
    "model__p": [1, 2],
}
SVC_SPACE = {"model__C": log(1e-2, 1e3, 10), "model__gamma": log(1e-4, 1e1, 6)}
SVR_SPACE = {
    "model__C": log(1e-1, 1e3, 5),
    "model__gamma": log(1e-4, 1e1, 4),
    "model__epsilon": log(1e-2, 1e1, 3),
}
