"""Ridge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import Ridge

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from tests.hypergrad.rules.problems import assert_exact, regression, weights


@given(
    log_alpha=st.floats(-4.0, 4.0),
    seed=st.integers(0, 10),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=20)
def test_the_derivative_by_alpha_is_exact(
    log_alpha: float, seed: int, fit_intercept: bool, is_weighted: bool
) -> None:
    X, y = regression(seed=seed)
    fit_params = {"sample_weight": weights(len(y), seed)} if is_weighted else {}
    assert_exact(
        Ridge(fit_intercept=fit_intercept, solver="cholesky"),
        {"alpha": 10.0**log_alpha},
        (X, y),
        scoring="neg_mean_squared_error",
        fit_params=fit_params,
        # Differences have rounding of their own where the loss hardly changes.
        within=1e-4 if abs(log_alpha) > 2 else 1e-6,
    )


def test_each_target_has_a_derivative_by_its_own_alpha() -> None:
    data = regression(n_targets=3)
    assert_exact(Ridge(), {"alpha": np.array([0.1, 1.0, 10.0])}, data)


def test_one_alpha_serves_all_targets() -> None:
    assert_exact(Ridge(), {"alpha": 2.0}, regression(n_targets=3))


def test_wide_data_are_solved_by_iteration() -> None:
    assert_exact(Ridge(), {"alpha": 5.0}, regression(50, 400))


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_data_may_be_sparse(fit_intercept: bool) -> None:
    X = sparse.random(80, 20, density=0.2, random_state=0, format="csc")
    y = np.asarray(X.sum(axis=1)).ravel() + np.random.default_rng(0).normal(size=80)
    estimator = Ridge(fit_intercept=fit_intercept, solver="sparse_cg", tol=1e-12)
    assert_exact(estimator, {"alpha": 0.7}, (X, y))


def test_positive_coefficients_are_declined() -> None:
    with pytest.raises(NoHypergradientError, match="positive=True"):
        check_hypergradient(Ridge(positive=True), {"alpha": 1.0}, *regression())
