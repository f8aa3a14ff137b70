"""Derivatives by the adjoint, against differences of models with a closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.rules import _matrices
from skopt_evo.hypergrad.rules._adjoint import Change, adjoint_of, pull_back
from skopt_evo.hypergrad.rules._linear import LinearFit

RNG = np.random.default_rng(0)
X, X_TEST = RNG.normal(size=(12, 3)), RNG.normal(size=(5, 3))
Y = RNG.normal(size=(12, 2))
COTANGENT = RNG.normal(size=(5, 2))
ALPHA, BETA, STEP = 0.7, 0.3, 1e-5


def coefs_of(
    X: np.ndarray, targets: np.ndarray, alpha: float, beta: float
) -> np.ndarray:
    """Return the minimum of 1/2 |Y - Z W|^2 + alpha/2 |w|^2 + beta/2 |b|^2.

    Z has a column of ones, whose coefficients are the intercepts b.
    """
    Z = np.column_stack([X, np.ones(len(X))])
    penalty = np.diag([alpha] * X.shape[1] + [beta])
    return np.linalg.solve(Z.T @ Z + penalty, Z.T @ targets)


def value_of(
    alpha: float = ALPHA,
    beta: float = BETA,
    scale: float = 1.0,
    X: np.ndarray = X,
    X_test: np.ndarray = X_TEST,
) -> float:
    """Return a function of the outputs whose derivative by these is `COTANGENT`."""
    coefs = coefs_of(X, scale * Y, alpha, beta)
    return float(np.sum(COTANGENT * (X_test @ coefs[:-1] + coefs[-1])))


def fit_of(outputs: slice, make: Any = np.asarray) -> tuple[LinearFit, dict[str, Any]]:
    """Return the model of some outputs, and how its gradient changes."""
    coefs = coefs_of(X, Y, ALPHA, BETA)[:, outputs]
    slopes = X @ coefs[:-1] + coefs[-1] - Y[:, outputs]
    fit = LinearFit(
        make(X),
        coefs[:-1].T,
        slopes,
        np.ones_like(slopes),
        l2=ALPHA,
        intercept_l2=BETA,
    )
    changes = {
        "alpha": Change(coef=coefs[:-1].T),
        "beta": Change(intercept=coefs[-1]),
        "scale": Change(slopes=-Y[:, outputs]),
    }
    return fit, changes


def slope(name: str, at: float) -> float:
    """Return the derivative of `value_of` by a hyperparameter, by differences."""
    ahead, behind = value_of(**{name: at + STEP}), value_of(**{name: at - STEP})
    return (ahead - behind) / (2 * STEP)


def slopes_by(name: str, data: np.ndarray) -> np.ndarray:
    """Return the derivatives of `value_of` by all entries of some data."""
    found = np.empty_like(data)
    for place in np.ndindex(*data.shape):
        change = np.zeros_like(data)
        change[place] = STEP
        found[place] = value_of(**{name: data + change})
        found[place] -= value_of(**{name: data - change})
    return found / (2 * STEP)


EXPECTED = {
    "alpha": slope("alpha", ALPHA),
    "beta": slope("beta", BETA),
    "scale": slope("scale", 1.0),
}
TOGETHER, APART = [slice(0, 2)], [slice(0, 1), slice(1, 2)]


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("parts", [TOGETHER, APART])
def test_derivatives_by_hyperparameters_are_those_of_whole_fits(
    parts: list[slice], make: Any
) -> None:
    fits = [fit_of(part, make) for part in parts]
    found = pull_back(fits, make(X_TEST), COTANGENT, list(EXPECTED), inputs=False)
    assert found.X is None
    assert found.X_test is None
    assert found.params == pytest.approx(EXPECTED, rel=1e-6)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("parts", [TOGETHER, APART])
def test_derivatives_by_the_data_are_those_of_whole_fits(
    parts: list[slice], make: Any
) -> None:
    fits = [fit_of(part, make) for part in parts]
    found = pull_back(fits, make(X_TEST), COTANGENT, ["alpha"], inputs=True)
    assert found.params == pytest.approx({"alpha": EXPECTED["alpha"]}, rel=1e-6)
    np.testing.assert_allclose(found.X, slopes_by("X", X), rtol=1e-5, atol=1e-8)
    by_test = slopes_by("X_test", X_TEST)
    np.testing.assert_allclose(found.X_test, by_test, rtol=1e-5, atol=1e-8)


def test_the_cotangent_of_a_single_output_may_be_a_vector() -> None:
    parts = [fit_of(slice(0, 1))]
    flat, column = (
        pull_back(parts, X_TEST, cotangent, ["alpha"], inputs=True)
        for cotangent in (COTANGENT[:, 0], COTANGENT[:, :1])
    )
    assert flat.params == column.params
    np.testing.assert_array_equal(flat.X, column.X)


def test_the_adjoint_solves_the_system_of_the_second_derivatives() -> None:
    fit, _ = fit_of(slice(0, 2))
    adjoint = adjoint_of(fit, X_TEST, COTANGENT)
    Z, Z_test = (np.column_stack([D, np.ones(len(D))]) for D in (X, X_TEST))
    hessian = Z.T @ Z + np.diag([ALPHA] * 3 + [BETA])
    q = np.column_stack([adjoint.coef, adjoint.intercept]).T
    np.testing.assert_allclose(hessian @ q, Z_test.T @ COTANGENT, atol=1e-10)
    np.testing.assert_allclose(adjoint.outputs, Z @ q, atol=1e-10)


def test_what_changes_nothing_has_no_derivative() -> None:
    fit, _ = fit_of(slice(0, 2))
    assert adjoint_of(fit, X_TEST, COTANGENT).by(Change()) == 0.0


def test_derivatives_by_data_that_are_too_many_are_declined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_matrices, "MOST_INPUTS", X.size - 1)
    adjoint = adjoint_of(fit_of(slice(0, 2))[0], X_TEST, COTANGENT)
    with pytest.raises(NoHypergradientError, match="too large"):
        adjoint.by_inputs()
