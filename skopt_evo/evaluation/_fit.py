"""One fit of a candidate: what runs where the executor says, perhaps in a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skopt_evo._sklearn_compat import check_method_params, safe_split
from skopt_evo.evaluation._error_score import scored_fold
from skopt_evo.hypergrad import Fold
from skopt_evo.trials import FoldGradient, FoldResult, Unit

Differentiate: TypeAlias = Callable[..., FoldGradient]


def evaluate(
    *,
    estimator: Any,
    X: Any,
    y: Any,
    splits: Sequence[tuple[Any, Any]],
    n_candidates: int,
    seed: int,
    gradient: Differentiate | None,
    number: int,
    params: Mapping[str, Any],
    unit: Unit,
    callbacks: Mapping[str, Any],
    **settings: Any,
) -> FoldResult:
    """Fit a candidate on one split and score it.

    All arguments but the last ones (`number`, `params`, `unit` and `callbacks`) are the
    same for all fits of a search, and go to a worker once.

    Parameters
    ----------
    estimator : estimator
        It is cloned.
    X, y : array-like
        The data, `y` None if there is none.
    splits : sequence of (train, test) index arrays
        The splits of the search.
    n_candidates : int
        How many candidates there will be, for progress messages.
    seed : int
        The seed of the search.
    gradient : callable or None
        Differentiates the score by the parameters, beside the fit.
    number : int
        The number of the candidate.
    params : mapping
        Its parameters.
    unit : Unit
        Which split, and how much of its training set.
    callbacks : mapping
        What ``_fit_and_score`` needs for scikit-learn's callbacks.
    **settings
        Further arguments of scikit-learn's ``_fit_and_score``.

    Returns
    -------
    fold : FoldResult
        The scores, times, and the error of the fit if there was one.
    """
    train, test = splits[unit.split]
    if unit.fidelity < 1.0:
        train = share_of(train, unit, seed)
    arguments = {
        "estimator": clone(estimator),
        "X": X,
        "y": y,
        "train": train,
        "test": test,
        "parameters": params,
        "split_progress": (unit.split, len(splits)),
        "candidate_progress": (number, n_candidates),
        **callbacks,
        **settings,
    }
    if gradient is None:
        return scored_fold(**arguments)[0]
    fold, fitted = scored_fold(**arguments, return_estimator=True)
    if fold.fit_error is not None:
        return fold
    return _differentiated(fold, fitted, gradient, arguments)


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
    rows = np.asarray(train)
    if rows.dtype == bool:
        rows = np.flatnonzero(rows)
    n_rows = max(1, int(np.ceil(unit.fidelity * len(rows))))
    order = np.random.default_rng((seed, unit.split)).permutation(len(rows))
    return np.asarray(rows[np.sort(order[:n_rows])])


def _differentiated(
    fold: FoldResult, estimator: Any, gradient: Differentiate, fit: Mapping[str, Any]
) -> FoldResult:
    """Add the derivatives to a result, while there is the fitted estimator."""
    start = time.time()
    X, y, train, test = fit["X"], fit["y"], fit["train"], fit["test"]
    X_train, y_train = safe_split(estimator, X, y, train)
    X_test, y_test = safe_split(estimator, X, y, test, train)
    found = gradient(
        estimator,
        Fold(
            X_train,
            y_train,
            X_test,
            check_method_params(X, params=fit["fit_params"], indices=train),
        ),
        y_test,
        check_method_params(X, params=fit["score_params"], indices=test),
        fold.computed_scores(),
        fit["parameters"],
    )
    return replace(fold, gradient=found, gradient_time=time.time() - start)
