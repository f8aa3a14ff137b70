"""Approximations of kernels by features."""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral
from typing import Any

import numpy as np
from scipy.linalg import eigh
from sklearn.kernel_approximation import Nystroem, RBFSampler

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, Pullback, TransformerRule
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._kernels import (
    KERNELS,
    Kernel,
    check_smooth,
)
from skopt_evo.hypergrad.rules._matrices import as_matrix, check_size

# What scikit-learn takes smaller singular values for.
SMALLEST = 1e-12

# Eigenvalues that differ by less than this part of them are taken for the same.
NEAR = 1e-6


@register_hypergradient(RBFSampler, params=["gamma"])
class RBFSamplerRule(TransformerRule):
    """The rule for `RBFSampler`: ``gamma``.

    The features are Z = (2 / n)^(1/2) cos(X W + b) with W = (2 gamma)^(1/2) W_0, where
    an integer ``random_state`` fixes W_0 and b. With the derivatives Zbar, and
    P = -(2 / n)^(1/2) Zbar * sin(X W + b), dS/dgamma = sum(P * X W) / (2 gamma) and
    dS/dX = P W'.

    References
    ----------
    A. Rahimi and B. Recht, "Random features for large-scale kernel machines", NeurIPS
    2007.
    """

    def check_estimator(self, estimator: Any) -> None:
        _check_seed(estimator)
        if estimator.gamma == 0.0:
            raise NoHypergradientError("the derivative by gamma is infinite at 0.")

    def check_inputs(self, estimator: Any) -> None:
        super().check_inputs(estimator)
        if isinstance(estimator.gamma, str):
            raise NoHypergradientError(
                f"gamma={estimator.gamma!r} depends on the data: set a number."
            )

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        weights, offset = transformer.random_weights_, transformer.random_offset_
        by_log_gamma, by_data = 0.0, []
        scale = -np.sqrt(2.0 / transformer.n_components)
        for data, cotangent in zip((fold.X, fold.X_test), cotangents, strict=True):
            X = as_matrix(data)
            projection = np.asarray(X @ weights)
            changes = scale * cotangent * np.sin(projection + offset)
            by_log_gamma += 0.5 * float(np.vdot(changes, projection))
            if inputs:
                check_size(X)
                by_data.append(changes @ weights.T)
        params = dict.fromkeys(names, by_log_gamma / transformer.gamma)
        return Pullback(params, *by_data)


