"""The metrics of a function that may return others, or none, for another candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skopt_evo.trials import Trial


def fill_in_metrics(trials: Sequence[Trial], error_score: Any) -> None:
    """Give all folds a score by each metric that one of them has.

    A fit that failed has none, nor one whose scores could not be computed: nothing
    tells what the function would have returned. What is filled in counts as an error
    of the scorer.

    Parameters
    ----------
    trials : sequence of Trial
        The evaluated candidates; their `results` are replaced.
    error_score : float or "raise"
        What stands for a score that is not there.
    """
    missing = np.nan if isinstance(error_score, str) else error_score
    for kind in ("test_scores", "train_scores"):
        found = [getattr(fold, kind) for trial in trials for fold in trial.folds]
        known = [scores for scores in found if isinstance(scores, dict)]
        names = list(dict.fromkeys(name for scores in known for name in scores))
        for trial in trials if names else []:
            for unit, fold in trial.results.items():
                trial.results[unit] = fold.filled_in(names, missing, kind)
