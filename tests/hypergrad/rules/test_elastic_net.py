"""ElasticNet and Lasso."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso, MultiTaskLasso

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.hypergrad._registry import predictor_rule
from tests.hypergrad.rules.problems import (
    CLOSED_FORM,
    assert_exact,
    assert_exact_inputs,
    one_fold,
    regression,
    weights,
)


def tight(kind: type = ElasticNet, **params: Any) -> Any:
    return kind(tol=1e-14, max_iter=100_000, **params)


@given(
    alpha=st.floats(0.01, 0.5),
    l1_ratio=st.floats(0.1, 0.9),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=15)
def test_the_derivatives_on_a_fixed_support_are_exact(
    alpha: float, l1_ratio: float, seed: int, fit_intercept: bool, is_weighted: bool
) -> None:
    X, y = regression(seed=seed)
    # Large enough coefficients for none of them to vanish.
    y = y + X @ np.full(5, 5.0 * np.sign(X.T @ y))
    assert_exact(
        tight(fit_intercept=fit_intercept),
        {"alpha": alpha, "l1_ratio": l1_ratio},
        (X, y),
        fit_params={"sample_weight": weights(len(y), seed)} if is_weighted else {},
        within=1e-5,
    )


@pytest.mark.parametrize("kind", [ElasticNet, Lasso])
def test_coefficients_at_zero_stay_there(kind: type) -> None:
    data, estimator = regression(40, 100), tight(kind, alpha=0.5)
    assert 0 < np.count_nonzero(estimator.fit(*data).coef_) < 100
    assert_exact(estimator, {"alpha": 0.5}, data, cv=one_fold(40))


def test_targets_have_supports_of_their_own() -> None:
    data, estimator = regression(60, 12, 3), tight(alpha=0.3)
    supports = estimator.fit(*data).coef_ != 0.0
    assert len(np.unique(supports, axis=0)) > 1
    assert_exact(estimator, {"alpha": 0.3, "l1_ratio": 0.4}, data)


def test_data_may_be_sparse() -> None:
    X = sparse.random(80, 20, density=0.2, random_state=0, format="csc")
    y = np.asarray(X.sum(axis=1)).ravel() + np.random.default_rng(0).normal(size=80)
    assert_exact(tight(), {"alpha": 0.02, "l1_ratio": 0.4}, (X, y))


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_derivatives_by_data_are_exact(fit_intercept: bool) -> None:
    estimator = tight(alpha=0.3, fit_intercept=fit_intercept)
    fit_params = {"sample_weight": weights(60)}
    assert_exact_inputs(estimator, regression(60, 12), fit_params=fit_params)


def test_at_a_kink_one_sided_derivatives_are_met() -> None:
    """Of one feature, the path is |x'y|/n - alpha until it reaches zero."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    y = 0.5 * x + rng.normal(size=40)
    X, last = x[:, np.newaxis], abs(x[:30] @ y[:30]) / 30
    slopes = [
        check_hypergradient(
            tight(Lasso, fit_intercept=False),
            {"alpha": last * (1.0 + change)},
            X,
            y,
            scoring="neg_mean_squared_error",
            cv=one_fold(40, 30),
        )
        for change in (-1e-3, 1e-3)
    ]
    # At w = 0 the loss has the slope -2 mean(xy), and w that of -sgn(x'y) / mean(x^2).
    before = 2.0 * np.mean(x[30:] * y[30:]) * np.sign(x[:30] @ y[:30])
    before /= np.mean(x[:30] ** 2)
    assert slopes[0].loc["alpha", "exact"] == pytest.approx(before, rel=0.02)
    assert slopes[0].loc["alpha", "error"] < CLOSED_FORM
    assert slopes[1].loc["alpha", "exact"] == 0.0


def test_default_tolerances_suffice() -> None:
    data = regression(60, 12)
    point: dict[str, Any] = {"alpha": 0.3, "l1_ratio": 0.4}
    loose, good = (
        check_hypergradient(estimator, point, *data)
        for estimator in (ElasticNet(), tight())
    )
    assert np.allclose(loose["exact"], good["exact"], rtol=1e-3)


@pytest.mark.parametrize("kind", [ElasticNet, Lasso])
def test_positive_coefficients_are_declined(kind: type) -> None:
    with pytest.raises(NoHypergradientError, match="positive=True"):
        check_hypergradient(kind(positive=True), {"alpha": 1.0}, *regression())


def test_other_lassos_have_no_rule() -> None:
    with pytest.raises(NoHypergradientError, match="no rule for MultiTaskLasso"):
        predictor_rule(MultiTaskLasso())
