"""A quasi-Newton method in a box, made of pure updates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.optimizers._box import minimise_quadratic

# The largest change of a coordinate, in parts of its range: in the first step and ever.
FIRST_RADIUS, MOST_RADIUS = 0.15, 0.5

# What a step as long as the radius multiplies it by, if the model was right.
GROWTH = 2.0

# A step towards a bound leaves a part of the way to it, unless it is as near as this: a
# plateau that ends at a bound looks like a minimum there.
LEFT_OVER, NEAR = 0.15, 0.03

# What is gained, as a part of what the model predicted: below the first the radius
# shrinks, above the second it may grow (Nocedal & Wright 2006, algorithm 4.1).
POOR, GOOD = 0.25, 0.75

# After a step that gained nothing, the next one has at least this part of its length.
SHORTEST = 0.1

# A pair whose scalar product is smaller, relative to the lengths, tells nothing but
# rounding (Nocedal & Wright 2006, eq. 6.26).
SKIP = 1e-8


class TrustRegionState(NamedTuple):
    """Where the method is, and what it knows of the function around.

    Attributes
    ----------
    point : ndarray of shape (n,)
        The best point so far, in the unit cube.
    loss : float
        The function there.
    gradient : ndarray of shape (n,)
        Its gradient there.
    hessian : ndarray of shape (n, n)
        An approximation of its second derivatives.
    radius : float
        The largest change of a coordinate in the next step.
    n_updates : int
        How many pairs of gradients the approximation is made of.
    """

    point: FloatArray
    loss: float
    gradient: FloatArray
    hessian: FloatArray
    radius: float
    n_updates: int = 0


class Step(NamedTuple):
    """What to try next.

    Attributes
    ----------
    point : ndarray of shape (n,)
        The point.
    predicted : float
        By how much it is lower by the model, at least 0.
    """

    point: FloatArray
    predicted: float


def begin(point: FloatArray, loss: float, gradient: FloatArray) -> TrustRegionState:
    """Start at a point: the first step is down the gradient, `FIRST_RADIUS` long.

    Parameters
    ----------
    point : ndarray of shape (n,)
        A point of the unit cube.
    loss : float
        The function there.
    gradient : ndarray of shape (n,)
        Its gradient there, finite.
    """
    steepest = float(np.max(np.abs(projected_gradient(point, gradient)), initial=0.0))
    hessian = np.eye(len(point)) * (steepest or 1.0) / FIRST_RADIUS
    return TrustRegionState(point, loss, gradient, hessian, FIRST_RADIUS)


def propose(state: TrustRegionState) -> Step:
    """Return the minimum of the model in the trust region and the cube.

    Parameters
    ----------
    state : TrustRegionState
        The state.
    """
    lower = _reach(state.point, state.radius)
    upper = _reach(1.0 - state.point, state.radius)
    step = minimise_quadratic(state.gradient, state.hessian, -lower, upper)
    predicted = -float(step @ (state.gradient + 0.5 * state.hessian @ step))
    return Step(np.clip(state.point + step, 0.0, 1.0), max(predicted, 0.0))


def update(
    state: TrustRegionState, step: Step, loss: float, gradient: FloatArray
) -> TrustRegionState:
    """Learn what became of a step.

    Parameters
    ----------
    state : TrustRegionState
        The state that `propose` was given.
    step : Step
        What it returned; its point may have been rounded since.
    loss : float
        The function there; NaN if it failed.
    gradient : ndarray of shape (n,)
        Its gradient there; NaN where it is not known.

    Returns
    -------
    state : TrustRegionState
        At the new point if it is lower.
    """
    length = float(np.max(np.abs(step.point - state.point), initial=0.0))
    if not (np.isfinite(loss) and np.all(np.isfinite(gradient))):
        return state._replace(radius=0.5 * length)
    hessian, n_updates = _learn(state, step.point, gradient), state.n_updates + 1
    gained = state.loss - loss
    share = gained / step.predicted if step.predicted > 0.0 else np.sign(gained)
    if gained <= 0.0:
        radius = length * _lowest_between(state, step.point, loss, gradient)
        return state._replace(hessian=hessian, radius=radius, n_updates=n_updates)
    radius = state.radius
    if share < POOR:
        radius = 0.5 * length
    elif share > GOOD and length > 0.8 * state.radius:
        radius = min(GROWTH * state.radius, MOST_RADIUS)
    return TrustRegionState(step.point, loss, gradient, hessian, radius, n_updates)


def projected_gradient(point: FloatArray, gradient: FloatArray) -> FloatArray:
    """Return the gradient without the parts that lead out of the cube."""
    leads_out = ((point <= 0.0) & (gradient > 0.0)) | (
        (point >= 1.0) & (gradient < 0.0)
    )
    return np.where(leads_out, 0.0, gradient)


def _learn(
    state: TrustRegionState, point: FloatArray, gradient: FloatArray
) -> FloatArray:
    """Return the approximation after what is known of another point."""
    with np.errstate(over="ignore", invalid="ignore"):
        hessian = _symmetric_rank_one(state, point, gradient)
    # The square of a gradient may be too large for a float.
    return hessian if np.all(np.isfinite(hessian)) else state.hessian


def _symmetric_rank_one(
    state: TrustRegionState, point: FloatArray, gradient: FloatArray
) -> FloatArray:
    s, y = point - state.point, gradient - state.gradient
    hessian = state.hessian
    if state.n_updates == 0 and s @ y > 0.0:
        # Nocedal & Wright 2006, eq. 6.20: the size of the curvature that was found.
        hessian = np.eye(len(s)) * (y @ y) / (s @ y)
    residual = y - hessian @ s
    product = float(residual @ s)
    # Nocedal & Wright 2006, eqs. 6.24 and 6.26.
    if abs(product) <= SKIP * np.linalg.norm(s) * np.linalg.norm(residual):
        return hessian
    return np.asarray(hessian + np.outer(residual, residual) / product)


def _lowest_between(
    state: TrustRegionState, point: FloatArray, loss: float, gradient: FloatArray
) -> float:
    """Return which part of a step without a gain leads to the minimum of a cubic.

    The cubic has the values and the slopes of the function at both ends (Nocedal &
    Wright 2006, eq. 3.59).
    """
    s = point - state.point
    sizes = np.array([state.gradient @ s, gradient @ s, loss - state.loss])
    # Losses of any size, whose squares may be too large for a float.
    largest = float(np.max(np.abs(sizes)))
    slope, end_slope, rise = (sizes / (largest or 1.0)).tolist()
    d1 = slope + end_slope - 3.0 * rise
    root = d1**2 - slope * end_slope
    if root < 0.0:
        return SHORTEST
    d2 = np.sqrt(root)
    divisor = end_slope - slope + 2.0 * d2
    part = 1.0 - (end_slope + d2 - d1) / divisor if divisor != 0.0 else SHORTEST
    return float(np.clip(part, SHORTEST, 0.8))


def _reach(room: FloatArray, radius: float) -> FloatArray:
    """Return how far a step may go where there is so much room to a bound."""
    allowed = np.where(room > NEAR, (1.0 - LEFT_OVER) * room, room)
    return np.minimum(allowed, radius)
