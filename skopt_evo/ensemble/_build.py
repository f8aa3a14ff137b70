"""From the weights of candidates to a fitted estimator."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from skopt_evo._sklearn_compat import clone_without_callbacks
from skopt_evo._typing import ByteArray, FloatArray
from skopt_evo.ensemble._averaged import AveragedClassifier, AveragedRegressor
from skopt_evo.ensemble._averaging import fit_on_rows
from skopt_evo.ensemble._members import check_estimators, checked_weights
from skopt_evo.ensemble._protocol import Ensemble
from skopt_evo.evaluation import error_of
from skopt_evo.executors import Executor
from skopt_evo.predictions import Targets, as_row_numbers

# Of the largest training set, the smallest one has at least this share, if models of
# the splits are averaged.
LEAST_SHARE = 0.8

# A model: the number of the candidate, and the split; None for all the data.
Key = tuple[int, int | None]


@dataclass(frozen=True, eq=False)
class MemberFits:
    """What the members of an ensemble are fitted with.

    Attributes
    ----------
    estimator : estimator
        It is cloned.
    params : sequence of mapping
        The parameters of all candidates.
    X, y : array-like
        The data.
    fit_params : mapping
        Further arguments of ``fit``.
    targets : Targets
        What is predicted.
    splits : sequence of (train, test)
        The splits of the search.
    cv : object
        What makes such splits again, for a clone of the ensemble that is fitted.
    executor : Executor
        Runs the fits. It is not open.
    n_jobs : int or None
        As for a clone of the ensemble that is fitted.
    models : mapping of (int, int) to ndarray of uint8
        The pickled models that there are already, by candidate and split.
    """

    estimator: Any
    params: Sequence[Mapping[str, Any]]
    X: Any
    y: Any
    fit_params: Mapping[str, Any]
    targets: Targets
    splits: Sequence[tuple[Any, Any]]
    cv: Any
    executor: Executor
    n_jobs: int | None = None
    models: Mapping[Key, ByteArray] = field(default_factory=dict)


def build(ensemble: Ensemble, weights: FloatArray, fits: MemberFits) -> tuple[Any, int]:
    """Return an ensemble of candidates, fitted.

    Parameters
    ----------
    ensemble : Ensemble
        Says which models are averaged.
    weights : ndarray of shape (n_candidates,)
        The candidates with the weight 0 are left out.
    fits : MemberFits
        How to fit those models that there are none of.

    Returns
    -------
    estimator : AveragedClassifier or AveragedRegressor
        Its members are in the order of the candidates.
    n_fits : int
        How many models had to be fitted.
    """
    chosen = [int(number) for number in np.flatnonzero(weights)]
    is_folds = ensemble.members == "folds" and not has_uneven_splits(fits.splits)
    parts = list(range(len(fits.splits))) if is_folds else [None]
    wanted = [(number, part) for number in chosen for part in parts]
    fitted = _fit_all([key for key in wanted if key not in fits.models], fits)
    models = [
        [
            fitted[key] if (key := (number, part)) in fitted else _loaded(fits, key)
            for part in parts
        ]
        for number in chosen
    ]
    members = [
        (
            f"candidate_{number}",
            _with_params(clone(fits.estimator), fits.params[number]),
        )
        for number in chosen
    ]
    estimator = make_averaged(
        members,
        weights[chosen],
        fits.cv if is_folds else None,
        models,
        fits.targets,
        train_sets=[train for train, _ in fits.splits] if is_folds else None,
        n_jobs=fits.n_jobs,
    )
    return estimator, len(fitted)


def has_uneven_splits(splits: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether training sets differ so much in size that models of all differ.

    Those of `TimeSeriesSplit` grow: the first models know the oldest data alone. Then
    members are fitted on all the data.
    """
    sizes = [len(as_row_numbers(train)) for train, _ in splits]
    return min(sizes) < LEAST_SHARE * max(sizes)


def fit_member(
    *,
    estimator: Any,
    X: Any,
    y: Any,
    fit_params: Mapping[str, Any],
    splits: Sequence[tuple[Any, Any]],
    params: Mapping[str, Any],
    part: int | None,
) -> Any:
    """Fit a candidate on the training set of a split, or on all the data.

    All arguments but the last two are the same for all fits.

    Parameters
    ----------
    estimator, X, y, fit_params, splits
        As in `MemberFits`.
    params : mapping
        The parameters of the candidate.
    part : int or None
        The number of the split, None for all the data.

    Returns
    -------
    model : estimator
        No callback has observed the fit.
    """
    model = _with_params(clone_without_callbacks(estimator), params)
    train = None if part is None else splits[part][0]
    return fit_on_rows(model, X, y, fit_params, train)


def _with_params(estimator: Any, params: Mapping[str, Any]) -> Any:
    # Some values may be estimators.
    return estimator.set_params(**clone(params, safe=False))


def _fit_all(keys: Sequence[Key], fits: MemberFits) -> dict[Key, Any]:
    """Fit models side by side; a worker that dies is replaced once."""
    common = {
        "estimator": fits.estimator,
        "X": fits.X,
        "y": fits.y,
        "fit_params": fits.fit_params,
        "splits": fits.splits,
    }
    models: dict[Key, Any] = {}
    if not keys:
        return models
    tried: set[Any] = set()
    with fits.executor.open(fit_member, common):
        for key in keys:
            _submit(fits, key)
        while len(models) < len(keys):
            done = fits.executor.next_done(None)
            assert done is not None
            if done.error is not None:
                raise done.error
            if done.fault is None:
                models[done.key] = done.result  # type: ignore[index]
                continue
            if done.is_alone and done.key in tried:
                raise error_of(done.fault)
            tried.add(done.key)
            _submit(fits, done.key)
    return models


def _submit(fits: MemberFits, key: Any) -> None:
    number, part = key
    arguments = {"params": fits.params[number], "part": part}
    fits.executor.submit(key, arguments, part)


def _loaded(fits: MemberFits, key: Key) -> Any:
    """Return a model that a fit of this search has returned, never one of a file."""
    return pickle.loads(fits.models[key].tobytes())


def make_averaged(
    estimators: list[tuple[str, Any]],
    weights: ArrayLike | None,
    cv: Any,
    models: Sequence[Sequence[Any]],
    targets: Targets,
    *,
    train_sets: Sequence[Any] | None = None,
    n_jobs: int | None = None,
) -> AveragedClassifier | AveragedRegressor:
    """Return a fitted ensemble, of models that a search has fitted already.

    Parameters
    ----------
    estimators, weights, cv, n_jobs
        The parameters of the ensemble.
    models : sequence of sequence of estimators
        The fitted models of each of the `estimators`: one, or one for each split.
    targets : Targets
        What is predicted.
    train_sets : sequence of ndarray, default=None
        The rows that the models of each of the `estimators` were fitted on; None for
        all. Kept for precomputed kernels and distances only, whose columns they are.

    Returns
    -------
    ensemble : AveragedClassifier or AveragedRegressor
        It is fitted.

    Raises
    ------
    ValueError
        As ``fit`` does for the parameters.
    """
    kind = AveragedRegressor if targets.classes is None else AveragedClassifier
    ensemble = kind(estimators, weights=weights, cv=cv, n_jobs=n_jobs)
    check_estimators(ensemble)
    ensemble._set_fitted(
        [list(each) for each in models],
        checked_weights(ensemble),
        targets,
        [None] * len(models[0]) if train_sets is None else train_sets,
    )
    return ensemble
