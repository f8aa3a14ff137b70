"""Outputs, estimators that say what they are told, and slopes by differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer

from skopt_evo._sklearn_compat import scorer_parts
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import Criterion, criterion_of
from skopt_evo.hypergrad.criteria._probability_losses import PROBABILITY_LOSSES

# Scorers of probabilities. Some have no name in earlier versions.
EXACT = {
    "neg_brier_score": get_scorer("neg_brier_score"),
    "neg_log_loss": get_scorer("neg_log_loss"),
    **{
        metric.__name__: make_scorer(metric, response_method="predict_proba")
        for metric in PROBABILITY_LOSSES
        if metric.__name__.startswith("d2_")
    },
}

# One scorer of each surrogate.
SORTS = ["accuracy", "balanced_accuracy", "roc_auc"]


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


def outputs_of(
    n_classes: int = 2, kind: str = "log_odds", labels: str = "", seed: int = 0
) -> tuple[np.ndarray, Outputs]:
    """Return labels of 15 samples, most of which the outputs have right."""
    rng = np.random.default_rng(seed)
    codes = np.arange(15) % n_classes
    classes = np.array(list(labels)) if labels else np.arange(n_classes)
    is_true = codes[:, np.newaxis] == np.arange(n_classes)
    values = rng.normal(size=is_true.shape) + 1.2 * is_true
    if n_classes == 2:
        values = values[:, 1] - values[:, 0]
    return classes[codes], Outputs(values, kind, classes[:n_classes])


def weights_of(is_weighted: bool) -> np.ndarray | None:
    return np.random.default_rng(1).uniform(0.2, 3.0, 15) if is_weighted else None


def named(name: str) -> Criterion:
    return criterion_of(EXACT.get(name) or get_scorer(name), None)


def evaluate(
    name: str, y: Any, outputs: Outputs, weights: Any = None
) -> tuple[float, np.ndarray]:
    return named(name).evaluate(y, outputs, weights)
