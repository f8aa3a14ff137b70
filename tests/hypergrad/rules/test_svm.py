"""SVC and SVR.

libsvm keeps kernels in single precision, which differences of its fits suffer from. So
derivatives are compared with differences of the optimum for the same sets of bounded
and free support vectors, solved for here in double precision.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.metrics.pairwise import pairwise_kernels, rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, SVR, NuSVC
from sklearn.utils.class_weight import compute_sample_weight

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Fold, check_hypergradient
from skopt_evo.hypergrad._registry import predictor_rule
from skopt_evo.hypergrad.criteria import criterion_of
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import (
    ITERATED,
    assert_exact,
    classes,
    regression,
    weights,
)

# What derivatives by the kernel's parameters may be off by, compared with differences
# of libsvm's own fits.
SINGLE_PRECISION = 1e-2

KERNELS = {
    "rbf": {"gamma": 0.2},
    "poly": {"gamma": 0.2, "coef0": 0.5},
    "linear": {},
    "sigmoid": {"gamma": 0.02, "coef0": 0.1},
}


class Machine:
    """A binary machine, whose sets of support vectors stay as libsvm found them."""

    def __init__(self, fitted: Any, X: np.ndarray, y: np.ndarray, factors: np.ndarray):
        self.fitted, self.X, self.y, self.factors = fitted, X, y, factors
        self.coef = np.ravel(dense(fitted.dual_coef_))
        vectors = dense(fitted.support_vectors_)
        # Samples without weight spoil the numbers in support_.
        equal = np.all(vectors[:, np.newaxis] == X, axis=2)
        self.support = equal.argmax(axis=1)
        bounds = fitted.C * factors[self.support]
        self.is_free = np.abs(self.coef) < bounds * (1 - 1e-9)

    def decide(self, X: np.ndarray, X_test: np.ndarray, **params: float) -> np.ndarray:
        """Return the decision values with other data or hyperparameters."""
        settings = {"epsilon": 0.0, **self.fitted.get_params(), **params}
        support, free, signs = self.support, self.is_free, np.sign(self.coef)
        gamma = {
            "scale": 1.0 / (X.shape[1] * X.var()),
            "auto": 1.0 / X.shape[1],
        }.get(settings["gamma"], settings["gamma"])
        vectors = X[support]

        def kernel(first: np.ndarray) -> np.ndarray:
            return pairwise_kernels(
                first,
                vectors,
                metric=settings["kernel"],
                filter_params=True,
                gamma=gamma,
                degree=settings["degree"],
                coef0=settings["coef0"],
            )

        targets = signs
        if isinstance(self.fitted, SVR):
            targets = self.y[support] - signs * settings["epsilon"]
        coef = np.where(free, 0.0, signs * settings["C"] * self.factors[support])
        own, n_free = kernel(vectors), np.count_nonzero(free)
        if not n_free:
            values = kernel(X) @ coef
            return kernel(X_test) @ coef + self.middle(values, settings["epsilon"])
        system = np.ones((n_free + 1, n_free + 1))
        system[:-1, :-1], system[-1, -1] = own[np.ix_(free, free)], 0.0
        right = np.append(targets[free] - own[free] @ coef, -coef.sum())
        solution = np.linalg.solve(system, right)
        coef[free] = solution[:-1]
        return kernel(X_test) @ coef + solution[-1]

    def middle(self, values: np.ndarray, epsilon: float = 0.0) -> float:
        """Return the middle of the intercepts that violate no condition."""
        full = np.zeros(len(self.y))
        full[self.support] = self.coef
        used = self.factors > 0.0
        if isinstance(self.fitted, SVR):
            lower, upper = self.y - epsilon - values, self.y + epsilon - values
            least = [*lower[used & (full <= 0.0)], *upper[used & (full < 0.0)]]
            most = [*lower[used & (full > 0.0)], *upper[used & (full >= 0.0)]]
        else:
            signs = np.where(self.y == self.fitted.classes_[1], 1.0, -1.0)
            gaps, is_out = signs - values, full != 0.0
            least = gaps[used & (is_out == (signs < 0))]
            most = gaps[used & (is_out == (signs > 0))]
        return float(np.max(least) + np.min(most)) / 2


class Problem:
    """A machine, or one for each two classes, on the first two thirds of the data."""

    def __init__(self, estimator: Any, data: Any, given: np.ndarray | None = None):
        X, y = data
        self.n_train = 2 * len(y) // 3
        self.X, self.X_test = X[: self.n_train], X[self.n_train :]
        self.data = dense(self.X), dense(self.X_test)
        self.y, labels = y[: self.n_train], np.unique(y)
        given = np.ones(len(y)) if given is None else given
        self.given = given[: self.n_train]
        self.fitted = self._fit(estimator, slice(None))
        self.is_many = isinstance(estimator, SVC) and len(labels) > 2
        class_weight = getattr(estimator, "class_weight", None)
        self.factors = self.given * compute_sample_weight(class_weight, self.y)
        self.pairs = list(combinations(labels, 2)) if self.is_many else [None]
        self.rows = [
            np.flatnonzero(np.isin(self.y, pair or labels)) for pair in self.pairs
        ]
        self.machines = [
            Machine(
                self._fit(estimator, rows),
                dense(self.X)[rows],
                self.y[rows],
                self.factors[rows],
            )
            for rows in self.rows
        ]
        rng = np.random.default_rng(0)
        self.rule = predictor_rule(self.fitted)
        shape = self.rule.outputs(self.fitted, self.X_test).values.shape
        self.cotangent = rng.normal(size=shape)

    def _fit(self, estimator: Any, rows: Any) -> Any:
        fitted = clone(estimator)
        return fitted.fit(self.X[rows], self.y[rows], self.given[rows])

    def values(self, X: Any, X_test: Any, **params: float) -> np.ndarray:
        """Return the outputs of the resolved machines."""
        decided = [
            machine.decide(X[rows], X_test, **params)
            for machine, rows in zip(self.machines, self.rows, strict=True)
        ]
        if not self.is_many:
            return decided[0]
        total = np.zeros(self.cotangent.shape)
        for (one, other), values in zip(self.pairs, decided, strict=True):
            # A binary machine is positive for its second class.
            total[:, one] -= values
            total[:, other] += values
        return total

    def exact(self, names: Any, *, inputs: bool = False) -> Any:
        """Return the derivatives of a weighted sum of the outputs."""
        fold = Fold(self.X, self.y, self.X_test, {"sample_weight": self.given})
        return self.rule.pullback(
            self.fitted, fold, self.cotangent, names, inputs=inputs
        )

    def difference(self, ahead: np.ndarray, behind: np.ndarray, step: float) -> float:
        return float(np.vdot(self.cotangent, ahead - behind) / (2 * step))

    def assert_exact(self, names: Any, within: float = 1e-5) -> None:
        """Compare derivatives by the logarithms, relative to the sum itself."""
        ours = self.rule.outputs(self.fitted, self.X_test).values
        theirs = self.values(*self.data)
        np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
        size = np.sum(np.abs(self.cotangent * theirs))
        exact = self.exact(names).params
        for name in names:
            at = getattr(self.fitted, name)
            ahead, behind = (
                self.values(*self.data, **{name: at * (1 + change)})
                for change in (1e-5, -1e-5)
            )
            expected = self.difference(ahead, behind, 1e-5)
            tolerance = within * max(abs(expected), size)
            assert at * exact[name] == pytest.approx(expected, abs=tolerance)

    def assert_exact_inputs(self, within: float = 1e-5) -> None:
        rng, step = np.random.default_rng(1), 1e-6
        found = self.exact((), inputs=True)
        for place, exact in enumerate((found.X, found.X_test)):
            pace = rng.normal(size=exact.shape)
            ahead, behind = (
                self.values(*self._moved(place, sign * step * pace)) for sign in (1, -1)
            )
            expected = self.difference(ahead, behind, step)
            assert np.vdot(exact, pace) == pytest.approx(expected, rel=within)

    def _moved(self, place: int, change: np.ndarray) -> list[Any]:
        data = list(self.data)
        data[place] = data[place] + change
        return data


def dense(X: Any) -> np.ndarray:
    return X.toarray() if sparse.issparse(X) else X


def of_kind(kind: str, tol: float = 1e-8, **params: Any) -> Any:
    return (SVR if kind == "svr" else SVC)(tol=tol, **params)


def data_of(kind: str) -> tuple[np.ndarray, np.ndarray]:
    return regression() if kind == "svr" else classes(60, n_classes=3 - (kind == "svc"))


@given(
    log_c=st.floats(-1.0, 2.0),
    log_gamma=st.floats(-2.0, 0.0),
    epsilon=st.floats(0.01, 0.5),
    seed=st.integers(0, 10),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=10)
def test_derivatives_of_a_regressor_are_exact(
    log_c: float, log_gamma: float, epsilon: float, seed: int, is_weighted: bool
) -> None:
    data = regression(seed=seed)
    estimator = SVR(C=10.0**log_c, gamma=10.0**log_gamma, epsilon=epsilon, tol=1e-8)
    given = weights(len(data[1]), seed) if is_weighted else None
    Problem(estimator, data, given).assert_exact(["C", "gamma", "epsilon"])


@given(
    log_c=st.floats(0.0, 2.0),
    log_gamma=st.floats(-1.5, 0.0),
    seed=st.integers(0, 10),
    n_classes=st.integers(2, 4),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=10)
def test_derivatives_of_a_classifier_are_exact(
    log_c: float, log_gamma: float, seed: int, n_classes: int, is_weighted: bool
) -> None:
    data = classes(n_classes=n_classes, seed=seed)
    estimator = SVC(
        C=10.0**log_c,
        gamma=10.0**log_gamma,
        class_weight="balanced" if n_classes == 2 else None,
        tol=1e-8,
    )
    given = weights(len(data[1]), seed) if is_weighted else None
    Problem(estimator, data, given).assert_exact(["C", "gamma"])


@pytest.mark.parametrize(("kernel", "params"), KERNELS.items())
@pytest.mark.parametrize("is_sparse", [True, False])
@pytest.mark.parametrize("kind", ["svr", "svc", "many"])
def test_kernels_have_derivatives(kernel, params, is_sparse, kind) -> None:
    X, y = data_of(kind)
    X = sparse.csr_matrix(X) if is_sparse else X
    problem = Problem(of_kind(kind, kernel=kernel, **params), (X, y))
    problem.assert_exact(["C", *params])
    problem.assert_exact_inputs()


@pytest.mark.parametrize("kind", ["svr", "svc"])
@pytest.mark.parametrize("gamma", ["scale", "auto"])
def test_a_gamma_that_follows_the_data_is_part_of_their_derivative(kind, gamma) -> None:
    Problem(of_kind(kind, gamma=gamma), data_of(kind)).assert_exact_inputs()


@pytest.mark.parametrize("kind", ["svr", "svc", "many"])
def test_samples_without_weight_are_left_out(kind) -> None:
    data = data_of(kind)
    given = weights(len(data[1]))
    assert np.any(given == 0.0)
    problem = Problem(of_kind(kind, gamma=0.2), data, given)
    problem.assert_exact(["C", "gamma"])
    problem.assert_exact_inputs()


@pytest.mark.parametrize("kind", ["svr", "svc"])
@pytest.mark.parametrize("given", [None, np.resize([1.0, 1.0, 0.0, 2.0, 2.0], 60)])
def test_the_intercept_moves_where_no_support_vector_is_free(kind, given) -> None:
    X, y = data_of(kind)
    # As much weight above as below, so that all of them stop at the bound.
    y = y if kind == "svc" else np.resize([9.0, -9.0], 60)
    problem = Problem(of_kind(kind, C=1e-3, gamma=0.2), (X, y), given)
    assert not any(machine.is_free.any() for machine in problem.machines)
    problem.assert_exact(["C", "gamma", *(["epsilon"] if kind == "svr" else [])])
    problem.assert_exact_inputs()


def test_nothing_moves_without_support_vectors() -> None:
    estimator = SVR(epsilon=100.0, gamma=0.1)
    params = {"C": 1.0, "epsilon": 100.0, "gamma": 0.1}
    check = check_hypergradient(estimator, params, *regression())
    assert np.all(check[["exact", "difference"]] == 0.0)
    pipeline = make_pipeline(FeatureScale(), estimator)
    params = {"featurescale__weights": np.ones(5)}
    check = check_hypergradient(pipeline, params, *regression())
    assert np.all(check[["exact", "difference"]] == 0.0)


@pytest.mark.parametrize("kind", ["svr", "svc", "many"])
@pytest.mark.parametrize("folds", [2, [(np.arange(40), np.arange(40, 60))]])
def test_differences_of_fits_agree_as_far_as_their_precision_goes(kind, folds) -> None:
    estimator, data = of_kind(kind, tol=1e-10, gamma=0.02), data_of(kind)
    assert_exact(estimator, {"C": 1.0}, data, cv=folds, within=ITERATED)
    if kind == "svr":
        assert_exact(estimator, {"epsilon": 0.2}, data, cv=folds, within=ITERATED)
    assert_exact(estimator, {"gamma": 0.02}, data, cv=folds, within=SINGLE_PRECISION)


@pytest.mark.parametrize("kind", ["svr", "svc", "many"])
def test_each_feature_has_a_length_scale(kind) -> None:
    pipeline = make_pipeline(FeatureScale(), of_kind(kind, tol=1e-10, gamma=0.1))
    X, y = data_of(kind)
    params = {"featurescale__weights": np.linspace(0.5, 1.5, X.shape[1])}
    assert_exact(pipeline, params, (X, y), cv=2, within=SINGLE_PRECISION, step=1e-3)


@pytest.mark.parametrize("kind", ["svr", "svc", "many"])
def test_kernels_of_ones_own_have_a_derivative_by_c(kind) -> None:
    X, y = data_of(kind)
    theirs = check_hypergradient(of_kind(kind, gamma=0.1), {"C": 2.0}, X, y)
    for kernel in ("precomputed", lambda A, B: rbf_kernel(A, B, gamma=0.1)):
        data = rbf_kernel(X, gamma=0.1) if kernel == "precomputed" else X
        ours = check_hypergradient(of_kind(kind, kernel=kernel), {"C": 2.0}, data, y)
        np.testing.assert_allclose(ours["exact"], theirs["exact"], rtol=1e-5)


def test_equal_samples_share_their_part() -> None:
    X, y = regression(30)
    twice = np.concatenate([X, X]), np.concatenate([y, y])
    cv = [(np.arange(40), np.arange(40, 60))]
    assert_exact(
        SVR(gamma=0.1, C=50.0, tol=1e-10), {"C": 50.0}, twice, cv=cv, within=1e-3
    )


def test_labels_may_be_anything() -> None:
    X, y = classes(n_classes=3)
    names = np.array(["one", "two", "three"])[y]
    check = check_hypergradient(SVC(gamma=0.1), {"C": 2.0, "gamma": 0.1}, X, names)
    # Named in another order, the classes are the same.
    order = np.searchsorted(np.unique(names), names)
    numbered = check_hypergradient(SVC(gamma=0.1), {"C": 2.0, "gamma": 0.1}, X, order)
    np.testing.assert_allclose(check["exact"], numbered["exact"])


@pytest.mark.parametrize(
    ("estimator", "params", "reason"),
    [
        (NuSVC(), {"nu": 0.5}, "no rule for NuSVC"),
        (SVC(), {"tol": 1e-3}, "not that of 'tol'"),
        (
            make_pipeline(FeatureScale(), SVC(kernel=rbf_kernel)),
            {"featurescale__weights": np.ones(4)},
            "no derivatives by the data",
        ),
    ],
)
def test_the_rest_is_declined(estimator, params, reason) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        check_hypergradient(estimator, params, *classes())


def test_decision_values_are_no_probabilities() -> None:
    X, y = classes()
    fitted = SVC().fit(X, y)
    outputs = predictor_rule(fitted).outputs(fitted, X)
    np.testing.assert_allclose(outputs.values, fitted.decision_function(X))
    criterion = criterion_of(get_scorer("neg_log_loss"), fitted)
    with pytest.raises(NoHypergradientError, match="probabilities"):
        criterion.evaluate(y, outputs, None)


def test_weights_of_zero_are_declined_with_a_precomputed_kernel() -> None:
    X, y = classes()
    given = {"sample_weight": weights(len(y))}
    with pytest.raises(NoHypergradientError, match="leave them out"):
        check_hypergradient(
            SVC(kernel="precomputed"), {"C": 1.0}, X @ X.T, y, fit_params=given
        )
