"""Splits of data into training and test sets, checked before anything is fitted."""

from collections.abc import Iterable

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import check_cv

from skopt_evo._messages import shown

# What a splitter has to yield.
PAIR = "pairs of arrays, the row numbers of the training set and those of the test set"


def make_splits(estimator, cv, X, y, split_params):
    """Return the splits that a parameter `cv` stands for.

    Parameters
    ----------
    estimator : estimator
        What will be fitted: for a classifier, an int stands for stratified folds.
    cv : int, splitter, iterable or None
        What the user has passed.
    X, y : array-like
        The data.
    split_params : mapping
        Further arguments of the splitter, such as `groups`.

    Returns
    -------
    splits : list of (train, test)
        Arrays of row numbers, or of booleans.

    Raises
    ------
    ValueError, TypeError, IndexError
        If there is no split, if one is none of the rows of `X`, or if a set is empty.
    """
    splitter = check_cv(cv, y, classifier=is_classifier(estimator))
    n_splits = splitter.get_n_splits(X, y, **split_params)
    try:
        splits = list(splitter.split(X, y, **split_params))
    except (TypeError, ValueError) as error:
        if isinstance(cv, Iterable):  # of splits, which are unpacked there
            kind = type(cv).__name__
            error.add_note(f"cv, a {kind}, has to yield {PAIR}.")
        raise
    if len(splits) != n_splits:
        raise ValueError(
            "cv.split and cv.get_n_splits return inconsistent results. Expected "
            f"{n_splits} splits, got {len(splits)}"
        )
    if not splits:
        raise ValueError(
            "No fits were performed. Was the CV iterator empty? Were there no "
            f"candidates? cv={cv!r} made no split. A generator can be used "
            "only once: pass a list of what it yields."
        )
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    return [_checked(*split, n_samples) for split in enumerate(splits)]


def _checked(number, split, n_samples):
    """Return a split as a pair of arrays; raise if it is none of the data's rows."""
    try:
        train, test = split
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"Split {number} of cv is {shown(split)}, expected {PAIR}."
        ) from None
    return (
        _checked_rows(f"The training set of split {number} of cv", train, n_samples),
        _checked_rows(f"The test set of split {number} of cv", test, n_samples),
    )


def _checked_rows(name, rows, n_samples):
    """Return rows as an array; raise if they are none, or nothing at all."""
    rows = np.asarray(rows)
    is_mask = rows.dtype == bool and rows.shape == (n_samples,)
    if not rows.size or (is_mask and not rows.any()):
        raise ValueError(f"{name} is empty: it needs at least one sample.")
    if is_mask:
        return rows
    if rows.dtype.kind not in "iu" or rows.ndim != 1:
        raise ValueError(
            f"{name} is an array of shape {rows.shape} and type {rows.dtype}: expected "
            f"a vector of row numbers, or of {n_samples} booleans, one for each sample."
        )
    if rows.min() < -n_samples or rows.max() >= n_samples:
        raise IndexError(
            f"{name} has rows from {rows.min()} to {rows.max()}, but X has "
            f"{n_samples} samples: pass row numbers from 0 to {n_samples - 1}."
        )
    return rows
