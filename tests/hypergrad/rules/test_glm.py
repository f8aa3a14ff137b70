"""PoissonRegressor, GammaRegressor and TweedieRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import GammaRegressor, PoissonRegressor, TweedieRegressor
from sklearn.metrics import make_scorer, mean_tweedie_deviance

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from tests.hypergrad.rules.problems import (
    ITERATED,
    assert_exact,
    assert_exact_inputs,
    counts,
    one_fold,
    weights,
)

# It has come so close that nothing is better, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Line search of Newton solver")

KINDS = {"poisson": PoissonRegressor, "gamma": GammaRegressor}


def tight(kind: type = TweedieRegressor, **params: Any) -> Any:
    return kind(**{"solver": "newton-cholesky", "tol": 1e-10, **params})


@given(
    kind=st.sampled_from(sorted(KINDS)),
    log_alpha=st.floats(-3.0, 1.0),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=20)
def test_the_derivative_by_alpha_is_exact(
    kind: str, log_alpha: float, seed: int, fit_intercept: bool, is_weighted: bool
) -> None:
    X, y = counts(seed=seed)
    assert_exact(
        tight(KINDS[kind], fit_intercept=fit_intercept),
        {"alpha": 10.0**log_alpha},
        (X, y),
        scoring=f"neg_mean_{kind}_deviance",
        fit_params={"sample_weight": weights(len(y), seed)} if is_weighted else {},
        within=ITERATED,
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("power", [1.0, 1.3, 1.5, 2.0, 2.3])
def test_the_derivative_by_the_power_is_exact(
    power: float, fit_intercept: bool
) -> None:
    assert_exact(
        tight(fit_intercept=fit_intercept),
        {"alpha": 0.3, "power": power},
        counts(),
        scoring=make_scorer(mean_tweedie_deviance, power=1.5, greater_is_better=False),
        fit_params={"sample_weight": weights(80)},
    )


@pytest.mark.parametrize("power", [-0.5, 0.0, 1.5])
def test_the_identity_may_be_the_link(power: float) -> None:
    X, y = counts()
    params = {"alpha": 0.3} | ({"power": power} if power else {})
    assert_exact(
        tight(link="identity", power=power, solver="lbfgs", tol=1e-10),
        params,
        (X, y + 10.0),
        scoring="neg_mean_squared_error",
        step=1e-2,
        within=1e-3,
    )


@pytest.mark.parametrize(
    "estimator",
    [
        tight(PoissonRegressor, alpha=0.3),
        tight(GammaRegressor, alpha=0.3, fit_intercept=False),
        tight(alpha=0.3, power=1.5),
    ],
)
def test_the_derivatives_by_data_are_exact(estimator: Any) -> None:
    fit_params = {"sample_weight": weights(80)}
    assert_exact_inputs(estimator, counts(), fit_params=fit_params)


def test_data_may_be_sparse() -> None:
    X, y = counts()
    data = sparse.csr_matrix(np.where(X > 0.0, X, 0.0)), y
    assert_exact(tight(PoissonRegressor), {"alpha": 0.1}, data, cv=one_fold(80))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_default_tolerances_suffice(kind: str) -> None:
    loose, good = (
        check_hypergradient(
            estimator, {"alpha": 0.1}, *counts(), scoring=f"neg_mean_{kind}_deviance"
        )
        for estimator in (KINDS[kind](), tight(KINDS[kind]))
    )
    assert np.allclose(loose["exact"], good["exact"], rtol=1e-3)


def test_the_power_has_no_derivative_where_means_are_negative() -> None:
    X, y = counts()
    with pytest.raises(NoHypergradientError, match="not positive"):
        check_hypergradient(
            TweedieRegressor(),
            {"power": 0.0},
            X,
            y - 10.0,
            scoring="neg_mean_squared_error",
        )
