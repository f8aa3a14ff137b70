"""The one place that imports scikit-learn's private names, and knows its versions.

Supported are scikit-learn 1.6 and later. What changed in between:

- From 1.7 on, workers get the filters of warnings along with the configuration.
"""

from __future__ import annotations

import warnings
from types import SimpleNamespace

from sklearn import get_config
from sklearn.base import BaseEstimator, _fit_context, clone
from sklearn.metrics._scorer import (
    _BaseScorer,
    _MultimetricScorer,
    _PassthroughScorer,
)
from sklearn.model_selection._search import BaseSearchCV, _search_estimator_has
from sklearn.model_selection._validation import (
    _score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import _safe_indexing
from sklearn.utils._array_api import device, get_namespace
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    Options,
    StrOptions,
    make_constraint,
    validate_parameter_constraints,
)
from sklearn.utils.metaestimators import _BaseComposition, _safe_split
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import _check_method_params, _num_samples

__all__ = [
    "INHERITED",
    "ONLY_METRIC",
    "VALIDATING_CODE",
    "BaseComposition",
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "Options",
    "StrOptions",
    "as_indices_of",
    "asks_for_labels",
    "asks_for_predictions_alone",
    "check_method_params",
    "check_refit",
    "clone_without_callbacks",
    "clones_itself",
    "fit_context",
    "is_scorer",
    "kept_by_clone",
    "make_constraint",
    "members_side_by_side",
    "number_of_samples",
    "safe_indexing",
    "safe_split",
    "score_by",
    "scorer_attribute",
    "scorer_of",
    "scorer_parts",
    "search_estimator_has",
    "validate_parameter_constraints",
    "warn_or_raise_about_fit_failures",
    "with_configuration",
]

BaseComposition = _BaseComposition
fit_context = _fit_context
check_method_params = _check_method_params
safe_indexing = _safe_indexing
safe_split = _safe_split
number_of_samples = _num_samples
search_estimator_has = _search_estimator_has
warn_or_raise_about_fit_failures = _warn_or_raise_about_fit_failures

# What cv_results_ calls the score of a search that has only one.
ONLY_METRIC = "score"

# What our classes use, or override, of the private attributes of the classes that they
# derive from: .ci/private_imports.py holds the list complete.
INHERITED = (
    "_format_results",
    "_get_params",
    "_get_routed_params_for_fit",
    "_get_scorers",
    "_get_support_mask",
    "_parameter_constraints",
    "_select_best_index",
    "_set_params",
)

# The code of each `fit` that checks parameters first: what it decorates share it.
VALIDATING_CODE = _fit_context(prefer_skip_nested_validation=True)(repr).__code__


def clones_itself(kind):
    """Tell whether ``clone`` may keep what an estimator of this class has learnt."""
    method = getattr(kind, "__sklearn_clone__", None)
    return method not in (None, BaseEstimator.__sklearn_clone__)


def kept_by_clone(estimator):
    """Return what ``clone`` keeps of an estimator besides its parameters, by name.

    That is the output container of `set_output` and the metadata requests of
    ``set_fit_request`` and its like, as plain values. Callbacks, which it keeps too,
    are left out: they watch a fit.
    """
    kept = {}
    output = getattr(estimator, "_sklearn_output_config", None)
    if output:
        kept["output"] = output
    requests = getattr(estimator, "_metadata_request", None)
    if requests is not None:
        # It refers to the estimator, too, but for the sake of its error messages.
        plain = getattr(requests, "_serialize", None)
        kept["requests"] = requests if plain is None else plain()
    return kept


def check_refit(refit, metrics):
    """Raise a ValueError if `refit` cannot choose a candidate by one of the metrics."""
    BaseSearchCV._check_refit_for_multimetric(SimpleNamespace(refit=refit), metrics)


def scorer_attribute(scorers):
    """Return what a fitted search keeps as ``scorer_``: a dict for several metrics."""
    return scorers._scorers if isinstance(scorers, _MultimetricScorer) else scorers


