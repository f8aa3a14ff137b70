"""HuberRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import HuberRegressor

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient, register_hypergradient
from skopt_evo.hypergrad.rules._huber import HuberRule
from tests.hypergrad.rules.problems import (
    ITERATED,
    assert_exact,
    assert_exact_inputs,
    one_fold,
    regression,
    weights,
)


class ExactHuber(HuberRegressor):
    """The same optimum, to the last digits, by reweighted least squares.

    L-BFGS-B stops at a relative change of 1e-9, whatever the tolerance.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ExactHuber:
        super().fit(X, y, sample_weight)
        given = np.ones(len(y)) if sample_weight is None else sample_weight
        dense = X.toarray() if sparse.issparse(X) else X
        Z = np.column_stack([dense, np.full(len(y), float(self.fit_intercept))])
        penalty = np.diag(
            [self.alpha] * X.shape[1] + [0.0 if self.fit_intercept else 1]
        )
        previous = np.inf
        while abs(self.scale_ - previous) > 1e-14 * self.scale_:
            previous = self.scale_
            r = y - dense @ self.coef_ - self.intercept_
            outside = np.abs(r) > self.epsilon * self.scale_
            inside = np.where(outside, 0.0, given)
            free = given.sum() - self.epsilon**2 * given[outside].sum()
            self.scale_ = np.sqrt(inside @ r**2 / free)
            factors = np.where(
                outside, given * self.epsilon / np.abs(r), given / self.scale_
            )
            Zw = Z * factors[:, np.newaxis]
            *self.coef_, self.intercept_ = np.linalg.solve(Z.T @ Zw + penalty, Zw.T @ y)
            self.coef_ = np.asarray(self.coef_)
        return self


register_hypergradient(ExactHuber, ["alpha", "epsilon"])(HuberRule)


@given(
    log_alpha=st.floats(-3.0, 1.5),
    epsilon=st.floats(1.3, 1.8),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=10)
def test_the_derivatives_are_exact(
    log_alpha: float, epsilon: float, seed: int, fit_intercept: bool, is_weighted: bool
) -> None:
    X, y = regression(seed=seed)
    y[::5] += 30.0
    assert_exact(
        ExactHuber(fit_intercept=fit_intercept, max_iter=1000),
        {"alpha": 10.0**log_alpha, "epsilon": epsilon},
        (X, y),
        cv=one_fold(60),
        fit_params={"sample_weight": weights(60, seed)} if is_weighted else {},
        # Short of the next sample that leaves or enters.
        step=1e-6,
        within=ITERATED,
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_derivatives_by_data_are_exact(fit_intercept: bool) -> None:
    estimator = ExactHuber(alpha=0.3, fit_intercept=fit_intercept, max_iter=1000)
    fit_params = {"sample_weight": weights(60)}
    assert_exact_inputs(estimator, regression(), fit_params=fit_params)


def test_data_may_be_sparse() -> None:
    X = sparse.random(80, 10, density=0.3, random_state=0, format="csr")
    y = np.asarray(X.sum(axis=1)).ravel() + np.random.default_rng(0).normal(size=80)
    assert_exact(
        ExactHuber(max_iter=1000),
        {"alpha": 0.5, "epsilon": 1.3},
        (X, y),
        cv=one_fold(80),
        step=1e-6,
        within=ITERATED,
    )


def test_many_features_are_solved_by_iteration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("skopt_evo.hypergrad.rules._linear.MOST_DENSE", 0)
    params = {"alpha": 0.5, "epsilon": 1.3}
    assert_exact(
        ExactHuber(), params, regression(), cv=one_fold(60), step=1e-6, within=ITERATED
    )


def test_default_tolerances_suffice() -> None:
    params = {"alpha": 0.5, "epsilon": 1.3}
    loose, good = (
        check_hypergradient(estimator, params, *regression())
        for estimator in (HuberRegressor(), ExactHuber())
    )
    assert np.allclose(loose["exact"], good["exact"], rtol=1e-3)


def test_a_perfect_fit_has_no_derivative() -> None:
    X, _ = regression()
    with pytest.raises(NoHypergradientError, match="no scale"):
        check_hypergradient(HuberRegressor(), {"alpha": 0.0}, X, np.zeros(60))
