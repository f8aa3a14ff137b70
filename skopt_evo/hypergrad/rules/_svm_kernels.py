"""The kernels that the support vectors of a fitted machine have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply
from skopt_evo.hypergrad._protocol import Fold
from skopt_evo.hypergrad.rules._kernel_matrix import (
    FixedKernel,
    KernelMatrix,
    as_dense,
)
from skopt_evo.hypergrad.rules._kernels import Kernel
from skopt_evo.hypergrad.rules._matrices import as_matrix, check_size


def support_of(estimator: Any, fold: Fold) -> NDArray[np.intp]:
    """Return the numbers of the support vectors in the training data."""
    has_weight = fold.sample_weight() > 0.0
    if np.all(has_weight):
        return np.asarray(estimator.support_)
    if callable(estimator.kernel) or estimator.kernel == "precomputed":
        raise NoHypergradientError(
            "samples without weight shift the columns of a precomputed kernel: leave "
            "them out."
        )
    # They are left out before the support vectors are numbered.
    return np.asarray(np.flatnonzero(has_weight)[estimator.support_])


def support_kernels(
    estimator: Any, fold: Fold, support: NDArray[np.intp]
) -> tuple[Callable[[NDArray[np.intp]], KernelMatrix], KernelMatrix]:
    """Return the kernels of training samples, and of the test set, with the support."""
    kernel, gamma = estimator.kernel, estimator.gamma
    if callable(kernel) or kernel == "precomputed":
        # Callables get the data as they are, whatever they are.
        fitted, tested = (
            as_dense(apply(kernel, X, fold.X) if callable(kernel) else X)[:, support]
            for X in (fold.X, fold.X_test)
        )
        return lambda samples: FixedKernel(fitted[samples]), FixedKernel(tested)
    X = as_matrix(fold.X)
    if isinstance(gamma, str):
        gamma = _scale_gamma(X) if gamma == "scale" else 1.0 / X.shape[1]
    known = Kernel(kernel, gamma, estimator.coef0, estimator.degree)
    vectors = X[support]
    return (
        lambda samples: known.matrix(X[samples], vectors),
        known.matrix(as_matrix(fold.X_test), vectors),
    )


def _scale_gamma(X: Any) -> float:
    """Return what ``gamma="scale"`` stands for: ``1 / (n_features * X.var())``."""
    variance = _variance(X)
    return 1.0 / (X.shape[1] * variance) if variance != 0.0 else 1.0


def scale_slope(X: Any) -> FloatArray:
    """Return the derivatives of that by the data: shape (n_samples, n_features)."""
    check_size(X)
    samples = as_dense(X)
    variance = _variance(X)
    if variance == 0.0:
        raise NoHypergradientError("gamma='scale' jumps where all data are the same.")
    by_variance = -_scale_gamma(X) / variance
    return np.asarray(by_variance * 2.0 * (samples - samples.mean()) / samples.size)


def _variance(X: Any) -> float:
    if sparse.issparse(X):
        return float(X.multiply(X).mean() - X.mean() ** 2)
    return float(X.var())
