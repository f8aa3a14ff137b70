"""The metrics of a function that may return others, or none, for another candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def fill_in_metrics(folds: Sequence[dict[str, Any]], error_score: Any) -> None:
    """Give all folds a score by each metric that one of them has.

    A fit that failed has none, nor one whose scores could not be computed: nothing
    tells what the function would have returned.

    Parameters
    ----------
    folds : sequence of dict
        What `fit_and_score` returned; changed in place.
    error_score : float or "raise"
        What stands for a score that is not there.
    """
    missing = np.nan if isinstance(error_score, str) else error_score
    for kind in ("test_scores", "train_scores"):
        known = [fold[kind] for fold in folds if isinstance(fold.get(kind), dict)]
        names = list(dict.fromkeys(name for scores in known for name in scores))
        for fold in folds if names else []:
            scores = fold[kind] if isinstance(fold[kind], dict) else {}
            fold[kind] = {name: scores.get(name, missing) for name in names}
