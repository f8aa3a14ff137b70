"""The metrics of a function that may return others, or none, for another candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skopt_evo.results._trial import Trial


def fill_in_metrics(trials: Sequence[Trial], error_score: Any) -> None:
    """Give all folds a score by each metric that one of them has.

    A fit that failed has none, nor one whose scores could not be computed: nothing
    tells what the function would have returned. What is filled in counts as an error
    of the scorer.

    Parameters
    ----------
    trials : sequence of Trial
        The evaluated candidates; changed in place.
    error_score : float or "raise"
        What stands for a score that is not there.
    """
    missing = np.nan if isinstance(error_score, str) else error_score
    folds = [fold for trial in trials for fold in trial.folds]
    for kind in ("test_scores", "train_scores"):
        known = [fold[kind] for fold in folds if isinstance(fold.get(kind), dict)]
        names = list(dict.fromkeys(name for scores in known for name in scores))
        for trial in trials if names else []:
            for split, fold in enumerate(trial.folds):
                scores = fold[kind] if isinstance(fold[kind], dict) else {}
                fold[kind] = {name: scores.get(name, missing) for name in names}
                if kind == "test_scores" and fold["fit_error"] is None:
                    absent = [name for name in names if name not in scores]
                    trial.add_score_errors(split, absent)
