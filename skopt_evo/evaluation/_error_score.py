"""Scores that are only `error_score`, told from those that were computed.

scikit-learn puts `error_score` in the place of a score when the fit or the scorer
raises, and does not say so in the second case. A number that is a possible score would
then count as one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skopt_evo._sklearn_compat import ONLY_METRIC, fit_and_score
from skopt_evo.trials import FoldResult


class ErrorScore(float):
    """An `error_score` that is known again in what scikit-learn returns.

    Parameters
    ----------
    value : float
        What the user has given.
    """

    value: float

    def __new__(cls, value: float) -> ErrorScore:
        score = super().__new__(cls, value)
        score.value = value
        return score

    def __str__(self) -> str:
        return str(self.value)  # an int is an int in warnings


def scored_fold(
    *, error_score: Any = np.nan, **arguments: Any
) -> tuple[FoldResult, Any]:
    """Fit and score as `fit_and_score` does, and note what could not be scored.

    Parameters
    ----------
    error_score : float or "raise", default=np.nan
        What stands for a score that is not there.
    **arguments
        The other arguments of `fit_and_score`.

    Returns
    -------
    fold : FoldResult
        What came of it.
    estimator : estimator or None
        The fitted one, if `return_estimator` is among the arguments.
    """
    is_number = not isinstance(error_score, str)
    result: dict[str, Any] = fit_and_score(
        error_score=ErrorScore(error_score) if is_number else error_score, **arguments
    )
    estimator = result.pop("estimator", None)
    scores = result["test_scores"]
    named = scores if isinstance(scores, dict) else {ONLY_METRIC: scores}
    errors = [name for name, score in named.items() if isinstance(score, ErrorScore)]
    for kind in ("test_scores", "train_scores"):
        if kind in result:
            result[kind] = _as_given(result[kind])
    has_fitted = result["fit_error"] is None
    fold = FoldResult.from_sklearn(
        result, score_errors=tuple(errors) if has_fitted else ()
    )
    return fold, estimator


def _as_given(scores: Any) -> Any:
    """Return scores with the user's own `error_score`."""
    if isinstance(scores, dict):
        return {name: _as_given(score) for name, score in scores.items()}
    return scores.value if isinstance(scores, ErrorScore) else scores
