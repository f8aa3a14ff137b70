"""The exact derivatives of the score of one fold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from skopt_evo._sklearn_compat import scorer_of
from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import Fold, Outputs
from skopt_evo.hypergrad._registry import predictor_rule
from skopt_evo.hypergrad.criteria import Criterion, criterion_of
from skopt_evo.trials import FoldGradient
from skopt_evo.trials._fold_result import pick

# What a loss and the score that it stands for may differ by: estimators round
# probabilities near 0 and 1 in their own ways.
AGREEMENT = 1e-3


def reasons_against(
    estimator: Any, names: Iterable[str], scorer: Any
) -> dict[str, str]:
    """Return why derivatives cannot be had, as far as is known before any fit.

    Parameters
    ----------
    estimator : estimator
        The estimator, with the setting to judge.
    names : iterable of str
        The hyperparameters.
    scorer : callable
        The scorer of the metric to improve.

    Returns
    -------
    reasons : dict of str to str
        A reason for each of `names` that has no derivative.
    """
    reasons = {}
    for name in names:
        try:
            criterion = criterion_of(scorer, estimator)
            predictor_rule(estimator).check(estimator, name)
            if name.rpartition("__")[2] in criterion.depends_on:
                raise NoHypergradientError(
                    f"the estimator's own score changes with {name!r}; pass a scorer."
                )
        except NoHypergradientError as error:
            reasons[name] = str(error)
    return reasons


@dataclass(frozen=True)
class FoldDifferentiator:
    """Differentiates the score of fitted estimators, a fold at a time.

    Parameters
    ----------
    scorers : callable
        The scorer, or scikit-learn's object for several of them.
    metric : str or None
        The metric to improve; None for the only or the first one.
    names : frozenset of str
        The hyperparameters that have numbers as values somewhere in the space.
    """

    scorers: Any
    metric: str | None
    names: frozenset[str]

    def __call__(
        self,
        estimator: Any,
        fold: Fold,
        y_test: Any,
        score_params: Mapping[str, Any],
        test_scores: Any,
        params: Mapping[str, Any],
    ) -> FoldGradient:
        """Return the derivatives of the loss of a fold.

        Parameters
        ----------
        estimator : estimator
            The fitted estimator.
        fold : Fold
            The data.
        y_test : array-like of shape (n_test,) or (n_test, n_outputs)
            The targets of the test set.
        score_params : mapping
            What the scorer got beside them.
        test_scores : float or dict
            What it returned; NaN where it raised.
        params : mapping
            The candidate's parameters.
        """
        scorer = scorer_of(self.scorers, self.metric)
        names = [name for name in sorted(params) if name in self.names]
        names = [name for name in names if is_differentiable(params[name])]
        reasons: dict[str, str] = {}
        try:
            reasons = reasons_against(estimator, names, scorer)
            known = [name for name in names if name not in reasons]
            if not known:
                return FoldGradient(np.nan, reasons=reasons)
            loss, gradient = differentiate(
                estimator,
                replace(fold, y=targets_of(estimator, fold.y)),
                targets_of(estimator, y_test),
                known,
                criterion_of(scorer, estimator),
                weights=score_params.get("sample_weight"),
                score=pick(test_scores, self.metric),
            )
        except NoHypergradientError as error:
            reason = str(error)
        except Exception as error:
            # The candidate is scored, whatever befalls a rule, a user's own included.
            reason = f"its rule raised {error!r}."
        else:
            return FoldGradient(loss, gradient, reasons, is_converged(estimator))
        return FoldGradient(np.nan, reasons={**dict.fromkeys(names, reason), **reasons})


def differentiate(
    estimator: Any,
    fold: Fold,
    y_test: Any,
    names: Collection[str],
    criterion: Criterion,
    *,
    weights: Any = None,
    score: float | None = None,
) -> tuple[float, dict[str, Any]]:
    """Return the loss of a fold and its derivatives by hyperparameters.

    Parameters
    ----------
    estimator : estimator
        The fitted estimator.
    fold : Fold
        The data.
    y_test : array-like of shape (n_test,) or (n_test, n_outputs)
        The targets of the test set.
    names : collection of str
        The hyperparameters.
    criterion : Criterion
        The loss.
    weights : array-like of shape (n_test,), default=None
        The weights of the test samples.
    score : float, default=None
        What the scorer returned, if it is to be compared: unless minus the loss equals
        it, with the weights or without them, this is another loss.

    Raises
    ------
    NoHypergradientError
        If there is no derivative.
    """
    rule = predictor_rule(estimator)
    # That of this thread alone, while filters of warnings are those of all of them.
    with np.errstate(all="ignore"):
        outputs = rule.outputs(estimator, fold.X_test)
        loss, slope = _evaluate(criterion, y_test, outputs, weights, score)
        found = rule.pullback(estimator, fold, slope, names, inputs=False).params
    values = estimator.get_params()
    for name in names:
        if name not in found:
            raise NoHypergradientError(f"the rule returned no derivative by {name!r}.")
        if np.shape(found[name]) != np.shape(values[name]):
            raise NoHypergradientError(
                f"the derivative by {name!r} has the shape {np.shape(found[name])}, "
                f"its value {np.shape(values[name])}."
            )
        if not np.all(np.isfinite(found[name])):
            raise NoHypergradientError(
                f"the derivative by {name!r} came out as {found[name]}: the fit may "
                "have come to no optimum."
            )
    return loss, {name: found[name] for name in names}


def is_differentiable(value: Any) -> bool:
    """Tell whether the value of a hyperparameter is a number, or an array of them."""
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind == "f")
    return isinstance(value, Real) and not isinstance(value, (bool, np.bool_))


def is_converged(estimator: Any) -> bool:
    """Tell whether no part of a fitted estimator has used up its iterations."""
    parts = [estimator, *_fitted_parts(estimator)]
    return not any(map(_is_exhausted, parts))


def _is_exhausted(estimator: Any) -> bool:
    n_iter = getattr(estimator, "n_iter_", None)
    most = getattr(estimator, "max_iter", None)
    if n_iter is None or most is None or most < 0:
        return False
    return bool(np.any(np.asarray(n_iter) >= most))


def _fitted_parts(estimator: Any) -> Iterable[Any]:
    """Return the estimators that a meta-estimator has fitted, theirs included."""
    parts = [step for _, step in getattr(estimator, "steps", ())]
    parts += list(getattr(estimator, "estimators_", ()))
    if hasattr(estimator, "regressor_"):
        parts.append(estimator.regressor_)
    return [*parts, *(inner for part in parts for inner in _fitted_parts(part))]


def _evaluate(
    criterion: Criterion, y: Any, outputs: Outputs, weights: Any, score: float | None
) -> tuple[float, FloatArray]:
    """Return the loss that the scorer has found as well, and its slope."""
    if score is not None and not np.isfinite(score):
        raise NoHypergradientError("the scorer has failed, or given no finite score.")
    given = None if weights is None else np.asarray(weights, dtype=np.float64)
    # Whether weights reach a scorer among others depends on versions and settings.
    for sample_weight in [given] if given is None else [given, None]:
        loss, slope = criterion.evaluate(y, outputs, sample_weight)
        if criterion.is_surrogate or score is None:
            return loss, slope
        if np.isclose(-loss, score, rtol=AGREEMENT, atol=1e-9):
            return loss, slope
    raise NoHypergradientError(
        f"the score is not what {criterion.name} makes of the estimator's outputs."
    )


def targets_of(estimator: Any, y: Any) -> Any:
    """Return targets as rules and criteria take them: labels as a vector."""
    shape = np.shape(y)
    if is_classifier(estimator) and len(shape) == 2 and shape[1] == 1:
        return np.ravel(np.asarray(y))
    return y
