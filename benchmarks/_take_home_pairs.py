"""The pairs of a table and a model that take_home.py tunes.

None of the tables is one of scikit-learn's own, nor one that another benchmark uses:
defaults of the searches were chosen with those in view.
"""

import numpy as np
from _take_home_data import Pair, classes, keel, numbers
from _take_home_spaces import (
    EXPANSIONS,
    FOREST,
    FOREST_SPACE,
    HIST,
    HIST_SPACE,
    NEIGHBORS_SPACE,
    SCALERS,
    STAGES,
    STAGES_SPACE,
    SVC_SPACE,
    SVR_SPACE,
    TREE_SPACE,
    between,
    integers,
    log,
    scaled,
)
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import (
    MinMaxScaler,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

CLASSIFICATION = {
    "SVC, german": Pair(
        (keel, "german"),
        200,
        "roc_auc",
        scaled(SVC()),
        {
            "model__C": log(1e-2, 1e3, 6),
            "model__gamma": log(1e-4, 1e1, 5),
            "model__class_weight": [None, "balanced"],
        },
    ),
    "SVC, bands": Pair((keel, "bands"), 200, "roc_auc", scaled(SVC()), SVC_SPACE),
    "SVC, cells": Pair(
        (classes, "modeldata", "cells", "class", ("case",)),
        200,
        "accuracy",
        scaled(SVC()),
        {
            "model__C": log(1e-2, 1e3, 5),
            "model__gamma": log(1e-4, 1e1, 4),
            "model__kernel": ["rbf", "sigmoid", "poly"],
        },
    ),
    "SVC, vehicle": Pair(
        (keel, "vehicle"),
        250,
        "accuracy",
        scaled(SVC()),
        {
            "scale": SCALERS,
            "model__C": log(1e-2, 1e3, 5),
            "model__gamma": log(1e-4, 1e1, 4),
        },
    ),
    "logistic, saheart": Pair(
        (keel, "saheart"),
        150,
        "neg_log_loss",
        scaled(LogisticRegression(max_iter=300), expand=SplineTransformer()),
        {
            "expand__n_knots": integers(2, 8, 5),
            "expand__degree": [1, 2, 3],
            "model__C": log(1e-3, 1e2, 4),
        },
    ),
    "logistic, splice": Pair(
        (keel, "splice"),
        150,
        "neg_log_loss",
        scaled(LogisticRegression(max_iter=300), select=SelectKBest(f_classif)),
        {"select__k": integers(5, 170, 6), "model__C": log(1e-4, 1e1, 10)},
    ),
    "SGD, attrition": Pair(
        (classes, "modeldata", "attrition", "Attrition"),
        250,
        "neg_log_loss",
        scaled(SGDClassifier("log_loss", penalty="elasticnet", random_state=0)),
        {
            "scale": [StandardScaler(), MinMaxScaler()],
            "model__alpha": log(1e-4, 1e0, 5),
            "model__l1_ratio": between(0, 1, 3),
            "model__average": [False, True],
        },
    ),
    "boosting (hist), HMDA": Pair(
        (classes, "AER", "HMDA", "deny"),
        300,
        "roc_auc",
        HistGradientBoostingClassifier(**HIST),
        HIST_SPACE,
    ),
    "boosting (hist), contraceptive": Pair(
        (keel, "contraceptive"),
        300,
        "neg_log_loss",
        HistGradientBoostingClassifier(**{**HIST, "max_iter": 8}),
        HIST_SPACE,
    ),
    "boosting, chess": Pair(
        (keel, "chess"),
        200,
        "accuracy",
        GradientBoostingClassifier(**STAGES),
        STAGES_SPACE,
    ),
    "forest, satimage": Pair(
        (keel, "satimage"),
        250,
        "neg_log_loss",
        RandomForestClassifier(**FOREST),
        FOREST_SPACE,
    ),
    "neighbours, phoneme": Pair(
        (keel, "phoneme"),
        300,
        "accuracy",
        scaled(KNeighborsClassifier()),
        NEIGHBORS_SPACE,
    ),
    "neighbours, segment": Pair(
        (keel, "segment"),
        200,
        "accuracy",
        scaled(KNeighborsClassifier()),
        NEIGHBORS_SPACE,
    ),
    "tree, tic-tac-toe": Pair(
        (keel, "tic-tac-toe"),
        200,
        "accuracy",
        DecisionTreeClassifier(random_state=0),
        TREE_SPACE,
    ),
    "tree, mammographic": Pair(
        (keel, "mammographic"),
        200,
        "roc_auc",
        DecisionTreeClassifier(random_state=0),
        TREE_SPACE,
    ),
    "network, magic": Pair(
        (keel, "magic"),
        200,
        "neg_log_loss",
        scaled(MLPClassifier(16, max_iter=8, batch_size=32, random_state=0)),
        {
            "model__alpha": log(1e-4, 1e1, 5),
            "model__learning_rate_init": log(1e-4, 1e-1, 4),
            "model__hidden_layer_sizes": integers(4, 32, 3),
        },
    ),
}

REGRESSION = {
    "SVR, Boston": Pair(
        (numbers, "MASS", "Boston", "medv"), 200, "r2", scaled(SVR()), SVR_SPACE
    ),
    "SVR, CASchools": Pair(
        (numbers, "AER", "CASchools", "math", ("district", "school", "county", "read")),
        200,
        "neg_mean_squared_error",
        scaled(SVR()),
        SVR_SPACE,
    ),
    "kernel ridge, biomass": Pair(
        (numbers, "modeldata", "biomass", "HHV", ("sample",)),
        150,
        "neg_mean_squared_error",
        scaled(
            TransformedTargetRegressor(
                KernelRidge(kernel="rbf"), transformer=StandardScaler()
            )
        ),
        {
            "model__regressor__alpha": log(1e-4, 1e2, 10),
            "model__regressor__gamma": log(1e-4, 1e1, 6),
        },
    ),
    "elastic net, College": Pair(
        (numbers, "ISLR", "College", "Outstate"),
        250,
        "r2",
        scaled(ElasticNet(max_iter=200), expand="passthrough"),
        {
            "expand": EXPANSIONS,
            "model__alpha": log(1e0, 1e4, 5),
            "model__l1_ratio": between(0, 1, 4),
        },
    ),
    "ridge, CPS1985": Pair(
        (numbers, "AER", "CPS1985", "wage", (), np.log),
        200,
        "neg_mean_squared_error",
        scaled(
            Ridge(), expand="passthrough", select=SelectKBest(f_regression, k="all")
        ),
        {
            "expand": EXPANSIONS,
            "select__k": integers(3, 16, 4),
            "model__alpha": log(1e-1, 1e4, 5),
        },
    ),
    "forest, Sacramento": Pair(
        (numbers, "modeldata", "Sacramento", "price", ("city", "zip"), np.log),
        200,
        "r2",
        RandomForestRegressor(**FOREST),
        FOREST_SPACE,
    ),
    "boosting, car_prices": Pair(
        (numbers, "modeldata", "car_prices", "Price", (), np.log),
        200,
        "r2",
        GradientBoostingRegressor(**STAGES),
        STAGES_SPACE,
    ),
    "neighbours, Wage": Pair(
        (numbers, "ISLR", "Wage", "logwage", ("wage",)),
        300,
        "r2",
        scaled(KNeighborsRegressor()),
        NEIGHBORS_SPACE,
    ),
    "tree, ames": Pair(
        (numbers, "modeldata", "ames", "Sale_Price", (), np.log),
        300,
        "r2",
        DecisionTreeRegressor(random_state=0),
        TREE_SPACE,
    ),
}

PAIRS = {**CLASSIFICATION, **REGRESSION}
