"""Reverse mode through scikit-learn's pairwise kernels.

A function S of a kernel matrix K(A, B), whose derivative by its entries is M, has these
derivatives by what the matrix is made of:

- K = phi(gamma A B' + coef0): with P = M * phi', by gamma ``sum(P * A B')``, by coef0
  ``sum(P)``, by A ``gamma P B``, and by B ``gamma P' A``.
- K = exp(-gamma D), D some distances: with P = -M * K, by gamma ``sum(P * D)``; where
  they are squared Euclidean ones, by A ``2 gamma (diag(P 1) A - P B)``, and by B
  ``2 gamma (diag(P' 1) B - P' A)``.

All of it are products of matrices and of their entries, of the price of the kernel.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from sklearn.metrics.pairwise import (
    additive_chi2_kernel,
    euclidean_distances,
    manhattan_distances,
)
from sklearn.preprocessing import normalize

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.rules._kernel_matrix import KernelMatrix, as_dense
from skopt_evo.hypergrad.rules._matrices import check_size


@dataclass(frozen=True)
class Kernel:
    """A kernel by its name.

    Parameters
    ----------
    name : str
        A key of `KERNELS`.
    gamma : float or None, default=None
        The parameter of this name; None for ``1 / n_features``.
    coef0 : float, default=1.0
        The parameter of this name.
    degree : float, default=3.0
        The parameter of this name.
    """

    name: str
    gamma: float | None = None
    coef0: float = 1.0
    degree: float = 3.0

    def matrix(self, first: Any, second: Any) -> KernelMatrix:
        """Return the kernel between two sets of samples.

        Parameters
        ----------
        first : {ndarray, sparse matrix} of shape (n_first, n_features)
            The samples of the rows.
        second : {ndarray, sparse matrix} of shape (n_second, n_features)
            The samples of the columns; the same object for the kernel of a set.
        """
        gamma = 1.0 / first.shape[1] if self.gamma is None else float(self.gamma)
        return KERNELS[self.name](first, second, replace(self, gamma=gamma))


class _ProductKernel(KernelMatrix):
    """A function phi of ``gamma a'b + coef0``."""

    def __init__(self, first: Any, second: Any, kernel: Kernel) -> None:
        self._samples, self._kernel = (first, second), kernel
        self._products = as_dense(first @ second.T)
        self._gamma = float(kernel.gamma or 0.0)
        self.value, self._slope = self._phi(self._gamma * self._products + kernel.coef0)

    @abstractmethod
    def _phi(self, argument: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return phi and its derivative."""

    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        changes = cotangent * self._slope
        return {
            "gamma": float(np.vdot(changes, self._products)),
            "coef0": float(changes.sum()),
        }

    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        first, second = _dense_samples(*self._samples)
        changes = self._gamma * cotangent * self._slope
        return changes @ second, changes.T @ first


class _Polynomial(_ProductKernel):
    def _phi(self, argument: FloatArray) -> tuple[FloatArray, FloatArray]:
        degree = self._kernel.degree
        power = argument ** (degree - 1)
        return power * argument, degree * power


class _Sigmoid(_ProductKernel):
    def _phi(self, argument: FloatArray) -> tuple[FloatArray, FloatArray]:
        value = np.tanh(argument)
        return value, 1.0 - value**2


class _Linear(_ProductKernel):
    def __init__(self, first: Any, second: Any, kernel: Kernel) -> None:
        super().__init__(first, second, replace(kernel, gamma=1.0, coef0=0.0))

    def _phi(self, argument: FloatArray) -> tuple[FloatArray, FloatArray]:
        return argument, np.ones_like(argument)

    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        return {}


class _Cosine(KernelMatrix):
    """The linear kernel of samples of the length 1."""

    def __init__(self, first: Any, second: Any, kernel: Kernel) -> None:
        self._samples = first, second
        self._linear = _Linear(normalize(first), normalize(second), kernel)
        self.value = self._linear.value

    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        return {}

    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        samples = _dense_samples(*self._samples)
        first, second = map(_by_unscaled, samples, self._linear.by_samples(cotangent))
        return first, second


class _DistanceKernel(KernelMatrix):
    """The exponential of ``-gamma`` times a distance."""

    def __init__(self, first: Any, second: Any, kernel: Kernel) -> None:
        self._samples, self._kernel = (first, second), kernel
        self._gamma = float(kernel.gamma or 0.0)
        self._distances = self._distance(first, second)
        scaled = -self._gamma * self._distances
        self.value = np.exp(scaled, out=scaled)

    @abstractmethod
    def _distance(self, first: Any, second: Any) -> FloatArray:
        """Return the distances: shape (n_first, n_second)."""

    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        return {"gamma": -float(np.vdot(cotangent * self.value, self._distances))}

    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        check_smooth(self._kernel.name)
        raise NotImplementedError


class _Gaussian(_DistanceKernel):
    def _distance(self, first: Any, second: Any) -> FloatArray:
        return np.asarray(euclidean_distances(first, second, squared=True))

    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        first, second = _dense_samples(*self._samples)
        changes = -2.0 * self._gamma * cotangent * self.value
        return (
            changes.sum(axis=1)[:, np.newaxis] * first - changes @ second,
            changes.sum(axis=0)[:, np.newaxis] * second - changes.T @ first,
        )


class _Laplacian(_DistanceKernel):
    def _distance(self, first: Any, second: Any) -> FloatArray:
        return np.asarray(manhattan_distances(first, second))


class _ChiSquared(_DistanceKernel):
    def _distance(self, first: Any, second: Any) -> FloatArray:
        return -np.asarray(additive_chi2_kernel(first, second))


_Builder: TypeAlias = Callable[[Any, Any, Kernel], KernelMatrix]

KERNELS: Mapping[str, _Builder] = {
    "chi2": _ChiSquared,
    "cosine": _Cosine,
    "laplacian": _Laplacian,
    "linear": _Linear,
    "poly": _Polynomial,
    "polynomial": _Polynomial,
    "rbf": _Gaussian,
    "sigmoid": _Sigmoid,
}

# Those with derivatives by the samples.
SMOOTH = KERNELS.keys() - {"chi2", "laplacian"}


def check_smooth(kernel: Any) -> None:
    """Raise where a kernel has no derivatives by the samples.

    Parameters
    ----------
    kernel : str or callable
        The parameter of an estimator.
    """
    if not isinstance(kernel, str) or kernel not in SMOOTH:
        raise NoHypergradientError(
            f"kernel={kernel!r} has no derivatives by the data; {sorted(SMOOTH)} have."
        )


def _by_unscaled(samples: FloatArray, slope: FloatArray) -> FloatArray:
    """Return derivatives by samples from those by them divided by their lengths."""
    lengths = np.linalg.norm(samples, axis=1, keepdims=True)
    if np.any(lengths == 0.0):
        raise NoHypergradientError("a sample of zeros has no direction.")
    scaled = samples / lengths
    along = np.sum(scaled * slope, axis=1, keepdims=True)
    return np.asarray((slope - along * scaled) / lengths)


def _dense_samples(*data: Any) -> tuple[FloatArray, ...]:
    """Return samples as arrays, as their derivatives will be."""
    check_size(*data)
    return tuple(as_dense(X) for X in data)
