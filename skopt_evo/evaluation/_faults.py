"""What a fit that was stopped, or ended its worker, leaves in the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.base import BaseEstimator

from skopt_evo.evaluation._error_score import scored_fold
from skopt_evo.exceptions import FitTimeoutError, WorkerDiedError
from skopt_evo.trials import Fault, FoldResult


class _Failing(BaseEstimator):  # type: ignore[misc]
    """Takes any parameters, and raises when it is fitted."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def set_params(self, **params: Any) -> _Failing:
        """Take the parameters of another estimator for granted."""
        return self

    def fit(self, X: Any, y: Any = None, **params: Any) -> _Failing:
        """Raise the error."""
        raise self.error


def explain(fault: Fault) -> FitTimeoutError | WorkerDiedError:
    """Return the error that a fit would have raised if it could.

    Its words are the same for all fits: scikit-learn counts equal errors together.

    Parameters
    ----------
    fault : Fault
        What became of the fit.

    Returns
    -------
    error : FitTimeoutError or WorkerDiedError
    """
    if fault.kind == "timeout":
        return FitTimeoutError(
            "A fit was stopped, since it took longer than fit_timeout allows. Its "
            "candidate counts as failed on all splits."
        )
    return WorkerDiedError(
        "A fit ended its worker process twice: by a crash of native code, a lack of "
        "memory or a signal. Its candidate counts as failed on all splits. Fewer "
        "n_jobs leave more memory to each worker."
    )


def failed_fold(
    fault: Fault,
    params: Mapping[str, Any],
    progress: Mapping[str, Any],
    common: Mapping[str, Any],
) -> FoldResult:
    """Return what scikit-learn's searches make of a fit that raises.

    Parameters
    ----------
    fault : Fault
        What became of a fit of the candidate.
    params : mapping
        The candidate's parameters.
    progress : mapping
        The split, and how far the search is, for ``_fit_and_score``.
    common : mapping
        What all fits of a search have in common.

    Returns
    -------
    fold : FoldResult
        Scores that are `error_score`, the traceback.

    Raises
    ------
    FitTimeoutError, WorkerDiedError
        If `error_score` is ``"raise"``.
    """
    settings = {name: value for name, value in common.items() if name != "gradient"}
    fold, _ = scored_fold(
        estimator=_Failing(explain(fault)), parameters=params, **progress, **settings
    )
    return fold
