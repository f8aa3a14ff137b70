"""An estimator of our own, and rules for it, right ones and wrong ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

from skopt_evo.hypergrad import Fold, Outputs, PredictorRule, Pullback


class Shrunk(RegressorMixin, BaseEstimator):
    """Predicts the mean of its targets, divided by ``1 + alpha + sum of betas``."""

    def __init__(self, alpha: Any = 1.0, betas: Any = None):
        self.alpha = alpha
        self.betas = betas

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Shrunk:
        self.divisor_ = 1.0 + self.alpha
        if self.betas is not None:
            # Each has a slope of its own.
            self.divisor_ += np.sum(np.arange(1, np.size(self.betas) + 1) * self.betas)
        self.mean_ = float(np.average(y, weights=sample_weight)) / self.divisor_
        return self

    def predict(self, X: Any) -> np.ndarray:
        return np.full(len(X), self.mean_)


class ShrunkRule(PredictorRule):
    """The rule; subclasses spoil it."""

    def pullback(
        self,
        estimator: Any,
        fold: Fold,
        cotangent: np.ndarray,
        names: Collection[str],
        *,
        inputs: bool,
    ) -> Pullback:
        slope = -estimator.mean_ / estimator.divisor_ * cotangent.sum()
        params = {"alpha": slope}
        if "betas" in names:
            params["betas"] = slope * np.arange(1, len(estimator.betas) + 1)
        return Pullback({name: self.spoil(params[name]) for name in names})

    def spoil(self, derivative: Any) -> Any:
        return derivative


class WrongSign(ShrunkRule):
    def spoil(self, derivative: Any) -> Any:
        return -derivative


class WrongSize(ShrunkRule):
    def spoil(self, derivative: Any) -> Any:
        return 1.01 * derivative


class NotANumber(ShrunkRule):
    def spoil(self, derivative: Any) -> Any:
        return derivative * np.nan


class WrongShape(ShrunkRule):
    def spoil(self, derivative: Any) -> Any:
        return np.append(derivative, derivative)


class Breaking(ShrunkRule):
    def spoil(self, derivative: Any) -> Any:
        raise KeyError("broken")


class Silent(ShrunkRule):
    def pullback(self, *args: Any, **kwargs: Any) -> Pullback:
        return Pullback({})


class OtherOutputs(ShrunkRule):
    def outputs(self, estimator: Any, X: Any) -> Outputs:
        return Outputs(2.0 * estimator.predict(X))


class BrokenCheck(ShrunkRule):
    def check_estimator(self, estimator: Any) -> None:
        raise AttributeError("no such attribute")


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return np.zeros((20, 1)), rng.uniform(1.0, 5.0, 20)
