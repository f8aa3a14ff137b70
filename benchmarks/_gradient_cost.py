"""What exact derivatives cost, beside the fit that they belong to.

The derivative of one fold by all the hyperparameters at once, in CPU time, and for
large data in memory as well.
"""

import time
import tracemalloc
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from _runs import DOCS, csv_table
from _versions import versions
from sklearn.base import clone, is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification, make_regression
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    Lasso,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    TweedieRegressor,
)
from sklearn.metrics import get_scorer
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from tasks.differentiable import PROBLEMS

from skopt_evo.hypergrad import Fold
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.preprocessing import FeatureScale

N_SAMPLES, N_FEATURES = 1000, 30

# ---- data, scaled


def regression(**settings):
    X, y = make_regression(
        N_SAMPLES, N_FEATURES, n_informative=15, noise=50.0, random_state=0, **settings
    )
    return StandardScaler().fit_transform(X), StandardScaler().fit_transform(
        y.reshape(N_SAMPLES, -1)
    ).reshape(y.shape)


def positive():
    X, y = regression()
    return X, np.exp(y / 2)


def classes(n_classes=2):
    X, y = make_classification(
        N_SAMPLES,
        N_FEATURES,
        n_informative=15,
        n_classes=n_classes,
        flip_y=0.1,
        random_state=0,
    )
    return StandardScaler().fit_transform(X), y


# ---- what is measured


@dataclass(frozen=True)
class Case:
    """A model with a rule, and hyperparameters to differentiate by, where they are."""

    label: str
    estimator: Any
    data: tuple
    params: dict[str, Any]
    scoring: str | None = None


def cases():
    """Return a case a rule."""
    reg, pos, two, five = regression(), positive(), classes(), classes(5)
    several = regression(n_targets=5)
    deviance, log_loss = "neg_mean_{}_deviance", "neg_log_loss"
    logistic = LogisticRegression(max_iter=1000)
    saga = LogisticRegression(solver="saga", max_iter=1000)
    process = GaussianProcessRegressor(RBF(5.0) + WhiteKernel(0.5), optimizer=None)
    rbf = {"gamma": 0.03}
    return [
        Case("Ridge", Ridge(), reg, {"alpha": 10.0}),
        Case("KernelRidge", KernelRidge(kernel="rbf"), reg, {"alpha": 0.1, **rbf}),
        Case("Lasso", Lasso(), reg, {"alpha": 0.02}),
        Case("ElasticNet", ElasticNet(), reg, {"alpha": 0.02, "l1_ratio": 0.5}),
        Case("LogisticRegression, l2", logistic, two, {"C": 1.0}, log_loss),
        Case(
            "LogisticRegression, l1",
            LogisticRegression(l1_ratio=1.0, solver="liblinear", max_iter=1000),
            two,
            {"C": 0.1},
            log_loss,
        ),
        Case(
            "LogisticRegression, elastic net",
            saga,
            two,
            {"C": 0.1, "l1_ratio": 0.5},
            log_loss,
        ),
        Case("LogisticRegression, 5 classes", logistic, five, {"C": 1.0}, log_loss),
        Case(
            "PoissonRegressor",
            PoissonRegressor(max_iter=1000),
            pos,
            {"alpha": 0.1},
            deviance.format("poisson"),
        ),
        Case(
            "GammaRegressor",
            GammaRegressor(max_iter=1000),
            pos,
            {"alpha": 0.1},
            deviance.format("gamma"),
        ),
        Case(
            "TweedieRegressor",
            TweedieRegressor(max_iter=1000, link="log"),
            pos,
            {"alpha": 0.1, "power": 1.5},
        ),
        Case(
            "HuberRegressor",
            HuberRegressor(max_iter=1000),
            reg,
            {"alpha": 0.1, "epsilon": 1.35},
        ),
        Case("LinearSVC", LinearSVC(max_iter=10_000), two, {"C": 0.1}, "accuracy"),
        Case(
            "LinearSVR",
            LinearSVR(loss="squared_epsilon_insensitive", dual=False, max_iter=10_000),
            reg,
            {"C": 0.1, "epsilon": 0.1},
        ),
        Case("SVC", SVC(), two, {"C": 1.0, **rbf}, "accuracy"),
        Case("SVR", SVR(), reg, {"C": 1.0, "epsilon": 0.1, **rbf}),
        Case(
            "GaussianProcessRegressor",
            process,
            reg,
            {"kernel__k1__length_scale": 5.0, "kernel__k2__noise_level": 0.5},
        ),
        Case(
            "FeatureScale, KernelRidge: 31 numbers",
            make_pipeline(FeatureScale(), KernelRidge(kernel="rbf")),
            reg,
            {
                "featurescale__weights": np.ones(N_FEATURES),
                "kernelridge__alpha": 0.1,
            },
        ),
        Case(
            "FeatureScale, SVR: 31 numbers",
            make_pipeline(FeatureScale(), SVR()),
            reg,
            {"featurescale__weights": np.ones(N_FEATURES), "svr__C": 1.0},
        ),
        Case(
            "FeatureScale, LogisticRegression: 31 numbers",
            make_pipeline(FeatureScale(), logistic),
            two,
            {
                "featurescale__weights": np.ones(N_FEATURES),
                "logisticregression__C": 1.0,
            },
            log_loss,
        ),
        Case(
            "RBFSampler, Ridge",
            make_pipeline(RBFSampler(n_components=200, random_state=0), Ridge()),
            reg,
            {"rbfsampler__gamma": 0.03, "ridge__alpha": 1.0},
        ),
        Case(
            "Nystroem, Ridge",
            make_pipeline(Nystroem(n_components=200, random_state=0), Ridge()),
            reg,
            {"nystroem__gamma": 0.03, "ridge__alpha": 1.0},
        ),
        Case(
            "TransformedTargetRegressor, Ridge",
            TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp),
            pos,
            {"regressor__alpha": 10.0},
        ),
        Case(
            "MultiOutputRegressor, KernelRidge: 5 targets",
            MultiOutputRegressor(KernelRidge(kernel="rbf")),
            several,
            {"estimator__alpha": 0.1, "estimator__gamma": 0.03},
        ),
        Case(
            "OneVsRestClassifier, LogisticRegression: 5 classes",
            OneVsRestClassifier(logistic),
            five,
            {"estimator__C": 1.0},
            log_loss,
        ),
    ]


