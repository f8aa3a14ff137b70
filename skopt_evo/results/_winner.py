"""Which candidate is the best, for `best_index_`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._messages import shown
from skopt_evo.results._objective import Objective


def index_of_best(
    means: ArrayLike, metric: str | None, objective: Objective
) -> int | None:
    """Return the row with the best mean score, less its penalty.

    Of a candidate that failed, the mean has `error_score` in it: it is the best only if
    all have failed. Then those splits decide that candidates have in common, if there
    are any. The mean of a candidate that was pruned is of other splits, or of less
    data: it is the best only if no other one has a loss.

    Parameters
    ----------
    means : array-like of shape (n_candidates,)
        The mean test scores.
    metric : str or None
        The metric; None for the only one.
    objective : Objective
        It has learnt of all candidates, in the order of the rows.

    Returns
    -------
    index : int or None
        None if no candidate has a loss.
    """
    trials = objective.trials
    is_pruned = np.array([trial.is_pruned for trial in trials])
    has_scores = np.array([np.isfinite(t.scores(metric)).all() for t in trials])
    has_scores &= ~is_pruned
    scores = np.asarray(means) - [trial.penalty for trial in trials]
    scores = np.where(has_scores, scores, np.nan)
    if not has_scores.any():
        scores = np.array([-objective.loss(trial) for trial in trials])
        if np.isfinite(scores[~is_pruned]).any():
            scores[is_pruned] = np.nan
    return None if np.isnan(scores).all() else int(np.nanargmax(scores))


def index_of_callable(
    refit: Callable[[Mapping[str, Any]], Any], results: Mapping[str, Any]
) -> Any:
    """Return the row that the user's function chooses.

    Parameters
    ----------
    refit : callable
        What the search has as `refit`.
    results : mapping
        ``cv_results_``.

    Raises
    ------
    TypeError, IndexError
        If it returns no number of a row.
    """
    try:
        index = refit(results)
    except Exception as error:
        error.add_note(
            f"It was raised by refit={refit!r}. The results are in cv_results_: mend "
            "the function, and try it on them."
        )
        raise
    # The first words are scikit-learn's.
    rows = (
        f"refit={refit!r} returned {shown(index)}, expected the number of a row of "
        f"cv_results_, an int from 0 to {len(results['params']) - 1}. The results are "
        "kept: try the function on cv_results_."
    )
    if not isinstance(index, Integral):
        raise TypeError(f"best_index_ returned is not an integer: {rows}")
    if not 0 <= int(index) < len(results["params"]):
        raise IndexError(f"best_index_ index out of range: {rows}")
    return index
