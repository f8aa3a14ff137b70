"""Linear support vector machines with squared losses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from sklearn.svm import LinearSVC, LinearSVR

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, Outputs, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import Change, Part, pull_back
from skopt_evo.hypergrad.rules._class_weights import one_vs_rest
from skopt_evo.hypergrad.rules._matrices import as_columns, as_matrix
from skopt_evo.hypergrad.rules._penalty import ElasticPenalty


@register_hypergradient(LinearSVC, params=["C"])
class LinearSVCRule(PredictorRule):
    """The rule for `LinearSVC` with the squared hinge loss: ``C``.

    The objective of two classes, or of a class against the others, y = 1 and y = -1, is
    with the weights s of the samples, those of their classes included,

        J(w, v) = sum_i s_i max(0, 1 - y_i eta_i)^2 + 1/C penalty(w, v),

    where eta = x'w + a v with a for ``intercept_scaling``, and the penalty is half of
    the squared norm or the sum of the absolute values. Where the margin is violated the
    slope is ``-2 s y (1 - y eta)`` and the curvature 2 s, elsewhere both are 0.
    `ElasticPenalty` has the derivatives of the gradient.

    References
    ----------
    O. Chapelle et al., "Choosing multiple parameters for support vector machines",
    Machine Learning 46, 2002.
    """

    def check_estimator(self, estimator: Any) -> None:
        if estimator.multi_class != "ovr":
            raise NoHypergradientError(
                f"LinearSVC(multi_class={estimator.multi_class!r}) is not covered: use "
                "'ovr'."
            )
        _require(estimator, "squared_hinge")

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        values = np.asarray(estimator.decision_function(X), dtype=np.float64)
        return Outputs(values, "margin", estimator.classes_)

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
        """Yield the model of the second of two classes, or one a class."""
        X, coefs = as_matrix(fold.X), np.asarray(estimator.coef_, dtype=np.float64)
        intercepts = np.broadcast_to(estimator.intercept_, len(coefs))
        targets, weights = one_vs_rest(estimator, fold)
        penalty = ElasticPenalty(
            1.0 / estimator.C,
            l1_ratio=1.0 if estimator.penalty == "l1" else 0.0,
            intercept_scaling=estimator.intercept_scaling,
        )
        for row in range(len(coefs)):
            coef, intercept = coefs[[row]], intercepts[[row]]
            signs = 2.0 * targets[:, [row]] - 1.0
            gaps = np.maximum(0.0, 1.0 - signs * (X @ coef.T + intercept))
            yield penalty.part(
                X,
                coef,
                intercept,
                slopes=-2.0 * weights[:, [row]] * signs * gaps,
                curvatures=2.0 * weights[:, [row]] * (gaps > 0.0),
                has_intercept=estimator.fit_intercept,
                tolerance=fold.tolerance,
            )


@register_hypergradient(LinearSVR, params=["C", "epsilon"])
class LinearSVRRule(PredictorRule):
    """The rule for `LinearSVR` with the squared loss: ``C`` and ``epsilon``.

    With the weights s and the residuals r = eta - y, where eta = x'w + a v with a for
    ``intercept_scaling``, the objective is

        J(w, v) = sum_i s_i max(0, |r_i| - epsilon)^2 + 1/(2C) (|w|^2 + v^2).

    Outside of the tube a sample has the slope ``2 s sgn(r) (|r| - epsilon)``, which
    changes with epsilon by ``-2 s sgn r``, and the curvature 2 s; inside all are 0.

    References
    ----------
    M.-W. Chang and C.-J. Lin, "Leave-one-out bounds for support vector regression model
    selection", Neural Computation 17(5), 2005.
    """

    def check_estimator(self, estimator: Any) -> None:
        _require(estimator, "squared_epsilon_insensitive")

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        X, coef = as_matrix(fold.X), np.atleast_2d(estimator.coef_)
        intercept = np.atleast_1d(estimator.intercept_)
        residuals = X @ coef.T + intercept - as_columns(fold.y)
        excess = np.maximum(0.0, np.abs(residuals) - estimator.epsilon)
        doubled = 2.0 * as_columns(fold.sample_weight()) * (excess > 0.0)
        signed = doubled * np.sign(residuals)
        penalty = ElasticPenalty(
            1.0 / estimator.C, intercept_scaling=estimator.intercept_scaling
        )
        fit, changes = penalty.part(
            X,
            coef,
            intercept,
            slopes=signed * excess,
            curvatures=doubled,
            has_intercept=estimator.fit_intercept,
            tolerance=fold.tolerance,
        )
        changes = {**changes, "epsilon": Change(slopes=-signed)}
        X_test = as_matrix(fold.X_test)
        return pull_back([(fit, changes)], X_test, cotangent, names, inputs=inputs)


def _require(estimator: Any, loss: str) -> None:
    if estimator.loss != loss:
        raise NoHypergradientError(
            f"{type(estimator).__name__}(loss={estimator.loss!r}) is not covered: its "
            f"optimum jumps from one set of samples to another. Use {loss!r}."
        )
