"""Rules that end a search: what each does by itself, and what all do."""

import numpy as np
import pytest

from skopt_evo._interruption import Interruption
from skopt_evo.results import Objective
from skopt_evo.scheduling import (
    CallbackTasks,
    Interrupted,
    NoChange,
    Timeout,
    _stopping,
)
from skopt_evo.trials import PROBE, FoldResult, Trial
from tests.scheduling.sessions import NO_TASK
from tests.scheduling.stopping_conformance import N_SPLITS, StoppingConformance

# ---- what all rules do


class TestNoChange(StoppingConformance):
    def make(self, session, stops):
        return NoChange(3, 100.0 if stops else 0.0, session.objective)


class TestTimeout(StoppingConformance):
    stops_at_once = True

    def make(self, session, stops):
        return Timeout(1e-9 if stops else 3600.0)


class TestInterrupted(StoppingConformance):
    waits_for_results = False
    stops_at_once = True
    n_lost = 1

    def make(self, session, stops):
        interruption, next_done = session.interruption, session.executor.next_done

        def interrupt(timeout):
            interruption.n += len(session.executor.ended) == 9
            return next_done(timeout)

        if stops:
            session.executor.next_done = interrupt
        return Interrupted(interruption)


class TestInterruptedAtTheStart(StoppingConformance):
    waits_for_results = False
    stops_at_once = True

    def make(self, session, stops):
        session.interruption.n = int(stops)
        return Interrupted(session.interruption)


class Asking:
    """A callback task; the one of the third generation asks to stop."""

    def __init__(self, number=-1):
        self.number = number

    def subtask(self, name, *, task_id, **others):
        return Asking(task_id)

    def leaf(self, number):
        return None

    def end(self):
        return self.number == 2


class TestCallbackTasks(StoppingConformance):
    def make(self, session, stops):
        task = Asking() if stops else NO_TASK
        session.callbacks = CallbackTasks(task, N_SPLITS, has_generations=True)
        return session.callbacks


class Target:
    """Ends a search when a candidate has a mean score that is good enough."""

    def __init__(self, target, objective):
        self.target, self.objective = target, objective

    def update(self, trial, upcoming):
        is_reached = -self.objective.loss(trial) >= self.target
        return "target" if is_reached else None

    def poll(self, *, has_results):
        return None


class TestTarget(StoppingConformance):
    def make(self, session, stops):
        return Target(5.0 if stops else np.inf, session.objective)


class Enough:
    """Ends a search at once when it was asked so often."""

    def __init__(self, n_polls):
        self.n_left = n_polls

    def update(self, trial, upcoming):
        return None

    def poll(self, *, has_results):
        self.n_left -= has_results
        return "enough" if self.n_left < 0 else None


class TestEnough(StoppingConformance):
    stops_at_once = True

    def make(self, session, stops):
        return Enough(6 if stops else np.inf)


# ---- a timeout


class Clock:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(_stopping, "time", clock)
    return clock


def test_the_time_counts_from_the_start_and_ends_exactly(clock):
    rule = Timeout(10.0)
    for now, reason in [(100.0, None), (109.9, None), (110.0, "timeout")]:
        clock.now = now
        assert rule.poll(has_results=True) == reason
        assert rule.poll(has_results=False) is None
        assert rule.update(Trial({}, 0, "initial"), None) == reason


def test_without_a_limit_the_time_is_never_over(clock):
    rule = Timeout(None)
    clock.now = 1e12
    assert rule.poll(has_results=True) is None


# ---- no change


def answers(losses, limit, tol=0.0, origins=None, objective=None):
    """Return what the rule says of candidates with these losses, one by one."""
    objective = Objective(None) if objective is None else objective
    rule = NoChange(limit, tol, objective)
    origins = ["initial"] * len(losses) if origins is None else origins
    trials = [
        Trial({}, 0, origin).complete(
            [FoldResult(-each) for each in np.atleast_1d(loss).tolist()]
        )
        for loss, origin in zip(losses, origins, strict=True)
    ]
    found = []
    for trial, upcoming in zip(trials, [*trials[1:], None], strict=True):
        objective.learn(trial)
        found.append(rule.update(trial, upcoming) is not None)
        assert rule.poll(has_results=True) is None
    return found


