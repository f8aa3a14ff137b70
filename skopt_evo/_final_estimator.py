"""What a search leaves: the best candidate or an ensemble, and an honest score."""

import time
from contextlib import suppress

import numpy as np
from sklearn.base import clone

from skopt_evo._sklearn_compat import ONLY_METRIC, number_of_samples, scorer_of
from skopt_evo.ensemble import resolve_ensemble, weights_of
from skopt_evo.ensemble._build import build, has_uneven_splits
from skopt_evo.ensemble._from_search import (
    candidates_of,
    member_fits,
    metric_of,
    uneven_splits,
)
from skopt_evo.exceptions import EnsembleWarning, NoEnsembleError
from skopt_evo.predictions import OutOfFoldPredictions, PredictionScorer
from skopt_evo.results import metrics_of
from skopt_evo.selection import corrected_score


def set_predictions(search, session, data):
    """Set ``oof_predictions_``, if predictions were to be kept."""
    if session.kept is None:
        return
    kept, targets = session.kept, session.kept.targets
    search.oof_predictions_ = OutOfFoldPredictions(
        # One after the other: they are not in memory twice.
        map(kept.take_predictions, session.objective.trials),
        data.splits,
        number_of_samples(data.X),
        targets,
        kept.store,
        scorers={
            metric: _scorer(metric, data, targets)
            for metric in metrics_of(search.cv_results_)
        },
        groups=data.routed.splitter.split.get("groups"),
    )


def _scorer(metric, data, targets):
    """Return what computes a metric from predictions."""
    params = data.routed.scorer.score
    name = None if metric == ONLY_METRIC else metric
    # What each of several scorers has asked for, only all of them together know.
    scorer = data.scorers if params else scorer_of(data.scorers, name)
    return PredictionScorer(scorer, data.X, data.y, targets, params, metric)


def set_final_estimator(search, session, data, root):
    """Set ``best_estimator_`` and what is known of it; return what to warn of."""
    late = []
    if search.ensemble is None:
        _set_best(search, data, root)
    else:
        _set_ensemble(search, session, data, root, late)
    if hasattr(search.best_estimator_, "feature_names_in_"):
        search.feature_names_in_ = search.best_estimator_.feature_names_in_
    return late


def _set_best(search, data, root):
    """Fit the best candidate on all the data."""
    # The values are cloned as well: some may be estimators.
    params = clone(search.best_params_, safe=False)
    estimator = clone(search.estimator).set_params(**params)
    fit_params = data.routed.estimator.fit
    with root.refit(estimator, **data.for_callbacks()):
        start = time.time()
        if data.y is not None:
            estimator.fit(data.X, data.y, **fit_params)
        else:
            estimator.fit(data.X, **fit_params)
        search.refit_time_ = time.time() - start
    search.best_estimator_ = estimator


def _set_ensemble(search, session, data, root, late):
    """Make an ensemble of the candidates; if there can be none, fit the best one."""
    start = time.time()
    ensemble = resolve_ensemble(search.ensemble)
    assert ensemble is not None
    try:
        weights = weights_of(ensemble, candidates_of(search, metric_of(search)))
    except NoEnsembleError as error:
        late.append(
            EnsembleWarning(
                f"ensemble={search.ensemble!r} cannot be made: {error} The best "
                "candidate, fitted on all the data, is taken in its place."
            )
        )
        _set_best(search, data, root)
        return
    if ensemble.members == "folds" and has_uneven_splits(data.splits):
        late.append(EnsembleWarning(uneven_splits(search)))
    fits = member_fits(
        search,
        data.X,
        data.y,
        data.routed.estimator.fit,
        session.kept.targets,
        data.splits,
        _models(session.objective.trials),
    )
    search.best_estimator_, n_fits = build(ensemble, weights, fits)
    search.refit_time_ = time.time() - start
    if search.verbose:
        n_members = int(np.count_nonzero(weights))
        print(
            f"Ensemble of {n_members} of {len(weights)} candidates: {n_fits} further "
            f"fits, {search.refit_time_:.1f} s."
        )


def _models(trials):
    """Return the models that were kept, by candidate and split."""
    return {
        (number, split): fold.model
        for number, trial in enumerate(trials)
        for split, fold in trial.fold_of.items()
        if fold.model is not None
    }


def set_corrected_score(search):
    """Set ``corrected_score_``, where there is a ``best_score_`` to correct."""
    if hasattr(search, "best_score_") and search.n_splits_ > 1:
        with suppress(ValueError):  # all candidates have failed
            search.corrected_score_ = corrected_score(search)
            if search.verbose:
                print(f"Corrected score: {search.corrected_score_}")
