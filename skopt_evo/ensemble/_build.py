"""From the weights of candidates to a fitted estimator."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from skopt_evo._sklearn_compat import check_method_params, clone_without_callbacks
from skopt_evo._typing import ByteArray, FloatArray
from skopt_evo.ensemble._averaged import make_averaged
from skopt_evo.ensemble._protocol import Ensemble
from skopt_evo.evaluation import error_of, rows_of
from skopt_evo.executors import Executor
from skopt_evo.predictions import Targets

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
    is_folds = ensemble.members == "folds"
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
    if part is None:
        return model.fit(X, y, **fit_params)
    train, test = splits[part]
    rows = rows_of(model, X, y, train, test)
    own_params = check_method_params(X, params=fit_params, indices=train)
    return model.fit(rows.X_train, rows.y_train, **own_params)


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
