"""Rows of ``cv_results_`` of candidates that were not evaluated on all splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.stats import rankdata

from skopt_evo.trials import FoldResult, Trial

# The columns of one split begin with this and its number.
SPLIT = "split"

# The mean or the deviation of scores may be too large, or small, for a float.
ANY_SCORES: Any = {"over": "ignore", "under": "ignore", "invalid": "ignore"}


def folds_of(trial: Trial) -> list[FoldResult]:
    """Return a result for each split, so that scikit-learn can make a row of them.

    Where a split was not evaluated it is the mean of the others, which leaves the means
    of the row as they are. `mark_gaps` puts NaN there afterwards.

    Parameters
    ----------
    trial : Trial
        A candidate with at least one result.
    """
    known = trial.fold_of
    if len(known) == trial.n_splits:
        return list(known.values())
    with np.errstate(**ANY_SCORES):
        mean = _mean(list(known.values()))
    return [known.get(split, mean) for split in range(trial.n_splits)]


def mark_gaps(results: dict[str, Any], trials: Sequence[Trial]) -> None:
    """Put NaN where a split was not evaluated; such candidates have the last rank.

    Parameters
    ----------
    results : dict of str to array
        What scikit-learn has made of `folds_of` all candidates, changed in place:
        scores of splits, standard deviations, ranks. (Deviations of times stay.)
    trials : sequence of Trial
        The candidates, in the order of the rows.
    """
    pruned = [row for row, trial in enumerate(trials) if trial.is_pruned]
    if not pruned:
        return
    n_splits = trials[0].n_splits
    for name in [name for name in results if name.startswith("std_t")]:
        kind = name.removeprefix("std_")  # such as test_score
        columns = [f"{SPLIT}{split}_{kind}" for split in range(n_splits)]
        for row in pruned:
            for split in set(range(n_splits)).difference(trials[row].fold_of):
                results[columns[split]][row] = np.nan
            known = [results[columns[split]][row] for split in trials[row].fold_of]
            with np.errstate(**ANY_SCORES):
                results[name][row] = np.std(known)
    for name in [name for name in results if name.startswith("rank_")]:
        means = np.array(results[name.replace("rank_", "mean_")], dtype=np.float64)
        means[pruned] = np.nan
        lowest = np.where(np.isnan(means), -np.inf, means)
        results[name] = rankdata(-lowest, method="min").astype(np.int32)


def _mean(folds: Sequence[FoldResult]) -> FoldResult:
    """Return the mean of results: scores and times."""
    changes: dict[str, Any] = {"fit_error": None, "gradient": None}
    for name in ("fit_time", "score_time"):
        changes[name] = float(np.mean([getattr(fold, name) for fold in folds]))
    for name in ("test_scores", "train_scores"):
        scores = [getattr(fold, name) for fold in folds]
        if isinstance(scores[0], dict):
            changes[name] = {
                metric: float(np.mean([each[metric] for each in scores]))
                for metric in scores[0]
            }
        elif scores[0] is not None:
            changes[name] = float(np.mean(scores))
    return replace(folds[0], **changes)
