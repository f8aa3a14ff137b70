"""Huber's robust regression."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.linear_model import HuberRegressor

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import Change, pull_back
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix
from skopt_evo.hypergrad.rules._penalty import ElasticPenalty

# A scale that is smaller, beside the spread of the targets, is that of a perfect fit.
SMALLEST_SCALE = 1e-6


@register_hypergradient(HuberRegressor, params=["alpha", "epsilon"])
class HuberRule(PredictorRule):
    """The rule for `HuberRegressor`: ``alpha`` and ``epsilon``.

    With the weights s and the residuals r = x'w + b - y, half of the objective is

        J(w, b, sigma) = 1/2 sum_i s_i sigma (1 + h(r_i / sigma)) + alpha/2 |w|^2,

    where h(z) is z^2 up to |z| = epsilon, and 2 epsilon |z| - epsilon^2 beyond. Inside
    a sample has the slope s r / sigma by its output, and the curvature s / sigma;
    outside ``epsilon s sgn r`` and 0. The derivative of J by sigma changes with an
    output by v = -s r / sigma^2, and with sigma by e = sum s r^2 / sigma^3, inside
    alone. Eliminating sigma takes vv'/e from the curvatures, and what its derivative
    changes with epsilon by, ``-epsilon sum s`` outside, times v/e from the slopes'.

    References
    ----------
    P. J. Huber and E. M. Ronchetti, "Robust Statistics", 2nd edition, 2009, section
    7.7: the concomitant scale.
    """

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        X, coef = as_matrix(fold.X), np.asarray(estimator.coef_[np.newaxis], np.float64)
        intercept, sigma = np.atleast_1d(estimator.intercept_), float(estimator.scale_)
        residuals = X @ coef.T + intercept - as_columns(fold.y)
        weights, epsilon = as_columns(fold.sample_weight()), float(estimator.epsilon)
        outside = np.abs(residuals) > epsilon * sigma
        inside = np.where(outside, 0.0, weights)
        by_epsilon = np.where(outside, weights * np.sign(residuals), 0.0)
        mixed = -inside * residuals / sigma**2
        second = np.sum(inside * residuals**2) / sigma**3
        if not second > 0.0 or sigma <= SMALLEST_SCALE * np.std(fold.y):
            raise NoHypergradientError(
                "HuberRegressor has found no scale: residuals of most samples are 0."
            )
        fit, changes = ElasticPenalty(float(estimator.alpha)).part(
            X,
            coef,
            intercept,
            slopes=inside * residuals / sigma + epsilon * by_epsilon,
            curvatures=inside / sigma,
            has_intercept=estimator.fit_intercept,
            shared=mixed / np.sqrt(second),
            tolerance=fold.tolerance,
        )
        by_scale = -epsilon * np.sum(weights[outside])
        slopes = by_epsilon - mixed * by_scale / second
        changes = {**changes, "epsilon": Change(slopes=slopes)}
        X_test = as_matrix(fold.X_test)
        return pull_back([(fit, changes)], X_test, cotangent, names, inputs=inputs)
