"""Scores of predictions, with their derivatives by each prediction.

Their values are scikit-learn's own. Each slope is that of one output; several outputs
are averaged with equal weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from sklearn import metrics

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Outputs
from skopt_evo.hypergrad.criteria._criterion import Criterion, usual_sign

# From the targets, the predictions and the weights, which add up to 1, of one output.
Slope: TypeAlias = Callable[..., FloatArray]


def regression_criterion(
    metric: Callable[..., float], kwargs: Mapping[str, Any]
) -> Criterion:
    """Return the criterion of a metric of predictions.

    Parameters
    ----------
    metric : callable
        A key of `SLOPES`.
    kwargs : mapping
        What the metric is called with.
    """
    slope, settings = SLOPES[metric]
    sign = usual_sign(metric)
    unknown = sorted(kwargs.keys() - settings)
    if unknown:
        raise NoHypergradientError(
            f"{metric.__name__} is called with {unknown}, whose effect on its "
            "derivative is not known."
        )

    def evaluate(
        y: Any, outputs: Outputs, sample_weight: FloatArray | None
    ) -> tuple[float, FloatArray]:
        if outputs.kind != "prediction":
            raise NoHypergradientError(
                f"{metric.__name__} scores predictions of numbers, which a classifier "
                "does not make."
            )
        shape = outputs.values.shape
        targets = np.reshape(np.asarray(y, dtype=np.float64), (len(y), -1))
        predictions = outputs.values.reshape(targets.shape)
        try:
            score = metric(targets, predictions, sample_weight=sample_weight, **kwargs)
        except (ValueError, ZeroDivisionError) as error:
            raise NoHypergradientError(
                f"{metric.__name__} has no value here: {error}"
            ) from error
        weights = np.ones(len(y)) if sample_weight is None else sample_weight
        weights = weights / np.sum(weights)
        n_outputs = targets.shape[1]
        columns = [
            slope(targets[:, j], predictions[:, j], weights, **kwargs)
            for j in range(n_outputs)
        ]
        slopes = np.column_stack(columns).reshape(shape) / n_outputs
        return -sign * float(score), np.asarray(-sign * slopes)

    return Criterion(metric.__name__, is_surrogate=False, evaluate=evaluate)


def _squared(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    return 2.0 * w * (p - y)


def _root_of(slope: Slope, metric: Callable[..., float]) -> Slope:
    """Return the slope of the root of a mean."""

    def root(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
        value = np.sqrt(metric(y, p, sample_weight=w))
        return slope(y, p, w) / (2.0 * value) if value > 0.0 else np.zeros_like(p)

    return root


def _explained(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    if _is_constant(y, w):
        return np.zeros_like(p)
    error, deviation = y - p, y - w @ y
    return np.asarray(2.0 * w * (error - w @ error) / (w @ deviation**2))


def _is_constant(y: FloatArray, w: FloatArray) -> bool:
    """Tell whether all targets are equal: scikit-learn's scores have no slope then."""
    return bool(np.ptp(y[w > 0.0]) == 0.0)


def _absolute(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    return w * np.sign(p - y)


def _pinball(
    y: FloatArray, p: FloatArray, w: FloatArray, alpha: float = 0.5
) -> FloatArray:
    return w * np.where(p < y, -alpha, np.where(p > y, 1.0 - alpha, 0.0))


def _relative(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    return w * np.sign(p - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps)


def _squared_log(y: FloatArray, p: FloatArray, w: FloatArray) -> FloatArray:
    return np.asarray(2.0 * w * (np.log1p(p) - np.log1p(y)) / (1.0 + p))


def _tweedie(
    y: FloatArray, p: FloatArray, w: FloatArray, power: float = 0.0
) -> FloatArray:
    # The unit deviance d of every power has d' = 2 (mu - y) / V(mu), V = mu^power
    # (Jorgensen 1987, "Exponential dispersion models").
    return np.asarray(2.0 * w * (p - y) * p ** (-power))


def _part_of_null(slope: Slope, metric: Callable[..., float], d2: Any) -> Slope:
    """Return the slope of 1 - metric / (metric of the best constant)."""

    def part(y: FloatArray, p: FloatArray, w: FloatArray, **kwargs: Any) -> FloatArray:
        if _is_constant(y, w):
            return np.zeros_like(p)
        # What divides is not said, but follows from the score of any prediction. Equal
        # weights are left out: scikit-learn before 1.7 has other quantiles with them.
        other, given = y + 1.0, w if np.ptp(w) > 0.0 else None
        worse = 1.0 - d2(y, other, sample_weight=given, **kwargs)
        null = metric(y, other, sample_weight=w, **kwargs) / worse
        return np.asarray(slope(y, p, w, **kwargs) / -null)

    return part


def _fixed(slope: Slope, **fixed: Any) -> Slope:
    """Return a slope whose settings are not the caller's."""
    return lambda y, p, w: slope(y, p, w, **fixed)


# The slope of each metric, and the settings that it may be called with.
SLOPES: Mapping[Callable[..., float], tuple[Slope, set[str]]] = {
    metrics.mean_squared_error: (_squared, set()),
    metrics.root_mean_squared_error: (
        _root_of(_squared, metrics.mean_squared_error),
        set(),
    ),
    metrics.r2_score: (
        _part_of_null(_squared, metrics.mean_squared_error, metrics.r2_score),
        set(),
    ),
    metrics.explained_variance_score: (_explained, set()),
    metrics.mean_absolute_error: (_absolute, set()),
    metrics.mean_pinball_loss: (_pinball, {"alpha"}),
    metrics.mean_absolute_percentage_error: (_relative, set()),
    metrics.mean_squared_log_error: (_squared_log, set()),
    metrics.root_mean_squared_log_error: (
        _root_of(_squared_log, metrics.mean_squared_log_error),
        set(),
    ),
    metrics.mean_poisson_deviance: (_fixed(_tweedie, power=1.0), set()),
    metrics.mean_gamma_deviance: (_fixed(_tweedie, power=2.0), set()),
    metrics.mean_tweedie_deviance: (_tweedie, {"power"}),
    metrics.d2_tweedie_score: (
        _part_of_null(
            _tweedie, metrics.mean_tweedie_deviance, metrics.d2_tweedie_score
        ),
        {"power"},
    ),
    metrics.d2_absolute_error_score: (
        _part_of_null(
            _absolute, metrics.mean_absolute_error, metrics.d2_absolute_error_score
        ),
        set(),
    ),
    metrics.d2_pinball_score: (
        _part_of_null(_pinball, metrics.mean_pinball_loss, metrics.d2_pinball_score),
        {"alpha"},
    ),
}
