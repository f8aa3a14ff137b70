"""What a scorer is called with in place of a fitted estimator: kept predictions.

A scorer of scikit-learn asks an estimator for its predictions, and nothing else. With
an object that answers what was predicted before, each scorer computes from predictions
what it would compute from the estimator, with the same code.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from skopt_evo._sklearn_compat import number_of_samples
from skopt_evo.predictions._targets import Targets
from skopt_evo.trials import Predictions


def _answers(method: str) -> Any:
    def check(estimator: Any) -> bool:
        return bool(estimator.predictions.method == method)

    return available_if(check)


class _StandIn(BaseEstimator):  # type: ignore[misc]
    """Answers what was predicted, for the very rows that it was predicted for."""

    def __init__(self, predictions: Predictions, targets: Targets) -> None:
        self.predictions = predictions
        self.targets = targets

    def _values(self, X: Any) -> NDArray[np.float64]:
        # A copy: a metric may change what it gets.
        values = np.array(self.predictions.values, dtype=np.float64)
        n_rows = number_of_samples(X)
        if n_rows != len(values):
            raise AttributeError(
                f"There are predictions for {len(values)} rows, not for {n_rows}."
            )
        return values


class _PredictedClassifier(ClassifierMixin, _StandIn):  # type: ignore[misc]
    @property
    def classes_(self) -> Any:
        classes = self.targets.classes
        assert classes is not None
        if self.targets.is_multilabel and not self.predictions.is_list:
            return np.arange(self.targets.n_outputs)
        return classes[0] if len(classes) == 1 else list(classes)

    def predict(self, X: Any) -> NDArray[Any]:
        values = self._values(X)
        codes = self.predictions.labels
        if codes is None:
            codes = self.targets.codes(self.predictions.method, values)
        return self.targets.labels(codes)

    @_answers("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Any:
        values = self.targets.scaled(self._values(X))
        parts = [values[:, c] for c in self.targets.columns("predict_proba")]
        if self.targets.is_multilabel and not self.predictions.is_list:
            return np.column_stack([part[:, 1] for part in parts])
        return parts if self.predictions.is_list else parts[0]

    @_answers("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[np.float64]:
        values = self._values(X)
        return values[:, 0] if values.shape[1] == 1 else values


class _PredictedRegressor(RegressorMixin, _StandIn):  # type: ignore[misc]
    def predict(self, X: Any) -> NDArray[np.float64]:
        values = self._values(X)
        return values[:, 0] if self.targets.is_1d else values


def stand_in(predictions: Predictions, targets: Targets) -> Any:
    """Return an object that answers a scorer with predictions that were kept.

    Parameters
    ----------
    predictions : Predictions
        Of some rows.
    targets : Targets
        What is predicted.

    Returns
    -------
    estimator : estimator
        It can predict for as many rows as there are predictions for, and nothing else.
    """
    is_regression = targets.classes is None
    kind = _PredictedRegressor if is_regression else _PredictedClassifier
    return kind(predictions, targets)
