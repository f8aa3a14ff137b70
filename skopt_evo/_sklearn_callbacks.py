"""A search as scikit-learn's callbacks see it, and nothing where there are none.

Callbacks came with scikit-learn 1.9: ``BaseSearchCV`` opens a tree of contexts, one for
each task. `SearchTask` stands for a node of that tree, and for nothing in earlier
versions.
"""

import copy
from contextlib import contextmanager

from skopt_evo._sklearn_compat import BaseSearchCV

HAS_CALLBACKS = hasattr(BaseSearchCV, "_init_callback_context")


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
