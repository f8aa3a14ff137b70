"""What steps and parts were really fitted on.

A rule differentiates the fit of an estimator on data that it gets by `transform`. That
is what the fit has seen unless a transformer makes something else of its training data,
out-of-fold predictions for instance, or an estimator before it on the same data worked
in place. Neither can be told from the fitted estimator: how near it is to the optimum
on some data depends on the tolerance of its solver as well. So what may do so is fitted
once more, on copies, and the outcome is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import TransformerMixin
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import (
    NMF,
    PCA,
    DictionaryLearning,
    KernelPCA,
    MiniBatchDictionaryLearning,
    MiniBatchNMF,
)
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfVectorizer,
)
from sklearn.impute import MissingIndicator
from sklearn.manifold import LocallyLinearEmbedding
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PowerTransformer,
    TargetEncoder,
)

from skopt_evo._sklearn_compat import clone_without_callbacks
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._copies import apply, copied
from skopt_evo.hypergrad._protocol import Fold

# A step, and what its fit got beside the data.
Step = tuple[str, Any, Mapping[str, Any]]

# Transformers that are known to make something else of their training data: there is no
# need to fit them to know.
DIFFERENT = (
    DictionaryLearning,
    LocallyLinearEmbedding,
    MiniBatchDictionaryLearning,
    MiniBatchNMF,
    NMF,
    TargetEncoder,
)

# Those whose `fit_transform` saves time, and makes the same.
SAME = (
    BisectingKMeans,
    CountVectorizer,
    DictVectorizer,
    HashingVectorizer,
    KMeans,
    MiniBatchKMeans,
    MissingIndicator,
    PowerTransformer,
    TfidfVectorizer,
)

# Those that make the same up to the accuracy of their solver, which may be a randomised
# one. The derivatives are as accurate then.
APPROXIMATE = (PCA, KernelPCA)

# Those that do what their parts do.
CONTAINERS = (ColumnTransformer, FeatureUnion, Pipeline)

# What numbers may differ by that are the same but for rounding: as a part of the
# largest one of their column, or of all columns, of which one may be nothing but
# rounding.
BY_COLUMN, BY_MATRIX = 1e-6, 1e-12


def is_known_to_differ(step: Any) -> bool:
    """Tell whether a transformer makes something else of its training data, unseen."""
    return any(isinstance(part, DIFFERENT) for part in _parts(step))


def check_transformers(steps: Sequence[Step], folds: Sequence[Fold]) -> None:
    """Raise if the last step was not fitted on what transformers make of the data.

    Parameters
    ----------
    steps : sequence of (name, transformer, fit_params)
        The fitted transformers.
    folds : sequence of Fold
        The data before each of them, and after the last one.

    Raises
    ------
    NoHypergradientError
        With the step that makes something else of the data that it is fitted on.
    """
    # What the fit made, and what comes out of it for the same data in other ways.
    fitted_on: Any = None
    others: list[Any] = []
    for (name, step, fit_params), fold in zip(steps, folds[:-1], strict=True):
        if not hasattr(step, "fit"):
            continue  # "passthrough"
        if fitted_on is None:
            if _makes_the_same(step):
                continue
            fitted_on, others = fold.X, [fold.X]
        clone_of_step = _refitted_clone(step)
        fitted_on = _fit_transform(clone_of_step, fitted_on, fold.y, fit_params)
        others = [apply(clone_of_step.transform, other) for other in others]
        if all(_are_equal(fitted_on, other) for other in others):
            fitted_on = None
        elif all(are_close(fitted_on, other) for other in others):
            if _draws_at_random(step):
                # The fit drew other numbers, so that its rounding may have the opposite
                # sign. Steps that follow, such as a threshold, must not turn either
                # into a large difference.
                others.append(2.0 * fitted_on - others[0])
        elif type(step) in APPROXIMATE:
            fitted_on = None
        else:
            raise NoHypergradientError(
                f"step {name!r} makes something else of the data that it is fitted on."
            )


def check_shared(estimator: Any, X: Any, y: Any, fit_params: Mapping[str, Any]) -> None:
    """Raise if the fit of an estimator changes data that others are fitted on as well.

    Parameters
    ----------
    estimator : estimator
        The estimator, fitted or not.
    X, y : array-likes
        Its training data.
    fit_params : mapping
        What else its ``fit`` gets.
    """
    if not _may_work_in_place(estimator):
        return
    data = copied(X)
    _refitted_clone(estimator).fit(data, copied(y), **copied(dict(fit_params)))
    if not _are_equal(data, X):
        raise NoHypergradientError(
            f"{type(estimator).__name__} works in place, on data that other estimators "
            "are fitted on after it."
        )


def _fit_transform(
    transformer: Any, X: Any, y: Any, fit_params: Mapping[str, Any]
) -> Any:
    """Do what a pipeline does in its own fit, with copies."""
    X, y, given = copied(X), copied(y), copied(dict(fit_params))
    if hasattr(transformer, "fit_transform"):
        return transformer.fit_transform(X, y, **given)
    return transformer.fit(X, y, **given).transform(X)


def _refitted_clone(estimator: Any) -> Any:
    """Return an unfitted copy that draws from no random state but its own."""
    clone_of_step = clone_without_callbacks(estimator)
    return clone_of_step.set_params(
        **{name: 0 for name, value in _seeds(clone_of_step).items() if value is None}
    )


def _seeds(estimator: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in estimator.get_params().items()
        if name.rpartition("__")[2] == "random_state"
    }


def _draws_at_random(step: Any) -> bool:
    """Tell whether another fit of a transformer may draw something else."""
    return not all(isinstance(value, Integral) for value in _seeds(step).values())


def _makes_the_same(step: Any) -> bool:
    """Tell whether `fit_transform` is known to be `transform` after `fit`.

    So it is where nothing else is defined, unless `fit` itself changes the data, or
    `transform` does something else each time.
    """
    return not _may_work_in_place(step) and all(
        isinstance(part, (*SAME, *CONTAINERS))
        or getattr(type(part), "fit_transform", None) is TransformerMixin.fit_transform
        for part in _parts(step)
        if hasattr(part, "fit") and hasattr(part, "transform")
    )


def _may_work_in_place(estimator: Any) -> bool:
    """Tell whether an estimator is set to, or is somebody else's."""
    params = estimator.get_params()
    copies = [name for name in params if name.rpartition("__")[2].startswith("copy")]
    return any(params[name] is False for name in copies) or not all(
        _is_known(part) for part in _parts(estimator) if hasattr(part, "fit")
    )


