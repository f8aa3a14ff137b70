"""The elastic net and the lasso."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import Part, pull_back
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix
from skopt_evo.hypergrad.rules._penalty import ElasticPenalty


@register_hypergradient(Lasso, params=["alpha"])
@register_hypergradient(ElasticNet, params=["alpha", "l1_ratio"])
class ElasticNetRule(PredictorRule):
    """The rule for `ElasticNet` and `Lasso`: ``alpha`` and ``l1_ratio``.

    The objective of a target with the weights s is, with rho for ``l1_ratio``,

        J(w, b) = 1/(2 sum_i s_i) sum_i s_i (x_i'w + b - y_i)^2
                  + alpha (rho |w|_1 + (1 - rho)/2 |w|^2).

    Coefficients at zero stay there. Among the others the Hessian is
    ``X'SX / sum_i s_i + alpha (1 - rho) I``, with 1's beside X for b. Where a
    coefficient enters or leaves, the score has a kink and the derivative is that of one
    of its sides. `ElasticPenalty` has the derivatives of the gradient.

    References
    ----------
    Q. Bertrand et al., "Implicit differentiation for fast hyperparameter selection in
    non-smooth convex learning", JMLR 23, 2022, section 3.
    """

    def check_estimator(self, estimator: Any) -> None:
        if estimator.positive:
            raise NoHypergradientError(
                f"{type(estimator).__name__}(positive=True) is not covered: leave "
                "positive at False."
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
        parts, X_test = self._parts(estimator, fold), as_matrix(fold.X_test)
        return pull_back(parts, X_test, cotangent, names, inputs=inputs)

    def _parts(self, estimator: Any, fold: Fold) -> Iterator[Part]:
        """Yield a model a target."""
        X, y = as_matrix(fold.X), as_columns(fold.y)
        penalty = ElasticPenalty(float(estimator.alpha), float(estimator.l1_ratio))
        coefs = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
        intercepts = np.broadcast_to(estimator.intercept_, len(coefs))
        weights = fold.sample_weight()[:, np.newaxis]
        weights = weights / weights.sum()
        for target in range(len(coefs)):
            coef, intercept = coefs[[target]], intercepts[[target]]
            yield penalty.part(
                X,
                coef,
                intercept,
                slopes=weights * (X @ coef.T + intercept - y[:, [target]]),
                curvatures=weights,
                has_intercept=estimator.fit_intercept,
                tolerance=fold.tolerance,
            )