@register_hypergradient(Nystroem, params=["coef0", "gamma"])
class NystroemRule(TransformerRule):
    """The rule for `Nystroem`: ``gamma`` and ``coef0``.

    The features are Z = E N with E = K(X, L), where L are some of the training samples,
    which an integer ``random_state`` chooses, and N = f(K(L, L)): the eigenvalues
    become f(l) = sign(l) |l|^(-1/2), those of less than 1e-12 taken for that. With the
    derivatives Zbar, those by E are Zbar N, those by N are Nbar = E' Zbar, over
    training and test data, and those by K(L, L) = V diag(l) V' are

        V (F * (V' Nbar V)) V',    F_ij = (f(l_i) - f(l_j)) / (l_i - l_j)

    (Daleckii and Krein), f'(l_i) where the two are the same. All of them go on through
    the kernel, and those by L to the training samples that it consists of.

    References
    ----------
    C. Williams and M. Seeger, "Using the Nystrom method to speed up kernel machines",
    NeurIPS 2000.
    N. J. Higham, "Functions of matrices: theory and computation", 2008, theorem 3.11.
    """

    def check_estimator(self, estimator: Any) -> None:
        _check_seed(estimator)
        if not isinstance(estimator.kernel, str) or estimator.kernel not in KERNELS:
            raise NoHypergradientError(
                f"the derivatives of kernel={estimator.kernel!r} are not known, only "
                f"those of {sorted(KERNELS)}."
            )
        if estimator.kernel_params is not None:
            raise NoHypergradientError(
                "parameters of the kernel are hidden in kernel_params: name them."
            )

    def check_inputs(self, estimator: Any) -> None:
        super().check_inputs(estimator)
        check_smooth(estimator.kernel)

    def pullback(
        self,
        transformer: Any,
        fold: Fold,
        cotangents: tuple[FloatArray, FloatArray],
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        kernel = _kernel(transformer)
        landmarks = as_matrix(transformer.components_)
        normalization = transformer.normalization_
        by_normalization = np.zeros_like(normalization)
        parts = []
        for data, cotangent in zip((fold.X, fold.X_test), cotangents, strict=True):
            embedded = kernel.matrix(as_matrix(data), landmarks)
            by_normalization += embedded.value.T @ cotangent
            parts.append((embedded, cotangent @ normalization))
        own = kernel.matrix(landmarks, landmarks)
        through = _pull_through_root(own.value, by_normalization, normalization)
        parts.append((own, through))
        slopes = [matrix.by_params(changes) for matrix, changes in parts]
        params = {name: sum(slope.get(name, 0.0) for slope in slopes) for name in names}
        if not inputs:
            return Pullback(params)
        (train, first), (test, second), (third, fourth) = (
            matrix.by_samples(changes) for matrix, changes in parts
        )
        train[transformer.component_indices_] += first + second + third + fourth
        return Pullback(params, train, test)


def _pull_through_root(
    matrix: FloatArray, cotangent: FloatArray, root: FloatArray
) -> FloatArray:
    """Return derivatives by a matrix from those by its inverse root.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        The symmetric matrix.
    cotangent : ndarray of shape (n, n)
        The derivatives by V diag(f(l)) V'.
    root : ndarray of shape (n, n)
        What scikit-learn takes for that: between directions without any eigenvalue it
        is an arbitrary rotation, of a singular value decomposition.

    Returns
    -------
    slopes : ndarray of shape (n, n)
    """
    values, vectors = eigh(matrix)
    size = np.maximum(np.abs(values), SMALLEST)
    roots = np.copysign(size**-0.5, values)
    # The derivative of sign(l) |l|^(-1/2) is even in l.
    slopes = -0.5 * size**-1.5
    gaps = values[:, np.newaxis] - values
    are_near = np.abs(gaps) <= NEAR * np.maximum(size[:, np.newaxis], size)
    # The mean of two slopes is off by the square of the gap.
    factors = 0.5 * (slopes[:, np.newaxis] + slopes)
    np.divide(roots[:, np.newaxis] - roots, gaps, out=factors, where=~are_near)
    outer = vectors.T @ cotangent @ vectors
    inner = factors * outer
    none = np.flatnonzero(np.abs(values) <= SMALLEST)
    if len(none):
        some = np.setdiff1d(np.arange(len(values)), none)
        # Of directions without an eigenvalue, those that the fit has turned them into.
        turned = vectors[:, none].T @ root.T @ vectors[:, none]
        sizes, kept = values[some], roots[some] / values[some]
        across, down = outer[np.ix_(some, none)], outer[np.ix_(none, some)]
        inner[np.ix_(some, none)] = (
            kept[:, np.newaxis] * across - across @ turned.T / sizes[:, np.newaxis]
        )
        inner[np.ix_(none, some)] = down * kept - turned.T @ down / sizes
        # Nothing but noise tells these from each other.
        inner[np.ix_(none, none)] = 0.0
    return np.asarray(vectors @ inner @ vectors.T)


def _kernel(transformer: Any) -> Kernel:
    """Return the kernel, with scikit-learn's defaults for what is None."""
    given = {"coef0": transformer.coef0, "degree": transformer.degree}
    given = {name: value for name, value in given.items() if value is not None}
    return Kernel(transformer.kernel, transformer.gamma, **given)


def _check_seed(estimator: Any) -> None:
    if not isinstance(estimator.random_state, Integral):
        raise NoHypergradientError(
            f"{type(estimator).__name__}(random_state={estimator.random_state!r}) "
            "chooses anew at each fit: set an integer."
        )
