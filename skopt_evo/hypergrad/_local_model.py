"""A quadratic model of the losses around a point, from all that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skopt_evo.optimizers import minimise_quadratic
from skopt_evo.optimizers._box import minimise_separable

FloatArray = NDArray[np.float64]

# What the regression can afford: with more coordinates it leaves out mixed curvatures,
# with more points the farthest ones, and it takes the slopes of the nearest ones only.
MOST_MIXED = 30
MOST_POINTS = 250
MOST_SLOPES = 300

# With more coordinates than this no matrix of second derivatives is made.
MOST_DENSE = 1000

# How sure an exact slope is: the part of the losses' noise that it has at the centre.
SLOPE_NOISE = 0.1

# The squares of losses smaller than this, or larger than its inverse, are no floats.
LEAST = 1e-150

# A failure counts as a loss that exceeds the worst ones, once these are cut down, by
# this part of their spread. More would drive descents away from optima that lie next to
# failures, as many do (docs/adr/0008).
FAILURE = 0.25

# The level of the losses is free: this many times their spread.
LEVEL = 10.0


@dataclass(frozen=True, kw_only=True)
class LocalModel:
    """Regularised regression of the losses on a quadratic around a point.

    Losses are standardised first. All settings but `reach` are in units of their
    spread, coordinates being those of the unit cube. Points count less the farther away
    they are, by the error that a quadratic must be expected to have there; high losses
    are cut down, for a quadratic would be bent by them. What the data leave open is
    decided by the prior: no slope, a slight curvature upward.

    Parameters
    ----------
    reach : float, default=1.0
        The distance, in radii of the trust region and as the root of the mean square
        over the coordinates, at which the error of the quadratic is as large as the
        noise.
    noise : float, default=0.05
        The standard deviation of the noise.
    slope : float, default=3.0
        The prior standard deviation of a slope.
    curvature : float, default=6.0
        The prior standard deviation of a curvature. That of a mixed one is a quarter
        of it, and the prior mean, of those that are not mixed, as well.
    offset : float, default=1.0
        The prior standard deviation of what a category adds.
    mixing : float, default=0.3
        The standard deviation of what another category changes besides its offset.
    cut : float, default=0.5
        Losses above this quantile are taken to be the quantile: 1.0 leaves all of them
        as they are.

    References
    ----------
    A. R. Conn, K. Scheinberg and L. N. Vicente, "Introduction to Derivative-Free
    Optimization", SIAM 2009, chapters 4 and 5 (regression models, and models of fewer
    points than coefficients).

    M. J. D. Powell, "The NEWUOA software for unconstrained optimization without
    derivatives", in "Large-Scale Nonlinear Optimization", Springer 2006, 255-297 (of
    the curvatures that fit, take the least ones).

    C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning",
    MIT Press 2006, section 2.1 (regression with a prior, and its spread).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.hypergrad import LocalModel
    >>> points = np.random.default_rng(0).random((20, 2))
    >>> losses = ((points - 0.4) ** 2).sum(axis=1)
    >>> model = LocalModel(noise=1e-4, cut=1.0)
    >>> fit = model.fit([0.5, 0.5], points, losses, radius=0.5)
    >>> fit.gradient([[0.5, 0.5]]).round(2)
    array([[0.2, 0.2]])
    >>> fit.minimise([0.0, 0.0], [1.0, 1.0]).round(2)
    array([0.4, 0.4])
    """

    name: ClassVar[str] = "model"
    reach: float = 1.0
    noise: float = 0.05
    slope: float = 3.0
    curvature: float = 6.0
    offset: float = 1.0
    mixing: float = 0.3
    cut: float = 0.5

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        for name, value in vars(self).items():
            if not 0.0 < value < np.inf:
                raise ValueError(
                    f"LocalModel got {name}={value!r}: it is a distance or a standard "
                    "deviation, pass a float > 0, or leave it out."
                )
        if self.cut > 1.0:
            raise ValueError(
                f"LocalModel got cut={self.cut!r}: it is a quantile of the losses, "
                "pass a float in (0, 1], e.g. 0.5."
            )

    def fit(
        self,
        centre: ArrayLike,
        points: ArrayLike,
        losses: ArrayLike,
        radius: float,
        *,
        slopes: ArrayLike | None = None,
        changes: ArrayLike | None = None,
        n_changed: ArrayLike | None = None,
    ) -> QuadraticFit:
        """Return the quadratic.

        Parameters
        ----------
        centre : array-like of shape (n_dimensions,)
            Around which point, in the unit cube.
        points : array-like of shape (n_points, n_dimensions)
            Where the losses are known: one point at least, the centre or not.
        losses : array-like of shape (n_points,)
            The losses there; a candidate that failed has NaN, and counts as a bad one.
        radius : float
            The radius of the trust region: how far the quadratic is to be good.
        slopes : array-like of shape (n_points, n_dimensions), optional
            Partial derivatives of the loss that are known exactly; NaN for others.
        changes : array-like of shape (n_points, n_changes), optional
            1 for points that differ from the centre in a certain category, 0 for
            others. What each change adds is learnt along with the quadratic.
        n_changed : array-like of shape (n_points,), optional
            In how many categories a point differs from the centre, by default the sum
            of its `changes`.
        """
        centre = np.asarray(centre, dtype=np.float64)
        shifts = np.asarray(points, dtype=np.float64) - centre
        near = np.argsort((shifts**2).sum(axis=1), kind="stable")[:MOST_POINTS]
        n, d = shifts.shape
        others = np.zeros((n, 0)) if changes is None else np.asarray(changes, float)
        n_others = others.sum(axis=1) if n_changed is None else np.asarray(n_changed)
        known = np.full((n, d), np.nan) if slopes is None else np.asarray(slopes, float)
        data = _Data(
            shifts[near],
            _Targets(np.asarray(losses, float)[near], known[near], self.cut, radius),
            others[near],
            self.mixing**2 * n_others[near],
            self.reach * radius,
        )
        rows = [self._loss_rows(data), self._slope_rows(data)]
        design, values, variance = map(np.concatenate, zip(*rows, strict=True))
        prior = self._prior(d, others.shape[1])
        coefficients, root = _regress(design, values, variance, *prior)
        scale = data.targets.scale
        coefficients = scale * coefficients
        coefficients[0] += data.targets.best
        root = root._replace(deviation=scale * root.deviation)
        return QuadraticFit(centre, coefficients, root, scale)

    def _loss_rows(self, data: _Data) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what the regression makes of the losses: design, values, variance."""
        design = np.hstack([_features(data.shifts), data.changes])
        variance = self.noise**2 * (1.0 + data.distances**4) + data.mixing
        return design, data.targets.values, variance

    def _slope_rows(self, data: _Data) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the same of the slopes."""
        known = np.nonzero(np.isfinite(data.targets.slopes))
        rows, genes = (places[:MOST_SLOPES] for places in known)
        nothing = np.zeros((len(rows), data.changes.shape[1]))
        design = np.hstack([_derivatives(data.shifts[rows], genes), nothing])
        # An error that grows with the distance has a slope: itself by the distance.
        variance = SLOPE_NOISE**2 + data.distances[rows] ** 4
        variance = (self.noise / data.reach) ** 2 * variance + data.mixing[rows]
        return design, data.targets.slopes[rows, genes], variance

    def _prior(self, d: int, n_others: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of each coefficient."""
        first, second = _pairs(d)
        is_mixed = first != second
        bends = np.where(is_mixed, self.curvature / 4, self.curvature)
        means = np.where(is_mixed, 0.0, self.curvature / 4)
        mean = np.concatenate([np.zeros(1 + d), means, np.zeros(n_others)])
        deviation = np.concatenate(
            [[LEVEL], np.full(d, self.slope), bends, np.full(n_others, self.offset)]
        )
        return mean, deviation


