"""What the loop of a search starts, waits for and tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from skopt_evo.checkpoint import Checkpoint
from skopt_evo.scheduling import SearchLoop, Verdict
from skopt_evo.trials import Trial, Unit
from tests.scheduling.sessions import Scripted, make_session, scores_of


class Task:
    """A callback task that notes what was opened and ended."""

    def __init__(self, name="search", log=None, stop_after=None):
        self.name, self.stop_after = name, stop_after
        self.log: list[str] = [] if log is None else log

    def subtask(self, name, *, task_id, max_subtasks, sequential):
        self.log.append(f"{name} {task_id} of {max_subtasks} fits begins")
        return Task(f"{name} {task_id}", self.log, self.stop_after)

    def leaf(self, number):
        return None

    def end(self):
        self.log.append(f"{self.name} ends")
        return self.name == self.stop_after


class Recorder:
    """Proposes batches of given sizes; notes what it knew each time."""

    gradient = None

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
        first = len(self.proposed)
        trials = [Trial({"number": first + i}, 0, "initial") for i in range(size)]
        numbers = [self.proposed.index(trial) for trial in self.known]
        self.known_at += [numbers] * size
        self.proposed += trials
        return trials

    def observe(self, trials):
        self.known += trials
        self.observed_together.append(len(trials))


class Reason:
    """A stopping rule with a reason from some candidate or some fit on."""

    def __init__(self, reason, number=None, n_fits=None):
        self.reason, self.number, self.n_fits = reason, number, n_fits
        self.told: list[int] = []
        self.upcoming: list[int | None] = []
        self.polls: list[bool] = []

    def update(self, trial, upcoming):
        self.told.append(trial.number)
        self.upcoming.append(None if upcoming is None else upcoming.number)
        is_over = self.number is not None and trial.number >= self.number
        return self.reason if is_over else None

    def poll(self, *, has_results):
        self.polls.append(has_results)
        is_over = self.n_fits is not None and len(self.polls) > self.n_fits
        return self.reason if is_over else None


def run(source, n_candidates=100, executor=None, budgets=None, **options):
    """Return a session that has come to its end, and why."""
    session = make_session(
        executor,
        proposer=source,
        n_splits=2,
        budgets=[n_candidates] if budgets is None else budgets,
        **options,
    )
    return session, SearchLoop(session).run()


@pytest.mark.parametrize("seed", [None, 0, 1])
@pytest.mark.parametrize("lookahead", [1, 3, 4])
def test_candidate_i_is_proposed_knowing_results_0_to_i_minus_lookahead(
    lookahead, seed
):
    source = Recorder([1] * 20, lookahead)
    executor = Scripted(most_running=100, seed=seed)
    session, _ = run(source, executor=executor)
    assert session.objective.trials == source.proposed == source.known
    assert len(source.known) == 20
    assert source.known_at == [
        list(range(max(0, i + 1 - lookahead))) for i in range(20)
    ]
    assert executor.most_candidates == lookahead


class Looking:
    """A schedule that notes which candidates are known, and runs all splits."""

    def __init__(self):
        self.known_at = {}

    def first(self, trial):
        return [Unit(split) for split in range(trial.n_splits)]

    def next(self, trial, known):
        self.known_at[trial.number] = [each.number for each in known]
        return Verdict.DONE


@pytest.mark.parametrize("seed", [None, 0, 1, 2])
@pytest.mark.parametrize(
    ("sizes", "lookahead"), [([1] * 12, 3), ([4] * 3, 1), ([5, 0, 1, 1, 1, 1], 4)]
)
def test_the_schedule_sees_what_was_known_when_a_candidate_was_proposed(
    sizes, lookahead, seed
):
    source, schedule = Recorder(sizes, lookahead), Looking()
    run(source, executor=Scripted(most_running=100, seed=seed), schedule=schedule)
    known_at = [schedule.known_at[i] for i in range(len(source.proposed))]
    assert known_at == source.known_at


def test_what_is_proposed_together_starts_together():
    source = Recorder([10, 1, 1, 1], lookahead=4)
    session, _ = run(source)
    assert session.executor.most_candidates == 10
    assert [len(known) for known in source.known_at] == [0] * 10 + [7, 8, 9]


def test_with_a_lookahead_of_one_batches_are_observed_whole():
    source = Recorder([5, 3, 1], lookahead=1)
    run(source)
    assert source.observed_together == [5, 3, 1]
    assert [len(known) for known in source.known_at] == [0] * 5 + [5] * 3 + [8]


def test_a_source_with_nothing_to_propose_is_asked_again_after_each_result():
    source = Recorder([3, 0, 0, 2, 0, 1], lookahead=8)
    session, _ = run(source)
    assert session.objective.trials == source.known == source.proposed
    assert [len(known) for known in source.known_at] == [0, 0, 0, 2, 2, 3]


def test_the_search_is_over_when_nothing_is_proposed_and_nothing_in_flight():
    source = Recorder([2, 0, 0, 0, 5], lookahead=4)
    session, stop_reason = run(source)
    assert stop_reason == "exhausted"
    assert len(session.objective.trials) == 2
    assert source.sizes == [5]


def test_no_more_is_asked_for_than_the_budget_allows():
    source = Recorder([4] * 9, lookahead=2)
    session, stop_reason = run(source, n_candidates=10)
    assert stop_reason == "n_iter"
    assert len(session.objective.trials) == 10
    assert source.asked == [10, 6, 2]
    assert source.known == session.objective.trials


def test_a_search_that_was_extended_uses_its_budgets_up_one_after_the_other():
    source = Recorder([4] * 9, lookahead=2)
    session, stop_reason = run(source, budgets=[6, 7, 13])
    assert stop_reason == "n_iter"
    assert source.asked == [6, 2, 1, 6, 2]
    assert len(session.objective.trials) == 13
    # All of the earlier budget is known before more is proposed.
    assert [len(source.known_at[i]) for i in (6, 7)] == [6, 7]


def test_a_source_that_is_exhausted_is_asked_again_with_the_next_budget():
    source = Recorder([2, 0, 3], lookahead=1)
    session, stop_reason = run(source, budgets=[5, 6])
    assert stop_reason == "exhausted"
    assert len(session.objective.trials) == 2 + 3


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
    session, stop_reason = run(source, task=task, has_generations=True)
    assert stop_reason == "callback"
    assert session.objective.trials == source.proposed[:2]
    assert len(source.proposed) == 5
    begun = [line.split(" of ")[0] for line in task.log if "begins" in line]
    ended = [line.removesuffix(" ends") for line in task.log if "ends" in line]
    assert begun == ended == [f"generation {number}" for number in range(5)]


# ---- stopping rules


@pytest.mark.parametrize("seed", range(4))
def test_rules_are_told_of_each_candidate_once_in_order_with_the_next_one(seed):
    rule = Reason("never")
    executor = Scripted(most_running=100, seed=seed)
    run(Recorder([4, 1, 1, 1], lookahead=4), executor=executor, rules=[rule])
    assert rule.told == list(range(7))
    assert rule.upcoming == [1, 2, 3, 4, 5, 6, None]


def test_rules_are_asked_before_and_after_each_fit():
    rule = Reason("never")
    run(Recorder([1] * 3, lookahead=1), rules=[rule])
    # A candidate has two fits; after the first candidate there are results.
    assert rule.polls == [False, False, *[True] * 7]


def test_all_rules_are_told_and_the_first_reason_counts():
    rules = [
        Reason("none"),
        Reason("first", 2),
        Reason("second", 2),
        Reason("third", 1),
    ]
    _, stop_reason = run(Recorder([1] * 9, lookahead=1), rules=rules)
    assert stop_reason == "third"
    assert [rule.told for rule in rules] == [[0, 1]] * 4
    rules[-1].number = None
    _, stop_reason = run(Recorder([1] * 9, lookahead=1), rules=rules)
    assert stop_reason == "first"


@pytest.mark.parametrize("seed", range(6))
def test_a_stop_in_the_middle_keeps_all_candidates_that_are_done_in_order(seed):
    rule = Reason("timeout", n_fits=9)
    executor = Scripted(most_running=100, seed=seed)
    source = Recorder([8], lookahead=1)
    session, stop_reason = run(source, executor=executor, rules=[rule])
    assert stop_reason == "timeout"
    assert len(executor.ended) == len(rule.polls) - 1 - len(rule.told)
    done = [number for number in range(8) if executor.ended.count((number, 0)) == 1]
    done = [number for number in done if (number, 1) in executor.ended]
    assert [trial.number for trial in session.objective.trials] == done
    assert scores_of(session.objective.trials) == [[float(n)] * 2 for n in done]


@pytest.mark.parametrize("seed", range(6))
def test_another_stop_keeps_candidates_up_to_the_one_that_was_the_reason(seed):
    executor = Scripted(most_running=100, seed=seed)
    rule = Reason("good enough", 3)
    session, stop_reason = run(Recorder([8], 1), executor=executor, rules=[rule])
    assert stop_reason == "good enough"
    assert [trial.number for trial in session.objective.trials] == [0, 1, 2, 3]


# ---- interrupts


class Interrupting(Scripted):
    """Has a KeyboardInterrupt after some fits: raised, or counted only."""

    def __init__(self, after, counts, raises):
        super().__init__()
        self.after, self.counts, self.raises = after, counts, raises

    def next_done(self, timeout):
        done = super().next_done(timeout)
        if len(self.ended) == self.after:
            self.interruption.n += self.counts
            if self.raises:
                raise KeyboardInterrupt
        return done


def run_interrupted(after=5, counts=1, raises=False):
    executor, source = Interrupting(after, counts, raises), Recorder([1] * 9, 1)
    session = make_session(executor, proposer=source, n_splits=2, budgets=[9])
    executor.interruption = session.interruption
    return session, SearchLoop(session).run


@pytest.mark.parametrize(("counts", "raises"), [(1, False), (1, True), (0, True)])
def test_an_interrupt_keeps_what_is_done_before_it(counts, raises):
    session, go = run_interrupted(counts=counts, raises=raises)
    assert go() == "interrupted"
    assert [trial.number for trial in session.objective.trials] == [0, 1]
    assert session.executor.tasks == []


def test_what_arrives_with_an_interrupt_is_not_taken():
    """A worker that has heard of it as well may have returned half of a fit."""
    session, go = run_interrupted(after=4)
    assert go() == "interrupted"
    assert [trial.number for trial in session.objective.trials] == [0]


def test_a_second_interrupt_is_raised():
    _, go = run_interrupted(counts=2, raises=True)
    with pytest.raises(KeyboardInterrupt):
        go()


def test_generations_end_whatever_ends_the_search():
    task = Task()
    session = make_session(
        Interrupting(3, 2, True),
        proposer=Recorder([1] * 9, 2),
        n_splits=2,
        task=task,
        has_generations=True,
    )
    session.executor.interruption = session.interruption
    with pytest.raises(KeyboardInterrupt):
        SearchLoop(session).run()
    kinds = [line.split()[-1] for line in task.log]
    assert kinds.count("begins") == kinds.count("ends") == 3


# ---- going on


@pytest.mark.parametrize("seed", range(3))
def test_a_search_goes_on_where_a_checkpoint_ends(seed, tmp_path):
    def open_it():
        checkpoint = Checkpoint(tmp_path / "journal", {})
        checkpoint.extend(6)
        return checkpoint

    executor = Scripted(most_running=100, seed=seed)
    rule = Reason("timeout", n_fits=5)
    with open_it() as checkpoint:
        run(Recorder([3, 3], 1), 6, executor, rules=[rule], checkpoint=checkpoint)
    with open_it() as checkpoint:
        again, _ = run(Recorder([3, 3], 1), 6, checkpoint=checkpoint)
    assert sorted(executor.ended + again.executor.ended) == [
        (number, split) for number in range(6) for split in (0, 1)
    ]
    np.testing.assert_equal(
        scores_of(again.objective.trials), [[float(n)] * 2 for n in range(6)]
    )
