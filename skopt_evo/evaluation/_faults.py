"""What a candidate has for results whose fit was stopped, or whose worker died."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sklearn.base import BaseEstimator

from skopt_evo._messages import shown
from skopt_evo.evaluation._fit import fit_and_score
from skopt_evo.evaluation._report import Report
from skopt_evo.exceptions import FitTimeoutError, WorkerDiedError
from skopt_evo.trials import Fault, FoldResult, Trial, Unit


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


def error_of(fault: Fault) -> FitTimeoutError | WorkerDiedError:
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


def failed_results(
    fault: Fault, trial: Trial, unit: Unit, common: Mapping[str, Any]
) -> dict[Unit, FoldResult]:
    """Return what scikit-learn's searches make of fits that raise, for all splits.

    Whatever other results there are: which fit was the first to fail is chance.

    Parameters
    ----------
    fault : Fault
        What became of a fit of the candidate.
    trial : Trial
        The candidate.
    unit : Unit
        The fit.
    common : mapping
        The arguments of `evaluate` that all fits of the search have in common.

    Returns
    -------
    results : dict of Unit to FoldResult
        Scores that are `error_score`, the traceback; the time of the fit.

    Raises
    ------
    FitTimeoutError, WorkerDiedError
        If `error_score` is ``"raise"``.
    """
    splits, settings = common["splits"], common["settings"]
    results = {}
    try:
        for split, (train, test) in enumerate(splits):
            fold = fit_and_score(
                _Failing(error_of(fault)),
                trial.params,
                common["X"],
                common["y"],
                train,
                test,
                settings,
            )
            report = Report(
                settings.verbose,
                trial.params,
                (split, len(splits)),
                (trial.number, common["n_candidates"]),
            )
            report.end(fold)
            results[Unit(split)] = fold
    except (FitTimeoutError, WorkerDiedError) as error:
        error.add_note(
            f"It was split {unit.split} of candidate {trial.number}, "
            f"{shown(dict(trial.params))}, after {fault.seconds:.3g} seconds."
        )
        raise
    guilty = Unit(unit.split)
    results[guilty] = replace(results[guilty], fit_time=fault.seconds)
    return results