def test_so_many_in_a_row_without_an_improvement_are_the_end():
    assert answers([3.0, 4.0, 2.0, 2.0, 5.0, 2.0], 3) == [False] * 5 + [True]
    assert answers([1.0, 2.0], 1) == [False, True]
    assert not any(answers([1.0] * 9, None))


def test_what_is_better_by_no_more_than_tol_is_no_improvement():
    assert answers([3.0, 2.5, 2.0, 1.5], 2, tol=1.0) == [False, False, True, False]


def test_nothing_counts_before_there_is_a_score():
    assert answers([np.nan] * 4 + [1.0, 2.0, np.nan], 2) == [False] * 6 + [True]


def test_probes_do_not_count_but_as_improvements():
    origins = ["start", PROBE, PROBE, "step", PROBE, "step"]
    assert answers([3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, origins=origins)[-1]
    improved = answers([3.0, 4.0, 5.0, 6.0, 2.0, 8.0], 2, origins=origins)
    assert not any(improved)


def test_it_does_not_end_between_probes():
    origins = ["start", "step", PROBE, PROBE, "step"]
    found = answers([1.0, 2.0, 3.0, 4.0, 5.0], 1, origins=origins)
    assert found == [False, False, False, True, True]


def test_candidates_count_anew_when_other_splits_count():
    """Nobody has a score on the first split: with the third one it is left out."""
    losses = [[np.nan, 3.0], [np.nan, 2.0], [np.nan, 4.0], [np.nan, 5.0]]
    assert answers(losses, 1) == [False, False, False, True]
    assert answers([*losses[:3], [np.nan, 1.0], *losses[3:]], 1)[3:] == [False, True]


def test_what_was_pruned_is_no_improvement():
    """Its mean is of other splits, or of less data."""
    objective = Objective(None)
    rule = NoChange(2, 0.0, objective)
    found = []
    for loss, is_pruned in [(3.0, False), (1.0, True), (2.0, False), (1.0, True)] * 2:
        trial = Trial({}, 0, "initial", is_pruned=is_pruned)
        objective.learn(trial.complete([FoldResult(-loss)]))
        found.append(rule.update(trial, None) is not None)
    assert found == [False] * 4 + [True] * 4


def test_candidates_that_were_pruned_are_none_to_compare_with_when_splits_change():
    objective = Objective(None)
    rule = NoChange(1, 0.0, objective)
    rows = [([np.nan, 9.0], True), ([np.nan, 1.0], False), ([np.nan, 1.0], False)]
    for scores, is_pruned in [*rows, ([np.nan, 2.0], False)]:
        folds = [FoldResult(score) for score in scores]
        trial = Trial({}, 0, "initial", is_pruned=is_pruned).complete(folds)
        objective.learn(trial)
        found = rule.update(trial, None)
    assert objective.n_changes == 1
    assert found is None  # the last one is an improvement


def test_of_several_metrics_it_is_the_front_that_has_to_change():
    objective = Objective(None, every_metric=True)
    rule = NoChange(2, 0.0, objective)
    found = []
    for one, other in [(1.0, 3.0), (3.0, 1.0), (2.0, 2.0), (1.0, 1.0), (1.0, 2.0)]:
        fold = FoldResult({"one": one, "other": other})
        objective.learn(trial := Trial({}, 0, "initial").complete([fold]))
        found.append(rule.update(trial, None))
    assert found == [None] * 4 + ["n_iter_no_change"]


def test_ctrl_c_is_a_reason_even_if_there_is_nothing_to_show():
    interruption = Interruption()
    interruption.n = 1
    rule = Interrupted(interruption)
    assert rule.poll(has_results=False) == "interrupted"