def _is_known(part: Any) -> bool:
    """Tell whether it is scikit-learn's or ours, and calls no function of a user's."""
    if isinstance(part, FunctionTransformer):
        return part.func is None
    return type(part).__module__.partition(".")[0] in ("sklearn", "skopt_evo")


def _parts(estimator: Any) -> list[Any]:
    """Return an estimator and all those that it consists of; none for strings."""
    if not hasattr(estimator, "get_params") or isinstance(estimator, type):
        return []
    values = estimator.get_params().values()
    return [estimator, *(part for part in values if not isinstance(part, type))]


def are_close(first: Any, second: Any) -> bool:
    """Tell whether two outcomes are the same but for rounding."""
    if _are_equal(first, second):
        return True
    if isinstance(first, list) or np.shape(first) != np.shape(second):
        return False
    if sparse.issparse(first) or sparse.issparse(second):
        first, second = sparse.csc_matrix(first), sparse.csc_matrix(second)
        size, gap = abs(first).max(axis=0), abs(first - second).max(axis=0)
        size, gap = size.toarray(), gap.toarray()
    else:
        try:
            first = np.asarray(first, dtype=np.float64)
            second = np.asarray(second, dtype=np.float64)
        except (TypeError, ValueError):
            return False  # other things than numbers, and not equal
        missing = np.isnan(first)
        if not np.array_equal(missing, np.isnan(second)):
            return False
        first, second = np.where(missing, 0.0, first), np.where(missing, 0.0, second)
        size = np.max(np.abs(first), axis=0, initial=0.0)
        gap = np.max(np.abs(first - second), axis=0, initial=0.0)
    allowed = np.maximum(BY_COLUMN * size, BY_MATRIX * np.max(size, initial=0.0))
    return bool(np.all(gap <= allowed))


def _are_equal(first: Any, second: Any) -> bool:
    """Tell whether two data sets have the same values."""
    if type(first) is not type(second):
        return False
    if sparse.issparse(first):
        first, second = sparse.coo_matrix(first), sparse.coo_matrix(second)
        return first.shape == second.shape and all(
            _are_equal(getattr(first, name), getattr(second, name))
            for name in ("row", "col", "data")
        )
    if isinstance(first, list):
        return bool(first == second)
    if hasattr(first, "columns"):  # a frame
        return bool(first.equals(second))
    first, second = np.asarray(first), np.asarray(second)
    is_numeric = first.dtype.kind in "fc" and second.dtype.kind in "fc"
    return bool(np.array_equal(first, second, equal_nan=is_numeric))
