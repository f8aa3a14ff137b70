"""KernelRidge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import (
    assert_exact,
    assert_exact_inputs,
    regression,
    weights,
)

SCALES = np.array([0.5, 1.0, 2.0, 0.1, 3.0])


@given(
    log_alpha=st.floats(-3.0, 2.0),
    log_gamma=st.floats(-2.0, 0.0),
    seed=st.integers(0, 10),
    is_weighted=st.booleans(),
)
@settings(deadline=None, max_examples=10)
def test_derivatives_are_exact(
    log_alpha: float, log_gamma: float, seed: int, is_weighted: bool
) -> None:
    X, y = regression(seed=seed)
    fit_params = {"sample_weight": weights(len(y), seed)} if is_weighted else {}
    check = check_hypergradient(
        KernelRidge(kernel="rbf"),
        {"alpha": 10.0**log_alpha, "gamma": 10.0**log_gamma},
        X,
        y,
        scoring="neg_mean_squared_error",
        fit_params=fit_params,
    )
    # On the scale of the logarithms, where all of them are of the size of the loss.
    values = np.array([10.0**log_alpha, 10.0**log_gamma])
    gap = values * (check["exact"] - check["difference"])
    assert np.all(np.abs(gap) < 1e-6 * np.var(y)), check


@pytest.mark.parametrize(
    ("kernel", "params"),
    [
        ("linear", {}),
        ("cosine", {}),
        ("laplacian", {"gamma": 0.2}),
        ("poly", {"gamma": 0.2, "coef0": 0.8}),
        ("rbf", {"gamma": 0.2}),
        ("sigmoid", {"gamma": 0.02, "coef0": 0.1}),
    ],
)
def test_kernels_have_derivatives_by_their_parameters(kernel: str, params) -> None:
    estimator = KernelRidge(kernel=kernel, degree=2)
    assert_exact(estimator, {"alpha": 3.0, **params}, regression(n_targets=2))


def test_a_single_split_will_do() -> None:
    cv = [(np.arange(40), np.arange(40, 60))]
    params = {"alpha": 0.5, "gamma": 0.1}
    assert_exact(KernelRidge(kernel="rbf"), params, regression(), cv=cv)


def test_each_target_has_a_derivative_by_its_own_alpha() -> None:
    params = {"alpha": np.array([0.1, 10.0, 0.1]), "gamma": 0.1}
    assert_exact(KernelRidge(kernel="rbf"), params, regression(n_targets=3))


def test_data_may_be_sparse() -> None:
    X, y = regression()
    X = sparse.csr_matrix(X * (np.abs(X) > 0.5))
    params = {"alpha": 0.5, "gamma": 0.1}
    assert_exact(KernelRidge(kernel="rbf"), params, (X, y))


@pytest.mark.parametrize("kernel", ["rbf", "poly", "linear", "cosine"])
@pytest.mark.parametrize("is_sparse", [True, False])
def test_derivatives_by_the_data_are_exact(kernel: str, is_sparse: bool) -> None:
    X, y = regression(n_targets=2)
    X = sparse.csr_matrix(X) if is_sparse else X
    estimator = KernelRidge(0.3, kernel=kernel, degree=2)
    assert_exact_inputs(
        estimator, (X, y), fit_params={"sample_weight": weights(len(y))}
    )


def test_each_feature_has_a_length_scale() -> None:
    pipeline = make_pipeline(FeatureScale(), KernelRidge(kernel="rbf"))
    params = {
        "featurescale__weights": SCALES,
        "kernelridge__alpha": 0.2,
        "kernelridge__gamma": 0.1,
    }
    assert_exact(pipeline, params, regression(), within=1e-5)


@pytest.mark.parametrize(
    "estimator",
    [
        KernelRidge(kernel="sigmoid", gamma=0.3, coef0=-1.0),
        KernelRidge(kernel="additive_chi2"),
    ],
)
def test_an_indefinite_kernel_is_solved_as_the_fit_does(estimator) -> None:
    X, y = regression()
    cv = [(np.arange(40), np.arange(40, 60))]
    with pytest.warns(UserWarning, match="Singular"):
        assert_exact(estimator, {"alpha": 0.5}, (np.abs(X), y), cv=cv, step=1e-5)


def gaussian(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.exp(-0.1 * np.sum((a - b) ** 2)))


@pytest.mark.parametrize("kernel", ["precomputed", gaussian])
def test_other_kernels_have_a_derivative_by_alpha(kernel) -> None:
    X, y = regression()
    X = rbf_kernel(X, gamma=0.1) if kernel == "precomputed" else X
    assert_exact(KernelRidge(kernel=kernel), {"alpha": 0.5}, (X, y), cv=2)


def test_parameters_that_the_kernel_ignores_change_nothing() -> None:
    params = {"alpha": 1.0, "gamma": 0.1, "coef0": 1.0}
    check = check_hypergradient(KernelRidge(kernel="linear"), params, *regression())
    assert check.loc["gamma", "exact"] == check.loc["coef0", "exact"] == 0.0


def test_kernels_with_kinks_are_declined_after_what_is_tuned() -> None:
    pipeline = make_pipeline(FeatureScale(), KernelRidge(kernel="laplacian"))
    with pytest.raises(NoHypergradientError, match="laplacian"):
        check_hypergradient(pipeline, {"featurescale__weights": SCALES}, *regression())


def test_a_singular_system_is_declined() -> None:
    X, y = regression()
    with (
        pytest.warns(UserWarning, match="Singular"),
        pytest.raises(NoHypergradientError, match="a larger one helps"),
    ):
        check_hypergradient(KernelRidge(), {"alpha": 0.0}, X, y)
