"""An ensemble of the candidates of a search that is fitted already."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, cast

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skopt_evo._sklearn_compat import (
    ONLY_METRIC,
    check_method_params,
    number_of_samples,
)
from skopt_evo._typing import ByteArray
from skopt_evo.ensemble._build import Key, MemberFits, build, has_uneven_splits
from skopt_evo.ensemble._candidates import Candidates
from skopt_evo.ensemble._protocol import Ensemble, weights_of
from skopt_evo.exceptions import EnsembleWarning, NoEnsembleError
from skopt_evo.executors import resolve_executor
from skopt_evo.predictions import (
    NotFromPredictionsError,
    OutOfFoldPredictions,
    Targets,
    targets_of,
)


class FromSearch:
    """Makes an ensemble of the candidates of a search that is fitted already."""

    def from_search(self, search: Any, X: Any, y: Any, **params: Any) -> Any:
        """Return an ensemble of the candidates of a fitted search.

        The models of the splits are fitted again: a search keeps them only while it is
        fitted itself.

        Parameters
        ----------
        search : GeneticSearchCV or GradientSearchCV
            Fitted with ``return_predictions=True``.
        X : array-like of shape (n_samples, n_features)
            The data that the search was fitted on.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets.
        **params : dict of str -> object
            What else was passed to the ``fit`` of the search.

        Returns
        -------
        estimator : AveragedClassifier or AveragedRegressor
            The ensemble, fitted.

        Raises
        ------
        skopt_evo.exceptions.NoEnsembleError
            If the search has kept no predictions, if its scorer cannot be computed from
            them, or if several metrics leave no one to choose by.
        ValueError
            If `X` has another number of samples than the data of the search.
        """
        if not hasattr(search, "cv_results_"):
            check_is_fitted(search)
        ensemble = cast(Ensemble, self)
        predictions = getattr(search, "oof_predictions_", None)
        if predictions is None:
            raise NoEnsembleError(
                "The search has kept no predictions. Pass return_predictions=True to "
                "GeneticSearchCV or GradientSearchCV, and fit it again."
            )
        if number_of_samples(X) != predictions.n_samples:
            raise ValueError(
                f"X has {number_of_samples(X)} samples, the data that the search was "
                f"fitted on {predictions.n_samples}. Pass the same X and y."
            )
        candidates = candidates_of(search, metric_of(search))
        if has_uneven_splits(predictions.splits):
            warnings.warn(uneven_splits(search), EnsembleWarning, stacklevel=2)
        params = check_method_params(X, params=params)
        routed = search._get_routed_params_for_fit(params)
        fits = member_fits(
            search,
            X,
            y,
            routed.estimator.fit,
            targets_of(search.estimator, y),
            predictions.splits,
        )
        estimator, _ = build(ensemble, weights_of(ensemble, candidates), fits)
        return estimator


def member_fits(
    search: Any,
    X: Any,
    y: Any,
    fit_params: Mapping[str, Any],
    targets: Targets,
    splits: Sequence[tuple[Any, Any]],
    models: Mapping[Key, ByteArray] | None = None,
) -> MemberFits:
    """Return what the members of an ensemble of a search are fitted with.

    Parameters
    ----------
    search : GeneticSearchCV or GradientSearchCV
        It has ``cv_results_``.
    X, y, fit_params, targets, splits, models
        As in `MemberFits`.
    """
    return MemberFits(
        estimator=search.estimator,
        params=search.cv_results_["params"],
        X=X,
        y=y,
        fit_params=fit_params,
        targets=targets,
        splits=splits,
        cv=cv_of(search, splits),
        executor=resolve_executor(search.n_jobs, search.pre_dispatch),
        n_jobs=search.n_jobs,
        models=models or {},
    )


def cv_of(search: Any, splits: Any) -> Any:
    """Return what makes the splits of a search again, for a clone of an ensemble."""
    if search.cv is None:
        return len(splits)  # None stands for no splits there
    is_repeatable = isinstance(search.cv, (list, tuple)) or hasattr(search.cv, "split")
    if isinstance(search.cv, Integral):
        return int(search.cv)
    return search.cv if is_repeatable else list(splits)


def uneven_splits(search: Any) -> str:
    """Return what there is to warn of with splits that `has_uneven_splits`."""
    return (
        f"The training sets of cv={search.cv!r} differ much in size, as those of time "
        "series do. Members of ensembles are fitted on all the data: averages of the "
        "models of the splits would hold models of the oldest data. Pass members="
        "'refit' to say so yourself, e.g. GreedyEnsemble(members='refit')."
    )


def metric_of(search: Any) -> str:
    """Return the metric that a fitted search has chosen its best candidate by.

    Raises
    ------
    skopt_evo.exceptions.NoEnsembleError
        If there are several, and none that it has chosen by.
    """
    if not getattr(search, "multimetric_", False):
        return ONLY_METRIC
    metric = search.refit
    if not isinstance(metric, str):
        metric = getattr(metric, "metric", None)
    if not isinstance(metric, str) or f"mean_test_{metric}" not in search.cv_results_:
        raise NoEnsembleError(
            f"refit={search.refit!r} does not say by which metric an ensemble is to be "
            "chosen. Pass the name of a metric as refit."
        )
    return metric


def candidates_of(search: Any, metric: str) -> Candidates:
    """Return the candidates of a fitted search.

    Parameters
    ----------
    search : GeneticSearchCV or GradientSearchCV
        It has ``best_index_``.
    metric : str
        The metric to choose by.
    """
    results = search.cv_results_
    scores = np.array(results[f"mean_test_{metric}"], dtype=np.float64)
    scores[np.asarray(results["status"]) != "ok"] = np.nan
    predictions = getattr(search, "oof_predictions_", None)
    best, scorer, reason = int(search.best_index_), None, ""
    if predictions is not None:
        try:
            scorer = predictions.checked_scorer(metric, best, results)
        except NotFromPredictionsError as error:
            reason = str(error)
        else:
            if _has_own_rule(predictions, best):
                reason = (
                    f"{type(search.estimator).__name__} predicts other classes than "
                    "those with the largest mean probability, e.g. by a threshold of "
                    "its own."
                )
    return Candidates(scores, best, predictions, scorer, reason=reason)


def _has_own_rule(predictions: OutOfFoldPredictions, candidate: int) -> bool:
    """Tell whether other classes are predicted than those with the largest values.

    Decisions between more than two classes are no case of it: `SVC` has pairs of
    classes vote, which differs in a few rows, and thresholds are for two classes.
    """
    pool, targets = predictions.pooled(candidate), predictions.targets
    is_decision = pool[0].method == "decision_function" and targets.n_outputs == 1
    if is_decision and pool[0].values.shape[1] > 1:
        return False
    return any(each.labels is not None for each in pool)
