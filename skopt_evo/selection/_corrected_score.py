"""What new data may be expected to show of the winner of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from scipy.stats import t as student

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.ensemble import FoldsEnsemble, resolve_ensemble
from skopt_evo.ensemble._from_search import candidates_of
from skopt_evo.exceptions import NoEnsembleError
from skopt_evo.predictions import NotFromPredictionsError
from skopt_evo.results import metrics_of
from skopt_evo.selection._bootstrap import (
    bootstrap_bias_corrected,
    bootstrap_interval,
)
from skopt_evo.selection._cross_fit import cross_fitted
from skopt_evo.selection._cv_results import checked_metric, fold_scores
from skopt_evo.selection._repeated import repeated_score
from skopt_evo.selection._result import CorrectedScore


def corrected_score(
    search: Any,
    X: Any = None,
    y: Any = None,
    *,
    metric: str | None = None,
    n_repeats: int = 0,
    n_bootstraps: int = 300,
    confidence: float = 0.95,
    random_state: int = 0,
    **params: Any,
) -> CorrectedScore:
    r"""Return what new data may be expected to show of the winner of a search.

    ``best_score_`` is the best of many scores, and the best of many is partly the best
    by chance: on new data it is less. No further fit is needed to see by how much.

    Parameters
    ----------
    search : estimator or mapping
        A fitted search of skopt_evo or of scikit-learn, or its ``cv_results_``.
    X, y : array-like, default=None
        The data that it was fitted on; for `n_repeats` alone.
    metric : str, default=None
        The metric, by which the winner is the best; None for the one that the search
        has chosen by.
    n_repeats : int, default=0
        How many times cross-validation of the winner is repeated, with splits of its
        own; 0 for none, so that nothing is fitted. Repetitions have the least bias. Not
        for groups or time series, whose rows must not be split at random.
    n_bootstraps : int, default=300
        How many times rows are drawn.
    confidence : float, default=0.95
        How often the interval is to contain the score on new data, between 0 and 1.
    random_state : int, default=0
        Seed of the random number generator that draws rows.
    **params : dict of str -> object
        What else was passed to the ``fit`` of the search; for `n_repeats` alone.

    Returns
    -------
    corrected : CorrectedScore
        Its ``method`` is

        - ``"repeated cv"`` with `n_repeats`: the mean score of the best estimator on
          splits that nothing was chosen by.
        - ``"bbc-cv"`` where the search has kept predictions: in each bootstrap the
          candidate with the best score for the rows that were drawn is scored for the
          rows that were not. Groups of the splitter are drawn whole; of repeated
          cross-validation each repetition is scored on its own. The interval has the
          quantiles of these scores as its ends.
        - ``"cross-fitted"`` for an ensemble that is chosen by predictions: for each
          split the weights are chosen by the rows outside of its test set, which is
          then predicted; of many splits, some are taken together. The interval has
          quantiles of the scores of rows that a bootstrap has not drawn as its ends.
        - ``"fold scores"`` where there are no predictions, or where the scorer needs
          more than these: the mean difference, over the splits, between the best score
          on that split and the score of the winner is subtracted. The interval is that
          of Student's t distribution for the winner's scores on the splits.

    Raises
    ------
    TypeError, ValueError
        If a parameter makes no sense, if there are fewer than two splits, or if no
        candidate has a score on every split.

    References
    ----------
    I. Tsamardinos, E. Greasidou and G. Borboudakis, "Bootstrapping the out-of-sample
    predictions for efficient and accurate cross-validation", Machine Learning 107,
    1895-1922, 2018.

    R. J. Tibshirani and R. Tibshirani, "A bias correction for the minimum error rate
    in cross-validation", Annals of Applied Statistics 3(2), 822-829, 2009.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skopt_evo import GeneticSearchCV
    >>> from skopt_evo.selection import corrected_score
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> param_grid = {"ccp_alpha": loguniform(1e-4, 1e-1), "max_features": [5, 10, 30]}
    >>> search = GeneticSearchCV(
    ...     tree, param_grid, n_iter=15, return_predictions=True, random_state=0
    ... ).fit(X, y)
    >>> search.corrected_score_.method
    'bbc-cv'
    >>> bool(search.corrected_score_.score < search.best_score_)
    True
    >>> corrected_score(search.cv_results_).method
    'fold scores'
    """
    _check(n_repeats, n_bootstraps, confidence, random_state)
    results = search if isinstance(search, Mapping) else _results(search)
    metrics = metrics_of(results)
    usual = _usual_metric(search, metrics)
    metric = usual if metric is None else metric
    metric = checked_metric(metric, metrics, "corrected_score", "correct")
    if n_repeats:
        return repeated_score(
            search,
            X,
            y,
            metric=metric,
            n_repeats=n_repeats,
            confidence=confidence,
            random_state=random_state,
            params=params,
        )
    reason = "No predictions were kept."
    if getattr(search, "oof_predictions_", None) is not None:
        try:
            return _from_predictions(
                search, metric, n_bootstraps, confidence, random_state
            )
        except (NotFromPredictionsError, NoEnsembleError) as error:
            reason = str(error)
    best = getattr(search, "best_index_", None) if metric == usual else None
    return _from_fold_scores(results, metric, confidence, reason, best)


def _from_predictions(
    search: Any, metric: str, n_bootstraps: int, confidence: float, seed: int
) -> CorrectedScore:
    if callable(search.refit):
        raise NotFromPredictionsError(
            f"refit={search.refit!r} may choose another candidate than the best mean."
        )
    candidates = candidates_of(search, metric)
    if candidates.scorer is None:
        raise NotFromPredictionsError(candidates.reason)
    ensemble = resolve_ensemble(getattr(search, "ensemble", None))
    is_folds = ensemble is None or isinstance(ensemble, FoldsEnsemble)
    if ensemble is not None and not is_folds and not candidates.reason:
        pooled = cross_fitted(ensemble, candidates)
        score, low, high = bootstrap_interval(
            pooled, candidates, n_bootstraps, confidence, seed
        )
        return CorrectedScore(score, low, high, "cross-fitted")
    score, low, high = bootstrap_bias_corrected(
        candidates, n_bootstraps, confidence, seed
    )
    return CorrectedScore(score, low, high, "bbc-cv")


def _from_fold_scores(
    results: Mapping[str, Any],
    metric: str,
    confidence: float,
    reason: str,
    best: int | None,
) -> CorrectedScore:
    """Correct the score of the winner by the scores on the splits, after Tibshirani."""
    scores = _comparable_scores(results, metric)
    scored = np.flatnonzero(np.isfinite(scores).all(axis=0))
    if len(scores) < 2 or not len(scored):
        raise ValueError(
            f"corrected_score: there are {len(scores)} splits, and {len(scored)} "
            "candidates with a score on each of them. It takes two splits and one "
            "candidate."
        )
    place = int(np.argmax(scores[:, scored].mean(axis=0)))
    if best in scored:
        place = int(np.flatnonzero(scored == best)[0])
    scores, best = scores[:, scored], place
    # Tibshirani and Tibshirani 2009, eq. 2.
    bias = float(np.mean(scores.max(axis=1) - scores[:, best]))
    score = float(scores[:, best].mean()) - bias
    error = np.std(scores[:, best], ddof=1) / np.sqrt(len(scores))
    width = float(student.ppf(0.5 + confidence / 2, len(scores) - 1) * error)
    return CorrectedScore(score, score - width, score + width, "fold scores", reason)


def _results(search: Any) -> Any:
    """Return the results of a search; raise if it is not fitted."""
    if not hasattr(search, "cv_results_"):
        raise ValueError(
            f"corrected_score: search={shown(search)} has no cv_results_. Pass a "
            "fitted search, or its cv_results_, a dict."
        )
    return search.cv_results_


def _comparable_scores(results: Mapping[str, Any], metric: str) -> FloatArray:
    """Return the scores on the splits, NaN for those that must not be compared."""
    scores = fold_scores(results, metric)
    if "status" in results and len(scores):
        scores[:, np.asarray(results["status"]) != "ok"] = np.nan
    if "n_resources" in results and len(scores):  # successive halving
        resources = np.asarray(results["n_resources"])
        scores[:, resources < resources.max()] = np.nan
    return scores


def _usual_metric(search: Any, metrics: Sequence[str]) -> str | None:
    """Return the metric that a search has chosen by, None if that is not known."""
    refit = getattr(search, "refit", None)
    if isinstance(refit, str) and refit in metrics:
        return refit
    return metrics[0] if len(metrics) == 1 else None


def _check(
    n_repeats: Any, n_bootstraps: Any, confidence: Any, random_state: Any
) -> None:
    for name, value, least in (
        ("n_repeats", n_repeats, 0),
        ("n_bootstraps", n_bootstraps, 2),
    ):
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"corrected_score: {name}={value!r} is no int >= {least}.")
    if not isinstance(confidence, (int, float)) or not 0 < confidence < 1:
        raise ValueError(
            f"corrected_score: confidence={confidence!r} is no number between 0 and 1."
        )
    if not isinstance(random_state, Integral):
        raise TypeError(f"corrected_score: random_state={random_state!r} is no int.")
