"""The tasks' search spaces.

The tables' names are a model, data and a score (nll is the negative log loss, bacc the
balanced accuracy). `scaler`, `k` (of SelectKBest), `poly` (PolynomialFeatures) and
`reduce` belong to steps before the model. Columns of a table follow the order of
the names here, so that a change makes it unreadable.
"""

from scipy.stats import loguniform, randint, uniform


def between(low, high):
    return uniform(low, high - low)


SVC = {
    "C": loguniform(1e-2, 1e4),
    "gamma": loguniform(1e-6, 1e1),
    "tol": loguniform(1e-5, 1e-1),
    "class_weight": [None, "balanced"],
    "shrinking": [True, False],
    "scaler": ["std", "minmax", "power"],
}

SVC_KERNELS = [
    {
        "kernel": ["linear"],
        "C": loguniform(1e-4, 1e2),
        "scaler": ["std", "minmax", "power"],
    },
    {
        "kernel": ["rbf"],
        "C": loguniform(1e-2, 1e4),
        "gamma": loguniform(1e-6, 1e1),
        "scaler": ["std", "minmax", "power"],
    },
    {
        "kernel": ["poly"],
        "C": loguniform(1e-3, 1e3),
        "gamma": loguniform(1e-4, 1e0),
        "degree": randint(2, 6),
        "coef0": between(0, 2),
        "scaler": ["std", "minmax"],
    },
    {
        "kernel": ["sigmoid"],
        "C": loguniform(1e-2, 1e3),
        "gamma": loguniform(1e-5, 1e0),
        "coef0": between(-1, 1),
        "scaler": ["std", "minmax"],
    },
]

SVR = {
    "C": loguniform(1e-2, 1e4),
    "gamma": loguniform(1e-5, 1e1),
    "epsilon": loguniform(1e-3, 1e0),
    "shrinking": [True, False],
    "scaler": ["std", "minmax", "quantile"],
}

NEIGHBORS = {
    "n_neighbors": randint(1, 51),
    "p": [1, 1.5, 2, 4],
    "weights": ["uniform", "distance"],
    "k": randint(1, 8),
    "scaler": ["none", "std", "minmax", "power"],
}

TREE = {
    "max_depth": randint(1, 16),
    "max_features": between(0.05, 1.0),
    "min_samples_split": between(0.01, 0.99),
    "min_samples_leaf": loguniform(0.002, 0.3),
    "min_impurity_decrease": loguniform(1e-6, 0.3),
    "criterion": ["gini", "entropy"],
    "splitter": ["best", "random"],
}

RANDOM_FOREST = {
    "n_estimators": randint(3, 13),
    "max_depth": randint(1, 16),
    "max_features": between(0.05, 1.0),
    "min_samples_split": between(0.01, 0.7),
    "min_samples_leaf": randint(1, 21),
    "min_impurity_decrease": loguniform(1e-6, 0.1),
    "bootstrap": [True, False],
}

BOOSTING = {
    "learning_rate": loguniform(0.01, 1.0),
    "max_iter": randint(5, 26),
    "max_leaf_nodes": randint(2, 32),
    "min_samples_leaf": randint(1, 61),
    "max_features": between(0.1, 1.0),
    "max_bins": randint(8, 256),
    "l2_regularization": loguniform(1e-6, 1e2),
}

NEURAL_NETWORK = {
    "hidden": randint(5, 61),
    "activation": ["relu", "tanh"],
    "alpha": loguniform(1e-5, 1e1),
    "batch_size": randint(10, 151),
    "learning_rate_init": loguniform(1e-5, 1e-1),
    "tol": loguniform(1e-5, 1e-1),
    "validation_fraction": between(0.1, 0.9),
    "beta_1": between(0.5, 0.99),
    "beta_2": between(0.9, 0.99999),
    "epsilon": loguniform(1e-9, 1e-6),
}

LOGISTIC_REGRESSION = [
    {
        "penalty": [penalty],
        "C": loguniform(lowest, 1e3),
        "class_weight": [None, "balanced"],
        "fit_intercept": [True, False],
        "scaler": ["std", "minmax", "power"],
        **more,
    }
    for penalty, lowest, more in [
        ("l2", 1e-4, {}),
        ("l1", 1e-3, {"intercept_scaling": loguniform(1e-2, 1e2)}),
    ]
]

LINEAR_MODELS = [
    {
        "model": [model],
        "poly": [1, 2],
        "k": randint(2, 11),
        "scaler": ["std", "minmax", "quantile"],
        **own,
    }
    for model, own in [
        ("enet", {"alpha": loguniform(1e-4, 1e1), "l1_ratio": between(0, 1)}),
        ("ridge", {"alpha": loguniform(1e-4, 1e4)}),
    ]
]

# Which preparation, then which model.
PIPELINES = [
    {**preparation, **model}
    for preparation in [
        {"reduce": ["none"], "scaler": ["none", "std", "minmax", "power"]},
        {
            "reduce": ["kbest", "pca"],
            "k": randint(1, 18),
            "scaler": ["std", "power"],
        },
    ]
    for model in [
        {
            "clf": ["svm"],
            "clf__C": loguniform(1e-2, 1e3),
            "clf__gamma": loguniform(1e-5, 1e1),
        },
        {
            "clf": ["knn"],
            "clf__n_neighbors": randint(1, 51),
            "clf__weights": ["uniform", "distance"],
        },
        {
            "clf": ["tree"],
            "clf__max_depth": randint(1, 16),
            "clf__min_samples_leaf": randint(1, 41),
        },
        {"clf": ["linear"], "clf__C": loguniform(1e-4, 1e3)},
    ]
]

PARAM_GRIDS = {
    "svc-digits-acc": SVC,
    "svc-breast-bacc": SVC,
    "svccond-spam7-acc": SVC_KERNELS,
    "knn-auto-r2": NEIGHBORS,
    "dt-credit-nll": TREE,
    "rf-pima-nll": RANDOM_FOREST,
    "mlp-breast-nll": NEURAL_NETWORK,
    "logreg-churn-bacc": LOGISTIC_REGRESSION,
    "enet-diabetes-r2": LINEAR_MODELS,
    "hgb-concrete-r2": BOOSTING,
    "svr-auto-r2": SVR,
    "cash-oj-acc": PIPELINES,
    "real-ridge-diabetes": {
        "alpha": loguniform(1e-4, 1e4),
        "fit_intercept": [True, False],
        "poly": [1, 2],
        "scaler": ["std", "minmax"],
    },
    "real-tree-wine": {**TREE, "min_samples_leaf": loguniform(0.005, 0.3)},
}
