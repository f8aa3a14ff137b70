"""LinearSVC and LinearSVR."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.svm import LinearSVC, LinearSVR
from sklearn.utils.fixes import parse_version

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient, register_hypergradient
from skopt_evo.hypergrad.rules._linear_svm import LinearSVCRule, LinearSVRRule
from tests.hypergrad.rules.problems import (
    ITERATED,
    assert_exact_inputs,
    assert_exact_outputs,
    classes,
    regression,
    weights,
)


class Exact:
    """The same optimum, to the last digits.

    Newton's method finds it in some steps, as a system of the active samples each;
    LIBLINEAR comes close, and differences between its fits are rather noise.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        super().fit(X, y, sample_weight)
        weights = np.ones(len(y)) if sample_weight is None else sample_weight
        dense = X.toarray() if sparse.issparse(X) else X
        scaling = self.intercept_scaling if self.fit_intercept else 0.0
        Z = np.column_stack([dense, np.full(len(y), scaling)])
        coefs = np.atleast_2d(self.coef_)
        intercepts = np.broadcast_to(self.intercept_, len(coefs)) / (scaling or 1.0)
        exact = [
            self._newton(np.append(coef, intercept), Z, *self._problem(y, weights, row))
            for row, (coef, intercept) in enumerate(zip(coefs, intercepts, strict=True))
        ]
        self.coef_ = np.reshape([v[:-1] for v in exact], np.shape(self.coef_))
        self.intercept_ = np.array([scaling * v[-1] for v in exact])
        return self

    def _newton(self, v: Any, Z: Any, targets: Any, weights: Any) -> Any:
        for _ in range(30):
            reached, is_active = self._reach(targets, Z @ v)
            Zw = Z * (weights * is_active)[:, np.newaxis]
            v = np.linalg.solve(
                Zw.T @ Z + np.eye(len(v)) / (2 * self.C), Zw.T @ reached
            )
        return v


class ExactSVC(Exact, LinearSVC):
    def _problem(self, y: Any, weights: Any, row: int) -> tuple[Any, Any]:
        factors = dict.fromkeys(self.classes_, 1.0)
        if self.class_weight == "balanced":
            n_classes = len(self.classes_)
            # By weight from scikit-learn 1.7 on.
            sums = weights if IS_BY_WEIGHT else np.ones(len(y))
            factors = {
                label: sums.sum() / (n_classes * sums[y == label].sum())
                for label in self.classes_
            }
        elif self.class_weight:
            factors |= self.class_weight
        if len(self.classes_) == 2:
            of_samples = np.array([factors[label] for label in y])
            return np.where(y == self.classes_[1], 1.0, -1.0), weights * of_samples
        label = self.classes_[row]
        of_samples = np.where(y == label, factors[label], 1.0)
        return np.where(y == label, 1.0, -1.0), weights * of_samples

    def _reach(self, targets: Any, values: Any) -> tuple[Any, Any]:
        return targets, targets * values < 1.0


class ExactSVR(Exact, LinearSVR):
    def _problem(self, y: Any, weights: Any, row: int) -> tuple[Any, Any]:
        return y, weights

    def _reach(self, targets: Any, values: Any) -> tuple[Any, Any]:
        gaps = targets - values
        return targets - self.epsilon * np.sign(gaps), np.abs(gaps) > self.epsilon


IS_BY_WEIGHT = parse_version(sklearn.__version__) >= parse_version("1.7")

register_hypergradient(ExactSVC, ["C"])(LinearSVCRule)
register_hypergradient(ExactSVR, ["C", "epsilon"])(LinearSVRRule)


def svc(**params: Any) -> ExactSVC:
    return ExactSVC(dual=False, **params)


def svr(**params: Any) -> ExactSVR:
    return ExactSVR(loss="squared_epsilon_insensitive", dual=False, **params)