class Measured:
    """A case with its fold, to be fitted and differentiated."""

    def __init__(self, case):
        X, y = case.data
        stratify = y if is_classifier(case.estimator) else None
        X_train, self.X_test, self.y_train, self.y_test = train_test_split(
            X, y, test_size=0.2, random_state=0, stratify=stratify
        )
        self.X_train = X_train
        self.params = case.params
        self.estimator = clone(case.estimator).set_params(**case.params)
        self.scorer = get_scorer(case.scoring or "neg_mean_squared_error")
        names = frozenset(case.params)
        self._differentiate = FoldDifferentiator(self.scorer, None, names)

    def fit(self):
        return clone(self.estimator).fit(self.X_train, self.y_train)

    def score(self, fitted):
        return self.scorer(fitted, self.X_test, self.y_test)

    def gradient(self, fitted, score):
        fold = Fold(self.X_train, self.y_train, self.X_test)
        found = self._differentiate(fitted, fold, self.y_test, {}, score, self.params)
        missing = self.params.keys() - found.params.keys()
        if missing:
            raise RuntimeError(f"No derivative: {found.reasons}")

    def times(self):
        """Return the CPU seconds of a fit and of the derivatives after it."""
        start = time.process_time()
        fitted = self.fit()
        between = time.process_time()
        score = self.score(fitted)
        scored = time.process_time()
        self.gradient(fitted, score)
        return between - start, time.process_time() - scored

    def peaks(self):
        """Return the bytes that a fit and the derivatives after it take at most.

        What was there before each of them does not count.
        """
        tracemalloc.start()
        fitted, fit = peak_of(self.fit)
        score = self.score(fitted)
        _, gradient = peak_of(lambda: self.gradient(fitted, score))
        tracemalloc.stop()
        return fit, gradient


def peak_of(call):
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    result = call()
    return result, tracemalloc.get_traced_memory()[1] - before


# ---- tables


def small_table(n_repetitions):
    header = ['""', "fit (ms)", "derivatives (ms)", "as a part of a fit"]
    rows, shares = [], []
    for case in cases():
        measured = Measured(case)
        measured.times()  # what is imported on first use
        fit, gradient = np.array([measured.times() for _ in range(n_repetitions)]).T
        shares.append(np.median(gradient / fit))
        rows.append(
            [
                case.label,
                f"{1000 * np.median(fit):.2f}",
                f"{1000 * np.median(gradient):.2f}",
                f"{shares[-1]:.2f}",
            ]
        )
        print(*rows[-1], sep=", ", flush=True)
    rows.append(["median", "", "", f"{np.median(shares):.2f}"])
    print(*rows[-1], sep=", ")
    return csv_table(header, rows)


def large_cases():
    logistic = LogisticRegression(max_iter=1000)
    for name in ("dense", "wide"):
        problem = PROBLEMS[name]
        size = problem.title.split(", ", 1)[1]
        X, y = problem.data
        signs = 2.0 * y - 1.0
        for value in (1e-3, 1.0):
            yield Case(
                f"LogisticRegression, C={value:g}; {size}",
                logistic,
                (X, y),
                {"C": value},
                "neg_log_loss",
            )
        yield Case(f"Ridge; {size}", Ridge(), (X, signs), {"alpha": 100.0})
        yield Case(f"Lasso; {size}", Lasso(), (X, signs), {"alpha": 0.01})


def large_table(n_repetitions):
    header = [
        '""',
        "fit (s)",
        "derivatives (s)",
        "as a part of a fit",
        "peak of the fit (MB)",
        "of the derivatives (MB)",
    ]
    rows = []
    for case in large_cases():
        measured = Measured(case)
        times = np.array([measured.times() for _ in range(n_repetitions)])
        fit, gradient = np.median(times, axis=0)
        peaks = measured.peaks()
        rows.append(
            [
                case.label,
                f"{fit:.3f}",
                f"{gradient:.3f}",
                f"{np.median(times[:, 1] / times[:, 0]):.2f}",
                *(f"{peak / 1e6:.1f}" for peak in peaks),
            ]
        )
        print(*rows[-1], sep=", ", flush=True)
    return csv_table([f'"{name}"' if name != '""' else name for name in header], rows)


def cost(arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if arguments.large:
            name, table = "hypergradients_large.inc", large_table(3)
        else:
            name, table = "hypergradients_cost.inc", small_table(20)
    (arguments.docs / name).write_text(f"{table}{versions()}.\n")


def add_cost_command(commands):
    """Add `cost` to a command line."""
    command = commands.add_parser("cost", help="time derivatives beside fits")
    command.add_argument("--large", action="store_true", help="memory as well")
    command.add_argument("--docs", type=type(DOCS), default=DOCS)
    command.set_defaults(call=cost)