def is_scorer(scoring):
    """Tell whether this is an object of `make_scorer`, which returns a single score."""
    return isinstance(scoring, _BaseScorer)


def asks_for_labels(scorer):
    """Tell whether a scorer may ask an estimator for what it predicts.

    Others ask for probabilities or decisions alone.
    """
    if isinstance(scorer, _MultimetricScorer):
        return any(map(asks_for_labels, scorer._scorers.values()))
    if not isinstance(scorer, _BaseScorer):
        return True
    methods = scorer._response_method
    return "predict" in ([methods] if isinstance(methods, str) else methods)


def asks_for_predictions_alone(scorer):
    """Tell whether a scorer does nothing with an estimator but have it predict."""
    if isinstance(scorer, _MultimetricScorer):
        return all(map(asks_for_predictions_alone, scorer._scorers.values()))
    return isinstance(scorer, _BaseScorer)


def scorer_of(scorers, metric):
    """Return the scorer of one metric, None standing for the only or the first one."""
    if not isinstance(scorers, _MultimetricScorer):
        return scorers
    names = list(scorers._scorers)
    return scorers._scorers[names[0] if metric is None else metric]


def scorer_parts(scorer):
    """Return the metric of a scorer, its sign, and what else it is called with.

    None stands for the estimator's own ``score``. What is no scorer of scikit-learn's
    is its own metric.
    """
    if isinstance(scorer, _PassthroughScorer):
        return None
    if isinstance(scorer, _BaseScorer):
        return scorer._score_func, scorer._sign, scorer._kwargs
    return scorer, 1, {}


def as_indices_of(X, rows):
    """Return row numbers in a form that the rows of `X` can be indexed with.

    Arrays of other libraries than NumPy have to be indexed with arrays of their own.
    """
    namespace, _ = get_namespace(X)
    return namespace.asarray(rows, device=device(X))


def score_by(scorer, estimator, X, y, params, error_score):
    """Score a fitted estimator as scikit-learn's searches do.

    Parameters
    ----------
    scorer : callable
        The scorer, or scikit-learn's object for several of them.
    estimator : estimator
        It is fitted.
    X, y : array-like
        The data, `y` None if there is none.
    params : mapping
        Further arguments of the scorer.
    error_score : float or "raise"
        What stands for a score that a scorer raises in place of.

    Returns
    -------
    scores : number or dict of str to number
    """
    return _score(estimator, X, y, scorer, params, error_score)


def clone_without_callbacks(estimator):
    """Return a clone whose fits, and those of its parts, no callback observes."""
    twin = clone(estimator)
    # Frozen estimators are not copied: they stay as they are.
    shared = list(map(id, estimator.get_params().values()))
    for part in [twin, *twin.get_params().values()]:
        if hasattr(part, "_skl_callbacks") and id(part) not in shared:
            del part._skl_callbacks
    return twin


def members_side_by_side(named):
    """Return how the HTML representation shows the members of an ensemble.

    Parameters
    ----------
    named : list of (str, estimator)
        The members.
    """
    # Not at the top: it imports all of scikit-learn's ensembles.
    from sklearn.ensemble import VotingClassifier

    # The class of what is returned has been in several places.
    return VotingClassifier(named)._sk_visual_block_()


def with_configuration(function):
    """Return a function to send to workers, with the configuration as it is now.

    That is what ``sklearn.utils.parallel.Parallel`` does with each task: for tasks that
    go to the workers in another way.
    """
    wrapper, _, _ = delayed(function)()
    if not hasattr(wrapper, "with_config_and_warning_filters"):
        return wrapper.with_config(get_config())
    # Without the GIL, from Python 3.14 on, each thread has filters of its own.
    filters = getattr(warnings, "_get_filters", lambda: warnings.filters)()
    return wrapper.with_config_and_warning_filters(get_config(), list(filters))
