"""Derivatives of kernels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics.pairwise import pairwise_kernels

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.rules._kernels import KERNELS, SMOOTH, Kernel

PARAMS = {
    "chi2": ["gamma"],
    "laplacian": ["gamma"],
    "poly": ["gamma", "coef0"],
    "polynomial": ["gamma", "coef0"],
    "rbf": ["gamma"],
    "sigmoid": ["gamma", "coef0"],
}
VALUES = {"gamma": 0.3, "coef0": 0.7, "degree": 2.5}

rng = np.random.default_rng(0)
FIRST, SECOND = rng.uniform(size=(7, 3)), rng.uniform(size=(5, 3))
COTANGENT = rng.normal(size=(7, 5))


def weighted_sum(name: str, first=FIRST, second=SECOND, **params: float) -> float:
    """Return a sum of the entries of scikit-learn's matrix."""
    params = {**VALUES, **params}
    kernel = pairwise_kernels(first, second, metric=name, filter_params=True, **params)
    return float(np.vdot(COTANGENT, kernel))


def slopes(function, at: np.ndarray) -> np.ndarray:
    """Return central differences of a function of an array."""
    steps = 1e-5 * np.eye(at.size).reshape(at.size, *at.shape)
    changes = [(function(at + step) - function(at - step)) / 2e-5 for step in steps]
    return np.reshape(changes, at.shape)


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("name", sorted(KERNELS.keys() - {"chi2"}))
def test_kernels_are_those_of_scikit_learn(name: str, convert) -> None:
    first, second = convert(FIRST), convert(SECOND)
    for values in (VALUES, {**VALUES, "gamma": None}):
        theirs = pairwise_kernels(
            first, second, metric=name, filter_params=True, **values
        )
        if sparse.issparse(theirs):
            theirs = theirs.toarray()
        ours = Kernel(name, **values).matrix(first, second).value
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("name", sorted(KERNELS.keys() - {"chi2"}))
def test_derivatives_by_parameters_are_exact(name: str, convert) -> None:
    matrix = Kernel(name, **VALUES).matrix(convert(FIRST), convert(SECOND))
    found = matrix.by_params(COTANGENT)
    assert sorted(found) == sorted(PARAMS.get(name, ()))
    for param, slope in found.items():
        difference = slopes(
            lambda value, param=param: weighted_sum(name, **{param: float(value)}),
            np.asarray(VALUES[param]),
        )
        assert slope == pytest.approx(difference, rel=1e-7)


def test_the_chi_squared_kernel_has_a_derivative_by_gamma() -> None:
    found = Kernel("chi2", 0.3).matrix(FIRST, SECOND).by_params(COTANGENT)
    difference = slopes(lambda v: weighted_sum("chi2", gamma=float(v)), np.asarray(0.3))
    assert found["gamma"] == pytest.approx(difference, rel=1e-7)


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_derivatives_by_samples_are_exact(name: str, convert) -> None:
    matrix = Kernel(name, **VALUES).matrix(convert(FIRST), convert(SECOND))
    first, second = matrix.by_samples(COTANGENT)
    by_first = slopes(lambda moved: weighted_sum(name, first=moved), FIRST)
    by_second = slopes(lambda moved: weighted_sum(name, second=moved), SECOND)
    np.testing.assert_allclose(first, by_first, atol=1e-8)
    np.testing.assert_allclose(second, by_second, atol=1e-8)


@pytest.mark.parametrize("name", sorted(KERNELS.keys() - SMOOTH))
def test_kernels_with_kinks_have_no_derivatives_by_samples(name: str) -> None:
    matrix = Kernel(name, 0.3).matrix(FIRST, SECOND)
    with pytest.raises(NoHypergradientError, match=name):
        matrix.by_samples(COTANGENT)


def test_a_sample_of_zeros_has_no_direction_to_differentiate() -> None:
    matrix = Kernel("cosine").matrix(np.vstack([np.zeros(3), FIRST[1:]]), SECOND)
    with pytest.raises(NoHypergradientError, match="zeros"):
        matrix.by_samples(COTANGENT)
