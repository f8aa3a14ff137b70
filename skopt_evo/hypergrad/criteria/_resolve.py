"""From a scorer to the criterion that a descent is steered by."""

from __future__ import annotations

from typing import Any

from sklearn import metrics
from sklearn.base import is_classifier

from skopt_evo._sklearn_compat import scorer_parts
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.criteria._classification import (
    PROBABILITY_LOSSES,
    SURROGATES,
    classification_criterion,
)
from skopt_evo.hypergrad.criteria._criterion import Criterion
from skopt_evo.hypergrad.criteria._regression import SLOPES, regression_criterion

# From the scorers that there is one for; any other is evaluated and has no derivative.
BUILDERS = {
    **dict.fromkeys(SLOPES, regression_criterion),
    **dict.fromkeys([*PROBABILITY_LOSSES, *SURROGATES], classification_criterion),
}


def criterion_of(scorer: Any, estimator: Any) -> Criterion:
    """Return the criterion that belongs to a scorer.

    Parameters
    ----------
    scorer : callable
        A scorer of a single metric: an object of `sklearn.metrics.make_scorer`, or what
        `sklearn.metrics.check_scoring` makes of None.
    estimator : estimator
        What is scored: its own ``score`` is R2 or the accuracy.

    Raises
    ------
    NoHypergradientError
        If nothing is known of the derivative of the score.
    """
    parts = scorer_parts(scorer)
    if parts is None:
        # Its own score method, as scikit-learn's mixins define it: a search checks that
        # the criterion agrees with the score.
        metric = (
            metrics.accuracy_score if is_classifier(estimator) else metrics.r2_score
        )
        parts = metric, 1, {}
    metric, sign, kwargs = parts
    if metric not in BUILDERS:
        name = getattr(metric, "__name__", repr(metric))
        known = sorted(known.__name__ for known in BUILDERS)
        raise NoHypergradientError(
            f"the derivative of {name} is not known, only those of {known}."
        )
    return BUILDERS[metric](metric, sign, kwargs)
