"""What a fitted estimator predicted for the test set of one split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The methods whose answers are kept, the one that says most first.
METHODS = ("predict_proba", "decision_function", "predict")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a fitted estimator predicted for the test set of one split.

    The columns are the same for all fits of a search, whatever classes a training set
    has: `skopt_evo.predictions.Targets` says what they mean.

    Attributes
    ----------
    method : {"predict_proba", "decision_function", "predict"}
        The method of the estimator that has answered.
    values : ndarray of shape (n_rows, n_columns)
        Its answers. Those of ``predict`` of a classifier are a 1 for the class that is
        predicted, and 0 for the others.
    labels : ndarray of shape (n_rows, n_outputs), dtype=int32, or None
        The numbers of the classes that ``predict`` has answered, None if they are those
        with the largest values.
    is_list : bool
        Whether ``predict_proba`` answers a list, with an array for each output.
    """

    method: str
    values: NDArray[Any]
    labels: NDArray[np.int32] | None = None
    is_list: bool = False

    def take(self, rows: NDArray[Any]) -> Predictions:
        """Return the predictions for some of the rows, by their place."""
        labels = None if self.labels is None else self.labels[rows]
        return replace(self, values=self.values[rows], labels=labels)
