"""Small data for the rules, and the one thing that is asked of every derivative."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone

from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.hypergrad._check import TOLERANCE
from skopt_evo.hypergrad._protocol import Fold, Pullback
from skopt_evo.hypergrad._registry import predictor_rule

# What a derivative may be off by: where the fit is a closed form, and where it iterates
# to a tight tolerance, which is what differences of it suffer from.
CLOSED_FORM, ITERATED = 1e-6, 1e-4


def regression(
    n_samples: int = 60, n_features: int = 5, n_targets: int = 0, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return data with a linear part, a curved one and noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features)) + 0.3
    coef = rng.normal(size=(n_features, max(n_targets, 1)))
    y = X @ coef + np.sin(2 * X[:, :1]) + rng.normal(size=(n_samples, 1)) + 1.0
    return X, y if n_targets else y[:, 0]


def counts(
    n_samples: int = 80, n_features: int = 4, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return positive targets, whose logarithm is linear but for noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    mean = np.exp(0.5 * X @ rng.normal(size=n_features) + 0.5)
    return X, rng.gamma(4.0, mean / 4.0) + 0.1


def classes(
    n_samples: int = 90, n_features: int = 4, n_classes: int = 2, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return overlapping clouds of points, one a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % n_classes
    X = rng.normal(size=(n_classes, n_features))[y]
    return X + rng.normal(size=X.shape), y


def weights(n_samples: int, seed: int = 1) -> np.ndarray:
    """Return weights of samples, some of them zero."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 3.0, size=n_samples) * (rng.random(n_samples) > 0.1)


def one_fold(n_samples: int, n_train: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a single split: the first two thirds, or `n_train`, and the rest."""
    n_train = n_train or 2 * n_samples // 3
    return [(np.arange(n_train), np.arange(n_train, n_samples))]


def assert_exact(
    estimator: Any,
    params: Mapping[str, Any],
    data: tuple[Any, Any],
    *,
    within: float = CLOSED_FORM,
    **settings: Any,
) -> None:
    """Compare derivatives with central differences, and see that there is one."""
    check = check_hypergradient(estimator, params, *data, **settings)
    assert np.all(check["exact"] != 0.0), check
    # By logarithms: differences are off by their rounding, which counts more the nearer
    # a parameter is to zero, and however small its derivative is.
    values = np.abs(np.concatenate([np.ravel(value) for value in params.values()]))
    size = values * check[["exact", "difference"]].abs().max(axis=1)
    error = values * (check["exact"] - check["difference"]).abs()
    assert np.all(error < within * np.maximum(size, 0.01 * size.max())), check


def assert_exact_outputs(
    estimator: Any,
    params: Mapping[str, float],
    data: tuple[Any, Any],
    *,
    fit_params: Mapping[str, Any] | None = None,
    within: float = CLOSED_FORM,
    step: float = 1e-5,
) -> None:
    """Compare derivatives of the outputs of one fold, whatever is scored by them."""
    total = _WeightedSum(clone(estimator).set_params(**params), data, fit_params)
    found = total.pullback(params, inputs=False).params
    for name, value in params.items():
        ahead, behind = (
            total(**{name: value * (1.0 + change)}) for change in (step, -step)
        )
        _assert_close(found[name], ahead, behind, step * value, within)


def assert_exact_inputs(
    estimator: Any,
    data: tuple[Any, Any],
    *,
    fit_params: Mapping[str, Any] | None = None,
    within: float = CLOSED_FORM,
    step: float = 1e-5,
) -> None:
    """Compare derivatives by the data of one fold with central differences.

    All entries of the training data are moved at once, each at a pace of its own, and
    then those of the test data.
    """
    total = _WeightedSum(estimator, data, fit_params)
    total.rule.check_inputs(total.fitted)
    found = total.pullback((), inputs=True)
    both = zip(("X", "X_test"), (found.X, found.X_test), total.parts, strict=True)
    for name, exact, part in both:
        pace = np.random.default_rng(1).normal(size=part.shape)
        ahead, behind = (
            total(**{name: _moved(part, change * pace)}) for change in (step, -step)
        )
        _assert_close(np.sum(exact * pace), ahead, behind, step, within)


class _WeightedSum:
    """A weighted sum of outputs on the last third of the samples."""

    def __init__(
        self,
        estimator: Any,
        data: tuple[Any, Any],
        fit_params: Mapping[str, Any] | None,
    ) -> None:
        X, self.y = data
        n_train = 2 * X.shape[0] // 3
        self.y, self.parts = self.y[:n_train], (X[:n_train], X[n_train:])
        given = fit_params or {}
        self.fit_params = {name: value[:n_train] for name, value in given.items()}
        self.estimator, self.rule = estimator, predictor_rule(estimator)
        self.fitted = self._fitted(self.parts[0])
        outputs = self.rule.outputs(self.fitted, self.parts[1])
        rng = np.random.default_rng(0)
        self.cotangent = rng.normal(size=outputs.values.shape)
        if outputs.kind == "log_odds" and self.cotangent.ndim > 1:
            # The softmax does not feel what all classes have in common.
            self.cotangent -= self.cotangent.mean(axis=1, keepdims=True)

    def __call__(self, X: Any = None, X_test: Any = None, **params: float) -> float:
        """Return the sum of a fit to other data, or with other parameters."""
        fitted = self._fitted(self.parts[0] if X is None else X, **params)
        samples = self.parts[1] if X_test is None else X_test
        values = self.rule.outputs(fitted, samples).values
        return float(np.sum(self.cotangent * values))

    def pullback(self, names: Collection[str], *, inputs: bool) -> Pullback:
        fold = Fold(self.parts[0], self.y, self.parts[1], self.fit_params, TOLERANCE)
        return self.rule.pullback(
            self.fitted, fold, self.cotangent, names, inputs=inputs
        )

    def _fitted(self, X: Any, **params: float) -> Any:
        estimator = clone(self.estimator).set_params(**params)
        return estimator.fit(X, self.y, **self.fit_params)


def _assert_close(
    exact: float, ahead: float, behind: float, step: float, within: float
) -> None:
    """Compare with a central difference, which is not known beyond its rounding."""
    assert exact != 0.0
    difference = (ahead - behind) / (2.0 * step)
    rounding = 8 * np.finfo(float).eps * max(abs(ahead), abs(behind)) / (2.0 * step)
    allowed = within * max(abs(exact), abs(difference)) + rounding
    assert abs(exact - difference) < allowed, (exact, difference)


def _moved(X: Any, change: np.ndarray) -> Any:
    return sparse.csr_matrix(X + change) if sparse.issparse(X) else X + change
