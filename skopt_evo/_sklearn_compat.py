"""The one place that imports scikit-learn's private names, and knows its versions.

Supported are scikit-learn 1.6 and later. What changed in between:

- 1.9 brought callbacks: ``_fit_and_score`` takes the search and a callback context, and
  ``BaseSearchCV`` opens a tree of such contexts. `SearchTask` stands for a node of that
  tree, and for nothing in earlier versions.
- From 1.7 on, workers get the filters of warnings along with the configuration.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from contextlib import contextmanager
from numbers import Real

from sklearn import get_config
from sklearn.base import BaseEstimator, _fit_context, clone
from sklearn.metrics._scorer import (
    _BaseScorer,
    _MultimetricScorer,
    _PassthroughScorer,
)
from sklearn.model_selection._search import BaseSearchCV, _search_estimator_has
from sklearn.model_selection._validation import (
    _fit_and_score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import _safe_indexing
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
from sklearn.utils.validation import _check_method_params

__all__ = [
    "INHERITED",
    "ONLY_METRIC",
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "SearchTask",
    "StrOptions",
    "allowed_numbers",
    "check_method_params",
    "clone_without_callbacks",
    "clones_itself",
    "fit_and_score",
    "fit_context",
    "is_scorer",
    "kept_by_clone",
    "refusal_of",
    "safe_indexing",
    "safe_split",
    "scorer_attribute",
    "scorer_of",
    "scorer_parts",
    "search_estimator_has",
    "validates_parameters",
    "warn_or_raise_about_fit_failures",
    "with_configuration",
]

fit_context = _fit_context
check_method_params = _check_method_params
safe_indexing = _safe_indexing
safe_split = _safe_split
search_estimator_has = _search_estimator_has
warn_or_raise_about_fit_failures = _warn_or_raise_about_fit_failures

# What cv_results_ calls the score of a search that has only one.
ONLY_METRIC = "score"

# What our classes use, or override, of the private attributes of the classes that they
# derive from: .ci/private_imports.py holds the list complete.
INHERITED = (
    "_check_refit_for_multimetric",
    "_format_results",
    "_get_routed_params_for_fit",
    "_get_scorers",
    "_get_support_mask",
    "_parameter_constraints",
    "_select_best_index",
)

# What all methods that are decorated with it share.
VALIDATING_CODE = _fit_context(prefer_skip_nested_validation=True)(repr).__code__

HAS_CALLBACKS = "callback_ctx" in inspect.signature(_fit_and_score).parameters


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


def validates_parameters(estimator):
    """Tell whether ``fit`` checks parameters by the estimator's own constraints, first.

    A subclass whose ``fit`` does something before that, such as rounding a number, does
    not; neither does anything if scikit-learn's configuration says so.
    """
    if get_config()["skip_parameter_validation"]:
        return False
    kind = type(estimator)
    if not isinstance(getattr(kind, "_parameter_constraints", None), dict):
        return False
    if getattr(kind, "_validate_params", None) is not BaseEstimator._validate_params:
        return False
    fit = getattr(kind, "fit", None)
    while fit is not None and getattr(fit, "__code__", None) is not VALIDATING_CODE:
        fit = getattr(fit, "__wrapped__", None)
    return fit is not None


def refusal_of(estimator, name):
    """Return what ``fit`` says of a parameter's value, None if it is a valid one."""
    value = estimator.get_params(deep=False)[name]
    try:
        validate_parameter_constraints(
            estimator._parameter_constraints, {name: value}, type(estimator).__name__
        )
    except InvalidParameterError as error:
        return str(error)
    return None


def allowed_numbers(estimator, name):
    """Return the ends of the ranges that a parameter may lie in, and single numbers."""
    constraints = estimator._parameter_constraints.get(name, "no_validation")
    numbers = []
    for constraint in [] if isinstance(constraints, str) else constraints:
        allowed = make_constraint(constraint)
        if isinstance(allowed, Interval):
            numbers += [allowed.left, allowed.right]
        elif isinstance(allowed, Options):
            numbers += [each for each in allowed.options if isinstance(each, Real)]
    return [float(each) for each in numbers if each is not None]


def fit_and_score(estimator, X, y, **kwargs):
    """Fit and score one candidate on one split, as scikit-learn's searches do.

    See ``sklearn.model_selection._validation._fit_and_score`` for the parameters and
    the returned dict.
    """
    return _fit_and_score(
        estimator,
        X,
        y,
        return_n_test_samples=True,
        return_times=True,
        return_parameters=False,
        **kwargs,
    )


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
        """Return what `fit_and_score` needs to observe one candidate on one split.

        The context is cut off from its siblings: a worker process gets its ancestors,
        not every leaf that there has been. Without callbacks it gets nothing, not even
        the search.
        """
        if self._context is None:
            return {}
        context = _detached(self._context).subcontext(
            task_name="candidate-split-evaluation", task_id=task_id
        )
        return {"caller": self._search, "callback_ctx": context}

    def pass_over(self, task_id):
        """Call the hooks of a leaf that nothing has to be fitted for."""
        context = self.leaf(task_id).get("callback_ctx")
        if context is not None:
            context.call_on_fit_task_begin(estimator=self._search)
            context.call_on_fit_task_end(estimator=self._search)


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
