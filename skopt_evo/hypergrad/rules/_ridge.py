"""Ridge regression."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import adjoint_of
from skopt_evo.hypergrad.rules._linear import LinearFit
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix


@register_hypergradient(Ridge, params=["alpha"])
class RidgeRule(PredictorRule):
    """The rule for `Ridge`: ``alpha``, one for all targets or one a target.

    The objective of a target with the weights s is

        J(w, b) = 1/2 sum_i s_i (x_i'w + b - y_i)^2 + alpha/2 |w|^2,

    whose Hessian is ``X'SX + alpha I`` in w, with 1's beside X for b. The derivative of
    its gradient by alpha is w, so that dS/dalpha = -q'w.

    References
    ----------
    Y. Bengio, "Gradient-based optimization of hyperparameters", Neural Computation
    12(8), 2000, section 3.
    """

    def check_estimator(self, estimator: Any) -> None:
        if estimator.positive:
            raise NoHypergradientError(
                "Ridge(positive=True) is not covered: coefficients stop at zero."
            )

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        X, y = as_matrix(fold.X), as_columns(fold.y)
        X_test, cotangents = as_matrix(fold.X_test), as_columns(cotangent)
        coef, n_targets = np.atleast_2d(estimator.coef_), y.shape[1]
        intercept = np.broadcast_to(estimator.intercept_, n_targets)
        weights = fold.sample_weight()[:, np.newaxis]
        residuals = as_columns(X @ coef.T) + intercept - y
        alphas = np.broadcast_to(estimator.alpha, n_targets)
        by_alpha, by_inputs = np.zeros(n_targets), []
        for target in range(n_targets):
            part = slice(target, target + 1)
            fit = LinearFit(
                X,
                coef[part],
                slopes=weights * residuals[:, part],
                curvatures=weights,
                l2=float(alphas[target]),
                has_intercept=estimator.fit_intercept,
                tolerance=fold.tolerance,
            )
            adjoint = adjoint_of(fit, X_test, cotangents[:, part])
            by_alpha[target] = -np.vdot(adjoint.coef, fit.coef)
            if inputs:
                by_inputs.append(adjoint.by_inputs())
        is_shared = np.ndim(estimator.alpha) == 0
        params = {"alpha": by_alpha.sum() if is_shared else by_alpha}
        return Pullback(params, *(sum(parts) for parts in zip(*by_inputs, strict=True)))
