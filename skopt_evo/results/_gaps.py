"""What to say of splits and metrics that no candidate has a score by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skopt_evo._messages import listed
from skopt_evo._sklearn_compat import ONLY_METRIC
from skopt_evo.exceptions import MissingScoresWarning
from skopt_evo.results._objective import Objective
from skopt_evo.trials import Trial


def gaps_of(objective: Objective) -> list[Warning]:
    """Return what there is to warn of, when the search is over.

    Parameters
    ----------
    objective : Objective
        It has learnt of all candidates.

    Returns
    -------
    warnings : list of MissingScoresWarning
        One for the splits that do not count, one for the metrics that are NaN for all
        candidates.
    """
    trials = objective.trials
    found: list[Warning] = []
    for metric, splits in objective.left_out().items():
        found.append(
            MissingScoresWarning(
                f"On split {listed(splits)[1:-1]} of cv none of the {len(trials)} "
                f"candidates has a score by {metric!r}"
                f"{_reason(trials, splits[0])}. Candidates are compared by the other "
                "splits, but their mean scores contain error_score. Mend cv, so that "
                "each split can be fitted and scored."
            )
        )
    metrics = trials[0].metrics or [ONLY_METRIC]
    missing = [name for name in metrics if _is_missing(trials, name)]
    if missing:
        found.append(
            MissingScoresWarning(
                f"No candidate has a score by {listed(missing)[1:-1]}: on each split "
                "the scorer failed or returned a number that is not finite. Pass "
                "error_score='raise' to see where it fails."
            )
        )
    return found


def _is_missing(trials: Sequence[Trial], name: str) -> bool:
    metric = None if trials[0].metrics is None else name
    return all(np.isnan(trial.scores(metric)).all() for trial in trials)


def _reason(trials: Sequence[Trial], split: int) -> str:
    """Return the last line of what a fit raised on a split, if one did."""
    for trial in trials:
        fold = trial.fold_of.get(split)
        if fold is not None and fold.fit_error is not None:
            return f": its fits raise {fold.fit_error.strip().splitlines()[-1]}"
    return ": its scores could not be computed, or are not finite"
