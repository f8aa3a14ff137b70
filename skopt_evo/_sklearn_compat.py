"""The one place that imports scikit-learn's private names, and knows its versions.

Supported are scikit-learn 1.6 and later. What changed in between:

- 1.9 brought callbacks: ``BaseSearchCV`` opens a tree of contexts. `SearchTask` stands
  for a node of that tree, and for nothing in earlier versions.
- From 1.7 on, workers get the filters of warnings along with the configuration.
"""

from __future__ import annotations

import copy
import warnings
from contextlib import contextmanager
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
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import _check_method_params, _num_samples

__all__ = [
    "INHERITED",
    "ONLY_METRIC",
    "VALIDATING_CODE",
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "InvalidParameterError",
    "ObservedFit",
    "Options",
    "SearchTask",
    "StrOptions",
    "as_indices_of",
    "check_method_params",
    "check_refit",
    "clone_without_callbacks",
    "clones_itself",
    "fit_context",
    "is_scorer",
    "kept_by_clone",
    "make_constraint",
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
    "_get_routed_params_for_fit",
    "_get_scorers",
    "_get_support_mask",
    "_parameter_constraints",
    "_select_best_index",
)

# The code of each `fit` that checks parameters first: what it decorates share it.
VALIDATING_CODE = _fit_context(prefer_skip_nested_validation=True)(repr).__code__

HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")


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


class SearchTask:
    """A node in the tree of tasks that scikit-learn's callbacks observe.

    Without callbacks (an earlier scikit-learn, or none set on the search, on one of its
    estimators, or on an estimator that it is part of) every method does nothing.

    Parameters
    ----------
    search : estimator
        The search that is being fitted; hooks are called with it.
    context : sklearn.callback.CallbackContext or None
        The node, None without callbacks.
    data : dict, default=None
        ``X``, ``y`` and ``metadata`` for the hooks of this node.
    """

    def __init__(self, search, context, data=None):
        self._search = search
        self._context = context
        self._data = data or {}

    @classmethod
    def root(cls, search, *, max_subtasks, **data):
        """Open the root of a search's tree."""
        if not HAS_CALLBACKS or not _is_observed(search):
            return cls(search, None)
        context = search._init_callback_context(max_subtasks=max_subtasks)
        return cls(search, context, data).begin()

    def subtask(self, name, *, max_subtasks=0, sequential=True, task_id=None, **data):
        """Open a child of this node and say that it begins.

        It needs a `task_id` exactly if this node is not sequential.
        """
        if self._context is None:
            return self
        context = self._context.subcontext(
            task_name=name,
            task_id=task_id,
            max_subtasks=max_subtasks,
            sequential_subtasks=sequential,
        )
        return SearchTask(self._search, context, data).begin()

    def begin(self):
        """Call the hooks for the begin of this task."""
        if self._context is not None:
            self._context.call_on_fit_task_begin(estimator=self._search, **self._data)
        return self

    def end(self):
        """Call the hooks for the end of this task; tell whether one asks to stop."""
        if self._context is None:
            return False
        return bool(
            self._context.call_on_fit_task_end(estimator=self._search, **self._data)
        )

    @contextmanager
    def refit(self, estimator, **data):
        """Observe what the block does, the fit of `estimator`, as a child task."""
        if self._context is None:
            yield
            return
        context = self._context.subcontext(task_name="refit-with-best-params")
        task = SearchTask(self._search, context, data)
        with context.propagate_callback_context(estimator):
            # Only now: callbacks that are propagated get this hook from `estimator`.
            task.begin()
            yield
        task.end()

    def leaf(self, task_id):
        """Return what shows one fit to callbacks, None if there are none.

        The context is cut off from its siblings: a worker process gets its ancestors,
        not every leaf that there has been.
        """
        if self._context is None:
            return None
        context = _detached(self._context).subcontext(
            task_name="candidate-split-evaluation", task_id=task_id
        )
        return ObservedFit(self._search, context)

    def pass_over(self, task_id):
        """Call the hooks of a leaf that nothing has to be fitted for."""
        leaf = self.leaf(task_id)
        if leaf is not None:
            leaf.begin()
            leaf.end()


class ObservedFit:
    """The fit of one candidate on one split as callbacks see it, perhaps in a worker.

    Parameters
    ----------
    search : estimator
        The search that is being fitted; hooks are called with it.
    context : sklearn.callback.CallbackContext
        The leaf in the tree of tasks.
    """

    def __init__(self, search, context):
        self._search = search
        self._context = context

    @contextmanager
    def fitting(self, estimator, **data):
        """Observe what the block does: the fit of `estimator` to some data."""
        with self._context.propagate_callback_context(estimator):
            self.begin(**data)
            yield

    def begin(self, **data):
        """Call the hooks for the begin of the fit."""
        self._context.call_on_fit_task_begin(estimator=self._search, **data)

    def end(self, **data):
        """Call the hooks for the end of the fit and of its scores."""
        self._context.call_on_fit_task_end(estimator=self._search, **data)


def _is_observed(search):
    if hasattr(search, "_skl_callbacks") or hasattr(search, "_parent_callback_ctx"):
        return True
    parameters = search.estimator.get_params(deep=True).values()
    return any(
        hasattr(estimator, "_skl_callbacks")
        for estimator in [search.estimator, *parameters]
    )


def _detached(context):
    """Copy a context and its ancestors without any other descendants."""
    alone = copy.copy(context)
    alone._children_map = {}
    if context.parent is not None:
        alone.parent = _detached(context.parent)
        alone.parent._children_map[alone.task_id] = alone
    return alone
