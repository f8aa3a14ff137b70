"""Fitting an estimator on some rows and scoring it on others."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from traceback import format_exc
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from sklearn.base import clone

from skopt_evo._sklearn_callbacks import ObservedFit
from skopt_evo._sklearn_compat import (
    asks_for_predictions_alone,
    check_method_params,
    number_of_samples,
)
from skopt_evo.evaluation._outputs import Outputs, add_outputs
from skopt_evo.evaluation._remembered import Remembered
from skopt_evo.evaluation._rows import Rows, rows_of
from skopt_evo.evaluation._scores import computed_scores, scores_of_failure
from skopt_evo.hypergrad import Fold
from skopt_evo.trials import FoldGradient, FoldResult

Differentiate: TypeAlias = Callable[..., FoldGradient]


@dataclass(frozen=True)
class FitSettings:
    """How candidates are fitted and scored: the same for all fits of a search.

    Attributes
    ----------
    scorer : callable
        The scorer, or scikit-learn's object for several of them.
    fit_params, score_params : mapping
        Further arguments of ``fit`` and of the scorer; arrays with an entry a sample
        are split with the data.
    return_train_score : bool
        Whether the training set is scored, too.
    error_score : float or "raise"
        What stands for scores that cannot be computed.
    verbose : int
        How much is printed.
    gradient : callable or None
        Differentiates the score by the parameters, beside the fit.
    outputs : Outputs or None
        What fits return beyond scores, None for nothing.
    """

    scorer: Any
    fit_params: Mapping[str, Any]
    score_params: Mapping[str, Any]
    return_train_score: bool = False
    error_score: Any = np.nan
    verbose: int = 0
    gradient: Differentiate | None = None
    outputs: Outputs | None = None


def fit_and_score(
    estimator: Any,
    params: Mapping[str, Any],
    X: Any,
    y: Any,
    train: Any,
    test: Any,
    settings: FitSettings,
    *,
    callbacks: ObservedFit | None = None,
) -> FoldResult:
    """Fit an estimator on a training set and score it on a test set.

    It is what scikit-learn's searches do, and the derivatives beside it.

    Parameters
    ----------
    estimator : estimator
        It is fitted itself.
    params, X, y, settings, callbacks
        As for `evaluate`.
    train, test : array of row numbers, or of one bool a sample
        The rows.

    Returns
    -------
    fold : FoldResult
    """
    metadata = _Metadata(
        check_method_params(X, params=settings.fit_params, indices=train),
        check_method_params(X, params=settings.score_params, indices=train),
        check_method_params(X, params=settings.score_params, indices=test),
    )
    # Some values may be estimators.
    estimator = estimator.set_params(**clone(params, safe=False))

    def fresh() -> Rows:
        # An estimator that does not copy its input changes it.
        return rows_of(estimator, X, y, train, test)

    start = time.time()
    rows = fresh()
    try:
        error = _fit(estimator, rows, metadata, settings, callbacks)
        fit_time = time.time() - start
        if error is None:
            fold = _score(estimator, rows, metadata, settings, fresh)
        else:
            fold = _failure(error, rows, settings)
    finally:
        if callbacks is not None:
            callbacks.end(**_seen(rows, metadata))
    fold = replace(fold, fit_time=fit_time)
    if error is not None or settings.gradient is None:
        return fold
    rows = fresh()
    return _differentiate(fold, estimator, rows, metadata, settings.gradient, params)


class _Metadata(NamedTuple):
    """Further arguments of methods, for the rows of one fit."""

    fit: Mapping[str, Any]
    score_train: Mapping[str, Any]
    score_test: Mapping[str, Any]


def _fit(
    estimator: Any,
    rows: Rows,
    metadata: _Metadata,
    settings: FitSettings,
    callbacks: ObservedFit | None,
) -> str | None:
    """Fit an estimator; return the traceback of what it has raised, if it has."""
    targets = () if rows.y_train is None else (rows.y_train,)
    try:
        with (
            nullcontext()
            if callbacks is None
            else callbacks.fitting(estimator, **_seen(rows, metadata))
        ):
            estimator.fit(rows.X_train, *targets, **metadata.fit)
    except Exception:
        if isinstance(settings.error_score, str):  # "raise"
            raise
        return format_exc()
    return None


def _score(
    estimator: Any,
    rows: Rows,
    metadata: _Metadata,
    settings: FitSettings,
    fresh: Callable[[], Rows],
) -> FoldResult:
    """Score a fitted estimator; add what else is asked for."""
    scorer, error_score = settings.scorer, settings.error_score
    seen, outputs = Remembered(estimator, rows.X_test), settings.outputs
    may_remember = outputs is not None and asks_for_predictions_alone(scorer)
    scored = seen if may_remember else estimator
    start = time.time()
    test_scores, errors = computed_scores(
        scored, rows.X_test, rows.y_test, scorer, metadata.score_test, error_score
    )
    score_time = time.time() - start
    train_scores = None
    if settings.return_train_score:
        train_scores, _ = computed_scores(
            estimator,
            rows.X_train,
            rows.y_train,
            scorer,
            metadata.score_train,
            error_score,
        )
    fold = FoldResult(
        test_scores,
        score_errors=errors,
        train_scores=train_scores,
        n_test_samples=number_of_samples(rows.X_test),
        score_time=score_time,
    )
    if outputs is None:
        return fold
    again = seen.again(lambda: fresh().X_test)
    return add_outputs(fold, estimator, rows.X_test, outputs, again)


def _failure(error: str, rows: Rows, settings: FitSettings) -> FoldResult:
    """Return what there is of a fit that has raised."""
    scores = scores_of_failure(settings.scorer, settings.error_score)
    return FoldResult(
        scores,
        error,
        train_scores=scores if settings.return_train_score else None,
        n_test_samples=number_of_samples(rows.X_test),
    )


def _differentiate(
    fold: FoldResult,
    estimator: Any,
    rows: Rows,
    metadata: _Metadata,
    gradient: Differentiate,
    params: Mapping[str, Any],
) -> FoldResult:
    """Add the derivatives to a result, while there is the fitted estimator."""
    start = time.time()
    found = gradient(
        estimator,
        Fold(rows.X_train, rows.y_train, rows.X_test, metadata.fit),
        rows.y_test,
        metadata.score_test,
        fold.computed_scores(),
        params,
    )
    return replace(fold, gradient=found, gradient_time=time.time() - start)


def _seen(rows: Rows, metadata: _Metadata) -> dict[str, Any]:
    """Return the data of a fit as scikit-learn's callbacks get it."""
    sample_weight = metadata.fit.get("sample_weight")
    return {
        "X": rows.X_train,
        "y": rows.y_train,
        "metadata": (
            None if sample_weight is None else {"sample_weight": sample_weight}
        ),
    }
