"""Data as matrices, dense or sparse."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError

# Derivatives by data are dense, whatever the data: no more entries than this.
MOST_INPUTS = 10**8


def check_size(*data: Any) -> None:
    """Raise where derivatives by all entries of the data would not fit into memory."""
    if max(n_entries(X) for X in data) > MOST_INPUTS:
        raise NoHypergradientError(
            "a transformer is tuned whose output is too large for a dense array: more "
            f"than {MOST_INPUTS:,} entries."
        )


def n_entries(X: Any) -> int:
    """Return the number of entries of a matrix, zeros included."""
    return int(X.shape[0]) * int(X.shape[1])


def as_matrix(X: Any) -> Any:
    """Return data as a float64 array, or as a sparse matrix by rows."""
    if sparse.issparse(X):
        return X.tocsr().astype(np.float64, copy=False)
    return np.asarray(X, dtype=np.float64)


def as_columns(values: Any) -> FloatArray:
    """Return values of samples as a matrix with a column an output."""
    array = np.asarray(values, dtype=np.float64)
    return array[:, np.newaxis] if array.ndim == 1 else array


def dense(product: Any) -> FloatArray:
    """Return a product with a sparse matrix, or without one, as an array."""
    if sparse.issparse(product):
        product = product.toarray()
    return np.asarray(product, dtype=np.float64)
