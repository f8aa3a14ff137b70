"""Scores that are only `error_score`, told from those that were computed.

scikit-learn puts `error_score` in the place of a score when the fit or the scorer
raises, and does not say so in the second case. A number that is a possible score would
then count as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skopt_evo._sklearn_compat import ONLY_METRIC, score_by, scorer_attribute
from skopt_evo.trials import Scores


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


def computed_scores(
    estimator: Any,
    X: Any,
    y: Any,
    scorer: Any,
    params: Mapping[str, Any],
    error_score: Any,
) -> tuple[Scores, tuple[str, ...]]:
    """Score a fitted estimator; note what could not be scored.

    Parameters
    ----------
    estimator : estimator
        It is fitted.
    X, y : array-like
        The data, `y` None if there is none.
    scorer : callable
        The scorer, or scikit-learn's object for several of them.
    params : mapping
        Further arguments of the scorer.
    error_score : float or "raise"
        What stands for a score that is not there.

    Returns
    -------
    scores : float or dict of str to float
        By all metrics.
    errors : tuple of str
        The metrics whose score is only `error_score`.
    """
    is_number = not isinstance(error_score, str)
    substitute = ErrorScore(error_score) if is_number else error_score
    scores = score_by(scorer, estimator, X, y, params, substitute)
    named = scores if isinstance(scores, dict) else {ONLY_METRIC: scores}
    errors = [name for name, score in named.items() if isinstance(score, ErrorScore)]
    if not errors:
        return scores, ()
    if not isinstance(scores, dict):
        return error_score, tuple(errors)
    return {**scores, **dict.fromkeys(errors, error_score)}, tuple(errors)


def scores_of_failure(scorer: Any, error_score: float) -> Scores:
    """Return what stands for the scores of a fit that has failed.

    Parameters
    ----------
    scorer : callable
        The scorer, or scikit-learn's object for several of them.
    error_score : float
        What stands for each of them.
    """
    scorers = scorer_attribute(scorer)
    if isinstance(scorers, dict):
        return dict.fromkeys(scorers, error_score)
    return error_score
