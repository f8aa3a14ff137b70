"""What a gradient transformation is, and those that every optimizer shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._checks import check_finite, check_positive
from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray

# Each transformation has a NamedTuple of its own; only it looks inside.
State: TypeAlias = Any


class GradientTransformation(NamedTuple):
    """Turn gradients into updates, the memory of it going in and coming out.

    Attributes
    ----------
    init : callable (params) -> state
        Make the state for parameters of this shape.
    update : callable (grads, state, params) -> (updates, state)
        Transform one gradient, taken at ``params``. The arguments are not mutated and
        what is returned shares no memory with them. Gradients are expected to be
        finite, below 1e150 in size: NaN spreads to the updates and into the state.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import apply_updates, scale
    >>> descent = scale(-0.5)
    >>> params = np.array([4.0])
    >>> state = descent.init(params)
    >>> updates, state = descent.update(params, state, params)
    >>> apply_updates(params, updates)
    array([2.])
    """

    init: Callable[[FloatArray], State]
    update: Callable[[FloatArray, State, FloatArray], tuple[FloatArray, State]]


class EmptyState(NamedTuple):
    """The state of a transformation that remembers nothing."""


def chain(*transforms: GradientTransformation) -> GradientTransformation:
    """Apply transformations one after the other, the first one first.

    Parameters
    ----------
    *transforms : GradientTransformation
        Each receives the updates of the one before it, and all the same ``params``.
        None at all make the identity.

    Returns
    -------
    GradientTransformation
        Its state is the tuple of the states, in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import chain, scale
    >>> both = chain(scale(2.0), scale(-3.0))
    >>> params = np.zeros(1)
    >>> both.update(np.ones(1), both.init(params), params)[0]
    array([-6.])
    """

    def init(params: FloatArray) -> tuple[State, ...]:
        return tuple(transform.init(params) for transform in transforms)

    def update(
        grads: FloatArray, state: tuple[State, ...], params: FloatArray
    ) -> tuple[FloatArray, tuple[State, ...]]:
        updates, states = np.array(grads, dtype=float), []
        for transform, old in zip(transforms, state, strict=True):
            updates, new = transform.update(updates, old, params)
            states.append(new)
        return updates, tuple(states)

    return GradientTransformation(init, update)


def scale(factor: float) -> GradientTransformation:
    """Multiply by a constant.

    Parameters
    ----------
    factor : float
        Any finite number.

    Returns
    -------
    GradientTransformation

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import scale
    >>> half, params = scale(0.5), np.zeros(1)
    >>> half.update(np.array([3.0]), half.init(params), params)[0]
    array([1.5])
    """
    check_finite("factor", factor, usual=1.0)

    def init(params: FloatArray) -> EmptyState:
        return EmptyState()

    def update(
        grads: FloatArray, state: EmptyState, params: FloatArray
    ) -> tuple[FloatArray, EmptyState]:
        return factor * grads, state

    return GradientTransformation(init, update)


def scale_by_learning_rate(learning_rate: float) -> GradientTransformation:
    """Multiply by minus the learning rate: a step downhill, for losses are minimised.

    Parameters
    ----------
    learning_rate : float
        A finite number above 0.

    Returns
    -------
    GradientTransformation

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import scale_by_learning_rate
    >>> step, params = scale_by_learning_rate(0.5), np.zeros(1)
    >>> step.update(np.array([3.0]), step.init(params), params)[0]
    array([-1.5])
    """
    check_positive("learning_rate", learning_rate, usual=0.1)
    return scale(-learning_rate)


def apply_updates(params: FloatArray, updates: FloatArray) -> FloatArray:
    """Add the updates to the parameters, in a new array.

    Parameters
    ----------
    params, updates : ndarray of the same shape
        Nothing is broadcast: other shapes are likely to be a mistake.

    Returns
    -------
    ndarray of the same shape

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import apply_updates
    >>> apply_updates(np.array([1.0, 2.0]), np.array([0.5, -0.5]))
    array([1.5, 1.5])
    """
    if np.shape(params) != np.shape(updates):
        raise ValueError(
            f"updates must have the shape of params, {np.shape(params)}, got "
            f"{np.shape(updates)}; pass gradients of the shape of params to `update`."
        )
    return np.asarray(np.add(params, updates), dtype=float)


def project(params: FloatArray, lower: ArrayLike, upper: ArrayLike) -> FloatArray:
    """Move parameters to the nearest point of a box, in a new array.

    Parameters
    ----------
    params : ndarray
        NaN stays NaN.
    lower, upper : float or array-like
        The bounds, both included; infinite ones bind nothing.

    Returns
    -------
    ndarray of the shape of ``params``

    Raises
    ------
    ValueError
        If a lower bound is above its upper bound.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import project
    >>> project(np.array([-2.0, 0.5, 3.0]), 0.0, 1.0)
    array([0. , 0.5, 1. ])
    """
    if np.any(np.greater(lower, upper)):
        raise ValueError(
            f"lower must not be above upper, got lower={shown(lower)} and "
            f"upper={shown(upper)}; swap them where they cross."
        )
    return np.asarray(np.clip(params, lower, upper), dtype=float)
