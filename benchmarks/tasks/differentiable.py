"""Problems of hypergradients.py: models that have exact derivatives, and their data.

Data are scaled beforehand, so that scikit-learn's own path solvers see the very folds
that everybody else sees. Searches start from the estimator's own parameters, as users
leave them; ranges are what users would write down who know nothing of the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import loguniform, uniform
from sklearn.base import clone, is_classifier
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    make_friedman1,
)
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    ElasticNet,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, SVR

from skopt_evo.preprocessing import FeatureScale
from skopt_evo.space import Vector
from tasks._space import Real

# ---- what a problem is


@dataclass(frozen=True)
class Range:
    """Where a hyperparameter may be; with a size it is an array."""

    low: float
    high: float
    log: bool = True
    size: int | None = None

    @property
    def distribution(self):
        """The range as ``param_grid`` takes it."""
        width = self.high - self.low
        one = loguniform if self.log else uniform
        entry = one(self.low, self.high if self.log else width)
        return entry if self.size is None else Vector(entry, self.size)

    def spaced(self, n):
        """Return so many values from end to end."""
        space = np.geomspace if self.log else np.linspace
        return space(self.low, self.high, n)


@dataclass(frozen=True)
class Problem:
    """A model to tune on some data.

    Attributes
    ----------
    title : str
        Its name in tables.
    load : callable
        Returns X and y.
    estimator : estimator
        The model; its own parameters are where searches by gradient start.
    ranges : dict of str to Range
        The hyperparameters.
    scoring : str
        The score.
    kind : {"small", "many", "large"}, default="small"
        Which methods are run on it, and for how long.
    n_splits : int, default=5
        The number of folds.
    """

    title: str
    load: Callable
    estimator: Any
    ranges: dict[str, Range]
    scoring: str = "neg_mean_squared_error"
    kind: str = "small"
    n_splits: int = 5

    @cached_property
    def data(self):
        return self.load()

    @cached_property
    def splits(self):
        kind = StratifiedKFold if is_classifier(self.estimator) else KFold
        folds = kind(self.n_splits, shuffle=True, random_state=0)
        return list(folds.split(*self.data))

    @property
    def param_grid(self):
        return {name: one.distribution for name, one in self.ranges.items()}

    def grid(self, *sizes):
        """Return a product grid with so many values of each hyperparameter."""
        return {
            name: one.spaced(size)
            for (name, one), size in zip(self.ranges.items(), sizes, strict=True)
        }

    @property
    def genes(self):
        """The hyperparameters as numbers, for optimisers that know no arrays."""
        return {
            label: Real(self.ranges[name].low, self.ranges[name].high, one.log)
            for name, one in self.ranges.items()
            for label in self._labels(name)
        }

    def configuration(self, propose):
        """Return the hyperparameters; `propose` returns a number for each label."""
        found = {}
        for name, one in self.ranges.items():
            gene = Real(one.low, one.high, one.log)
            values = [gene.decode(propose(label)) for label in self._labels(name)]
            found[name] = values[0] if one.size is None else np.array(values)
        return found

    def start(self, seed):
        """Return the estimator with hyperparameters drawn from their ranges."""
        rng = np.random.default_rng(seed)
        values = {}
        for name, one in self.ranges.items():
            share = rng.random(one.size)
            low, high = np.log([one.low, one.high]) if one.log else (one.low, one.high)
            value = low + share * (high - low)
            values[name] = np.exp(value) if one.log else value
        return clone(self.estimator).set_params(**values)

    def _labels(self, name):
        size = self.ranges[name].size
        return [name] if size is None else [f"{name}[{i}]" for i in range(size)]


# ---- data


def scaled(load):
    def scale():
        X, y = load(return_X_y=True)
        return StandardScaler().fit_transform(X), y.astype(float)

    return scale


def classes_of(load):
    def scale():
        X, y = load(return_X_y=True)
        return StandardScaler().fit_transform(X), y

    return scale


def diabetes_squares():
    X, y = load_diabetes(return_X_y=True)
    X = PolynomialFeatures(2, include_bias=False).fit_transform(X)
    return StandardScaler().fit_transform(X), y


def friedman():
    X, y = make_friedman1(200, n_features=20, noise=1.0, random_state=0)
    return StandardScaler().fit_transform(X), y


def friedman_centred():
    X, y = friedman()
    return X, y - y.mean()


N_GROUPS, GROUP_SIZE, N_TARGETS = 50, 4, 30
GROUPS = np.repeat(np.arange(N_GROUPS), GROUP_SIZE)


def bands():
    """Return 50 groups of four columns, eight of which are of use, more or less."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, len(GROUPS)))
    strength = np.where(np.arange(N_GROUPS) < 8, np.geomspace(1.0, 0.1, N_GROUPS), 0.0)
    coef = strength[GROUPS] * rng.normal(size=len(GROUPS))
    return X, X @ coef + rng.normal(size=len(X))


