"""What is asked of a kernel, to be differentiated through."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy import sparse

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError


class KernelMatrix(ABC):
    """The kernel between two sets of samples, with its derivatives.

    Attributes
    ----------
    value : ndarray of shape (n_first, n_second)
        The matrix.
    """

    value: FloatArray

    @abstractmethod
    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        """Return the derivatives of a function of the matrix by its parameters.

        Parameters
        ----------
        cotangent : ndarray of shape (n_first, n_second)
            The derivative of the function by each entry.

        Returns
        -------
        slopes : dict of str to float
            For each parameter that the kernel has; it does not depend on others.
        """

    @abstractmethod
    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the derivatives of a function of the matrix by the samples.

        Parameters
        ----------
        cotangent : ndarray of shape (n_first, n_second)
            The derivative of the function by each entry.

        Returns
        -------
        first : ndarray of shape (n_first, n_features)
            The derivatives by the samples of the rows.
        second : ndarray of shape (n_second, n_features)
            The same by those of the columns.

        Raises
        ------
        NoHypergradientError
            If there are none.
        """


class FixedKernel(KernelMatrix):
    """A kernel of which nothing but its values is known.

    Parameters
    ----------
    value : array-like of shape (n_first, n_second)
        The matrix.
    """

    def __init__(self, value: Any) -> None:
        self.value = as_dense(value)

    def by_params(self, cotangent: FloatArray) -> dict[str, float]:
        """Return none, since no parameter of an estimator reaches it."""
        return {}

    def by_samples(self, cotangent: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Raise an error."""
        raise NoHypergradientError("the derivatives of the kernel are not known.")


def as_dense(data: Any) -> FloatArray:
    """Return an array, or a sparse matrix, as a float64 array."""
    data = data.toarray() if sparse.issparse(data) else data
    return np.asarray(data, dtype=np.float64)
