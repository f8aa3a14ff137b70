"""One fit of a candidate: what runs where the executor says, perhaps in a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.base import clone

from skopt_evo._sklearn_callbacks import ObservedFit
from skopt_evo.evaluation._fit import FitSettings, fit_and_score
from skopt_evo.evaluation._report import Report
from skopt_evo.evaluation._rows import share_of
from skopt_evo.trials import FoldResult, Unit


def evaluate(
    *,
    estimator: Any,
    X: Any,
    y: Any,
    splits: Sequence[tuple[Any, Any]],
    n_candidates: int,
    seed: int,
    settings: FitSettings,
    number: int,
    params: Mapping[str, Any],
    unit: Unit,
    callbacks: ObservedFit | None = None,
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
        How many candidates there will be, for what is printed.
    seed : int
        The seed of the search.
    settings : FitSettings
        How to fit and score.
    number : int
        The number of the candidate.
    params : mapping
        Its parameters.
    unit : Unit
        Which split, and how much of its training set.
    callbacks : ObservedFit, default=None
        What scikit-learn's callbacks see of it; None if there are none.

    Returns
    -------
    fold : FoldResult
        The scores, times, and the error of the fit if there was one.

    Raises
    ------
    Exception
        What the fit or a scorer raises, if `error_score` is ``"raise"``. What
        ``set_params`` raises.
    """
    train, test = splits[unit.split]
    if unit.fidelity < 1.0:
        train = share_of(train, unit, seed)
    report = Report(
        settings.verbose, params, (unit.split, len(splits)), (number, n_candidates)
    )
    report.begin()
    fold = fit_and_score(
        clone(estimator), params, X, y, train, test, settings, callbacks=callbacks
    )
    report.end(fold)
    return fold
