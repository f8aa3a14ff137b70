"""The rows of the data that a fit is trained and tested on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import get_tags

from skopt_evo._sklearn_compat import as_indices_of, safe_split
from skopt_evo.predictions import as_row_numbers
from skopt_evo.trials import Unit


class Rows(NamedTuple):
    """The data of one fit.

    Attributes
    ----------
    X_train, X_test : array-like
        Copies: an estimator may change them.
    y_train, y_test : array-like
        None if there is no target.
    """

    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any


def rows_of(estimator: Any, X: Any, y: Any, train: Any, test: Any) -> Rows:
    """Return the rows of a training set and of a test set.

    scikit-learn's own function first finds out what kind of data it has, which takes
    many times longer than to index a small array, and does so four times a fit. For
    NumPy's arrays, which are most of them, there is nothing to find out.

    Parameters
    ----------
    estimator : estimator
        Its tags say whether `X` is a matrix of pairs of samples.
    X, y : array-like
        The data.
    train, test : array of row numbers, or of one bool a sample
        The rows.
    """
    is_plain = type(X) is np.ndarray and (y is None or type(y) is np.ndarray)
    if is_plain and not get_tags(estimator).input_tags.pairwise:
        if y is None:
            return Rows(X[train], None, X[test], None)
        return Rows(X[train], y[train], X[test], y[test])
    train, test = as_indices_of(X, train), as_indices_of(X, test)
    return Rows(
        *safe_split(estimator, X, y, train), *safe_split(estimator, X, y, test, train)
    )


def share_of(train: Any, unit: Unit, seed: int) -> NDArray[Any]:
    """Return the rows of a training set that a unit is fitted on.

    A smaller share of a split is a part of each larger one, as Hyperband and successive
    halving have it, so that more data is nothing but more data.

    Parameters
    ----------
    train : array of row numbers, or of one bool a sample
        The training set of the split.
    unit : Unit
        The split and the share, by which the number of rows is rounded up.
    seed : int
        Which rows follows from it and from the split alone.

    Returns
    -------
    rows : ndarray of row numbers
        In the order of the training set.
    """
    rows = as_row_numbers(train)
    # 0.07 * 100 is a little more than 7 in floats, which is no eighth row.
    n_rows = max(1, int(np.ceil(np.round(unit.fidelity * len(rows), 6))))
    order = np.random.default_rng((seed, unit.split)).permutation(len(rows))
    return np.asarray(rows[np.sort(order[:n_rows])])
