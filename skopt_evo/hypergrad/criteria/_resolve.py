"""From a scorer to the criterion that a descent minimises."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from sklearn import metrics
from sklearn.base import is_classifier
from sklearn.linear_model import GammaRegressor, PoissonRegressor, TweedieRegressor

from skopt_evo._sklearn_compat import scorer_parts
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.criteria._classification import classification_criterion
from skopt_evo.hypergrad.criteria._criterion import Criterion, usual_sign
from skopt_evo.hypergrad.criteria._decision_losses import SURROGATES
from skopt_evo.hypergrad.criteria._probability_losses import PROBABILITY_LOSSES
from skopt_evo.hypergrad.criteria._regression import SLOPES, regression_criterion

# From the scorers that there is one for; any other is evaluated and has no derivative.
BUILDERS = {
    **dict.fromkeys(SLOPES, regression_criterion),
    **dict.fromkeys([*PROBABILITY_LOSSES, *SURROGATES], classification_criterion),
}

# The powers of the estimators whose own score is the share of the deviance explained.
POWERS: Mapping[type, Callable[[Any], float]] = {
    PoissonRegressor: lambda estimator: 1.0,
    GammaRegressor: lambda estimator: 2.0,
    TweedieRegressor: lambda estimator: estimator.power,
}


def criterion_of(scorer: Any, estimator: Any) -> Criterion:
    """Return the criterion that belongs to a scorer.

    Parameters
    ----------
    scorer : callable
        A scorer of a single metric: an object of `sklearn.metrics.make_scorer`, or what
        `sklearn.metrics.check_scoring` makes of None.
    estimator : estimator
        What is scored: its own ``score`` is R2, D2 or the accuracy.

    Raises
    ------
    NoHypergradientError
        If nothing is known of the derivative of the score.
    """
    parts = scorer_parts(scorer)
    metric, sign, kwargs = parts or _own_score(estimator)
    # A user's own scorer may be an object without a hash.
    is_known = isinstance(metric, Hashable) and metric in BUILDERS
    if not is_known:
        name = getattr(metric, "__name__", repr(metric))
        raise NoHypergradientError(
            f"the derivative of {name} is not known; the user guide has a list of "
            "scores that have one."
        )
    if sign != usual_sign(metric):
        raise NoHypergradientError(
            f"{metric.__name__} is to be made worse: make its scorer with "
            f"greater_is_better={sign < 0}."
        )
    criterion = BUILDERS[metric](metric, kwargs)
    if parts is None and "power" in kwargs:
        return criterion._replace(depends_on=frozenset({"power"}))
    return criterion


def _own_score(estimator: Any) -> tuple[Any, int, dict[str, Any]]:
    """Return the metric of an estimator's ``score``, as scikit-learn's classes have it.

    A search checks that the criterion agrees with the score.
    """
    if is_classifier(estimator):
        return metrics.accuracy_score, 1, {}
    # That of a pipeline is that of its last step.
    final = getattr(estimator, "_final_estimator", estimator)
    if type(final) in POWERS:
        return metrics.d2_tweedie_score, 1, {"power": POWERS[type(final)](final)}
    return metrics.r2_score, 1, {}
