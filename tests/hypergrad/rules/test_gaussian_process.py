"""GaussianProcessRegressor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    ExpSineSquared,
    Matern,
    PairwiseKernel,
    RationalQuadratic,
    WhiteKernel,
)
from sklearn.pipeline import make_pipeline

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.hypergrad._registry import predictor_rule
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import assert_exact, regression

FIXED = {"length_scale_bounds": "fixed"}
SCALES = np.array([0.8, 1.5, 2.0, 3.0, 1.0])


def process(kernel: Any, **params: Any) -> GaussianProcessRegressor:
    params = {"alpha": 0.1, "optimizer": None, **params}
    return GaussianProcessRegressor(kernel, **params)


@given(
    log_alpha=st.floats(-2.0, 1.0),
    log_scale=st.floats(-0.3, 0.7),
    log_constant=st.floats(-1.0, 1.0),
    normalize_y=st.booleans(),
    seed=st.integers(0, 10),
)
@settings(deadline=None, max_examples=10)
def test_derivatives_are_exact(
    log_alpha, log_scale, log_constant, normalize_y, seed
) -> None:
    X, y = regression(40, seed=seed)
    params = {
        "alpha": 10.0**log_alpha,
        "kernel__k1__constant_value": 10.0**log_constant,
        "kernel__k2__length_scale": 10.0**log_scale,
    }
    estimator = process(ConstantKernel() * RBF(), normalize_y=normalize_y)
    check = check_hypergradient(
        estimator, params, X, y, scoring="neg_mean_squared_error", cv=2
    )
    # On the scale of the logarithms, where all of them are of the size of the loss.
    gap = np.array(list(params.values())) * (check["exact"] - check["difference"])
    assert np.all(np.abs(gap) < 1e-6 * np.var(y)), check


@pytest.mark.parametrize(
    ("kernel", "params"),
    [
        (RBF(SCALES), {"length_scale": SCALES}),
        (RBF(np.array([2.0])), {"length_scale": np.array([2.0])}),
        (Matern(SCALES, nu=0.5), {"length_scale": SCALES}),
        (Matern(nu=1.5, **FIXED), {"length_scale": 2.0}),
        (Matern(nu=2.5), {"length_scale": 2.0}),
        (Matern(nu=np.inf), {"length_scale": 2.0}),
        (RationalQuadratic(), {"length_scale": 2.0, "alpha": 0.5}),
        (ExpSineSquared(**FIXED), {"length_scale": 2.0, "periodicity": 9.0}),
        (DotProduct(), {"sigma_0": 2.0}),
        (RBF(2.0) ** 2, {"kernel__length_scale": 2.0}),
        (
            ConstantKernel(1.0, "fixed") * RBF(SCALES) + DotProduct() + WhiteKernel(),
            {
                "k1__k1__k1__constant_value": 2.0,
                "k1__k1__k2__length_scale": SCALES,
                "k1__k2__sigma_0": 0.5,
                "k2__noise_level": 0.3,
            },
        ),
    ],
    ids=str,
)
def test_kernels_have_derivatives_by_their_parameters(kernel, params) -> None:
    params = {f"kernel__{name}": value for name, value in params.items()}
    assert_exact(
        process(kernel), {"alpha": 0.2, **params}, regression(50), cv=2, within=1e-5
    )


@pytest.mark.parametrize("normalize_y", [True, False])
@pytest.mark.parametrize("n_targets", [1, 3])
def test_several_targets_share_the_kernel(normalize_y: bool, n_targets: int) -> None:
    X, Y = regression(n_targets=n_targets)
    params = {"alpha": 0.2, "kernel__length_scale": 1.5}
    estimator = process(RBF(), normalize_y=normalize_y)
    assert_exact(estimator, params, (X, Y * 7.0 + 100.0 * normalize_y), cv=2)


def test_constant_targets_are_not_scaled() -> None:
    X, Y = regression(n_targets=2)
    Y[:40, 1] = 3.0
    cv = [(np.arange(40), np.arange(40, 60))]
    params = {"alpha": 0.2, "kernel__length_scale": 1.5}
    assert_exact(process(RBF(), normalize_y=True), params, (X, Y), cv=cv)


@pytest.mark.parametrize(
    ("estimator", "params", "reason"),
    [
        (GaussianProcessRegressor(RBF()), {"alpha": 0.1}, "set optimizer=None"),
        (
            GaussianProcessRegressor(RBF()),
            {"kernel__length_scale": 1.0},
            "set optimizer=None",
        ),
        (process(RBF()), {"alpha": np.ones(48)}, "a value for each sample"),
        (process(RBF()), {"n_targets": 1.0}, "not that of 'n_targets'"),
        (process(RBF() ** 2), {"kernel__exponent": 2.0}, "no hyperparameter"),
        (process(DotProduct()), {"kernel__sigma_0": 0.0}, "has to be positive"),
        (
            process(RBF() + Matern(nu=1.0)),
            {"kernel__k1__length_scale": 1.0},
            "by differences",
        ),
        (
            process(PairwiseKernel(metric="rbf")),
            {"kernel__gamma": 1.0},
            "by differences",
        ),
        (
            make_pipeline(FeatureScale(), process(RBF())),
            {"featurescale__weights": SCALES},
            "no derivatives by the data",
        ),
    ],
)
def test_the_rest_is_declined(estimator, params, reason) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        check_hypergradient(estimator, params, *regression())


def test_the_default_kernel_has_no_parameters() -> None:
    with pytest.raises(NoHypergradientError, match="no hyperparameter"):
        predictor_rule(process(None)).check(process(None), "kernel__length_scale")
    assert_exact(process(None), {"alpha": 0.2}, regression())
