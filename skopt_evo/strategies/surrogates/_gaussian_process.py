"""A Gaussian process on genomes of mixed types."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.spatial.distance import cdist, pdist, squareform

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.surrogates._features import FeatureMap

# Priors of the hyperparameters, normal on their logarithms: mean and standard
# deviation. Length scales grow with the square root of the number of parameters, as
# distances do (Hvarfner et al. 2024); targets are standardised.
LENGTH_SCALE = np.log(0.5), 1.0
VARIANCE = np.log(1.0), 1.0
NOISE = np.log(1e-3), 1.5

# Hyperparameters are looked for so many standard deviations around the prior's mean.
WIDTH = 4.0

# Keeps the matrix invertible where there is next to no noise.
JITTER = 1e-8

# The optimum of a fit that begins at the last one is near.
MAX_ITERATIONS = 30


class Hyperparameters(NamedTuple):
    """What shapes a Gaussian process, on the scales of the kernel.

    Attributes
    ----------
    length_scales : ndarray of shape (n_parameters,)
        The distance, parameter by parameter, over which the function changes.
    variance : float
        Of the function.
    noise : float
        Variance of the noise.
    """

    length_scales: FloatArray
    variance: float
    noise: float

    @classmethod
    def from_logarithms(cls, theta: FloatArray) -> Hyperparameters:
        """Return the hyperparameters whose logarithms are given, in this order."""
        values = np.exp(theta)
        return cls(values[:-2], float(values[-2]), float(values[-1]))


class GaussianProcess:
    """Regression on genomes: a mean and a standard deviation for each prediction.

    The kernel is a Matern 5/2 with a length scale a parameter, on the distances of
    :class:`FeatureMap`: categories and branches differ or not, inactive genes make no
    difference. The hyperparameters are the most probable ones given the data and broad
    priors, found by L-BFGS-B from the last ones on.

    Parameters
    ----------
    layout : GeneLayout
        The genes.

    References
    ----------
    C. E. Rasmussen and C. K. I. Williams, "Gaussian processes for machine learning",
    MIT Press, 2006 (algorithm 2.1; equations 4.17 and 5.9).
    C. Hvarfner, E. O. Hellsten and L. Nardi, "Vanilla Bayesian optimization performs
    great in high dimensions", ICML 2024, PMLR 235, 20793-20817 (the prior of the length
    scales).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.surrogates import GaussianProcess
    >>> process = GaussianProcess(GeneLayout.continuous(1))
    >>> places, rng = np.linspace(0, 1, 9)[:, np.newaxis], np.random.default_rng(0)
    >>> process.fit(places, np.sin(6 * places[:, 0]), tune=True, rng=rng)
    >>> mean, std = process.predict(np.array([[0.4]]))
    >>> bool(abs(mean[0] - np.sin(2.4)) < 3 * std[0] < 0.3)
    True
    """

    def __init__(self, layout: GeneLayout) -> None:
        self._features = FeatureMap(layout)
        self._n_parameters = self._features.n_parameters
        n_active = max(
            (len(np.unique(layout.parameters[active])) for active in layout.active),
            default=0,
        )
        length_scale = LENGTH_SCALE[0] + 0.5 * np.log(max(n_active, 1))
        prior = [(length_scale, LENGTH_SCALE[1])] * self._n_parameters
        self._prior_mean, self._prior_std = np.transpose([*prior, VARIANCE, NOISE])
        self._theta = self._prior_mean

    def fit(
        self,
        genomes: FloatArray,
        targets: FloatArray,
        *,
        tune: bool,
        rng: np.random.Generator,
    ) -> None:
        """Learn from genomes of known targets, see `Surrogate`."""
        self._known = self._features(genomes)
        self._mean, self._std = float(targets.mean()), float(targets.std()) or 1.0
        self._targets = (targets - self._mean) / self._std
        squares = self._squares()
        if tune:
            self._theta = self._tuned(squares)
        shape = Hyperparameters.from_logarithms(self._theta)
        correlation, _ = _matern(self._distances(squares, shape))
        self._factor = self._factorised(correlation, shape)
        self._weights = self._solved(self._factor)

    def predict(self, genomes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the means and standard deviations of the noiseless function."""
        shape = Hyperparameters.from_logarithms(self._theta)
        scales = shape.length_scales[self._features.parameters]
        ours, theirs = self._features(genomes) / scales, self._known / scales
        covariance = shape.variance * _matern(cdist(ours, theirs))[0]
        mean = covariance @ self._weights
        half = solve_triangular(
            self._factor, covariance.T, lower=True, check_finite=False
        )
        variance = shape.variance - np.einsum("ij,ij->j", half, half)
        std = np.sqrt(np.maximum(variance, JITTER))
        return self._mean + self._std * mean, self._std * std

    def _squares(self) -> FloatArray:
        """Return squared distances, parameter by parameter: (n_parameters, n * n)."""
        squares = np.zeros((self._n_parameters, len(self._known) ** 2))
        for parameter in range(self._n_parameters):
            features = self._known[:, self._features.parameters == parameter]
            if features.shape[1]:
                squares[parameter] = squareform(pdist(features, "sqeuclidean")).ravel()
        return squares

    def _distances(self, squares: FloatArray, shape: Hyperparameters) -> FloatArray:
        n = len(self._known)
        return np.sqrt(shape.length_scales**-2 @ squares).reshape(n, n)

    def _factorised(
        self, correlation: FloatArray, shape: Hyperparameters
    ) -> FloatArray:
        covariance = shape.variance * correlation
        covariance[np.diag_indices_from(covariance)] += shape.noise + JITTER
        return np.asarray(cholesky(covariance, lower=True, check_finite=False))

    def _solved(self, factor: FloatArray) -> FloatArray:
        half = solve_triangular(factor, self._targets, lower=True, check_finite=False)
        return np.asarray(
            solve_triangular(factor, half, trans=1, lower=True, check_finite=False)
        )

    def _tuned(self, squares: FloatArray) -> FloatArray:
        """Return the most probable hyperparameters, or the prior's if none is found."""
        reach = WIDTH * self._prior_std
        result = minimize(
            self._objective,
            self._theta,
            args=(squares,),
            jac=True,
            method="L-BFGS-B",
            bounds=np.transpose([self._prior_mean - reach, self._prior_mean + reach]),
            options={"maxiter": MAX_ITERATIONS},
        )
        return np.asarray(result.x) if np.isfinite(result.fun) else self._prior_mean

    def _objective(
        self, theta: FloatArray, squares: FloatArray
    ) -> tuple[float, FloatArray]:
        """Return minus the log posterior of the hyperparameters, and its gradient."""
        shape = Hyperparameters.from_logarithms(theta)
        correlation, slope = _matern(self._distances(squares, shape))
        try:
            factor = self._factorised(correlation, shape)
        except LinAlgError:
            return np.inf, np.zeros_like(theta)
        weights = self._solved(factor)
        lower, _ = dpotri(factor, lower=1)
        inverse = np.tril(lower) + np.tril(lower, -1).T
        # Rasmussen & Williams 2006, eq. 5.8 and 5.9
        value = 0.5 * self._targets @ weights + np.log(np.diag(factor)).sum()
        inner = inverse - np.outer(weights, weights)
        gradient = np.empty_like(theta)
        weighted = (shape.variance * inner * slope).ravel()
        gradient[:-2] = 0.5 * shape.length_scales**-2 * (squares @ weighted)
        gradient[-2] = 0.5 * shape.variance * np.vdot(inner, correlation)
        gradient[-1] = 0.5 * shape.noise * np.trace(inner)
        strays = (theta - self._prior_mean) / self._prior_std
        return value + 0.5 * strays @ strays, gradient + strays / self._prior_std


def _matern(distances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Matern 5/2 correlation, and minus twice its slope in the square.

    Rasmussen & Williams 2006, eq. 4.17.
    """
    scaled = np.sqrt(5.0) * distances
    decay = np.exp(-scaled)
    slope = 5 / 3 * (1 + scaled) * decay
    return (1 + scaled + scaled**2 / 3) * decay, slope
