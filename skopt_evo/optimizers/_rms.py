"""RMSProp as a gradient transformation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skopt_evo._checks import check_fraction, check_positive
from skopt_evo._typing import FloatArray
from skopt_evo.optimizers._transforms import GradientTransformation


class RmsState(NamedTuple):
    """Moving average of the squared gradients."""

    nu: FloatArray


def scale_by_rms(decay: float, eps: float) -> GradientTransformation:
    """Divide by the root of the moving average of the squared gradients.

    As in PyTorch the average starts at 0 and is not corrected for it: the first
    update is up to ``1 / sqrt(1 - decay)`` long in each coordinate.

    Parameters
    ----------
    decay : float
        What is kept of the average at each step, in [0, 1).
    eps : float
        Added to the root, so that a zero gradient stays zero; above 0.

    Returns
    -------
    GradientTransformation

    References
    ----------
    T. Tieleman, G. Hinton (2012), "Lecture 6.5 - RMSProp: divide the gradient by a
    running average of its recent magnitude", Coursera.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import scale_by_rms
    >>> rms, params = scale_by_rms(0.75, 1e-8), np.zeros(2)
    >>> rms.update(np.array([5.0, -0.1]), rms.init(params), params)[0].round(4)
    array([ 2., -2.])
    """
    check_fraction("decay", decay, usual=0.99)
    check_positive("eps", eps, usual=1e-8)

    def init(params: FloatArray) -> RmsState:
        return RmsState(np.zeros(np.shape(params)))

    def update(
        grads: FloatArray, state: RmsState, params: FloatArray
    ) -> tuple[FloatArray, RmsState]:
        # Tieleman & Hinton 2012, slide 29.
        nu = decay * state.nu + (1.0 - decay) * grads**2
        return grads / (np.sqrt(nu) + eps), RmsState(nu)

    return GradientTransformation(init, update)