def targets():
    """Return targets that the same columns explain, with more and more noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 60))
    Y = X @ rng.normal(size=(60, N_TARGETS)) / np.sqrt(60)
    return X, Y + rng.normal(size=Y.shape) * np.geomspace(0.05, 5.0, N_TARGETS)


def dense():
    """Return 20,000 samples of 500 correlated columns, and noisy classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 500)) * np.geomspace(3.0, 0.1, 500)
    X += 0.5 * rng.normal(size=(20_000, 1))
    odds = X @ rng.normal(size=500) / 20
    return X, (odds + rng.logistic(size=len(X)) > 0).astype(int)


def wide():
    """Return two classes of texts: 200 words each, out of 50,000, few common."""
    rng = np.random.default_rng(0)
    common = 1.0 / (np.arange(50_000) + 10.0)
    words = rng.choice(50_000, size=1_000_000, p=common / common.sum())
    texts = np.repeat(np.arange(5_000), 200)
    counts = sparse.csr_matrix((np.ones(1_000_000), (texts, words)), (5_000, 50_000))
    odds = counts @ rng.normal(size=50_000) / 5
    return counts, (odds + rng.logistic(size=5_000) > 0).astype(int)


# ---- the problems

C = Range(1e-4, 1e4)
ALPHA = Range(1e-4, 1e4)
DIABETES = scaled(load_diabetes)
BREAST = classes_of(load_breast_cancer)
LOGISTIC = LogisticRegression(max_iter=1000)
LENGTH_SCALES = make_pipeline(FeatureScale(np.ones(20)), KernelRidge(kernel="rbf"))
LENGTH_SCALE_RANGES = {
    "featurescale__weights": Range(1e-3, 1e1, size=20),
    "kernelridge__alpha": Range(1e-4, 1e2),
}

PROBLEMS = {
    "ridge": Problem(
        "Ridge, diabetes with squares", diabetes_squares, Ridge(), {"alpha": ALPHA}
    ),
    "logistic": Problem(
        "LogisticRegression, breast_cancer", BREAST, LOGISTIC, {"C": C}, "neg_log_loss"
    ),
    "digits": Problem(
        "LogisticRegression, digits",
        classes_of(load_digits),
        LOGISTIC,
        {"C": C},
        "neg_log_loss",
    ),
    # With the default tolerance two fits of nearly the same C differ by 0.1 %.
    "digits_tight": Problem(
        "LogisticRegression, digits, tol=1e-6",
        classes_of(load_digits),
        LogisticRegression(max_iter=1000, tol=1e-6),
        {"C": C},
        "neg_log_loss",
    ),
    "poisson": Problem(
        "PoissonRegressor, diabetes with squares",
        diabetes_squares,
        PoissonRegressor(max_iter=1000),
        {"alpha": ALPHA},
        "neg_mean_poisson_deviance",
    ),
    "kernel_ridge": Problem(
        "KernelRidge, diabetes",
        DIABETES,
        KernelRidge(kernel="rbf"),
        {"alpha": Range(1e-4, 1e2), "gamma": Range(1e-4, 1e2)},
    ),
    "elastic_net": Problem(
        "ElasticNet, diabetes with squares",
        diabetes_squares,
        ElasticNet(max_iter=10_000),
        {"alpha": Range(1e-3, 1e2), "l1_ratio": Range(0.0, 1.0, log=False)},
    ),
    "svc": Problem(
        "SVC, breast_cancer",
        BREAST,
        SVC(),
        {"C": Range(1e-3, 1e3), "gamma": Range(1e-5, 1e1)},
        "accuracy",
    ),
    "svr": Problem(
        "SVR, diabetes",
        DIABETES,
        SVR(),
        {
            "C": Range(1e-2, 1e4),
            "gamma": Range(1e-4, 1e1),
            "epsilon": Range(1e-2, 1e2),
        },
    ),
    "length_scales": Problem(
        "KernelRidge with 20 length scales",
        friedman_centred,
        LENGTH_SCALES,
        LENGTH_SCALE_RANGES,
        kind="many",
    ),
    # Kernel ridge regression has no intercept: this is harder, and how many use it.
    "length_scales_raw": Problem(
        "20 length scales, y not centred",
        friedman,
        LENGTH_SCALES,
        LENGTH_SCALE_RANGES,
        kind="many",
    ),
    "bands": Problem(
        "Ridge with 50 penalties of groups",
        bands,
        make_pipeline(FeatureScale(np.ones(N_GROUPS), groups=GROUPS), Ridge()),
        {"featurescale__weights": Range(1e-3, 1e1, size=N_GROUPS)},
        kind="many",
    ),
    "targets": Problem(
        "Ridge with 30 penalties of targets",
        targets,
        Ridge(alpha=np.ones(N_TARGETS)),
        {"alpha": Range(1e-4, 1e4, size=N_TARGETS)},
        kind="many",
    ),
    "dense": Problem(
        "LogisticRegression, 20,000 x 500",
        dense,
        LOGISTIC,
        {"C": C},
        "neg_log_loss",
        kind="large",
        n_splits=3,
    ),
    "wide": Problem(
        "LogisticRegression, sparse 5,000 x 50,000",
        wide,
        LOGISTIC,
        {"C": C},
        "neg_log_loss",
        kind="large",
        n_splits=3,
    ),
}