@given(
    log_C=st.floats(-3.0, 2.0),
    n_classes=st.integers(2, 3),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
    class_weight=st.sampled_from([None, "balanced", {0: 3.0}]),
)
@settings(deadline=None, max_examples=20)
def test_the_derivative_of_a_classifier_by_c_is_exact(
    log_C: float,
    n_classes: int,
    seed: int,
    fit_intercept: bool,
    is_weighted: bool,
    class_weight: Any,
) -> None:
    X, y = classes(n_classes=n_classes, seed=seed)
    assert_exact_outputs(
        svc(fit_intercept=fit_intercept, class_weight=class_weight),
        {"C": 10.0**log_C},
        (X, y),
        fit_params={"sample_weight": weights(90, seed)} if is_weighted else {},
        # Short of the next sample that leaves or enters.
        step=1e-6,
        within=ITERATED,
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_intercept_is_penalised(n_classes: int, fit_intercept: bool) -> None:
    estimator = svc(
        C=0.05,
        fit_intercept=fit_intercept,
        intercept_scaling=2.0,
        class_weight={0: 1.0, 1: 2.0},
    )
    data = classes(n_classes=n_classes)
    assert_exact_outputs(estimator, {"C": 0.05}, data, step=1e-6, within=ITERATED)
    assert_exact_inputs(estimator, data, step=1e-6, within=ITERATED)


@pytest.mark.parametrize("scaling", [1.0, 3.0])
def test_coefficients_at_zero_stay_there(scaling: float) -> None:
    data = classes(n_features=12)
    estimator = LinearSVC(
        penalty="l1",
        dual=False,
        tol=1e-9,
        max_iter=100_000,
        C=0.05,
        intercept_scaling=scaling,
        random_state=0,
    )
    assert np.any(estimator.fit(*data).coef_ == 0.0)
    assert_exact_outputs(estimator, {"C": 0.05}, data, within=1e-3)


@given(
    log_C=st.floats(-3.0, 2.0),
    epsilon=st.floats(0.0, 1.0),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
)
@example(log_C=1.0, epsilon=0.0, seed=3, fit_intercept=False, is_weighted=False)
@settings(deadline=None, max_examples=20)
def test_the_derivatives_of_a_regressor_are_exact(
    log_C: float, epsilon: float, seed: int, fit_intercept: bool, is_weighted: bool
) -> None:
    assert_exact_outputs(
        svr(fit_intercept=fit_intercept, intercept_scaling=2.0),
        {"C": 10.0**log_C, "epsilon": 0.1 + epsilon},
        regression(seed=seed),
        fit_params={"sample_weight": weights(60, seed)} if is_weighted else {},
        # Short of the next sample that leaves or enters.
        step=1e-6,
        within=ITERATED,
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_derivatives_of_a_regressor_by_data_are_exact(fit_intercept: bool) -> None:
    estimator = svr(C=0.05, epsilon=0.4, fit_intercept=fit_intercept)
    fit_params = {"sample_weight": weights(60)}
    assert_exact_inputs(estimator, regression(), fit_params=fit_params, within=ITERATED)


def test_data_may_be_sparse() -> None:
    X = sparse.random(90, 20, density=0.2, random_state=0, format="csr")
    signal = np.asarray(X.sum(axis=1)).ravel()
    y = (signal + np.random.default_rng(0).normal(size=90) > np.median(signal)) * 1
    assert_exact_outputs(svc(), {"C": 0.1}, (X, y), step=1e-6, within=ITERATED)
    params = {"C": 0.1, "epsilon": 0.1}
    assert_exact_outputs(svr(), params, (X, signal), step=1e-6, within=ITERATED)


@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_default_tolerances_suffice() -> None:
    data = classes(n_classes=3)
    loose, good = (
        check_hypergradient(estimator, {"C": 0.1}, *data)
        for estimator in (LinearSVC(dual=False), svc())
    )
    assert np.allclose(loose["exact"], good["exact"], rtol=1e-3)


@pytest.mark.parametrize(
    ("estimator", "data", "reason"),
    [
        (LinearSVC(loss="hinge"), classes(), "loss='hinge'"),
        (LinearSVC(multi_class="crammer_singer"), classes(), "crammer_singer"),
        (LinearSVR(), regression(), "loss='epsilon_insensitive'"),
    ],
)
def test_jumps_are_declined(estimator: Any, data: Any, reason: str) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        check_hypergradient(estimator, {"C": 1.0}, *data)
