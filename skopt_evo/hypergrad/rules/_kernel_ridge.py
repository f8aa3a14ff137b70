"""Kernel ridge regression."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, lstsq
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import pairwise_kernels

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._kernel_matrix import FixedKernel, KernelMatrix
from skopt_evo.hypergrad.rules._kernels import KERNELS, Kernel, check_smooth
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix


@register_hypergradient(KernelRidge, params=["alpha", "coef0", "gamma"])
class KernelRidgeRule(PredictorRule):
    """The rule for `KernelRidge`: ``alpha``, ``gamma`` and ``coef0``.

    The objective of a target with the weights s is, for the function f of the kernel's
    space,

        J(f) = sum_i s_i (f(x_i) - y_i)^2 + alpha |f|^2,

    whose minimum is f(x) = k(x, X) c with c = R u and (R K R + alpha I) u = R y, where
    R is diagonal with the roots of s. For the function S of K_test c, with derivatives
    g, solve (R K R + alpha I) v = R K_test' g, so that dS/dalpha = -v'u, and the
    derivatives by the entries of K and K_test are -(R v) c' and g c'. They go on
    through the kernel; gamma and coef0 have none where the kernel does not use them.

    References
    ----------
    Y. Bengio, "Gradient-based optimization of hyperparameters", Neural Computation
    12(8), 2000, section 3.
    C. Saunders, A. Gammerman and V. Vovk, "Ridge regression learning algorithm in dual
    variables", ICML 1998.
    """

    def check_inputs(self, estimator: Any) -> None:
        super().check_inputs(estimator)
        check_smooth(estimator.kernel)

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        X, X_test = as_matrix(fold.X), as_matrix(fold.X_test)
        kernel, kernel_test = _kernels(estimator, X, X_test)
        roots = np.sqrt(fold.sample_weight())[:, np.newaxis]
        cotangents, coef = as_columns(cotangent), as_columns(estimator.dual_coef_)
        unscaled = np.divide(coef, roots, out=np.zeros_like(coef), where=roots > 0.0)
        alphas = np.broadcast_to(estimator.alpha, coef.shape[1])
        right = roots * (kernel_test.value.T @ cotangents)
        adjoint = np.empty_like(right)
        for alpha in np.unique(alphas):
            targets = alphas == alpha
            adjoint[:, targets] = _solve(kernel.value, roots, alpha, right[:, targets])
        by_alpha = -np.sum(adjoint * unscaled, axis=0)
        params: dict[str, Any] = {
            "alpha": by_alpha.sum() if np.ndim(estimator.alpha) == 0 else by_alpha
        }
        parts = (
            (kernel, -(roots * adjoint) @ coef.T),
            (kernel_test, cotangents @ coef.T),
        )
        if {"gamma", "coef0"}.intersection(names):
            slopes = [matrix.by_params(changes) for matrix, changes in parts]
            for name in ("gamma", "coef0"):
                params[name] = sum(slope.get(name, 0.0) for slope in slopes)
        params = {name: params[name] for name in names}
        if not inputs:
            return Pullback(params)
        (rows, columns), (tested, trained) = (
            matrix.by_samples(changes) for matrix, changes in parts
        )
        return Pullback(params, rows + columns + trained, tested)


def _kernels(estimator: Any, X: Any, X_test: Any) -> tuple[KernelMatrix, KernelMatrix]:
    """Return the kernel of the training data and that between test and training."""
    kernel = estimator.kernel
    if kernel == "precomputed":
        return FixedKernel(X), FixedKernel(X_test)
    if isinstance(kernel, str) and kernel in KERNELS:
        known = Kernel(kernel, estimator.gamma, estimator.coef0, estimator.degree)
        return known.matrix(X, X), known.matrix(X_test, X)
    params = (estimator.kernel_params or {}) if callable(kernel) else {}
    return (
        FixedKernel(pairwise_kernels(X, metric=kernel, **params)),
        FixedKernel(pairwise_kernels(X_test, X, metric=kernel, **params)),
    )


def _solve(
    kernel: FloatArray, roots: FloatArray, alpha: float, right: FloatArray
) -> FloatArray:
    """Solve (R K R + alpha I) v = right, as the fit does."""

    def matrix() -> FloatArray:
        scaled = kernel.copy()
        if np.any(roots != 1.0):
            scaled *= roots
            scaled *= roots.T
        scaled.flat[:: len(scaled) + 1] += alpha
        return scaled

    try:
        # The transpose, which is the same, is factorised in place.
        factor = cho_factor(matrix().T, overwrite_a=True)
        return np.asarray(cho_solve(factor, right))
    except LinAlgError:
        solution, _, rank, _ = lstsq(matrix(), right)
        if rank < len(kernel):
            raise NoHypergradientError(
                f"the kernel matrix is singular with alpha={alpha!r}, a larger one "
                "helps."
            ) from None
        return np.asarray(solution)
