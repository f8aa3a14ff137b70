"""Generalised linear models of the Tweedie family."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.linear_model import GammaRegressor, PoissonRegressor, TweedieRegressor

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import Change, pull_back
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix
from skopt_evo.hypergrad.rules._penalty import ElasticPenalty


@register_hypergradient(PoissonRegressor, params=["alpha"])
@register_hypergradient(GammaRegressor, params=["alpha"])
@register_hypergradient(TweedieRegressor, params=["alpha", "power"])
class GeneralizedLinearRule(PredictorRule):
    """The rule for GLMs: ``alpha``, and ``power`` of `TweedieRegressor`.

    With the weights s the objective is

        J(w, b) = 1/(2 sum_i s_i) sum_i s_i d(y_i, mu_i) + alpha/2 |w|^2,

    where mu is exp(eta) or, with the identity link, eta, for eta = x'w + b, and half of
    the deviance d has the derivative (mu - y) mu^-p by mu, with p for ``power``. With a
    logarithmic link the slope by eta is ``(mu - y) mu^(1 - p)`` and the curvature
    ``mu^(2 - p) + (1 - p) (mu - y) mu^(1 - p)``; with the identity
    ``(mu - y) mu^-p`` and ``mu^-p - p (mu - y) mu^(-p - 1)``. The gradient changes with
    alpha by w and with p, through the slopes, by ``-slope log(mu)``.

    At a power of 0 the link may jump: `TweedieRegressor` chooses it by the sign.

    References
    ----------
    P. McCullagh and J. A. Nelder, "Generalized Linear Models", 2nd edition, 1989,
    section 2.5.
    B. Jorgensen, "Exponential dispersion models", Journal of the Royal Statistical
    Society B 49(2), 1987.
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
        X, y, coef = as_matrix(fold.X), as_columns(fold.y), estimator.coef_[np.newaxis]
        coef, intercept = coef.astype(np.float64), np.atleast_1d(estimator.intercept_)
        weights = as_columns(fold.sample_weight() / fold.sample_weight().sum())
        mean, power = as_columns(estimator.predict(fold.X)), _power(estimator)
        has_identity_link = _has_identity_link(estimator)
        slopes, curvatures = _slopes(y, mean, power, has_identity_link)
        # The derivative of the mean by the output that the link is applied to.
        factor = np.ones(1) if has_identity_link else estimator.predict(fold.X_test)
        fit, changes = ElasticPenalty(float(estimator.alpha)).part(
            X,
            coef,
            intercept,
            slopes=weights * slopes,
            curvatures=weights * curvatures,
            has_intercept=estimator.fit_intercept,
            tolerance=fold.tolerance,
        )
        if "power" in names:
            if np.any(mean <= 0.0):
                raise NoHypergradientError(
                    "with means that are not positive there is no derivative by power."
                )
            changes = {**changes, "power": Change(slopes=-fit.slopes * np.log(mean))}
        return pull_back(
            [(fit, changes)],
            as_matrix(fold.X_test),
            cotangent * factor,
            names,
            inputs=inputs,
        )


def _slopes(
    y: FloatArray, mean: FloatArray, power: float, has_identity_link: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the first and second derivatives of the losses by the outputs."""
    by_mean = (mean - y) * mean**-power
    if has_identity_link:
        return by_mean, mean**-power - power * by_mean / mean
    slopes = by_mean * mean
    return slopes, mean ** (2.0 - power) + (1.0 - power) * slopes


def _power(estimator: Any) -> float:
    fixed = {PoissonRegressor: 1.0, GammaRegressor: 2.0}
    return fixed.get(type(estimator)) or float(estimator.power)


def _has_identity_link(estimator: Any) -> bool:
    link = getattr(estimator, "link", "log")
    return link == "identity" or (link == "auto" and estimator.power <= 0.0)
