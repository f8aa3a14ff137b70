"""Gaussian process regression."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from scipy.linalg import cho_solve
from sklearn.base import clone
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel, Matern, PairwiseKernel

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._matrices import as_columns

PREFIX = "kernel__"

# Those of Matern's kernels whose derivatives scikit-learn has in closed form.
CLOSED_NU = 0.5, 1.5, 2.5, np.inf

# A kernel's derivatives take up the memory of a matrix for each number: with more
# entries than this those by one hyperparameter are had at a time.
MOST_AT_ONCE = 10**7


@register_hypergradient(GaussianProcessRegressor, params=["alpha"])
class GaussianProcessRegressorRule(PredictorRule):
    """The rule for `GaussianProcessRegressor`: ``alpha`` and the kernel's parameters.

    With ``optimizer=None``; else the fit sets the kernel's parameters itself. The mean
    on the test set is f = sigma K_t a + mu with (K + alpha I) a = (y - mu) / sigma,
    where mu and sigma are those of y if it is normalised, 0 and 1 if not. For a
    function S of f with derivatives g, solve (K + alpha I) q = sigma K_t' g. Then

        dS/dalpha = -q'a,
        dS/dtheta = sigma g' (dK_t/dtheta) a - q' (dK/dtheta) a.

    Kernels have derivatives, by the logarithms of their parameters, for a single set of
    samples alone: that of all samples has both parts.

    References
    ----------
    C. E. Rasmussen and C. K. I. Williams, "Gaussian processes for machine learning",
    2006, algorithm 2.1.
    """

    def check(self, estimator: Any, name: str) -> None:
        if not name.startswith(PREFIX):
            super().check(estimator, name)
        else:
            self.check_estimator(estimator)
            self._check_kernel(estimator.kernel, name.removeprefix(PREFIX))
        if name == "alpha" and np.ndim(estimator.alpha) > 0:
            raise NoHypergradientError("alpha has a value for each sample.")

    def check_estimator(self, estimator: Any) -> None:
        if estimator.optimizer is not None:
            raise NoHypergradientError(
                "the fit sets the kernel's parameters itself: set optimizer=None."
            )

    def check_inputs(self, estimator: Any) -> None:
        raise NoHypergradientError(
            "kernels of Gaussian processes have no derivatives by the data. Tune their "
            "length scales instead of what comes before."
        )

    @staticmethod
    def _check_kernel(kernel: Any, name: str) -> None:
        known = [hyper.name for hyper in getattr(kernel, "hyperparameters", ())]
        if name not in known:
            raise NoHypergradientError(
                f"{name!r} is no hyperparameter of the kernel, which has {known}."
            )
        if np.any(np.asarray(kernel.get_params()[name]) <= 0.0):
            raise NoHypergradientError(
                f"kernels are differentiated by the logarithm of {name!r}, which has "
                "to be positive."
            )
        for part in [kernel, *kernel.get_params().values()]:
            is_general = isinstance(part, Matern) and part.nu not in CLOSED_NU
            if is_general or isinstance(part, PairwiseKernel):
                raise NoHypergradientError(
                    f"scikit-learn differentiates {part} by differences."
                )
        if not kernel.requires_vector_input:
            raise NoHypergradientError("the kernel is one of something else than rows.")

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        if inputs:
            self.check_inputs(estimator)
        X, X_test = estimator.X_train_, np.asarray(fold.X_test)
        dual = as_columns(estimator.alpha_)
        scaled = as_columns(cotangent) * _scale(fold.y, estimator.y_train_)
        right = estimator.kernel_(X_test, X).T @ scaled
        adjoint = cho_solve((estimator.L_, True), right)
        params: dict[str, Any] = {}
        if "alpha" in names:
            params["alpha"] = -float(np.vdot(adjoint, dual))
        wanted = [name.removeprefix(PREFIX) for name in names if name != "alpha"]
        if wanted:
            weights = np.vstack([-adjoint, scaled]) @ dual.T
            # The values in kernel_ have been through a logarithm, and lost their shape.
            slopes = _kernel_slopes(
                estimator.kernel, np.vstack([X, X_test]), weights, wanted
            )
            params |= {PREFIX + name: slope for name, slope in slopes.items()}
        return Pullback(params)


def _kernel_slopes(
    kernel: Kernel, X: FloatArray, weights: FloatArray, names: Sequence[str]
) -> dict[str, Any]:
    """Return derivatives of a weighted sum of a kernel matrix's first columns.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    X : ndarray of shape (n_samples, n_features)
        The samples.
    weights : ndarray of shape (n_samples, n_columns)
        The weights of the entries.
    names : sequence of str
        The hyperparameters to differentiate by.

    Returns
    -------
    slopes : dict of str to float or ndarray
    """
    full = np.zeros((len(X), len(X)))
    full[:, : weights.shape[1]] = weights
    is_small = len(names) * full.size <= MOST_AT_ONCE
    slopes = {}
    for group in [names] if is_small else [[name] for name in names]:
        free = _with_free(kernel, group)
        _, changes = free(X, eval_gradient=True)
        by_log = np.tensordot(full, changes, axes=2)
        # One for each number, in the order of the hyperparameters.
        for hyper in free.hyperparameters:
            if hyper.fixed:
                continue
            part, by_log = np.split(by_log, [hyper.n_elements])
            value = np.asarray(kernel.get_params()[hyper.name], dtype=np.float64)
            slope = part.reshape(value.shape) / value
            slopes[hyper.name] = slope if slope.ndim else float(slope)
    return slopes


def _with_free(kernel: Kernel, names: Sequence[str]) -> Kernel:
    """Return a copy whose derivatives are those by some of its hyperparameters."""
    bounds: dict[str, Any] = {
        f"{hyper.name}_bounds": (1e-5, 1e5) if hyper.name in names else "fixed"
        for hyper in kernel.hyperparameters
    }
    return clone(kernel).set_params(**bounds)


def _scale(y: Any, normalised: FloatArray) -> FloatArray:
    """Return what the targets were divided by: shape (n_targets,)."""
    spread = np.std(as_columns(normalised), axis=0)
    before = np.std(as_columns(y), axis=0)
    # Constant targets are not scaled.
    scale = np.ones_like(before)
    return np.asarray(np.divide(before, spread, out=scale, where=spread > 0.5))
