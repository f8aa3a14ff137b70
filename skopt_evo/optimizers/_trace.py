"""Momentum as a gradient transformation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skopt_evo._checks import check_flag, check_fraction
from skopt_evo._typing import FloatArray
from skopt_evo.optimizers._transforms import GradientTransformation


class TraceState(NamedTuple):
    """Sum of the past gradients, discounted."""

    trace: FloatArray


def trace(decay: float, nesterov: bool = False) -> GradientTransformation:
    """Add up the past gradients, discounted: momentum.

    As in PyTorch's SGD the new gradient enters with weight 1, so that a constant
    gradient grows towards ``1 / (1 - decay)`` times itself.

    Parameters
    ----------
    decay : float
        What is kept of the sum at each step, in [0, 1).
    nesterov : bool, default=False
        Look one step ahead along the sum.

    Returns
    -------
    GradientTransformation

    References
    ----------
    B. T. Polyak (1964), "Some methods of speeding up the convergence of iteration
    methods". Y. Nesterov (1983), "A method for solving the convex programming problem
    with convergence rate O(1/k^2)". I. Sutskever et al. (2013), "On the importance of
    initialization and momentum in deep learning", ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import trace
    >>> momentum, params = trace(0.5), np.zeros(1)
    >>> updates, state = momentum.update(np.ones(1), momentum.init(params), params)
    >>> momentum.update(np.ones(1), state, params)[0]
    array([1.5])
    """
    check_fraction("decay", decay, usual=0.9)
    check_flag("nesterov", nesterov)

    def init(params: FloatArray) -> TraceState:
        return TraceState(np.zeros(np.shape(params)))

    def update(
        grads: FloatArray, state: TraceState, params: FloatArray
    ) -> tuple[FloatArray, TraceState]:
        # Sutskever et al. 2013, eq. 1, the learning rate taken out of the sum as
        # PyTorch does, so that a changed rate acts on the past gradients too.
        total = decay * state.trace + grads
        updates = grads + decay * total if nesterov else total.copy()
        return updates, TraceState(total)

    return GradientTransformation(init, update)
