"""A quadratic that was fitted to losses, and its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.optimizers import minimise_quadratic
from skopt_evo.optimizers._box import minimise_separable

# With more coordinates there are no mixed curvatures.
MOST_MIXED = 30

# With more coordinates than this no matrix of second derivatives is made.
MOST_DENSE = 1000


@dataclass(frozen=True)
class QuadraticFit:
    """A quadratic, and its uncertainty.

    Attributes
    ----------
    centre : ndarray of shape (n_dimensions,)
        Around which point.
    coefficients : ndarray of shape (n_coefficients,)
        The value and the slopes at the centre, the curvatures (those of pairs of
        coordinates in the order of `numpy.triu_indices`), what each change adds.
    root : Root
        The coefficients' covariance is the product of it and its transpose.
    scale : float
        The losses' spread.
    """

    centre: FloatArray
    coefficients: FloatArray
    root: Root
    scale: float

    @cached_property
    def slope(self) -> FloatArray:
        """The gradient at the centre: shape (n_dimensions,)."""
        return self.coefficients[1 : 1 + len(self.centre)]

    @cached_property
    def hessian(self) -> FloatArray:
        """The curvatures: shape (n_dimensions, n_dimensions)."""
        d = len(self.centre)
        first, second = pairs(d)
        hessian = np.zeros((d, d))
        hessian[first, second] = hessian[second, first] = self._bends
        return hessian

    @property
    def _is_separable(self) -> bool:
        """Whether there are no mixed curvatures."""
        return len(self._bends) == len(self.centre)

    @property
    def _bends(self) -> FloatArray:
        """The curvatures in the order of the pairs: shape (n_pairs,)."""
        d = len(self.centre)
        return self.coefficients[1 + d : 1 + d + len(pairs(d)[0])]

    @property
    def offsets(self) -> FloatArray:
        """What each change adds: shape (n_changes,)."""
        d = len(self.centre)
        return self.coefficients[1 + d + len(pairs(d)[0]) :]

    def value(self, points: ArrayLike) -> FloatArray:
        """Return the quadratic at points of shape (n, n_dimensions)."""
        columns = self._features(points)
        return np.asarray(columns @ self.coefficients[: columns.shape[1]])

    def gradient(self, points: ArrayLike) -> FloatArray:
        """Return the gradient at points: both of shape (n, n_dimensions)."""
        shifts = np.asarray(points, dtype=np.float64) - self.centre
        if self._is_separable:
            return np.asarray(self.slope + shifts * self._bends)
        return np.asarray(self.slope + shifts @ self.hessian)

    def spread(self, points: ArrayLike) -> FloatArray:
        """Return the standard deviation of `value` at points: shape (n,)."""
        return self.root.spread(self._features(points))

    def draw(self, rng: np.random.Generator, boldness: float = 1.0) -> QuadraticFit:
        """Return one of the quadratics that may as well be the true one.

        Parameters
        ----------
        rng : numpy.random.Generator
            The random number generator.
        boldness : float, default=1.0
            What standard deviations are multiplied by.
        """
        noise = self.root @ rng.standard_normal(len(self.coefficients))
        return replace(self, coefficients=self.coefficients + boldness * noise)

    def minimise(self, lower: ArrayLike, upper: ArrayLike) -> FloatArray:
        """Return where the quadratic is lowest in a box: shape (n_dimensions,).

        In a box in which it curves downward this may be a local minimum.

        Parameters
        ----------
        lower, upper : array-like of shape (n_dimensions,)
            The bounds. The box contains the centre.
        """
        low = np.asarray(lower, dtype=np.float64) - self.centre
        high = np.asarray(upper, dtype=np.float64) - self.centre
        if self._is_separable and len(self.centre) > MOST_DENSE:
            step = minimise_separable(self.slope, self._bends, low, high)
        else:
            step = minimise_quadratic(self.slope, self.hessian, low, high)
        return np.asarray(np.clip(self.centre + step, lower, upper))

    def _features(self, points: ArrayLike) -> FloatArray:
        shifts = np.asarray(points, dtype=np.float64) - self.centre
        return features(shifts)


class Root(NamedTuple):
    """A root of a covariance: that of the prior, shrunk along what the data tell.

    As a matrix it is ``diag(deviation) @ (I + right.T @ diag(shrinkage) @ right)``,
    which is never formed: it has the square of the number of coefficients as entries.

    Attributes
    ----------
    deviation : ndarray of shape (n_coefficients,)
        The prior standard deviations.
    right : ndarray of shape (n_directions, n_coefficients)
        Orthonormal directions, in units of the prior.
    shrinkage : ndarray of shape (n_directions,)
        What is added, in parts, to the deviation along each of them.
    """

    deviation: FloatArray
    right: FloatArray
    shrinkage: FloatArray

    def __matmul__(self, noise: FloatArray) -> FloatArray:
        """Return the product with a vector: shape (n_coefficients,)."""
        shrunk = self.right.T @ (self.shrinkage * (self.right @ noise))
        return np.asarray(self.deviation * (noise + shrunk))

    def spread(self, features: FloatArray) -> FloatArray:
        """Return the lengths of the products of rows with the root: shape (n,).

        Rows may lack the last entries, which are then 0.
        """
        k = features.shape[1]
        scaled = features * self.deviation[:k]
        along = scaled @ self.right[:, :k].T
        # |f D (I + R'SR)|^2 = |f D|^2 + |f D R'|^2 (2 S + S^2), since R R' = I.
        change = along**2 @ (self.shrinkage * (2.0 + self.shrinkage))
        squares = (scaled**2).sum(axis=1) + change
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def pairs(d: int) -> tuple[IntArray, IntArray]:
    """Return the pairs of coordinates that have a curvature."""
    if d > MOST_MIXED:
        return np.arange(d), np.arange(d)
    first, second = np.triu_indices(d)
    return first, second


def features(shifts: FloatArray) -> FloatArray:
    """Return what the coefficients of a quadratic are multiplied by."""
    first, second = pairs(shifts.shape[1])
    half = np.where(first == second, 0.5, 1.0)
    products = half * shifts[:, first] * shifts[:, second]
    return np.hstack([np.ones((len(shifts), 1)), shifts, products])


def derivatives(shifts: FloatArray, genes: IntArray) -> FloatArray:
    """Return the derivatives of the features, each row by a coordinate of its own."""
    d = shifts.shape[1]
    first, second = pairs(d)
    by = genes[:, np.newaxis]
    half = np.where(first == second, 0.5, 1.0)
    products = (by == first) * shifts[:, second] + (by == second) * shifts[:, first]
    level = np.zeros((len(shifts), 1))
    return np.hstack([level, by == np.arange(d), half * products])
