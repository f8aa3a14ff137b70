"""Adam as a gradient transformation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skopt_evo._checks import check_fraction, check_positive
from skopt_evo._typing import FloatArray
from skopt_evo.optimizers._transforms import GradientTransformation


class AdamState(NamedTuple):
    """Number of updates made; moving averages of the gradients and their squares."""

    step: int
    mu: FloatArray
    nu: FloatArray


def scale_by_adam(beta_1: float, beta_2: float, eps: float) -> GradientTransformation:
    """Divide the mean gradient by the root mean square gradient, both debiased.

    Parameters
    ----------
    beta_1, beta_2 : float
        What is kept of the mean and of the mean square at each step, in [0, 1).
    eps : float
        Added to the root, so that a zero gradient stays zero; above 0.

    Returns
    -------
    GradientTransformation

    References
    ----------
    D. P. Kingma, J. Ba (2015), "Adam: a method for stochastic optimization", ICLR,
    arXiv:1412.6980.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.optimizers import scale_by_adam
    >>> adam, params = scale_by_adam(0.9, 0.999, 1e-8), np.zeros(2)
    >>> adam.update(np.array([5.0, -0.1]), adam.init(params), params)[0].round(4)
    array([ 1., -1.])
    """
    check_fraction("beta_1", beta_1, usual=0.9)
    check_fraction("beta_2", beta_2, usual=0.999)
    check_positive("eps", eps, usual=1e-8)

    def init(params: FloatArray) -> AdamState:
        zeros = np.zeros(np.shape(params))
        return AdamState(0, zeros, zeros.copy())

    def update(
        grads: FloatArray, state: AdamState, params: FloatArray
    ) -> tuple[FloatArray, AdamState]:
        # Kingma & Ba 2015, algorithm 1, line by line.
        step = state.step + 1
        mu = beta_1 * state.mu + (1.0 - beta_1) * grads
        nu = beta_2 * state.nu + (1.0 - beta_2) * grads**2
        mu_hat = mu / (1.0 - beta_1**step)
        nu_hat = nu / (1.0 - beta_2**step)
        return mu_hat / (np.sqrt(nu_hat) + eps), AdamState(step, mu, nu)

    return GradientTransformation(init, update)
