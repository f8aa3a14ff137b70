"""Estimators that say what they are told, and slopes by differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from skopt_evo._sklearn_compat import scorer_parts
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import Criterion


class SaysNumbers(RegressorMixin, BaseEstimator):
    """A regressor with these predictions, whatever it is asked."""

    def __init__(self, outputs: Outputs):
        self.outputs = outputs

    def fit(self, X: Any, y: Any) -> SaysNumbers:
        return self

    def predict(self, X: Any) -> np.ndarray:
        return self.outputs.values


class SaysClasses(ClassifierMixin, BaseEstimator):
    """A classifier with these outputs, whatever it is asked."""

    def __init__(self, outputs: Outputs):
        self.outputs = outputs

    @property
    def classes_(self) -> np.ndarray | None:
        return self.outputs.classes

    def fit(self, X: Any, y: Any) -> SaysClasses:
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        return self.outputs.values

    def predict_proba(self, X: Any) -> np.ndarray:
        values = self.outputs.values
        if values.ndim == 1:
            second = 1.0 / (1.0 + np.exp(-values))
            return np.column_stack([1.0 - second, second])
        is_single = self.outputs.kind == "ovr_log_odds"
        parts = 1.0 / (1.0 + np.exp(-values)) if is_single else np.exp(values)
        return parts / parts.sum(axis=1, keepdims=True)


def scorers_of(table: Mapping[Callable[..., float], Any]) -> set[str]:
    """Return the names of scikit-learn's scorers whose metric is in a table."""
    return {
        name
        for name in get_scorer_names()
        if scorer_parts(get_scorer(name))[0] in table
    }


def slope_by_differences(
    criterion: Criterion,
    y: Any,
    outputs: Outputs,
    weights: np.ndarray | None,
    step: float,
) -> np.ndarray:
    """Return the derivative of the loss by each output, by central differences."""
    slope = np.empty(outputs.values.shape)
    for place in np.ndindex(*slope.shape):
        change = np.zeros(slope.shape)
        change[place] = step
        ahead, behind = (
            criterion.evaluate(y, outputs._replace(values=moved), weights)[0]
            for moved in (outputs.values + change, outputs.values - change)
        )
        slope[place] = (ahead - behind) / (2.0 * step)
    return slope


def assert_slope_is_exact(
    criterion: Criterion,
    y: Any,
    outputs: Outputs,
    weights: np.ndarray | None,
    step: float = 1e-5,
) -> None:
    """Compare the slope with differences, and see that there is one."""
    _, slope = criterion.evaluate(y, outputs, weights)
    assert slope.shape == outputs.values.shape
    assert np.any(slope != 0.0)
    expected = slope_by_differences(criterion, y, outputs, weights, step)
    np.testing.assert_allclose(slope, expected, rtol=1e-5, atol=1e-9)
