"""From the weights of candidates to a fitted estimator."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from skopt_evo._sklearn_compat import check_method_params, clone_without_callbacks
from skopt_evo._typing import ByteArray, FloatArray
from skopt_evo.ensemble._averaged import make_averaged
from skopt_evo.ensemble._protocol import Ensemble
from skopt_evo.evaluation import rows_of
from skopt_evo.predictions import Targets


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
    models : mapping of (int, int) to ndarray of uint8
        The pickled models that there are already, by candidate and split.
    n_jobs : int or None
        How many fits run side by side.
    pre_dispatch : int or str
        As for :class:`joblib.Parallel`.
    """

    estimator: Any
    params: Sequence[Mapping[str, Any]]
    X: Any
    y: Any
    fit_params: Mapping[str, Any]
    targets: Targets
    splits: Sequence[tuple[Any, Any]]
    cv: Any
    models: Mapping[tuple[int, int], ByteArray] = field(default_factory=dict)
    n_jobs: int | None = None
    pre_dispatch: int | str = "2*n_jobs"


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
    parts = range(len(fits.splits)) if is_folds else [None]
    wanted = [(number, part) for number in chosen for part in parts]
    missing = [key for key in wanted if key not in fits.models]
    fitted = Parallel(n_jobs=fits.n_jobs, pre_dispatch=fits.pre_dispatch)(
        delayed(_fit)(fits.estimator, fits.params[number], fits, part)
        for number, part in missing
    )
    known = dict(zip(missing, fitted, strict=True))
    models = [
        [
            known[number, part]
            if (number, part) in known
            else _loaded(fits, number, part)
            for part in parts
        ]
        for number in chosen
    ]
    members = [
        (f"candidate_{number}", _unfitted(fits.estimator, fits.params[number]))
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
    return estimator, len(missing)


def _unfitted(estimator: Any, params: Mapping[str, Any]) -> Any:
    return clone(estimator).set_params(**clone(params, safe=False))


def _fit(
    estimator: Any, params: Mapping[str, Any], fits: MemberFits, part: int | None
) -> Any:
    """Fit a candidate on the training set of a split, or on all the data."""
    model = clone_without_callbacks(estimator).set_params(**clone(params, safe=False))
    if part is None:
        targets = () if fits.y is None else (fits.y,)
        return model.fit(fits.X, *targets, **fits.fit_params)
    train, test = fits.splits[part]
    rows = rows_of(model, fits.X, fits.y, train, test)
    fit_params = check_method_params(fits.X, params=fits.fit_params, indices=train)
    return model.fit(rows.X_train, rows.y_train, **fit_params)


def _loaded(fits: MemberFits, number: int, part: int | None) -> Any:
    """Return a model that a fit of this search has returned, never one of a file."""
    assert part is not None
    return pickle.loads(fits.models[number, part].tobytes())
