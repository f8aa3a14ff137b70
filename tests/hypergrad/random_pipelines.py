"""Random pipelines whose exact derivatives are compared with differences of the loss.

Transformers work in place or on copies, are stateless, learn from the targets, draw at
random, or make something else of the data that they are fitted on. A derivative may be
declined; it must not be wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn import cluster, decomposition, preprocessing
from sklearn.base import BaseEstimator, TransformerMixin, is_classifier
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomTreesEmbedding
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    VarianceThreshold,
    f_classif,
    f_regression,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.impute import KNNImputer, SimpleImputer
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
from sklearn.manifold import Isomap, LocallyLinearEmbedding
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR

from skopt_evo.evaluation import FitSettings
from skopt_evo.evaluation import evaluate as evaluate_unit
from skopt_evo.hypergrad._exact import FoldDifferentiator, FoldGradient
from skopt_evo.preprocessing import FeatureScale
from skopt_evo.trials import Unit

N_SAMPLES, N_TRAIN = 72, 48

# How far differences reach, as parts of a value. They are of fourth order.
STEPS = (0.02, 3e-3, 3e-4, 3e-5)

# What differences of two steps may differ by to be believed, and a derivative from one.
BELIEVED, AGREED = 1e-3, 1e-2

# What the loss may be off by, as a part of 1 + the loss. HuberRegressor stops earlier
# than any tolerance asks for: where the objective falls by less than 2e-9 of itself.
NOISE, NOISE_OF_HUBER = 1e-10, 1e-6

# ---- transformers of our own


class OutOfFold(TransformerMixin, BaseEstimator):
    """Hands predictions on: of its training data those of models without the sample."""

    def __init__(self, is_shuffled: bool = False):
        self.is_shuffled = is_shuffled

    def fit(self, X: Any, y: Any) -> OutOfFold:
        self.model_ = Ridge(alpha=5.0).fit(X, as_numbers(y))
        return self

    def fit_transform(self, X: Any, y: Any) -> np.ndarray:
        self.fit(X, y)
        cv = KFold(3, shuffle=self.is_shuffled)
        made = cross_val_predict(self.model_, X, as_numbers(y), cv=cv)
        return np.column_stack([made, np.asarray(X)[:, 0]])

    def transform(self, X: Any) -> np.ndarray:
        return np.column_stack([self.model_.predict(X), np.asarray(X)[:, 0]])


class Stateless(TransformerMixin, BaseEstimator):
    """Has no fitted attributes, and does not say so."""

    def fit(self, X: Any, y: Any = None) -> Stateless:
        return self

    def transform(self, X: Any) -> np.ndarray:
        return np.arctan(X)


class FitsInPlace(TransformerMixin, BaseEstimator):
    """Centres the data that it is fitted on, and no others."""

    def fit(self, X: Any, y: Any = None) -> FitsInPlace:
        X -= X.mean(axis=0)
        self.scale_ = X.std(axis=0) + 0.1
        return self

    def transform(self, X: Any) -> np.ndarray:
        return X / self.scale_


class Noisy(TransformerMixin, BaseEstimator):
    """Adds noise, another one each time."""

    def fit(self, X: Any, y: Any = None) -> Noisy:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        return X + 0.3 * np.random.default_rng().normal(size=X.shape)


class LogOfClipped(TransformerMixin, BaseEstimator):
    """Works in place in `transform`, without any `fit_transform` of its own."""

    def fit(self, X: Any, y: Any = None) -> LogOfClipped:
        self.least_ = float(np.min(X))
        return self

    def transform(self, X: Any) -> np.ndarray:
        np.log1p(np.maximum(X - self.least_, 0.0), out=X)
        return X


def double_in_place(X: np.ndarray) -> np.ndarray:
    X *= 2.0
    X += 1.0
    return X


def halve_in_place(X: np.ndarray) -> np.ndarray:
    X -= 1.0
    X /= 2.0
    return X


def square_root_in_place(y: np.ndarray) -> np.ndarray:
    return np.sqrt(y, out=y)


def square(y: np.ndarray) -> np.ndarray:
    return y * y


def as_numbers(y: Any) -> np.ndarray:
    return np.unique(np.asarray(y).ravel(), return_inverse=True)[1].astype(float)


# ---- random choices

Make = Callable[[np.random.Generator, bool], Any]


def seed(rng: np.random.Generator) -> int | None:
    return None if rng.random() < 0.5 else int(rng.integers(100))


def flag(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


def positive(step: Any) -> Any:
    return make_pipeline(preprocessing.MinMaxScaler(clip=True), step)


def discrete(step: Any, **kwargs: Any) -> Any:
    bins = preprocessing.KBinsDiscretizer(4, encode="ordinal", **kwargs)
    return make_pipeline(bins, step)


# By name, given a generator and whether the targets are classes.
TRANSFORMERS: Mapping[str, Make] = {
    "StandardScaler": lambda r, c: preprocessing.StandardScaler(copy=flag(r)),
    "MinMaxScaler": lambda r, c: preprocessing.MinMaxScaler(copy=flag(r)),
    "MaxAbsScaler": lambda r, c: preprocessing.MaxAbsScaler(copy=flag(r)),
    "RobustScaler": lambda r, c: preprocessing.RobustScaler(copy=flag(r)),
    "PowerTransformer": lambda r, c: preprocessing.PowerTransformer(copy=flag(r)),
    "QuantileTransformer": lambda r, c: preprocessing.QuantileTransformer(
        n_quantiles=20, copy=flag(r), random_state=seed(r)
    ),
    "Normalizer": lambda r, c: preprocessing.Normalizer(copy=flag(r)),
    "Binarizer": lambda r, c: preprocessing.Binarizer(threshold=0.2, copy=flag(r)),
    "FunctionTransformer": lambda r, c: preprocessing.FunctionTransformer(),
    "FunctionTransformer of a function": lambda r, c: preprocessing.FunctionTransformer(
        np.tanh
    ),
    "FunctionTransformer in place": lambda r, c: preprocessing.FunctionTransformer(
        double_in_place, halve_in_place, check_inverse=False
    ),
    "Stateless": lambda r, c: Stateless(),
    "LogOfClipped": lambda r, c: LogOfClipped(),
    "FitsInPlace": lambda r, c: FitsInPlace(),
    "Noisy": lambda r, c: Noisy(),
    "OutOfFold": lambda r, c: OutOfFold(flag(r)),
    "TargetEncoder": lambda r, c: discrete(
        preprocessing.TargetEncoder(random_state=seed(r)),
        subsample=30,
        random_state=seed(r),
    ),
    "KBinsDiscretizer": lambda r, c: preprocessing.KBinsDiscretizer(
        3,
        encode=str(r.choice(["onehot", "onehot-dense", "ordinal"])),
        subsample=30,
        random_state=seed(r),
    ),
    "PolynomialFeatures": lambda r, c: preprocessing.PolynomialFeatures(2),
    "SplineTransformer": lambda r, c: preprocessing.SplineTransformer(
        n_knots=3, extrapolation="linear"
    ),
    "PCA": lambda r, c: decomposition.PCA(
        2,
        svd_solver=str(r.choice(["auto", "full", "randomized", "arpack"])),
        copy=flag(r),
        whiten=flag(r),
        random_state=seed(r),
    ),
    "TruncatedSVD": lambda r, c: decomposition.TruncatedSVD(2, random_state=seed(r)),
    "KernelPCA": lambda r, c: decomposition.KernelPCA(
        3, kernel="rbf", gamma=0.1, random_state=seed(r)
    ),
    "FastICA": lambda r, c: decomposition.FastICA(
        2, whiten="unit-variance", random_state=seed(r)
    ),
    "FactorAnalysis": lambda r, c: decomposition.FactorAnalysis(2, copy=flag(r)),
    "NMF": lambda r, c: positive(
        decomposition.NMF(2, init="random", random_state=seed(r), max_iter=500)
    ),
    "DictionaryLearning": lambda r, c: decomposition.DictionaryLearning(
        3, max_iter=20, random_state=seed(r)
    ),
    "LocallyLinearEmbedding": lambda r, c: LocallyLinearEmbedding(
        n_components=2, random_state=seed(r)
    ),
    "Isomap": lambda r, c: Isomap(n_neighbors=8),
    "KMeans": lambda r, c: cluster.KMeans(4, n_init=1, random_state=seed(r)),
    "RandomTreesEmbedding": lambda r, c: RandomTreesEmbedding(
        3, max_depth=2, random_state=seed(r)
    ),
    "SelectKBest": lambda r, c: SelectKBest(f_classif if c else f_regression, k=1),
    "SelectFromModel": lambda r, c: SelectFromModel(
        LogisticRegression() if c else Ridge(), threshold="median"
    ),
    "VarianceThreshold": lambda r, c: VarianceThreshold(1e-8),
    "LinearDiscriminantAnalysis": lambda r, c: (
        LinearDiscriminantAnalysis() if c else VarianceThreshold()
    ),
    "RBFSampler": lambda r, c: RBFSampler(
        gamma=0.1, n_components=10, random_state=seed(r)
    ),
    "Nystroem": lambda r, c: Nystroem(gamma=0.1, n_components=8, random_state=seed(r)),
    "SimpleImputer": lambda r, c: SimpleImputer(copy=flag(r)),
    "KNNImputer": lambda r, c: KNNImputer(copy=flag(r)),
    "FeatureScale": lambda r, c: FeatureScale(),
    "passthrough": lambda r, c: "passthrough",
}

TIGHT = {"tol": 1e-12, "max_iter": 100_000}

# By name: the estimator, its parameter, and the names of scorers.
REGRESSORS: Mapping[str, tuple[Callable[[np.random.Generator], Any], str]] = {
    "Ridge": (lambda r: Ridge(copy_X=flag(r)), "alpha"),
    "Ridge by lsqr": (lambda r: Ridge(solver="lsqr", **TIGHT), "alpha"),
    "Lasso": (lambda r: Lasso(0.05, copy_X=flag(r), **TIGHT), "alpha"),
    "ElasticNet": (lambda r: ElasticNet(0.05, copy_X=flag(r), **TIGHT), "l1_ratio"),
    "HuberRegressor": (lambda r: HuberRegressor(**TIGHT), "alpha"),
    "SVR": (lambda r: SVR(gamma=0.2, tol=1e-10), "C"),
    "SVR of a scaled kernel": (lambda r: SVR(tol=1e-10), "epsilon"),
    "LinearSVR": (
        lambda r: LinearSVR(
            loss="squared_epsilon_insensitive", dual=False, random_state=0, **TIGHT
        ),
        "C",
    ),
    "KernelRidge": (lambda r: KernelRidge(0.5, kernel="rbf", gamma=0.1), "gamma"),
    "KernelRidge of degree 2": (
        lambda r: KernelRidge(0.5, kernel="poly", degree=2, gamma=0.1),
        "alpha",
    ),
    "GaussianProcessRegressor": (
        lambda r: GaussianProcessRegressor(
            RBF(2.0), alpha=0.1, optimizer=None, copy_X_train=flag(r)
        ),
        "kernel__length_scale",
    ),
    "PoissonRegressor": (lambda r: PoissonRegressor(**TIGHT), "alpha"),
    "GammaRegressor": (lambda r: GammaRegressor(**TIGHT), "alpha"),
    "TweedieRegressor": (lambda r: TweedieRegressor(power=1.5, **TIGHT), "power"),
    "TransformedTargetRegressor": (
        lambda r: TransformedTargetRegressor(
            Ridge(),
            func=square_root_in_place,
            inverse_func=square,
            check_inverse=False,
        ),
        "regressor__alpha",
    ),
    "TransformedTargetRegressor in place": (
        lambda r: TransformedTargetRegressor(
            SVR(tol=1e-10), transformer=preprocessing.StandardScaler(copy=False)
        ),
        "regressor__C",
    ),
    "MultiOutputRegressor": (
        lambda r: MultiOutputRegressor(Ridge(copy_X=flag(r))),
        "estimator__alpha",
    ),
    "MultiOutputRegressor of pipelines": (
        lambda r: MultiOutputRegressor(
            make_pipeline(preprocessing.StandardScaler(copy=flag(r)), Ridge())
        ),
        "estimator__ridge__alpha",
    ),
}
CLASSIFIERS: Mapping[str, tuple[Callable[[np.random.Generator], Any], str]] = {
    "LogisticRegression": (lambda r: LogisticRegression(**TIGHT), "C"),
    "LogisticRegression by liblinear": (
        lambda r: LogisticRegression(solver="liblinear", **TIGHT),
        "C",
    ),
    "SVC": (lambda r: SVC(gamma=0.2, tol=1e-10), "C"),
    "SVC of a scaled kernel": (lambda r: SVC(tol=1e-10), "C"),
    "LinearSVC": (lambda r: LinearSVC(dual=False, **TIGHT), "C"),
    "OneVsRestClassifier": (
        lambda r: OneVsRestClassifier(LogisticRegression(**TIGHT)),
        "estimator__C",
    ),
    "OneVsRestClassifier of pipelines": (
        lambda r: OneVsRestClassifier(
            make_pipeline(
                preprocessing.StandardScaler(copy=flag(r)), LogisticRegression(**TIGHT)
            )
        ),
        "estimator__logisticregression__C",
    ),
}


class Case(NamedTuple):
    """What is differentiated."""

    estimator: Any
    params: dict[str, Any]
    X: Any
    y: Any
    scoring: str


def random_case(number: int) -> Case:
    """Return one of the cases, always the same one for a number."""
    rng = np.random.default_rng(number)
    is_classification = rng.random() < 0.4
    finals = CLASSIFIERS if is_classification else REGRESSORS
    name = str(rng.choice(list(finals)))
    make, param = finals[name]
    X, y = random_data(rng, is_classification, name.startswith("MultiOutput"))
    steps = [(f"step{place}", step) for place, step in enumerate(random_steps(rng, y))]
    params: dict[str, Any] = {f"final__{param}": 0.5 + rng.random()}
    scorers = ["neg_mean_squared_error", "r2"]
    if is_classification:
        has_margins = "SVC" in name
        scorers = ["accuracy"] if has_margins else ["neg_log_loss", "accuracy"]
    estimator = Pipeline([*steps, ("final", make(rng))])
    for scaled, part in estimator.get_params().items():
        if isinstance(part, FeatureScale) and rng.random() < 0.7:
            # Those of a ColumnTransformer get two columns.
            size = 2 if "__" in scaled else 4
            params[f"{scaled}__weights"] = rng.uniform(0.5, 2.0, size=size)
    if rng.random() < 0.1:
        estimator = Pipeline([("whole", estimator)])
        params = {f"whole__{name}": value for name, value in params.items()}
    return Case(estimator, params, X, y, str(rng.choice(scorers)))


def random_data(
    rng: np.random.Generator, is_classification: bool, has_several: bool
) -> tuple[Any, Any]:
    """Return data in one of several forms."""
    X = rng.normal(size=(N_SAMPLES, 4)) + 0.5
    signal = X @ rng.normal(size=(4, 2)) + np.sin(2.0 * X[:, :1])
    signal += 0.7 * rng.normal(size=signal.shape)
    y = np.exp(0.3 * signal) + 0.1
    if is_classification:
        ranks = np.argsort(np.argsort(signal[:, 0]))
        labels = ranks * int(rng.integers(2, 4)) // N_SAMPLES
        y = labels if flag(rng) else np.array(["no", "so", "yes"])[labels]
    elif not has_several:
        y = y[:, 0]
    form = rng.random()
    if y.ndim == 1 and form < 0.3:
        y = [y[:, np.newaxis], pd.Series(y, index=np.arange(N_SAMPLES)[::-1])][
            int(form < 0.15)
        ]
    form = rng.random()
    if form < 0.1:
        return pd.DataFrame(X, columns=list("abcd")), y
    return (sparse.csr_matrix(X * (X > 0.3)), y) if form < 0.15 else (X, y)


def random_steps(rng: np.random.Generator, y: Any) -> list[Any]:
    """Return up to three transformers, some of them nested."""
    return [random_step(rng, y) for _ in range(int(rng.integers(1, 4)))]


def random_step(rng: np.random.Generator, y: Any) -> Any:
    is_classification = np.asarray(y).dtype.kind != "f"

    def one() -> Any:
        kind = str(rng.choice(list(TRANSFORMERS)))
        return TRANSFORMERS[kind](rng, is_classification)

    form = rng.random()
    if form < 0.8:
        return one()
    if form < 0.87:
        return make_pipeline(one(), one())
    if form < 0.94:
        # Slices make views: the second part sees what the first one does in place.
        columns = [slice(0, 2), slice(1, 3)] if flag(rng) else [[0, 1], [1, 2]]
        return ColumnTransformer(
            [("a", one(), columns[0]), ("b", one(), columns[1])],
            remainder="passthrough" if flag(rng) else "drop",
            sparse_threshold=0.0,
        )
    return FeatureUnion([("a", one()), ("b", one())])


# ---- comparison


class Outcome(NamedTuple):
    """What became of a case.

    `kind` is "right", "wrong", "declined", "failed" (the fit or the score), or
    "unclear" (differences that do not agree with each other).
    """

    kind: str
    detail: str = ""


def outcome(case: Case) -> Outcome:
    """Compare the derivatives that a search would get with differences."""
    found, score = evaluate(case, case.params)
    if not np.isfinite(score):
        return Outcome("failed")
    assert found is not None
    missing = sorted(case.params.keys() - found.params.keys())
    if missing:
        return Outcome("declined", found.reasons[missing[0]])
    verdicts = [
        compare(case, name, place, float(np.asarray(found.params[name])[place]), found)
        for name, value in case.params.items()
        for place in list(np.ndindex(np.shape(value)))[:2]
    ]
    for kind in ("wrong", "unclear"):
        for verdict in verdicts:
            if verdict.kind == kind:
                return verdict
    return verdicts[0]


def evaluate(
    case: Case, params: Mapping[str, Any]
) -> tuple[FoldGradient | None, float]:
    """Return the derivatives and the score, as a worker of a search computes them."""
    # What draws from the global state draws the same for each evaluation.
    np.random.seed(0)  # noqa: NPY002
    scorer = get_scorer(case.scoring)
    rows = np.arange(N_SAMPLES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = evaluate_unit(
            estimator=case.estimator,
            X=case.X,
            y=case.y,
            splits=[(rows[:N_TRAIN], rows[N_TRAIN:])],
            n_candidates=1,
            seed=0,
            settings=FitSettings(
                scorer,
                fit_params={},
                score_params={},
                gradient=FoldDifferentiator(scorer, None, frozenset(params)),
            ),
            number=0,
            params=dict(params),
            unit=Unit(0),
        )
    return result.gradient, float(result.test_scores)


def compare(
    case: Case, name: str, place: tuple[int, ...], ours: float, found: FoldGradient
) -> Outcome:
    """Compare one derivative with differences that reach more and less far."""
    differences, noises = [], []
    parts = case.estimator.get_params().values()
    has_huber = any(isinstance(part, HuberRegressor) for part in parts)
    noise = NOISE_OF_HUBER if has_huber else NOISE
    for part in STEPS:
        step = part * float(np.asarray(case.params[name])[place])
        losses = [loss_at(case, name, place, times * step) for times in (-2, -1, 1, 2)]
        far = losses[3] - losses[0]
        differences.append((8.0 * (losses[2] - losses[1]) - far) / (12.0 * step))
        noises.append(noise * (abs(found.loss) + 1.0) / step)
    scale = max(np.nanmax(np.abs(differences)), abs(ours))
    errors = np.abs(np.subtract(differences, ours)) - np.array(noises)
    gaps = np.abs(np.diff(differences))
    if np.any(errors <= AGREED * scale):
        # Where all of it is noise, nothing has been compared.
        if np.min(noises) <= AGREED * scale:
            return Outcome("right")
        kind = "unclear"
    else:
        kind = "wrong" if np.any(gaps <= BELIEVED * scale) else "unclear"
    return Outcome(kind, f"by {name}{list(place)}: {ours}, differences {differences}")


def loss_at(case: Case, name: str, place: tuple[int, ...], change: float) -> float:
    """Return the loss that is differentiated, near the case's own parameters."""
    value = np.array(case.params[name], dtype=np.float64)
    value[place] += change
    moved = value if value.ndim else float(value)
    found, score = evaluate(case, {**case.params, name: moved})
    if is_classifier(case.estimator) and case.scoring == "accuracy":
        assert found is not None
        return found.loss  # a smooth one in place of the score
    return -score
