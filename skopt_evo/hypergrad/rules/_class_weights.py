"""The weights that classifiers give to their training samples."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from skopt_evo._typing import FloatArray
from skopt_evo.hypergrad._protocol import Fold
from skopt_evo.hypergrad.rules._matrices import as_columns

# From scikit-learn 1.7 on "balanced" means balanced sums of weights, not of samples.
_COUNTS_WEIGHTS = "sample_weight" in inspect.signature(compute_class_weight).parameters


def sample_weights(estimator: Any, fold: Fold) -> FloatArray:
    """Return the weights of the training samples times those of their classes.

    Parameters
    ----------
    estimator : classifier
        The fitted classifier, which has a ``class_weight``.
    fold : Fold
        The data.

    Returns
    -------
    weights : ndarray of shape (n_train,)
    """
    codes = np.searchsorted(estimator.classes_, np.asarray(fold.y))
    return np.asarray(fold.sample_weight() * _of_classes(estimator, fold)[codes])


def one_vs_rest(estimator: Any, fold: Fold) -> tuple[FloatArray, FloatArray]:
    """Return the targets and the weights of separate models of classes.

    LIBLINEAR gives class weights to both of two classes; of more, a class is weighted
    in its own model alone.

    Parameters
    ----------
    estimator : classifier
        The fitted classifier, which has a ``class_weight``.
    fold : Fold
        The data.

    Returns
    -------
    targets, weights : ndarrays of shape (n_train, n_outputs)
        Targets of 0 and 1; the one output of two classes is that of the second one.
    """
    codes = np.searchsorted(estimator.classes_, np.asarray(fold.y))
    n_classes = len(estimator.classes_)
    if n_classes == 2:
        return as_columns(codes), sample_weights(estimator, fold)[:, np.newaxis]
    targets = as_columns(codes[:, np.newaxis] == np.arange(n_classes))
    factors = np.where(targets == 1.0, _of_classes(estimator, fold), 1.0)
    return targets, fold.sample_weight()[:, np.newaxis] * factors


def _of_classes(estimator: Any, fold: Fold) -> FloatArray:
    others = {"sample_weight": fold.sample_weight()} if _COUNTS_WEIGHTS else {}
    weights = compute_class_weight(
        estimator.class_weight,
        classes=estimator.classes_,
        y=np.asarray(fold.y),
        **others,
    )
    return np.asarray(weights, dtype=np.float64)
