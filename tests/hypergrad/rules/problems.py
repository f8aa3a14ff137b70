"""Small data for the rules, and the one thing that is asked of every derivative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skopt_evo.hypergrad import check_hypergradient

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
    assert np.all(check["error"] < within), check
