"""Scores of classifiers, with their derivatives by log-odds or decision values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Outputs
from skopt_evo.hypergrad.criteria._criterion import Criterion
from skopt_evo.hypergrad.criteria._decision_losses import SURROGATES
from skopt_evo.hypergrad.criteria._probability_losses import PROBABILITY_LOSSES


def classification_criterion(
    metric: Callable[..., float], kwargs: Mapping[str, Any]
) -> Criterion:
    """Return the criterion of a metric of probabilities, or what stands in for one.

    Parameters
    ----------
    metric : callable
        A key of `PROBABILITY_LOSSES` or of `SURROGATES`.
    kwargs : mapping
        What the metric is called with.
    """
    is_surrogate = metric in SURROGATES
    loss = (SURROGATES if is_surrogate else PROBABILITY_LOSSES)[metric]
    if kwargs and not is_surrogate:
        raise NoHypergradientError(
            f"{metric.__name__} is called with {sorted(kwargs)}, whose effect on its "
            "derivative is not known."
        )

    def evaluate(
        y: Any, outputs: Outputs, sample_weight: FloatArray | None
    ) -> tuple[float, FloatArray]:
        codes = _codes(y, outputs)
        if outputs.kind == "margin" and not is_surrogate:
            raise NoHypergradientError(
                f"{metric.__name__} scores probabilities, which are none of the "
                "classifier's outputs."
            )
        weights = np.ones(len(codes)) if sample_weight is None else sample_weight
        return loss(outputs, codes, weights / np.sum(weights))

    return Criterion(loss.__name__.strip("_"), is_surrogate, evaluate)


def _codes(y: Any, outputs: Outputs) -> IntArray:
    """Return the number of the class of each sample."""
    labels = np.asarray(y)
    if outputs.classes is None or labels.ndim != 1:
        raise NoHypergradientError("the score is one of a single label a sample.")
    codes = np.searchsorted(outputs.classes, labels)
    codes = np.minimum(codes, len(outputs.classes) - 1)
    if not np.array_equal(outputs.classes[codes], labels):
        raise NoHypergradientError(
            "the test set has a class that the training set has not."
        )
    return np.asarray(codes, dtype=np.int64)
