"""What is predicted: classes, labels or numbers, and which columns stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.multiclass import type_of_target

from skopt_evo._messages import shown

# By how much the sum of rounded probabilities may differ from 1.
ROUNDING = 1e-4


@dataclass(frozen=True, eq=False)
class Targets:
    """What the predictions of a search are of.

    Attributes
    ----------
    classes : tuple of ndarray or None
        The sorted classes of each output, of all the data; None for regression.
    n_outputs : int
        How many targets a sample has.
    is_multilabel : bool
        Whether the targets are an indicator matrix: each output is 0 or 1.
    is_1d : bool
        Whether predictions are of shape (n_samples,).
    """

    classes: tuple[NDArray[Any], ...] | None
    n_outputs: int = 1
    is_multilabel: bool = False
    is_1d: bool = True

    def columns(self, method: str) -> list[slice]:
        """Return the columns that belong to each output.

        Parameters
        ----------
        method : {"predict_proba", "decision_function", "predict"}
            The method that has answered.

        Returns
        -------
        columns : list of slice
            A column for each class. Decisions between two classes, and decisions of
            labels, have a single one: the larger, the more likely the second class.
        """
        if self.classes is None:
            sizes = [1] * self.n_outputs
        elif method == "decision_function":
            sizes = [1 if len(c) <= 2 else len(c) for c in self.classes]
        else:
            sizes = [len(classes) for classes in self.classes]
        ends = np.cumsum(sizes)
        return [slice(end - n, end) for end, n in zip(ends, sizes, strict=True)]

    def scaled(self, probabilities: NDArray[Any]) -> NDArray[np.float64]:
        """Return probabilities that add up to 1 for each output, of rounded ones.

        In 32 bits they add up to 1 only about, which some metrics complain of. Where
        they do not even do that, they are left as they are.

        Parameters
        ----------
        probabilities : ndarray of shape (n_rows, n_columns)
            A column for each class of each output.
        """
        scaled = np.array(probabilities, dtype=np.float64)
        for columns in self.columns("predict_proba"):
            part = scaled[:, columns]
            total = part.sum(axis=1, keepdims=True)
            np.divide(part, total, out=part, where=abs(total - 1.0) < ROUNDING)
        return scaled

    def codes(self, method: str, values: NDArray[Any]) -> NDArray[np.int32]:
        """Return the numbers of the classes with the largest values.

        Parameters
        ----------
        method : {"predict_proba", "decision_function", "predict"}
            The method that has answered.
        values : ndarray of shape (..., n_rows, n_columns)
            Its answers.

        Returns
        -------
        codes : ndarray of shape (..., n_rows, n_outputs)
        """
        codes = []
        assert self.classes is not None
        for columns, classes in zip(self.columns(method), self.classes, strict=True):
            part = values[..., columns]
            if part.shape[-1] == 1 and method == "decision_function":
                codes.append((part[..., 0] > 0) & (len(classes) > 1))
            else:
                codes.append(np.argmax(part, axis=-1))
        return np.stack(codes, axis=-1).astype(np.int32)

    def labels(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Return classes by their numbers, as ``predict`` returns them.

        Parameters
        ----------
        codes : ndarray of shape (n_rows, n_outputs)
            The numbers of the classes.
        """
        assert self.classes is not None
        columns = [self.classes[i][codes[:, i]] for i in range(self.n_outputs)]
        return columns[0] if self.is_1d else np.column_stack(columns)

    def one_hot(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Return a 1 in the column of the class that is predicted, 0 in the others.

        Parameters
        ----------
        codes : ndarray of shape (n_rows, n_outputs)
            The numbers of the classes.
        """
        assert self.classes is not None
        return np.concatenate(
            [
                np.eye(len(classes), dtype=np.float32)[codes[:, output]]
                for output, classes in enumerate(self.classes)
            ],
            axis=1,
        )


def targets_of(estimator: Any, y: Any) -> Targets:
    """Return what an estimator predicts.

    Parameters
    ----------
    estimator : estimator
        A classifier or a regressor.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        All targets of the search.

    Raises
    ------
    ValueError
        If the estimator is neither, or if there is no target.
    """
    if y is None or not (is_classifier(estimator) or is_regressor(estimator)):
        what = f"a {type(estimator).__name__}" if y is not None else "y=None"
        raise ValueError(
            f"Predictions are kept of classifiers and regressors alone, got {what}. "
            "Pass ensemble=None and return_predictions=False."
        )
    # Of a matrix with the targets of several outputs, sparse or not.
    array = y if hasattr(y, "tocsc") else np.asarray(y)
    is_1d = array.ndim == 1 or array.shape[1] == 1
    n_outputs = 1 if is_1d else array.shape[1]
    if not is_classifier(estimator):
        return Targets(None, n_outputs, is_1d=is_1d)
    try:
        if type_of_target(y) == "multilabel-indicator":
            labels = (np.array([0, 1]),) * n_outputs
            return Targets(labels, n_outputs, is_multilabel=True, is_1d=False)
        columns = array.reshape(len(array), n_outputs).T
        classes = tuple(np.unique(column) for column in columns)
    except TypeError as error:
        raise ValueError(
            f"The classes in y cannot be sorted ({error}). Pass classes of one type, "
            f"got y={shown(y)}."
        ) from None
    return Targets(classes, n_outputs, is_1d=is_1d)
