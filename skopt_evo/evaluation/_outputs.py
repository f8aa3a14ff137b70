"""What a fit returns beyond scores: its predictions, and the fitted estimator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skopt_evo._loky_compat import pickled
from skopt_evo._typing import ByteArray
from skopt_evo.predictions import Targets, predict
from skopt_evo.trials import FoldResult, Predictions


@dataclass(frozen=True)
class Outputs:
    """What fits are to return beyond scores.

    Attributes
    ----------
    targets : Targets
        What is predicted: the predictions for the test set are returned.
    with_labels : bool
        Whether ``predict`` is asked beside ``predict_proba``, since the scorer asks it.
    with_models : bool
        Whether the fitted estimator is returned.
    """

    targets: Targets
    with_labels: bool = False
    with_models: bool = False


def add_outputs(
    fold: FoldResult, estimator: Any, X_test: Any, outputs: Outputs, seen: Any
) -> FoldResult:
    """Add to a result what a fitted estimator predicts, and the estimator itself.

    Parameters
    ----------
    fold : FoldResult
        The result of a fit that went well.
    estimator : estimator
        It is fitted.
    X_test : array-like
        The test set.
    outputs : Outputs
        What is to be returned.
    seen : estimator
        The same estimator, which may remember what it has predicted for `X_test`.

    Returns
    -------
    fold : FoldResult
        Without predictions if the estimator raises, whose scores count all the same;
        without the model if it cannot be pickled.
    """
    found = _predictions(seen, X_test, outputs)
    model = _model(estimator) if outputs.with_models and found is not None else None
    return replace(fold, predictions=found, model=model)


def _predictions(estimator: Any, X_test: Any, outputs: Outputs) -> Predictions | None:
    try:
        return predict(
            estimator, X_test, outputs.targets, with_labels=outputs.with_labels
        )
    except Exception:
        # A scorer may need less than we ask for, e.g. labels alone.
        return None


def _model(estimator: Any) -> ByteArray | None:
    try:
        return np.frombuffer(pickled(estimator), dtype=np.uint8)
    except Exception:
        # It will be fitted again, if it is needed.
        return None
