"""Which callback tasks are opened and ended, and with which numbers."""

import itertools

import pytest
from sklearn.base import BaseEstimator

from skopt_evo._sklearn_callbacks import HAS_CALLBACKS, SearchTask
from skopt_evo.scheduling import CallbackTasks
from skopt_evo.trials import Trial, Unit


class Task:
    """Notes what is opened, shown and ended; asks to stop at the end of one."""

    def __init__(self, name="search", log=None, stop_at=None):
        self.name, self.stop_at = name, stop_at
        self.log = [] if log is None else log

    def subtask(self, name, *, task_id, max_subtasks, sequential):
        assert not sequential
        self.log.append((f"{name} {task_id}", "of", max_subtasks))
        return Task(f"{name} {task_id}", self.log, self.stop_at)

    def leaf(self, number):
        return {"place": (self.name, number)}

    def pass_over(self, number):
        self.log.append((self.name, "shows", number))

    def end(self):
        self.log.append((self.name, "ends"))
        return self.name == self.stop_at


def numbered(*numbers):
    return [Trial({}, 0, "initial", number=number) for number in numbers]


def make(stop_at=None, *, has_generations=True, n_splits=2):
    task = Task(stop_at=stop_at)
    return CallbackTasks(task, n_splits, has_generations=has_generations), task


def test_each_fit_of_a_generation_has_a_number_of_its_own():
    tasks, _ = make()
    trials = numbered(0, 1, 2)
    tasks.open(trials)
    found = [tasks.leaf(trial, Unit(k))["place"] for trial in trials for k in (0, 1)]
    assert found == [("generation 0", number) for number in range(6)]


def test_fits_of_a_grid_are_numbered_through_the_search():
    tasks, task = make(has_generations=False)
    trials = numbered(0, 1)
    tasks.open(trials)
    found = [tasks.leaf(trial, Unit(k))["place"] for trial in trials for k in (0, 1)]
    assert found == [("search", number) for number in range(4)]
    for trial in trials:
        assert tasks.update(trial, None) is None
    tasks.close()
    assert task.log == []
    tasks.end()
    assert task.log == [("search", "ends")]


@pytest.mark.parametrize("order", list(itertools.permutations([0.25, 0.5, 1.0])))
def test_each_fidelity_of_each_candidate_has_numbers_of_its_own(order):
    tasks, _ = make()
    trials = numbered(0, 1, 2)
    tasks.open(trials)
    found = [
        tasks.leaf(trial, Unit(split, fidelity))["place"]
        for fidelity in order
        for trial in trials
        for split in (0, 1)
    ]
    assert sorted(found) == [("generation 0", number) for number in range(18)]


def test_a_fit_that_is_done_again_is_the_same_task():
    tasks, _ = make()
    (trial,) = numbered(0)
    tasks.open([trial])
    places = [tasks.leaf(trial, unit) for unit in (Unit(1), Unit(0), Unit(1))]
    assert places[0] == places[2] != places[1]


def test_a_generation_ends_with_the_last_of_its_candidates():
    tasks, task = make()
    first, second = numbered(0, 1), numbered(2)
    tasks.open(first)
    tasks.open(second)
    assert tasks.update(first[0], first[1]) is None
    assert ("generation 0", "ends") not in task.log
    assert tasks.update(first[1], second[0]) is None
    assert tasks.update(second[0], None) is None
    assert task.log == [
        ("generation 0", "of", 4),
        ("generation 1", "of", 2),
        ("generation 0", "ends"),
        ("generation 1", "ends"),
    ]


def test_a_callback_that_asks_for_it_stops_the_search_at_the_end_of_a_generation():
    tasks, _ = make("generation 1")
    trials = numbered(0, 1, 2)
    for trial in trials:
        tasks.open([trial])
    assert [tasks.update(trial, None) for trial in trials] == [None, "callback", None]
    assert tasks.poll(has_results=True) is None


def test_fits_that_need_not_be_done_are_shown():
    tasks, task = make(n_splits=3)
    trials = numbered(0, 1)
    tasks.open(trials)
    tasks.pass_over(trials[1], map(Unit, range(3)))
    shown = [number for _, what, *number in task.log if what == "shows"]
    assert shown == [[3], [4], [5]]


def test_open_generations_are_ended_once_each():
    tasks, task = make()
    first, second = numbered(0, 1), numbered(2, 3)
    tasks.open(first)
    tasks.open(second)
    tasks.update(first[0], first[1])
    for _ in range(2):
        tasks.close()
        ended = [name for name, what, *_ in task.log if what == "ends"]
        assert ended == ["generation 0", "generation 1"]


def test_without_callbacks_there_is_nothing_to_see():
    tasks = CallbackTasks(SearchTask(None, None), 2, has_generations=True)
    (trial,) = numbered(0)
    tasks.open([trial])
    assert tasks.leaf(trial, Unit(0)) is None
    tasks.pass_over(trial, [Unit(0)])
    assert tasks.update(trial, None) is None
    tasks.close()
    tasks.end()


class Quiet:
    """A callback that does nothing."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return False


@pytest.mark.skipif(not HAS_CALLBACKS, reason="needs scikit-learn 1.9")
def test_scikit_learn_takes_more_fits_than_there_are_splits():
    from sklearn.callback import CallbackSupportMixin

    class Search(CallbackSupportMixin, BaseEstimator):
        def __init__(self, estimator=None):
            self.estimator = estimator

    search = Search(BaseEstimator()).set_callbacks(Quiet())
    root = SearchTask.root(search, max_subtasks=1, X=None, y=None, metadata=None)
    parent = root.subtask("search", max_subtasks=None, sequential=False)
    tasks = CallbackTasks(parent, 2, has_generations=True)
    trials = numbered(0, 1)
    tasks.open(trials)
    found = {
        tasks.leaf(trial, Unit(split, fidelity))._context.task_id
        for trial in trials
        for split in (0, 1)
        for fidelity in (0.5, 1.0)
    }
    assert found == set(range(8))
