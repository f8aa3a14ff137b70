"""How promising a candidate is, by what a surrogate predicts of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erfcx, log_ndtr, ndtr

from skopt_evo._typing import FloatArray

# Greater is better; targets are minimised. The arguments are the predicted means and
# standard deviations, and the best target so low.
Acquisition = Callable[[FloatArray, FloatArray, float], FloatArray]

# The range that the weight of the standard deviation in the confidence bound is drawn
# from, evenly on a logarithmic scale.
LEAST_KAPPA, GREATEST_KAPPA = 0.5, 2.5


def log_expected_improvement(
    mean: FloatArray, std: FloatArray, best: float
) -> FloatArray:
    """Return the logarithm of the expected improvement, at any distance from the best.

    References
    ----------
    D. R. Jones, M. Schonlau and W. J. Welch, "Efficient global optimization of
    expensive black-box functions", Journal of Global Optimization 13, 455-492, 1998.
    S. Ament et al., "Unexpected improvements to expected improvement for Bayesian
    optimization", NeurIPS 2023 (why the logarithm, and how).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies._acquisition import log_expected_improvement
    >>> log_expected_improvement(np.zeros(1), np.ones(1), 0.0).round(4)
    array([-0.9189])
    """
    z = (best - mean) / std
    near, low = np.maximum(z, -1.0), np.minimum(z, -1.0)
    density = np.exp(-0.5 * near**2) / np.sqrt(2 * np.pi)
    # Ament et al. 2023, eq. 9: phi(z) + z Phi(z), and for z << 0 phi(z) (1 + z r(z)),
    # r the Mills ratio; what remains of that difference is 1 / z^2 in the end.
    mills = np.sqrt(np.pi / 2) * erfcx(-low / np.sqrt(2))
    tail = np.where(low > -1e4, np.log(np.maximum(1 + low * mills, 1e-17)), 0.0)
    tail = np.where(low > -1e4, tail, -2 * np.log(-low))
    log_low = -0.5 * low**2 - 0.5 * np.log(2 * np.pi) + tail
    log_near = np.log(density + near * ndtr(near))
    return np.asarray(np.log(std) + np.where(z > -1, log_near, log_low))


def log_probability_of_improvement(
    mean: FloatArray, std: FloatArray, best: float
) -> FloatArray:
    """Return the logarithm of the probability to be better than the best.

    References
    ----------
    H. J. Kushner, "A new method of locating the maximum point of an arbitrary multipeak
    curve in the presence of noise", Journal of Basic Engineering 86(1), 97-106, 1964.
    """
    return np.asarray(log_ndtr((best - mean) / std))


def confidence_bound(kappa: float) -> Acquisition:
    """Return the optimistic bound ``kappa`` standard deviations below the mean.

    References
    ----------
    N. Srinivas, A. Krause, S. M. Kakade and M. Seeger, "Gaussian process optimization
    in the bandit setting: no regret and experimental design", ICML 2010.
    """
    return lambda mean, std, best: kappa * std - mean


def draw_acquisition(rng: np.random.Generator) -> Acquisition:
    """Draw expected improvement, probability of improvement or a confidence bound.

    None of them is the best throughout; together they are robust, and they keep
    candidates apart that are evaluated at the same time.

    References
    ----------
    A. I. Cowen-Rivers et al., "HEBO: pushing the limits of sample-efficient
    hyperparameter optimisation", Journal of Artificial Intelligence Research 74,
    1269-1349, 2022 (a combination of the three).
    """
    kappa = np.exp(rng.uniform(np.log(LEAST_KAPPA), np.log(GREATEST_KAPPA)))
    choices = (
        log_expected_improvement,
        log_probability_of_improvement,
        confidence_bound(float(kappa)),
    )
    return choices[rng.integers(len(choices))]
