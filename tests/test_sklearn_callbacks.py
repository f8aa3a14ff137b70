"""The tasks of a search as callbacks see them, and what is left without callbacks."""

import pickle

import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo import _sklearn_callbacks as callbacks
from skopt_evo._sklearn_callbacks import HAS_CALLBACKS, SearchTask

X, y = load_iris(return_X_y=True)

needs_callbacks = pytest.mark.skipif(not HAS_CALLBACKS, reason="needs scikit-learn 1.9")


def unobserved():
    return GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {})


# ---- without callbacks


@pytest.mark.parametrize("has_callbacks", [False, HAS_CALLBACKS])
def test_a_search_without_callbacks_has_tasks_that_do_nothing(
    has_callbacks, monkeypatch
):
    monkeypatch.setattr(callbacks, "HAS_CALLBACKS", has_callbacks)
    search = unobserved()
    root = SearchTask.root(search, max_subtasks=2, X=X, y=y)
    task = root.subtask("search", sequential=False)
    assert task.begin() is task
    assert task.end() is False
    assert task.leaf(3) is None
    task.pass_over(3)
    with root.refit(search.estimator):
        search.estimator.fit(X, y)
    assert search.estimator.score(X, y) > 0.5


# ---- with callbacks


class Recorder:
    """Notes what is called, with which data; asks to stop after tasks of a name."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.calls = []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, *, X, y):
        self.calls.append(("begin", path_of(context), X is not None))

    def on_fit_task_end(self, estimator, context, *, X, y):
        self.calls.append(("end", path_of(context), X is not None))
        return context.task_name == self.stop_after

    @property
    def paths(self):
        return [(hook, path) for hook, path, _ in self.calls]


def path_of(context):
    """Return the names and numbers of the tasks that a task is in, but for the root."""
    path = []
    while context.parent is not None:
        path.insert(0, (context.task_name, context.task_id))
        context = context.parent
    return path


def observed(stop_after=None):
    """Return a recorder, the search that it observes, and the root of its tasks."""
    recorder = Recorder(stop_after)
    search = GridSearchCV(LogisticRegression(max_iter=999), {}).set_callbacks(recorder)
    return recorder, search, SearchTask.root(search, max_subtasks=2, X=X, y=y)


@needs_callbacks
def test_tasks_begin_when_they_are_opened_and_have_their_own_data():
    recorder, _, root = observed()
    first = root.subtask("search", max_subtasks=None, X=X, y=y)
    second = first.subtask("generation")
    for task in (second, first, root):
        assert task.end() is False
    path = [("search", 0), ("generation", 0)]
    assert recorder.calls == [
        ("begin", [], True),
        ("begin", path[:1], True),
        ("begin", path, False),
        ("end", path, False),
        ("end", path[:1], True),
        ("end", [], True),
    ]


@needs_callbacks
def test_the_end_of_a_task_tells_whether_a_callback_asks_to_stop():
    _, _, root = observed(stop_after="generation")
    task = root.subtask("search", max_subtasks=None)
    assert task.subtask("generation").end() is True
    assert task.end() is False


@needs_callbacks
def test_the_refit_is_a_task_that_ends_unless_it_raises():
    recorder, search, root = observed()
    path = [("refit-with-best-params", 0)]
    with root.refit(search.estimator, X=X, y=y):
        search.estimator.fit(X, y)
    assert recorder.calls[1:] == [("begin", path, True), ("end", path, True)]
    recorder, search, root = observed()
    with pytest.raises(ValueError, match="of the fit"), root.refit(search.estimator):
        raise ValueError("of the fit")
    assert recorder.paths[1:] == [("begin", path)]
    assert not hasattr(search.estimator, "_parent_callback_ctx")


@needs_callbacks
def test_a_leaf_is_one_fit_wherever_it_runs():
    recorder, search, root = observed()
    task = root.subtask("search", max_subtasks=None, sequential=False)
    leaf = task.leaf(7)
    with leaf.fitting(search.estimator, X=X, y=y):
        search.estimator.fit(X, y)
    leaf.end(X=X, y=y)
    task.pass_over(8)
    seven, eight = (
        [("search", 0), ("candidate-split-evaluation", number)] for number in (7, 8)
    )
    assert recorder.calls[2:] == [
        ("begin", seven, True),
        ("end", seven, True),
        ("begin", eight, False),
        ("end", eight, False),
    ]


@needs_callbacks
def test_a_leaf_travels_without_those_beside_it():
    _, _, root = observed()
    task = root.subtask("search", max_subtasks=None, sequential=False)
    sizes = [len(pickle.dumps(task.leaf(number)._context)) for number in range(100)]
    assert max(sizes) < 1.1 * sizes[0]
    leaf = task.leaf(0)._context
    top = leaf.parent.parent
    assert top.parent is None
    assert list(top) == [top, leaf.parent, leaf]


@needs_callbacks
@pytest.mark.parametrize("place", ["search", "estimator", "step"])
def test_a_callback_anywhere_in_a_search_is_one(place):
    step = Ridge()
    model = make_pipeline(StandardScaler(), step)
    search = GridSearchCV(model, {})
    {"search": search, "estimator": model, "step": step}[place]._skl_callbacks = []
    task = SearchTask.root(search, max_subtasks=1)
    task = task.subtask("search", max_subtasks=None, sequential=False)
    assert task.leaf(0) is not None


@needs_callbacks
def test_a_search_that_is_part_of_an_observed_one_is_observed():
    _, _, root = observed()
    leaf = root.subtask("search", sequential=False, max_subtasks=None).leaf(0)
    inner = unobserved()
    with leaf.fitting(inner):
        assert SearchTask.root(inner, max_subtasks=1).subtask("a")._context is not None
    assert SearchTask.root(inner, max_subtasks=1)._context is None