@dataclass(frozen=True)
class QuadraticFit:
    """A quadratic, and how sure it is.

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
        first, second = _pairs(d)
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
        return self.coefficients[1 + d : 1 + d + len(_pairs(d)[0])]

    @property
    def offsets(self) -> FloatArray:
        """What each change adds: shape (n_changes,)."""
        d = len(self.centre)
        return self.coefficients[1 + d + len(_pairs(d)[0]) :]

    def value(self, points: ArrayLike) -> FloatArray:
        """Return the quadratic at points of shape (n, n_dimensions)."""
        features = self._features(points)
        return np.asarray(features @ self.coefficients[: features.shape[1]])

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
        return _features(shifts)


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


class _Targets:
    """Losses as the regression sees them: standardised, bad ones cut down.

    Parameters
    ----------
    losses : ndarray of shape (n,)
        The losses; NaN for failed candidates.
    slopes : ndarray of shape (n, n_dimensions)
        Their derivatives, NaN where they are not known.
    cut : float
        The quantile above which they are bad.
    radius : float
        How far slopes are followed.
    """

    def __init__(
        self, losses: FloatArray, slopes: FloatArray, cut: float, radius: float
    ) -> None:
        has_failed = ~np.isfinite(losses)
        known = losses[~has_failed]
        self.best = float(known.min()) if len(known) else 0.0
        limit = float(np.quantile(known, cut)) if len(known) else 0.0
        values = np.minimum(losses, limit) - self.best
        # Where a loss was cut down, its slope is not that of what is left.
        is_cut = has_failed | (losses > limit)
        slopes = np.where(is_cut[:, np.newaxis], np.nan, slopes)
        steepest = float(np.max(np.abs(slopes[np.isfinite(slopes)]), initial=0.0))
        spread = _spread(values[~has_failed]) if len(known) else 0.0
        # Without any difference between losses, that of failures is below their
        # rounding: it tells where to go, but no slope of that size is made up.
        rounding = float(np.spacing(max(abs(self.best), 1.0)))
        least = rounding if has_failed.any() else 1.0
        self.scale = spread or radius * steepest or least
        values[has_failed] = limit - self.best + FAILURE * self.scale
        self.values = values / self.scale
        self.slopes = slopes / self.scale


def _spread(values: FloatArray) -> float:
    """Return the standard deviation, of values of any size."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if LEAST < largest < 1.0 / LEAST:
        return float(values.std())
    return largest * float((values / largest).std()) if largest else 0.0


