"""The minimum of a quadratic function in a box."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from skopt_evo._typing import FloatArray

# Slopes this small, beside the largest one or the curvature, are none: their inverses
# would overflow.
NO_SLOPE = 1e-100

# What is this near to a bound, as a part of the width of the box, is on it.
ROUNDING = 1e-12


def minimise_quadratic(
    gradient: FloatArray, hessian: FloatArray, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    """Return a minimum of ``g's + s'Hs / 2`` for s in a box that contains 0.

    Where H has negative curvature there are several local minima. The one returned is
    the best of those reached from 0, from the lowest point along the gradient, from the
    corner of the box downhill, and from both ends of the direction that curves down
    most.

    Parameters
    ----------
    gradient : ndarray of shape (n,)
        g.
    hessian : ndarray of shape (n, n)
        H, symmetric; it may be indefinite.
    lower, upper : ndarray of shape (n,)
        The bounds, ``lower <= 0 <= upper``.

    Returns
    -------
    step : ndarray of shape (n,)
        Its value is never above 0, that of no step at all.

    References
    ----------
    R. H. Byrd, P. Lu, J. Nocedal and C. Zhu, "A limited memory algorithm for bound
    constrained optimization", SIAM Journal on Scientific Computing 16(5), 1995 (the
    solver, SciPy's L-BFGS-B).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import minimise_quadratic
    >>> box = -np.ones(2), np.ones(2)
    >>> minimise_quadratic(np.array([1.0, 4.0]), np.diag([2.0, 2.0]), *box)
    array([-0.5, -1. ])
    """
    # L-BFGS-B stops at absolute sizes, so the function is brought to that of 1.
    sizes = np.max(np.abs(gradient), initial=0.0), np.max(np.abs(hessian), initial=0.0)
    scale = float(max(sizes))
    if scale == 0.0:
        return np.zeros(len(gradient))
    slope, curvature = gradient / scale, hessian / scale
    slope = np.where(np.abs(slope) < NO_SLOPE, 0.0, slope)

    def value_and_slope(step: FloatArray) -> tuple[float, FloatArray]:
        change = curvature @ step
        return float(step @ (slope + 0.5 * change)), slope + change

    best, best_value = np.zeros(len(slope)), 0.0
    for start in _starts(slope, curvature, lower, upper):
        result = minimize(
            value_and_slope,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=np.column_stack([lower, upper]),
            options={"ftol": 1e-14, "gtol": 1e-10, "maxiter": 500},
        )
        if result.fun < best_value:
            best, best_value = result.x, float(result.fun)
    # Whoever asks whether a bound is reached does not want to hear of rounding.
    near = ROUNDING * (upper - lower)
    best = np.where(best - lower <= near, lower, best)
    return np.asarray(np.where(upper - best <= near, upper, best), dtype=np.float64)


def minimise_separable(
    gradient: FloatArray, curvatures: FloatArray, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    """Return the minimum of ``g's + s'diag(h)s / 2`` for s in a box that contains 0.

    Each coordinate has its own minimum: where g falls to 0 between the bounds, or else
    at the lower end.

    Parameters
    ----------
    gradient : ndarray of shape (n,)
        g.
    curvatures : ndarray of shape (n,)
        h, of any sign.
    lower, upper : ndarray of shape (n,)
        The bounds, ``lower <= 0 <= upper``.

    Returns
    -------
    step : ndarray of shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers._box import minimise_separable
    >>> box = -np.ones(2), np.ones(2)
    >>> minimise_separable(np.array([1.0, 4.0]), np.array([2.0, 2.0]), *box)
    array([-0.5, -1. ])
    """
    downhill = np.where(gradient > 0.0, lower, upper)
    # Within the box: else the quotient might overflow.
    has_inner = np.abs(gradient) < curvatures * np.abs(downhill)
    inner = np.where(has_inner, -gradient / np.where(has_inner, curvatures, 1.0), 0.0)
    ends = np.stack([np.zeros(len(gradient)), inner, lower, upper])
    values = ends * (gradient + 0.5 * curvatures * ends)
    best = np.argmin(values, axis=0)
    return np.asarray(ends[best, np.arange(len(gradient))], dtype=np.float64)


def _starts(
    slope: FloatArray, curvature: FloatArray, lower: FloatArray, upper: FloatArray
) -> list[FloatArray]:
    """Return where to search from: L-BFGS-B ends early from this point or that."""
    starts = [
        _lowest_along(-slope, slope, curvature, lower, upper),
        np.zeros(len(slope)),
        np.where(slope > 0.0, lower, np.where(slope < 0.0, upper, 0.0)),
    ]
    bends, axes = np.linalg.eigh(curvature)
    if len(bends) and bends[0] < 0.0:
        length = np.linalg.norm(upper - lower)
        starts += [np.clip(end * axes[:, 0], lower, upper) for end in (length, -length)]
    return starts


def _lowest_along(
    direction: FloatArray,
    slope: FloatArray,
    curvature: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> FloatArray:
    """Return the lowest point of the line from 0 to where it leaves the box."""
    room = np.where(direction > 0.0, upper, -lower)[direction != 0.0]
    if not len(room):
        return np.zeros(len(direction))
    longest = float(np.min(room / np.abs(direction[direction != 0.0])))
    bend = float(direction @ curvature @ direction)
    length = float(-(slope @ direction)) / bend if bend > 0.0 else longest
    return np.asarray(min(length, longest) * direction)
