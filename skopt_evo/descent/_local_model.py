"""A quadratic model of the losses around a point, from all that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._checks import check_number, check_positive
from skopt_evo._typing import FloatArray
from skopt_evo.descent._quadratic_fit import (
    QuadraticFit,
    Root,
    derivatives,
    features,
    pairs,
)
from skopt_evo.descent._standardised_losses import StandardisedLosses

# What the regression can afford: with more points it leaves out the farthest ones, and
# it takes the slopes of the nearest ones only.
MOST_POINTS = 250
MOST_SLOPES = 300

# The noise of an exact slope at the centre, as a part of the noise of the losses.
SLOPE_NOISE = 0.1

# The level of the losses is free: this many times their spread.
LEVEL = 10.0


@dataclass(frozen=True, kw_only=True)
class LocalModel:
    """Regularised regression of the losses on a quadratic around a point.

    Losses are standardised first. All settings but `reach` are in units of their
    spread, coordinates being those of the unit cube. Points count less the farther away
    they are, by the error that a quadratic must be expected to have there; high losses
    are cut down, since they would distort the quadratic. What the data leave open is
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
    >>> from skopt_evo.descent import LocalModel
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
            default = getattr(type(self), name)
            check_positive(f"LocalModel: {name}", value, usual=default)
        check_number(
            "LocalModel: cut",
            self.cut,
            "a quantile of the losses, a float in (0, 1]",
            lambda cut: cut <= 1,
            usual=0.5,
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
            StandardisedLosses(
                np.asarray(losses, float)[near], known[near], self.cut, radius
            ),
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
        design = np.hstack([features(data.shifts), data.changes])
        variance = self.noise**2 * (1.0 + data.distances**4) + data.mixing
        return design, data.targets.values, variance

    def _slope_rows(self, data: _Data) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the same of the slopes."""
        known = np.nonzero(np.isfinite(data.targets.slopes))
        rows, genes = (places[:MOST_SLOPES] for places in known)
        nothing = np.zeros((len(rows), data.changes.shape[1]))
        design = np.hstack([derivatives(data.shifts[rows], genes), nothing])
        # An error that grows with the distance has a slope: itself by the distance.
        variance = SLOPE_NOISE**2 + data.distances[rows] ** 4
        variance = (self.noise / data.reach) ** 2 * variance + data.mixing[rows]
        return design, data.targets.slopes[rows, genes], variance

    def _prior(self, d: int, n_others: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of each coefficient."""
        first, second = pairs(d)
        is_mixed = first != second
        bends = np.where(is_mixed, self.curvature / 4, self.curvature)
        means = np.where(is_mixed, 0.0, self.curvature / 4)
        mean = np.concatenate([np.zeros(1 + d), means, np.zeros(n_others)])
        deviation = np.concatenate(
            [[LEVEL], np.full(d, self.slope), bends, np.full(n_others, self.offset)]
        )
        return mean, deviation


class _Data(NamedTuple):
    """What there is to learn from, the nearest first.

    Attributes
    ----------
    shifts : ndarray of shape (n, n_dimensions)
        Where it is, seen from the centre.
    targets : StandardisedLosses
        Losses and slopes.
    changes : ndarray of shape (n, n_changes)
        What is another category there.
    mixing : ndarray of shape (n,)
        The variance that this adds.
    reach : float
        The unit of distances.
    """

    shifts: FloatArray
    targets: StandardisedLosses
    changes: FloatArray
    mixing: FloatArray
    reach: float

    @property
    def distances(self) -> FloatArray:
        """How far away it is, shape (n,)."""
        return np.asarray(np.sqrt((self.shifts**2).mean(axis=1)) / self.reach)


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
