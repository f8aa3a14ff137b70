"""What the loop of a search starts, waits for and tells, without any fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from skopt_evo.evaluation import SearchLoop
from skopt_evo.trials import Trial


class Task:
    """A callback task that notes what was opened and ended."""

    def __init__(self, name="search", log=None, stop_after=None):
        self.name, self.stop_after = name, stop_after
        self.log: list[str] = [] if log is None else log

    def subtask(self, name, *, task_id, max_subtasks, sequential):
        self.log.append(f"{name} {task_id} of {max_subtasks} fits begins")
        return Task(f"{name} {task_id}", self.log, self.stop_after)

    def end(self):
        self.log.append(f"{self.name} ends")
        return self.name == self.stop_after


class Evaluator:
    """Evaluates nothing; knows what is under way."""

    splits = ["first", "second"]

    def __init__(self):
        self.under_way: list[Trial] = []
        self.most_under_way = 0

    def submit(self, trials, task):
        self.under_way += trials
        self.most_under_way = max(self.most_under_way, len(self.under_way))

    def wait(self, trial):
        assert trial is self.under_way.pop(0), "the oldest is waited for"


class Recorder:
    """Proposes batches of given sizes; notes what it knew each time."""

    def __init__(self, sizes: Sequence[int], lookahead: int):
        self.sizes, self.lookahead = list(sizes), lookahead
        self.proposed: list[Trial] = []
        self.known: list[Trial] = []
        self.known_at: list[list[int]] = []  # by the number of the candidate
        self.observed_together: list[int] = []
        self.asked: list[int] = []

    def propose(self, n_remaining):
        self.asked.append(n_remaining)
        size = min(self.sizes.pop(0), n_remaining) if self.sizes else 0
        trials = [Trial({}, 0, "initial") for _ in range(size)]
        numbers = [self.proposed.index(trial) for trial in self.known]
        self.known_at += [numbers] * size
        self.proposed += trials
        return trials

    def observe(self, trials):
        self.known += trials
        self.observed_together.append(len(trials))


def run(source, n_candidates=100, task=None, has_generations=False):
    evaluator = Evaluator()
    task = Task() if task is None else task
    loop = SearchLoop(
        evaluator, source, n_candidates, task, has_generations=has_generations
    )
    return evaluator, list(loop)


@pytest.mark.parametrize("lookahead", [1, 3, 4])
def test_candidate_i_is_proposed_knowing_results_0_to_i_minus_lookahead(lookahead):
    source = Recorder([1] * 20, lookahead)
    evaluator, done = run(source)
    assert done == source.proposed == source.known
    assert len(done) == 20
    assert source.known_at == [
        list(range(max(0, i + 1 - lookahead))) for i in range(20)
    ]
    assert evaluator.most_under_way == lookahead


def test_what_is_proposed_together_starts_together():
    source = Recorder([10, 1, 1, 1], lookahead=4)
    evaluator, _ = run(source)
    assert evaluator.most_under_way == 10
    assert [len(known) for known in source.known_at] == [0] * 10 + [7, 8, 9]


def test_with_a_lookahead_of_one_batches_are_observed_whole():
    source = Recorder([5, 3, 1], lookahead=1)
    run(source)
    assert source.observed_together == [5, 3, 1]
    assert [len(known) for known in source.known_at] == [0] * 5 + [5] * 3 + [8]


def test_a_source_with_nothing_to_propose_is_asked_again_after_each_result():
    source = Recorder([3, 0, 0, 2, 0, 1], lookahead=8)
    _, done = run(source)
    assert done == source.known == source.proposed
    assert [len(known) for known in source.known_at] == [0, 0, 0, 2, 2, 3]


def test_the_search_is_over_when_nothing_is_proposed_and_nothing_in_flight():
    source = Recorder([2, 0, 0, 0, 5], lookahead=4)
    _, done = run(source)
    assert len(done) == 2
    assert source.sizes == [5]


def test_no_more_is_asked_for_than_the_budget_allows():
    source = Recorder([4] * 9, lookahead=2)
    _, done = run(source, n_candidates=10)
    assert len(done) == 10
    assert source.asked == [10, 6, 2]
    assert source.known == done


def test_every_batch_is_a_generation_that_ends_with_its_last_candidate():
    task = Task()
    run(Recorder([2, 1, 1], lookahead=2), task=task, has_generations=True)
    assert task.log == [
        "generation 0 of 4 fits begins",
        "generation 1 of 2 fits begins",  # when the first of two was waited for
        "generation 0 ends",
        "generation 2 of 2 fits begins",
        "generation 1 ends",
        "generation 2 ends",
    ]


def test_a_grid_is_no_generation():
    task = Task()
    run(Recorder([6], lookahead=1), task=task)
    assert task.log == []


def test_a_stop_keeps_what_was_waited_for_and_ends_the_generations_in_flight():
    task = Task(stop_after="generation 1")
    source = Recorder([1] * 20, lookahead=4)
    _, done = run(source, task=task, has_generations=True)
    assert done == source.proposed[:2]
    assert len(source.proposed) == 5
    begun = [line.split(" of ")[0] for line in task.log if "begins" in line]
    ended = [line.removesuffix(" ends") for line in task.log if "ends" in line]
    assert begun == ended == [f"generation {number}" for number in range(5)]
