"""Cross-validation of a winner that was chosen already, with splits of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t as student
from sklearn import get_config
from sklearn.base import clone
from sklearn.model_selection import (
    RepeatedKFold,
    RepeatedStratifiedKFold,
    TimeSeriesSplit,
    check_cv,
    cross_validate,
)
from sklearn.utils.multiclass import type_of_target

from skopt_evo._sklearn_compat import check_method_params
from skopt_evo.selection._result import CorrectedScore

# Into so many parts the rows are split at most.
MOST_SPLITS = 10


def repeated_score(
    search: Any,
    X: Any,
    y: Any,
    *,
    metric: str,
    n_repeats: int,
    confidence: float,
    random_state: int,
    params: dict[str, Any],
) -> CorrectedScore:
    """Return the score of new repetitions of cross-validation of the best estimator.

    Parameters
    ----------
    search : GeneticSearchCV or GradientSearchCV
        Fitted.
    X, y : array-like
        The data that it was fitted on.
    metric : str
        The metric, as ``cv_results_`` has it.
    n_repeats : int
        How many times the data are split anew, at random; into as many parts as the
        search has splits.
    confidence : float
        How often the interval is to contain the score on new data.
    random_state : int
        Seed of the random number generator that splits.
    params : dict
        What else was passed to the ``fit`` of the search.

    Returns
    -------
    corrected : CorrectedScore
        The variance of the mean score is that of Nadeau and Bengio: scores of training
        sets that overlap are not independent.

    References
    ----------
    C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
    52, 239-281, 2003.
    """
    if X is None or not hasattr(search, "best_estimator_"):
        raise ValueError(
            f"corrected_score: n_repeats={n_repeats} fits the best estimator of a "
            "search on its data anew. Pass the fitted search, not its cv_results_, and "
            "the X and y that it was fitted on."
        )
    params = check_method_params(X, params=params)
    routed = search._get_routed_params_for_fit(params)
    _check(search, routed)
    n_splits = min(MOST_SPLITS, max(2, search.n_splits_))
    kind = RepeatedStratifiedKFold if _can_be_stratified(y, n_splits) else RepeatedKFold
    is_routed = get_config()["enable_metadata_routing"]
    found = cross_validate(
        clone(search.best_estimator_),
        X,
        y,
        scoring=search.scorer_,
        cv=kind(n_splits=n_splits, n_repeats=n_repeats, random_state=random_state),
        n_jobs=search.n_jobs,
        params=(params if is_routed else routed.estimator.fit) or None,
        error_score="raise",
    )
    scores = found[f"test_{metric}"]
    score, n = float(np.mean(scores)), len(scores)
    # Nadeau and Bengio 2003, eq. 9: 1 / n and the ratio of test and training set.
    error = np.sqrt((1 / n + 1 / (n_splits - 1)) * np.var(scores, ddof=1))
    width = float(student.ppf(0.5 + confidence / 2, n - 1) * error)
    return CorrectedScore(score, score - width, score + width, "repeated cv")


def _check(search: Any, routed: Any) -> None:
    """Raise for a search whose rows cannot be split at random."""
    has_groups = routed.splitter.split.get("groups") is not None
    if has_groups or isinstance(check_cv(search.cv), TimeSeriesSplit):
        raise ValueError(
            f"corrected_score: n_repeats splits rows at random, which does not suit "
            f"cv={search.cv!r}, nor groups. Leave n_repeats out."
        )
    own = getattr(search.best_estimator_, "cv", None)
    if getattr(search, "ensemble", None) is not None and isinstance(own, (list, tuple)):
        raise ValueError(
            "corrected_score: n_repeats cannot fit an ensemble whose cv is a list of "
            "splits of other rows. Leave n_repeats out."
        )


def _can_be_stratified(y: Any, n_splits: int) -> bool:
    if y is None or type_of_target(y) not in ("binary", "multiclass"):
        return False
    _, counts = np.unique(np.asarray(y), return_counts=True)
    return bool(counts.min() >= n_splits)
