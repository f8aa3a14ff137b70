"""Logistic regression."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, Outputs, PredictorRule, Pullback
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad.rules._adjoint import Part, pull_back
from skopt_evo.hypergrad.rules._class_weights import one_vs_rest, sample_weights
from skopt_evo.hypergrad.rules._matrices import as_matrix
from skopt_evo.hypergrad.rules._penalty import ElasticPenalty


@register_hypergradient(LogisticRegression, params=["C", "l1_ratio"])
class LogisticRegressionRule(PredictorRule):
    """The rule for `LogisticRegression`: ``C`` and ``l1_ratio``.

    With the weights s of the samples, those of their classes included, and rho for
    ``l1_ratio``, the objective is

        J(W, b) = sum_i s_i loss(W x_i + b, y_i)
                  + 1/C (rho |W|_1 + (1 - rho)/2 |W|^2),

    where the loss is minus the log-likelihood: of the logistic function of one output
    for two classes, p = expit(eta), with the slope p - y and the curvature p (1 - p);
    of the softmax of an output a class for more, with the slopes p_k - [y = k] and the
    curvature ``diag(p) - pp'``. `ElasticPenalty` has the derivatives of the gradient.

    ``solver="liblinear"`` fits a model of two classes to each of several, whose other
    classes have no class weight. Its intercept is a coefficient of the constant feature
    ``intercept_scaling`` and penalised as such.

    The softmax does not depend on what all classes have in common, and that part of the
    outputs of several classes is given no derivative.

    References
    ----------
    F. Pedregosa, "Hyperparameter optimization with approximate gradient", ICML 2016,
    arXiv:1602.02355.
    """

    def check_estimator(self, estimator: Any) -> None:
        # Until scikit-learn 1.7; the default has always been what stays.
        multi_class = getattr(estimator, "multi_class", "deprecated")
        if multi_class not in ("deprecated", "auto"):
            raise NoHypergradientError(
                f"LogisticRegression(multi_class={multi_class!r}) is not covered: "
                "leave multi_class at its default."
            )

    def outputs(self, estimator: Any, X: Any) -> Outputs:
        values = np.asarray(estimator.decision_function(X), dtype=np.float64)
        is_separate = values.ndim == 2 and estimator.solver == "liblinear"
        kind = "ovr_log_odds" if is_separate else "log_odds"
        return Outputs(values, kind, estimator.classes_)

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: FloatArray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        is_joint = cotangent.ndim == 2 and estimator.solver != "liblinear"
        if is_joint:
            cotangent = cotangent - cotangent.mean(axis=1, keepdims=True)
        parts = (_joint if is_joint else _separate)(estimator, fold)
        X_test = as_matrix(fold.X_test)
        return pull_back(parts, X_test, cotangent, names, inputs=inputs)


def _penalty(estimator: Any) -> ElasticPenalty:
    # From scikit-learn 1.8 on l1_ratio says it all, and the kind is "deprecated".
    ratios = {"l1": 1.0, "l2": 0.0, None: 0.0}
    ratio = ratios.get(estimator.penalty, estimator.l1_ratio)
    return ElasticPenalty(
        has_ratio=estimator.penalty not in ratios,
        strength=0.0 if estimator.penalty is None else 1.0 / estimator.C,
        # Its default was None once.
        l1_ratio=float(ratio or 0.0),
        intercept_scaling=(
            estimator.intercept_scaling if estimator.solver == "liblinear" else None
        ),
    )


def _joint(estimator: Any, fold: Fold) -> Iterator[Part]:
    """Yield the one model of more than two classes."""
    X, coef = as_matrix(fold.X), np.asarray(estimator.coef_, dtype=np.float64)
    intercept = np.broadcast_to(estimator.intercept_, len(coef))
    truth, _ = one_vs_rest(estimator, fold)
    weights = sample_weights(estimator, fold)[:, np.newaxis]
    probability = softmax(X @ coef.T + intercept, axis=1)

    def curve(changes: FloatArray) -> FloatArray:
        mean = np.sum(probability * changes, axis=1, keepdims=True)
        return np.asarray(weights * probability * (changes - mean))

    yield _penalty(estimator).part(
        X,
        coef,
        intercept,
        slopes=weights * (probability - truth),
        curvatures=weights * probability * (1.0 - probability),
        has_intercept=estimator.fit_intercept,
        curve=curve,
        tolerance=fold.tolerance,
    )


def _separate(estimator: Any, fold: Fold) -> Iterator[Part]:
    """Yield the model of the second of two classes, or one a class."""
    X, coefs = as_matrix(fold.X), np.asarray(estimator.coef_, dtype=np.float64)
    intercepts = np.broadcast_to(estimator.intercept_, len(coefs))
    truths, weights = one_vs_rest(estimator, fold)
    for row in range(len(coefs)):
        coef, intercept = coefs[[row]], intercepts[[row]]
        probability = expit(X @ coef.T + intercept)
        yield _penalty(estimator).part(
            X,
            coef,
            intercept,
            slopes=weights[:, [row]] * (probability - truths[:, [row]]),
            curvatures=weights[:, [row]] * probability * (1.0 - probability),
            has_intercept=estimator.fit_intercept,
            tolerance=fold.tolerance,
        )
