"""What the fit of a candidate on one split returned."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from skopt_evo._sklearn_compat import ONLY_METRIC
from skopt_evo._typing import ByteArray
from skopt_evo.trials._fold_record import MAX_ERROR, check_fold
from skopt_evo.trials._predictions import Predictions

# One score, or a score by each metric.
Scores: TypeAlias = "float | dict[str, float]"


@dataclass(frozen=True)
class FoldGradient:
    """The derivatives of the loss of one fold by hyperparameters.

    Attributes
    ----------
    loss : float
        The loss that is differentiated: minus the score, or what stands in for it; NaN
        if there is none.
    params : dict of str to float or ndarray
        Its derivatives, in the units of the hyperparameters.
    reasons : dict of str to str
        Why there is no derivative by others.
    is_converged : bool
        Whether the fit came to its end: if not, the derivatives are less exact.
    """

    loss: float
    params: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    is_converged: bool = True


@dataclass(frozen=True)
class FoldResult:
    """What came of fitting and scoring a candidate on one split.

    Attributes
    ----------
    test_scores : float or dict of str to float
        The scores on the test set: one without a name, or one for each metric; what
        could not be computed is `error_score`.
    fit_error : str or None
        The traceback of the fit, None if it went well.
    score_errors : tuple of str
        The metrics whose score is only `error_score` although the fit went well.
    train_scores : float, dict of str to float or None
        The scores on the training set, None if they were not asked for.
    n_test_samples : int
        The size of the test set.
    fit_time, score_time, gradient_time : float
        Seconds that the fit, the scores and the derivatives took.
    gradient : FoldGradient or None
        The derivatives of the loss, None where there are none.
    predictions : Predictions or None
        What was predicted for the test set, None if it was not asked for or if the fit
        has failed. It is no part of the record: see `skopt_evo.checkpoint`.
    model : ndarray of uint8, or None
        The fitted estimator, pickled; None if it was not asked for. It is no part of
        the record either: a file must not be able to bring code with it.
    """

    test_scores: Scores
    fit_error: str | None = None
    score_errors: tuple[str, ...] = ()
    train_scores: Scores | None = None
    n_test_samples: int = 0
    fit_time: float = 0.0
    score_time: float = 0.0
    gradient_time: float = 0.0
    gradient: FoldGradient | None = None
    predictions: Predictions | None = None
    model: ByteArray | None = None

    def to_sklearn(self) -> dict[str, Any]:
        """Return what scikit-learn makes the columns of ``cv_results_`` of."""
        names = ["fit_error", "test_scores", "n_test_samples", "fit_time", "score_time"]
        if self.train_scores is not None:
            names.append("train_scores")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_record(cls, record: Any) -> FoldResult:
        """Return what a record of a journal holds.

        Parameters
        ----------
        record : object
            Plain data, which may come from anybody.

        Raises
        ------
        TypeError, ValueError
            If it is not what `to_record` returns.
        """
        fields = check_fold(record)
        fields["score_errors"] = tuple(fields.get("score_errors", ()))
        if fields.get("gradient") is not None:
            fields["gradient"] = FoldGradient(**fields["gradient"])
        return cls(**fields)

    def to_record(self) -> dict[str, Any]:
        """Return the result as plain data, for a journal."""
        record = {name: _plain(value) for name, value in self.to_sklearn().items()}
        if self.fit_error is not None:
            record["fit_error"] = self.fit_error[:MAX_ERROR]
        if self.score_errors:
            record["score_errors"] = list(self.score_errors)
        if self.gradient is not None:
            params = self.gradient.params.items()
            record["gradient"] = {
                **asdict(self.gradient),
                "params": {name: np.asarray(value).tolist() for name, value in params},
            }
        return record

    @property
    def metrics(self) -> list[str] | None:
        """The names of the metrics, None for a single score."""
        return list(self.test_scores) if isinstance(self.test_scores, dict) else None

    def computed_scores(self) -> Scores:
        """Return the test scores, NaN where there is only `error_score`."""
        scores = self.test_scores
        if isinstance(scores, dict):
            missing = scores if self.fit_error is not None else self.score_errors
            return {**scores, **dict.fromkeys(missing, np.nan)}
        has_failed = self.fit_error is not None or bool(self.score_errors)
        return np.nan if has_failed else scores

    def score(self, metric: str | None) -> float:
        """Return the test score by a metric, NaN if it was not computed.

        Parameters
        ----------
        metric : str or None
            Which of several metrics; None for the only one, or the first.
        """
        scores = self.computed_scores()
        if isinstance(scores, dict) and metric is not None and metric not in scores:
            return np.nan  # a function has returned others
        return pick(scores, metric)

    def filled_in(self, metrics: list[str], missing: float, kind: str) -> FoldResult:
        """Return the result with a score by each of some metrics.

        Parameters
        ----------
        metrics : list of str
            The metrics of all results.
        missing : float
            The score by those that there is none by, which count as errors.
        kind : {"test_scores", "train_scores"}
            Which scores.
        """
        scores = getattr(self, kind)
        known = scores if isinstance(scores, dict) else {}
        filled = {name: known.get(name, missing) for name in metrics}
        errors = set(self.score_errors) - {ONLY_METRIC}
        if kind == "test_scores" and self.fit_error is None:
            errors |= {name for name in metrics if name not in known}
        changes: dict[str, Any] = {kind: filled, "score_errors": tuple(sorted(errors))}
        return replace(self, **changes)


def pick(scores: Scores, metric: str | None) -> float:
    """Return the score by one metric, None standing for the only or the first one."""
    if not isinstance(scores, dict):
        return float(scores)
    return float(scores[metric] if metric is not None else next(iter(scores.values())))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if value is None or isinstance(value, (str, int)):
        return value
    return float(value)
