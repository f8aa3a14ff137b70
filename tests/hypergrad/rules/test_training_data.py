"""Steps that work in place, or make something else of the data they are fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import (
    NMF,
    PCA,
    DictionaryLearning,
    FactorAnalysis,
    FastICA,
    KernelPCA,
    TruncatedSVD,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_approximation import Nystroem
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
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.hypergrad.rules import _training_data
from skopt_evo.hypergrad.rules._training_data import are_close
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.random_pipelines import (
    N_SAMPLES,
    Case,
    FitsInPlace,
    LogOfClipped,
    Noisy,
    Outcome,
    OutOfFold,
    Stateless,
    double_in_place,
    evaluate,
    halve_in_place,
    outcome,
    square,
    square_root_in_place,
)
from tests.hypergrad.rules.problems import assert_exact, classes, counts, regression

IN_PLACE = FunctionTransformer(double_in_place, halve_in_place, check_inverse=False)
WORK_IN_PLACE = [
    StandardScaler(copy=False),
    MinMaxScaler(copy=False),
    RobustScaler(copy=False),
    MaxAbsScaler(copy=False),
    Normalizer(copy=False),
    pytest.param(PowerTransformer(copy=False), marks=pytest.mark.slow),
    IN_PLACE,
    LogOfClipped(),
]


def case(estimator: Any, params: dict[str, Any], data: Any = None) -> Case:
    X, y = counts(N_SAMPLES) if data is None else data
    scoring = "neg_mean_squared_error" if y.dtype.kind == "f" else "accuracy"
    return Case(estimator, params, X, y, scoring)


# ---- in place


@pytest.mark.parametrize("step", WORK_IN_PLACE, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize(
    ("final", "param"),
    [
        (KernelRidge(0.5, kernel="rbf", gamma=0.1), "kernelridge__gamma"),
        (SVR(gamma=0.1, tol=1e-10), "svr__C"),
        (Ridge(copy_X=False), "ridge__alpha"),
    ],
    ids=["KernelRidge", "SVR", "Ridge"],
)
def test_derivatives_behind_a_step_that_works_in_place_are_right(
    step: Any, final: Any, param: str
) -> None:
    pipeline = make_pipeline(step, final)
    value = pipeline.get_params()[param]
    assert outcome(case(pipeline, {param: value})) == Outcome("right")


def test_a_rule_is_checked_with_data_that_stay_as_they_are() -> None:
    X, y = regression()
    before = X.copy()
    pipeline = make_pipeline(IN_PLACE, StandardScaler(copy=False), Ridge(copy_X=False))
    assert_exact(pipeline, {"ridge__alpha": 2.0}, (X, y))
    np.testing.assert_array_equal(X, before)


def test_a_tuned_step_between_steps_that_work_in_place_is_right() -> None:
    final = KernelRidge(kernel="rbf", gamma=0.1)
    pipeline = make_pipeline(IN_PLACE, FeatureScale(), final)
    params = {"featurescale__weights": np.array([0.5, 1.0, 2.0, 0.1])}
    assert outcome(case(pipeline, params)) == Outcome("right")


@pytest.mark.parametrize("is_view", [False, True])
def test_columns_that_another_transformer_changes_are_declined(is_view: bool) -> None:
    columns = slice(0, 2) if is_view else [0, 1]
    parts = [("first", IN_PLACE, slice(0, 2)), ("scaled", FeatureScale(), columns)]
    pipeline = make_pipeline(ColumnTransformer(parts), Ridge(20.0))
    params = {"columntransformer__scaled__weights": np.array([0.5, 2.0])}
    found = outcome(case(pipeline, params))
    assert found.kind == ("declined" if is_view else "right")
    assert ("columns that another one has changed" in found.detail) is is_view


@pytest.mark.parametrize(
    "target",
    [
        {"func": square_root_in_place, "inverse_func": square},
        {"transformer": StandardScaler(copy=False)},
    ],
    ids=["function", "scaler"],
)
def test_targets_may_be_transformed_in_place(target: Any) -> None:
    regressor = TransformedTargetRegressor(Ridge(), check_inverse=False, **target)
    found = outcome(case(regressor, {"regressor__alpha": 2.0}))
    assert found == Outcome("right")


# ---- several estimators on the same data


def two_targets() -> tuple[np.ndarray, np.ndarray]:
    return regression(N_SAMPLES, n_targets=2)


@pytest.mark.parametrize(
    ("estimator", "param", "data"),
    [
        (MultiOutputRegressor(Ridge(copy_X=False)), "estimator__alpha", two_targets()),
        (
            MultiOutputRegressor(make_pipeline(StandardScaler(copy=False), Ridge())),
            "estimator__ridge__alpha",
            two_targets(),
        ),
        (
            OneVsRestClassifier(
                make_pipeline(IN_PLACE, LogisticRegression(max_iter=1000))
            ),
            "estimator__logisticregression__C",
            classes(N_SAMPLES, n_classes=3),
        ),
    ],
    ids=["Ridge", "scaler", "function"],
)
def test_what_changes_data_for_the_next_estimator_is_declined(
    estimator: Any, param: str, data: Any
) -> None:
    found = outcome(case(estimator, {param: 1.0}, data))
    assert found.kind == "declined"
    assert "works in place, on data that other estimators" in found.detail


@pytest.mark.parametrize(
    ("estimator", "param", "data"),
    [
        (
            MultiOutputRegressor(make_pipeline(Stateless(), Ridge())),
            "estimator__ridge__alpha",
            two_targets(),
        ),
        (
            OneVsRestClassifier(
                make_pipeline(IN_PLACE, LogisticRegression(tol=1e-10, max_iter=1000))
            ),
            "estimator__logisticregression__C",
            classes(N_SAMPLES, n_classes=2),
        ),
    ],
    ids=["not in place", "a single one"],
)
def test_what_changes_nothing_for_others_is_not(
    estimator: Any, param: str, data: Any
) -> None:
    assert outcome(case(estimator, {param: 1.0}, data)) == Outcome("right")


# ---- something else than what the fit has seen

DIFFERENT = [
    OutOfFold(),
    OutOfFold(is_shuffled=True),
    FitsInPlace(),
    FactorAnalysis(2, copy=False),
    DictionaryLearning(3, max_iter=20, random_state=0),
    make_pipeline(MinMaxScaler(), NMF(2, init="random", random_state=0, max_iter=500)),
    LocallyLinearEmbedding(n_components=2),
    make_pipeline(
        KBinsDiscretizer(4, encode="ordinal", subsample=None), TargetEncoder()
    ),
    FeatureUnion([("a", StandardScaler()), ("b", OutOfFold())]),
    ColumnTransformer([("a", OutOfFold(), [0, 1])], remainder="passthrough"),
]


@pytest.mark.filterwarnings("ignore:y_prob:FutureWarning")
@pytest.mark.parametrize("step", DIFFERENT, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize(
    "final", [Ridge(), KernelRidge(kernel="rbf"), SVR()], ids=lambda x: str(x)
)
def test_other_data_than_those_of_the_fit_are_declined(step: Any, final: Any) -> None:
    pipeline = make_pipeline(step, final)
    param = f"{type(final).__name__.lower()}__{'C' if type(final) is SVR else 'alpha'}"
    with pytest.raises(NoHypergradientError, match="makes something else of the data"):
        check_hypergradient(pipeline, {param: 1.0}, *counts(60))


def test_classifiers_with_smooth_scores_are_looked_at_as_well() -> None:
    for step in (OutOfFold(), Noisy()):
        pipeline = make_pipeline(step, SVC())
        found = outcome(case(pipeline, {"svc__C": 1.0}, classes(N_SAMPLES)))
        assert found.kind == "declined"


class Ranks(TransformerMixin, BaseEstimator):
    """Jumps at each of the values that it is fitted on."""

    def fit(self, X: Any, y: Any = None) -> Ranks:
        self.values_ = np.sort(X[:, 0])
        return self

    def transform(self, X: Any) -> np.ndarray:
        return np.searchsorted(self.values_, X[:, :1], side="right")


@pytest.mark.parametrize("random_state", [0, None])
def test_rounding_that_makes_a_later_step_jump_is_declined(random_state: Any) -> None:
    ica = FastICA(2, whiten="unit-variance", random_state=random_state)
    found = outcome(case(make_pipeline(ica, Ranks(), Ridge()), {"ridge__alpha": 1.0}))
    assert found.kind == "declined"
    assert "'ranks' makes something else" in found.detail


def test_the_global_random_state_is_left_alone() -> None:
    pipeline = make_pipeline(FastICA(2, whiten="unit-variance"), Ridge())
    X, y = regression(N_SAMPLES)
    fitted = clone(pipeline).fit(X, y)
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    steps, data = [("ica", fitted[0], {})], [_training_data.Fold(X, y, X)] * 2
    _training_data.check_transformers(steps, data)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


# ---- the same

SAME = [
    PCA(2),
    PCA(2, svd_solver="randomized"),
    PCA(2, whiten=True, copy=False),
    KernelPCA(3, kernel="rbf"),
    TruncatedSVD(2),
    FastICA(2, whiten="unit-variance"),
    FactorAnalysis(2),
    Isomap(n_neighbors=8),
    KMeans(4, n_init=1),
    Nystroem(n_components=8),
    KNNImputer(),
    SimpleImputer(copy=False),
    QuantileTransformer(n_quantiles=20),
    FunctionTransformer(np.tanh),
    Stateless(),
    FeatureUnion([("a", PCA(2)), ("b", StandardScaler(copy=False))]),
    make_pipeline(StandardScaler(), make_pipeline(PCA(2), Normalizer())),
]
FINALS = [
    (Ridge(), "alpha"),
    (Ridge(solver="saga"), "alpha"),
    (Lasso(0.05), "alpha"),
    (ElasticNet(0.05), "l1_ratio"),
    (HuberRegressor(max_iter=1000), "alpha"),
    (SVR(), "C"),
    (LinearSVR(loss="squared_epsilon_insensitive", dual=False), "C"),
    (KernelRidge(kernel="rbf"), "alpha"),
    (GaussianProcessRegressor(RBF(), alpha=0.1, optimizer=None), "alpha"),
    (PoissonRegressor(), "alpha"),
    (GammaRegressor(), "alpha"),
    (TweedieRegressor(power=1.5), "alpha"),
    (LogisticRegression(), "C"),
    (LogisticRegression(solver="saga", max_iter=10_000), "C"),
    (LogisticRegression(solver="liblinear"), "C"),
    (LinearSVC(), "C"),
    (SVC(), "C"),
]


@pytest.mark.parametrize("step", SAME, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize(
    ("final", "param"),
    [
        *FINALS[:1],
        *(pytest.param(*final, marks=pytest.mark.slow) for final in FINALS[1:-1]),
        *FINALS[-1:],
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_the_same_is_not_declined_at_default_tolerances(
    step: Any, final: Any, param: str
) -> None:
    name = f"{type(final).__name__.lower()}__{param}"
    is_classifier = hasattr(final, "decision_function")
    data = classes(N_SAMPLES) if is_classifier else counts(N_SAMPLES)
    pipeline = make_pipeline(step, final)
    value = pipeline.get_params()[name]
    found, _ = evaluate(case(pipeline, {name: value}, data), {name: value})
    assert found is not None
    assert found.reasons == {}
    assert list(found.params) == [name]


def test_a_randomised_decomposition_is_as_exact_as_it_is() -> None:
    X = np.random.default_rng(0).normal(size=(N_SAMPLES, 60))
    pipeline = make_pipeline(PCA(3, svd_solver="randomized", iterated_power=0), Ridge())
    data = X, X[:, 0] + 0.1 * X[:, 1]
    found, _ = evaluate(
        case(pipeline, {"ridge__alpha": 1.0}, data), {"ridge__alpha": 1.0}
    )
    assert found is not None
    assert list(found.params) == ["ridge__alpha"]


# ---- what counts as the same


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (np.ones((2, 2)), np.ones((2, 2)) + 1e-9, True),
        (np.ones((2, 2)), np.ones((2, 2)) + 1e-3, False),
        (np.ones((2, 2)), np.ones((2, 3)), False),
        (np.array([[np.nan, 1.0]]), np.array([[np.nan, 1.0 + 1e-9]]), True),
        (np.array([[np.nan, 1.0]]), np.array([[1.0, np.nan]]), False),
        # Small columns count as much as large ones, unless they are rounding alone.
        (np.array([[1e6, 1.0]]), np.array([[1e6, 1.1]]), False),
        (np.array([[1e6, 1e-9]]), np.array([[1e6, -1e-9]]), True),
        (sparse.eye(3).tocsr(), sparse.eye(3).tocsc() * (1.0 + 1e-9), True),
        (sparse.eye(3).tocsr(), 2.0 * sparse.eye(3).tocsr(), False),
        (["a", ["b"]], ["a", ["b"]], True),
        (["a", ["b"]], ["a", ["c"]], False),
        (np.array(["a"], object), np.array(["a"], object), True),
        (np.array(["a"], object), np.array(["b"], object), False),
    ],
)
def test_outcomes_are_the_same_but_for_rounding(
    first: Any, second: Any, expected: bool
) -> None:
    assert are_close(first, second) is expected
