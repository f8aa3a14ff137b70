"""Which rule belongs to which estimator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad._protocol import PredictorRule, Rule, TransformerRule

RuleClass = TypeVar("RuleClass", bound=type[Rule])

# By exact type: a subclass may fit something else under the same name.
_RULES: dict[type, Rule] = {}


def register_hypergradient(
    estimator_type: type, params: Iterable[str] = ()
) -> Callable[[RuleClass], RuleClass]:
    """Register the decorated class as the rule for an estimator.

    Parameters
    ----------
    estimator_type : type
        The estimator's class. The rule does not hold for its subclasses. An earlier
        rule for it is replaced.
    params : iterable of str, default=()
        The hyperparameters whose derivatives the rule knows.

    Returns
    -------
    decorator : callable
        Takes a class derived from `PredictorRule` or `TransformerRule`, and returns it.

    Raises
    ------
    TypeError
        If `estimator_type` is no class, if `params` is a single name, or if what is
        decorated is no such class.
    ValueError
        If the estimator has no such parameters.

    See Also
    --------
    check_hypergradient : Compares a rule with differences of the score.

    Notes
    -----
    Workers are processes of their own, which import what they unpickle. A rule has to
    be registered where they do so as well: in the module of the estimator, say.

    Examples
    --------
    A regressor that predicts the mean of its targets, shrunk by ``1 / (1 + alpha)``:

    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, RegressorMixin
    >>> from skopt_evo.hypergrad import PredictorRule, Pullback
    >>> from skopt_evo.hypergrad import check_hypergradient, register_hypergradient
    >>> class ShrunkMean(RegressorMixin, BaseEstimator):
    ...     def __init__(self, alpha=1.0):
    ...         self.alpha = alpha
    ...
    ...     def fit(self, X, y):
    ...         self.mean_ = np.mean(y) / (1 + self.alpha)
    ...         return self
    ...
    ...     def predict(self, X):
    ...         return np.full(len(X), self.mean_)
    >>> @register_hypergradient(ShrunkMean, params=["alpha"])
    ... class ShrunkMeanRule(PredictorRule):
    ...     def pullback(self, estimator, fold, cotangent, names, *, inputs):
    ...         slope = -estimator.mean_ / (1 + estimator.alpha)
    ...         return Pullback({"alpha": slope * cotangent.sum()})
    >>> X, y = np.zeros((20, 1)), np.arange(20.0)
    >>> check = check_hypergradient(ShrunkMean(), {"alpha": 0.5}, X, y)
    >>> bool(check.loc["alpha", "error"] < 1e-6)
    True
    """
    if not isinstance(estimator_type, type):
        raise TypeError(
            f"estimator_type={estimator_type!r} is no class: rules are found by the "
            "exact class, pass that of the estimator."
        )

    if isinstance(params, str):
        raise TypeError(f"params={params!r} is a name: pass a list, [{params!r}].")
    names = frozenset(params)
    known = inspect.signature(estimator_type).parameters
    has_any = any(one.kind is one.VAR_KEYWORD for one in known.values())
    # Those of parts, such as a kernel's, are checked by the parts.
    unknown = sorted(name for name in names - known.keys() if "__" not in name)
    if unknown and not has_any:
        raise ValueError(
            f"params={unknown!r} are no parameters of {estimator_type.__name__}: pass "
            f"some of {sorted(known)}."
        )

    def register(rule_class: RuleClass) -> RuleClass:
        rule = _made(rule_class)
        rule.params = names
        _RULES[estimator_type] = rule
        return rule_class

    return register


def _made(rule_class: RuleClass) -> Rule:
    """Return a rule of a class, after a check of the class."""
    kinds = PredictorRule, TransformerRule
    if not (isinstance(rule_class, type) and issubclass(rule_class, kinds)):
        raise TypeError(
            f"{rule_class!r} is no rule: decorate a class derived from "
            "PredictorRule or TransformerRule."
        )
    try:
        return rule_class()
    except TypeError as error:
        raise TypeError(
            f"{rule_class.__name__} cannot be made without arguments: define "
            f"`pullback`, and no parameters of `__init__`. ({error})"
        ) from error


def predictor_rule(estimator: Any) -> PredictorRule:
    """Return the rule of a regressor or a classifier."""
    rule = _rule(estimator)
    if not isinstance(rule, PredictorRule):
        raise NoHypergradientError(
            f"{type(estimator).__name__} is a transformer, and has no score."
        )
    return rule


def transformer_rule(transformer: Any) -> TransformerRule:
    """Return the rule of a transformer."""
    rule = _rule(transformer)
    if not isinstance(rule, TransformerRule):
        raise NoHypergradientError(
            f"a {type(transformer).__name__} is not covered as a step of a pipeline: "
            "of a pipeline of transformers, put the steps into the outer one."
        )
    return rule


def known_types() -> list[str]:
    """Return the names of the classes that have a rule, sorted."""
    return sorted(kind.__name__ for kind in _RULES)


def _rule(estimator: Any) -> Rule:
    try:
        return _RULES[type(estimator)]
    except KeyError:
        raise NoHypergradientError(
            f"there is no rule for {type(estimator).__name__}."
        ) from None