class _Data(NamedTuple):
    """What there is to learn from, the nearest first.

    Attributes
    ----------
    shifts : ndarray of shape (n, n_dimensions)
        Where it is, seen from the centre.
    targets : _Targets
        Losses and slopes.
    changes : ndarray of shape (n, n_changes)
        What is another category there.
    mixing : ndarray of shape (n,)
        The variance that this adds.
    reach : float
        The unit of distances.
    """

    shifts: FloatArray
    targets: _Targets
    changes: FloatArray
    mixing: FloatArray
    reach: float

    @property
    def distances(self) -> FloatArray:
        """How far away it is, shape (n,)."""
        return np.asarray(np.sqrt((self.shifts**2).mean(axis=1)) / self.reach)


def _pairs(d: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of coordinates that have a curvature."""
    if d > MOST_MIXED:
        return np.arange(d), np.arange(d)
    first, second = np.triu_indices(d)
    return first, second


def _features(shifts: FloatArray) -> FloatArray:
    """Return what the coefficients of a quadratic are multiplied by."""
    first, second = _pairs(shifts.shape[1])
    half = np.where(first == second, 0.5, 1.0)
    products = half * shifts[:, first] * shifts[:, second]
    return np.hstack([np.ones((len(shifts), 1)), shifts, products])


def _derivatives(shifts: FloatArray, genes: NDArray[np.int64]) -> FloatArray:
    """Return the derivatives of the features, each row by a coordinate of its own."""
    d = shifts.shape[1]
    first, second = _pairs(d)
    by = genes[:, np.newaxis]
    half = np.where(first == second, 0.5, 1.0)
    products = (by == first) * shifts[:, second] + (by == second) * shifts[:, first]
    level = np.zeros((len(shifts), 1))
    return np.hstack([level, by == np.arange(d), half * products])


def _regress(
    design: FloatArray,
    values: FloatArray,
    variance: FloatArray,
    mean: FloatArray,
    deviation: FloatArray,
) -> tuple[FloatArray, Root]:
    """Return the posterior mean, and a root of the posterior covariance.

    Both follow from one singular value decomposition of the design, in units of the
    noise and of the prior (Rasmussen & Williams 2006, section 2.1).
    """
    error = np.sqrt(variance)
    scaled = design / error[:, np.newaxis] * deviation
    left, sizes, right = np.linalg.svd(scaled, full_matrices=False)
    residual = left.T @ ((values - design @ mean) / error)
    coefficients = mean + deviation * (right.T @ (sizes / (1 + sizes**2) * residual))
    shrinkage = 1.0 / np.sqrt(1.0 + sizes**2) - 1.0
    return coefficients, Root(deviation, right, shrinkage)
