"""Candidates under way: their fits, their faults, and those that are alike."""

import threading

import joblib
import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from skopt_evo.checkpoint import Checkpoint
from skopt_evo.evaluation import evaluate
from skopt_evo.exceptions import FitTimeoutError, WorkerDiedError
from skopt_evo.executors import Done, resolve_executor
from skopt_evo.scheduling import Verdict
from skopt_evo.scheduling._pending import PendingTrials
from skopt_evo.trials import Fault, Trial, Unit
from tests.scheduling.sessions import (
    NOTHING_KNOWN,
    Numbered,
    Scripted,
    evaluate_all,
    make_session,
    scores_of,
    trials_of,
    wait,
)

SECONDS = 30  # how long a thread waits before it is given up
NAN = [np.nan] * 3


class Hanging(Numbered):
    """Its fits with number 0 hang until they are let go; all of them are noted."""

    go = threading.Event()
    begun: list[int] = []

    def fit(self, X, y):
        type(self).begun.append(self.number)
        if self.number == 0:
            assert type(self).go.wait(SECONDS)
        return super().fit(X, y)


@pytest.fixture(autouse=True)
def nothing_begun():
    Hanging.go.clear()
    Hanging.begun.clear()
    yield
    Hanging.go.set()
    for thread in threading.enumerate():  # none of a pool outlives its test
        if thread.name.endswith("(worker)"):
            thread.join(SECONDS)


def executor_of(n_jobs, backend="threading", pre_dispatch="2*n_jobs"):
    with joblib.parallel_backend(backend):
        return resolve_executor(n_jobs, pre_dispatch)


# ---- with real executors


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_trial_gets_the_folds_of_its_own_in_order(n_jobs):
    together = trials_of(1, 40, name="n_neighbors")
    alone = trials_of(40, name="n_neighbors")
    for trials in (together, alone):
        executor = executor_of(n_jobs)
        evaluate_all(make_session(executor, estimator=KNeighborsClassifier()), trials)
    assert [len(trial.folds) for trial in together] == [3, 3]
    assert scores_of(together)[1] == scores_of(alone)[0]
    assert scores_of(together)[0] != scores_of(together)[1]


def test_a_single_process_does_what_is_waited_for_and_nothing_else():
    first, second, third = trials = trials_of(1, 2, 3)
    session = make_session(executor_of(1), estimator=Hanging())
    pending = PendingTrials(session)
    with session.executor.open(evaluate, session.common):
        pending.start(trials, NOTHING_KNOWN)
        assert Hanging.begun == []
        wait(session, pending, first)
        wait(session, pending, second)
    assert Hanging.begun == [1] * 3 + [2] * 3
    assert scores_of([first, second, third]) == [[1.0] * 3, [2.0] * 3, []]


def test_others_are_evaluated_while_a_candidate_hangs():
    hanging, *others = trials_of(0, 1, 2, 3)
    session = make_session(executor_of(4), estimator=Hanging())
    pending = PendingTrials(session)
    with session.executor.open(evaluate, session.common):
        pending.start([hanging], NOTHING_KNOWN)
        for other in others:  # started later, and one after the other
            pending.start([other], NOTHING_KNOWN)
            wait(session, pending, other)
        assert scores_of(others) == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
        assert scores_of([hanging]) == [[]]
        Hanging.go.set()
        wait(session, pending, hanging)
    assert scores_of([hanging]) == [[0.0] * 3]


@pytest.mark.parametrize(
    ("backend", "n_jobs"),
    [
        ("threading", 1),
        ("threading", 2),
        pytest.param("loky", 2, marks=pytest.mark.slow),
    ],
)
def test_an_error_that_is_to_be_raised_is_and_ends_what_is_under_way(backend, n_jobs):
    batch = trials_of(1, -1, *range(2, 22))
    executor = executor_of(n_jobs, backend)
    session = make_session(executor, estimator=Hanging(), error_score="raise")
    with pytest.raises(ValueError, match=r"^negative$"):
        evaluate_all(session, batch)
    assert sum(number > 1 for number in Hanging.begun) < 3 * 20


def test_what_nobody_waits_for_when_the_executor_is_left_never_begins():
    executor = executor_of(2, pre_dispatch="all")
    session = make_session(executor, estimator=Hanging())
    with session.executor.open(evaluate, session.common):
        PendingTrials(session).start(
            [Trial({"number": 0, "note": i}, 0, "initial") for i in range(5)],
            NOTHING_KNOWN,
        )
    Hanging.go.set()
    assert len(Hanging.begun) <= 2  # the workers' first ones, which hang


def test_progress_counts_on_from_batch_to_batch(capsys):
    session = make_session(verbose=10)
    pending = PendingTrials(session)
    with session.executor.open(evaluate, session.common):
        for batch in (trials_of(1, 2), trials_of(3, 4)):
            pending.start(batch, NOTHING_KNOWN)
            for trial in batch:
                wait(session, pending, trial)
    lines = capsys.readouterr().out.splitlines()
    ended = [line for line in lines if "END" in line]
    assert len(ended) == 12
    assert "[CV 1/3; 1/4]" in ended[0]
    assert "[CV 3/3; 4/4]" in ended[-1]


# ---- what is submitted


def test_fits_are_submitted_in_order_with_their_split_as_affinity():
    session = make_session()
    evaluate_all(session, trials_of(1, 2))
    keys = [(number, Unit(split)) for number in range(2) for split in range(3)]
    assert session.executor.keys == keys
    assert session.executor.affinities == [0, 1, 2] * 2


def test_candidates_get_numbers_and_splits_when_they_start():
    session = make_session()
    pending = PendingTrials(session)
    first, second = trials_of(1, 2), trials_of(3)
    with session.executor.open(evaluate, session.common):
        pending.start(first, NOTHING_KNOWN)
        pending.start(second, NOTHING_KNOWN)
    assert [trial.number for trial in [*first, *second]] == [0, 1, 2]
    assert [trial.n_splits for trial in [*first, *second]] == [3, 3, 3]


def test_there_are_results_from_the_first_candidate_on_that_is_done():
    session = make_session()
    pending = PendingTrials(session)
    with session.executor.open(evaluate, session.common):
        pending.start(trials_of(1, 2), NOTHING_KNOWN)
        for n_done in range(1, 4):
            assert not pending.has_results
            pending.take(session.executor.next_done(None))
            assert pending.has_results == (n_done == 3)


# ---- candidates that are alike


@pytest.mark.parametrize("most_running", [1, 3, 100])
def test_a_candidate_with_known_parameters_gets_its_results_without_any_fit(
    most_running,
):
    session = make_session(Scripted(most_running=most_running))
    batch = trials_of(1, 2, 1, 1.0, 1)
    evaluate_all(session, batch)
    assert len(session.executor.ended) == 3 * 3  # 1.0 is another value than 1
    assert scores_of(batch) == [[1.0] * 3, [2.0] * 3, [1.0] * 3, [1.0] * 3, [1.0] * 3]
    assert batch[2].results is not batch[0].results


def test_a_later_candidate_with_known_parameters_is_done_at_once():
    session = make_session()
    pending = PendingTrials(session)
    (first,), (second,) = trials_of(1), trials_of(1)
    with session.executor.open(evaluate, session.common):
        pending.start([first], NOTHING_KNOWN)
        wait(session, pending, first)
        pending.start([second], NOTHING_KNOWN)
        assert pending.is_done(second)
    assert scores_of([second]) == [[1.0] * 3]


@pytest.mark.parametrize("fates", [{(0, 2): ["crash"] * 2}, {(0, 2): ["timeout"]}])
def test_a_candidate_like_one_that_was_given_up_has_its_fault(fates):
    fates = {fit: [FAULTS[kind] for kind in kinds] for fit, kinds in fates.items()}
    _, batch = evaluate_faulty(fates, numbers=[1, 2, 1])
    assert batch[0].fault is not None
    assert [trial.fault for trial in batch] == [batch[0].fault, None, batch[0].fault]
    np.testing.assert_equal(scores_of(batch), [NAN, [2.0] * 3, NAN])


class OneSplit:
    """Prunes candidates after their first split."""

    def first(self, trial):
        return [Unit(0)]

    def next(self, trial, known):
        return Verdict.PRUNED


def test_a_candidate_like_one_that_was_pruned_is_pruned():
    session = make_session(schedule=OneSplit())
    batch = trials_of(1, 2, 1)
    evaluate_all(session, batch)
    assert [trial.is_pruned for trial in batch] == [True] * 3
    assert scores_of(batch) == [[1.0], [2.0], [1.0]]
    assert len(session.executor.ended) == 2


# ---- what a schedule asks for


class Steps:
    """Asks for these units, one list after the other; notes what is known then."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.known = []

    def first(self, trial):
        return self.steps[0]

    def next(self, trial, known):
        self.known.append(set(trial.results))
        return self.steps[len(self.known)]


HALF, WHOLE = Unit(1, 0.5), Unit(1)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("seed", range(5))
def test_a_schedule_is_asked_again_when_all_its_fits_are_done(verdict, seed):
    steps = Steps([Unit(0), HALF], [Unit(2)], [WHOLE], verdict)
    session = make_session(Scripted(seed=seed, most_running=100), schedule=steps)
    (trial,) = trials_of(1)
    evaluate_all(session, [trial])
    assert steps.known == [
        {Unit(0), HALF},
        {Unit(0), HALF, Unit(2)},
        {Unit(0), HALF, Unit(2), WHOLE},
    ]
    assert sorted(trial.results) == [Unit(0), HALF, WHOLE, Unit(2)]
    assert trial.is_pruned == (verdict is Verdict.PRUNED)


def test_no_unit_at_all_is_the_next_question():
    steps = Steps([], [Unit(1)], [], Verdict.PRUNED)
    (trial,) = trials_of(1)
    evaluate_all(make_session(schedule=steps), [trial])
    assert steps.known == [set(), {Unit(1)}, {Unit(1)}]


# ---- faults: who is to blame

CRASH, TIMEOUT = Fault("crashed", 2.5), Fault("timeout", 7.5)
FAULTS = {"crash": CRASH, "timeout": TIMEOUT}


def shared(fault):
    """Return the fault of several fits, of which nobody knows whose it is."""
    return Done(None, fault=fault, is_alone=False)


def make_faulty(fates, *, most_running=3, **options):
    return make_session(Scripted(fates, most_running), **options)


def evaluate_faulty(fates, *, numbers=(1, 2, 3), **options):
    """Return a session that has evaluated candidates, and these."""
    session = make_faulty(fates, **options)
    batch = trials_of(*numbers)
    evaluate_all(session, batch)
    return session, batch


def count(session, fit):
    return session.executor.ended.count(fit)


@pytest.fixture
def open_checkpoint(tmp_path):
    def open_it():
        checkpoint = Checkpoint(tmp_path / "journal", {})
        checkpoint.extend(4)
        return checkpoint

    return open_it


def proposed(number):
    """Return a candidate with its number, as it is again in a later search."""
    return Trial({"number": number}, 0, "initial", number=number)


@pytest.mark.parametrize(
    "fates",
    [
        {(1, 0): [CRASH]},
        {(1, 0): [CRASH], (1, 2): [CRASH]},
        {(1, 0): [CRASH], (1, 1): [CRASH], (1, 2): [CRASH]},
        {(0, 1): [CRASH], (1, 1): [CRASH], (2, 1): [CRASH]},
    ],
)
@pytest.mark.parametrize("most_running", [1, 2, 3, 100])
def test_one_death_on_each_split_is_forgiven(fates, most_running):
    session, batch = evaluate_faulty(fates, most_running=most_running)
    assert [trial.fault for trial in batch] == [None] * 3
    assert scores_of(batch) == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
    for number in range(3):
        for split in range(3):
            n_deaths = len(fates.get((number, split), []))
            assert count(session, (number, split)) == 1 + n_deaths


@pytest.mark.parametrize("split", [0, 1, 2])
@pytest.mark.parametrize("most_running", [1, 2, 3, 100])
def test_a_candidate_is_given_up_after_two_deaths_on_a_split(split, most_running):
    session, batch = evaluate_faulty(
        {(1, split): [CRASH] * 9}, most_running=most_running
    )
    assert count(session, (1, split)) == 2
    assert [trial.fault for trial in batch] == [None, "crashed", None]
    np.testing.assert_equal(scores_of(batch), [[1.0] * 3, NAN, [3.0] * 3])
    assert all("WorkerDiedError" in fold.fit_error for fold in batch[1].folds)
    assert batch[1].folds[split].fit_time == CRASH.seconds


@pytest.mark.parametrize("most_running", [1, 2, 3, 100])
def test_a_candidate_is_given_up_after_one_timeout(most_running):
    session, batch = evaluate_faulty({(1, 1): [TIMEOUT]}, most_running=most_running)
    assert count(session, (1, 1)) == 1
    assert [trial.fault for trial in batch] == [None, "timeout", None]
    np.testing.assert_equal(scores_of(batch), [[1.0] * 3, NAN, [3.0] * 3])
    assert all("FitTimeoutError" in fold.fit_error for fold in batch[1].folds)
    assert batch[1].folds[1].fit_time == TIMEOUT.seconds


def test_fits_that_wait_never_begin_once_their_candidate_is_given_up():
    session, _ = evaluate_faulty({(1, 0): [TIMEOUT]}, most_running=1)
    assert [count(session, (1, split)) for split in range(3)] == [1, 0, 0]


def test_after_a_death_the_folds_of_its_candidate_run_one_at_a_time():
    session, _ = evaluate_faulty({(0, 0): [CRASH]}, most_running=1)
    after = session.executor.seen[1:]
    of_first = [sum(number == 0 for number, _ in fits) for fits in after]
    assert max(of_first) == 1
    # All fits of the others were submitted at once, as they would be without it.
    assert sum(number != 0 for number, _ in after[0]) == 6


def test_a_fit_that_ended_a_worker_waits_for_those_of_its_candidate_under_way():
    session, _ = evaluate_faulty({(0, 0): [CRASH]}, numbers=[1])
    assert session.executor.seen[1:] == [[(0, 1), (0, 2)], [(0, 2)], [(0, 0)]]


@pytest.mark.parametrize("later", [CRASH, Fault("timeout", 9.5)])
def test_what_arrives_of_a_candidate_that_was_given_up_is_ignored(
    later, open_checkpoint
):
    with open_checkpoint() as checkpoint:
        fates = {(0, 0): [TIMEOUT], (0, 1): [later]}
        session = make_faulty(fates, checkpoint=checkpoint)
        pending = PendingTrials(session)
        first, second = batch = trials_of(1, 2)
        with session.executor.open(evaluate, session.common):
            pending.start(batch, NOTHING_KNOWN)
            wait(session, pending, second)
            assert session.executor.ended[:3] == [(0, 0), (0, 1), (0, 2)]
            wait(session, pending, first)
    assert count(session, (0, 1)) == 1
    assert (first.fault, second.fault) == ("timeout", None)
    assert first.folds[0].fit_time == TIMEOUT.seconds
    np.testing.assert_equal(scores_of(batch), [NAN, [2.0] * 3])
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(0), 3) == ({}, (Unit(0), TIMEOUT))


# ---- faults of several fits at a time


@pytest.mark.parametrize("fault", [CRASH, TIMEOUT])
def test_a_fault_that_is_not_of_one_fit_alone_blames_nobody(fault):
    session, batch = evaluate_faulty(
        {(1, split): [shared(fault)] * 3 for split in range(3)}
    )
    assert [count(session, (1, split)) for split in range(3)] == [4, 4, 4]
    assert [trial.fault for trial in batch] == [None] * 3
    assert scores_of(batch) == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
    # Nobody is suspected: the fits still run side by side.
    of_second = [
        sum(number == 1 for number, _ in fits) for fits in session.executor.seen
    ]
    assert max(of_second[4:]) == 3


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ([CRASH], None),
        ([CRASH] * 2, "crashed"),
        ([TIMEOUT], "timeout"),
        ([CRASH, TIMEOUT], "timeout"),
    ],
)
def test_a_shared_fault_does_not_count_for_the_fit_that_it_is_of(faults, status):
    fates = {(1, 0): [shared(faults[0]), *faults]}
    _, batch = evaluate_faulty(fates)
    assert [trial.fault for trial in batch] == [None, status, None]
    given_up = NAN if status else [2.0] * 3
    np.testing.assert_equal(scores_of(batch), [[1.0] * 3, given_up, [3.0] * 3])


@pytest.mark.parametrize("seed", range(20))
def test_faults_lose_no_fit_whatever_their_order(seed):
    rng = np.random.default_rng(seed)
    fates = {
        (number, split): [CRASH if rng.random() < 0.5 else shared(CRASH)]
        for number in range(4)
        for split in range(3)
        if rng.random() < 0.5
    }
    executor = Scripted(fates, most_running=int(rng.integers(1, 9)), seed=seed)
    batch = trials_of(1, 2, 1, 4)
    evaluate_all(make_session(executor), batch)
    assert [trial.fault for trial in batch] == [None] * 4
    assert scores_of(batch) == [[1.0] * 3, [2.0] * 3, [1.0] * 3, [4.0] * 3]


# ---- faults: what becomes of them


@pytest.mark.parametrize(
    ("fault", "error"), [(CRASH, WorkerDiedError), (TIMEOUT, FitTimeoutError)]
)
def test_a_fault_is_raised_if_errors_are(fault, error):
    with pytest.raises(error) as caught:
        evaluate_faulty({(1, 2): [fault] * 2}, error_score="raise")
    (note,) = caught.value.__notes__
    assert "split 2 of candidate 1, {'number': " in note
    assert f"{fault.seconds} seconds" in note


@pytest.mark.parametrize("error_score", [np.nan, 0.25])
def test_all_splits_of_a_candidate_given_up_have_the_error_score(error_score):
    _, batch = evaluate_faulty({(0, 2): [TIMEOUT]}, error_score=error_score)
    np.testing.assert_equal(scores_of(batch[:1]), [[error_score] * 3])


def test_a_candidate_given_up_is_finished():
    session = make_faulty({(1, 2): [TIMEOUT]})
    pending = PendingTrials(session)
    first, second, third, last = batch = trials_of(1, 2, 3, 4)
    with session.executor.open(evaluate, session.common):
        pending.start(batch, NOTHING_KNOWN)
        wait(session, pending, third)
    assert pending.finished() == [first, second]
    assert pending.finished() == []
    np.testing.assert_equal(scores_of(batch), [[1.0] * 3, NAN, [3.0] * 3, []])
    assert (second.fault, last.fault) == ("timeout", None)


@pytest.mark.parametrize("fates", [{(1, 2): [CRASH] * 2}, {(1, 2): [TIMEOUT]}])
def test_a_fault_is_recalled_without_any_fit(fates, open_checkpoint):
    with open_checkpoint() as checkpoint:
        _, batch = evaluate_faulty(fates, checkpoint=checkpoint)
    with open_checkpoint() as checkpoint:
        again, recalled = evaluate_faulty({}, checkpoint=checkpoint)
    assert again.executor.ended == []
    assert recalled[1].fault in ("crashed", "timeout")
    assert [trial.fault for trial in recalled] == [trial.fault for trial in batch]
    np.testing.assert_equal(scores_of(recalled), scores_of(batch))
    assert recalled[1].folds[2].fit_time == batch[1].folds[2].fit_time


def test_one_death_alone_is_not_written_down(open_checkpoint):
    with open_checkpoint() as checkpoint:
        session = make_faulty({(0, 0): [CRASH]}, checkpoint=checkpoint)
        pending = PendingTrials(session)
        with session.executor.open(evaluate, session.common):
            pending.start(trials_of(1), NOTHING_KNOWN)
            pending.take(session.executor.next_done(None))
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(0), 3) == ({}, None)
        again, (trial,) = evaluate_faulty(
            {(0, 0): [CRASH]}, numbers=[1], checkpoint=checkpoint
        )
    assert trial.fault is None  # it takes two deaths in one and the same search
    assert count(again, (0, 0)) == 2


def test_a_fault_that_is_raised_is_not_written_down(open_checkpoint):
    with open_checkpoint() as checkpoint, pytest.raises(FitTimeoutError):
        evaluate_faulty({(1, 0): [TIMEOUT]}, checkpoint=checkpoint, error_score="raise")
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(1), 3)[1] is None


# ---- a checkpoint


def test_only_what_a_schedule_asks_for_is_taken_from_a_checkpoint(open_checkpoint):
    with open_checkpoint() as checkpoint:
        evaluate_faulty({}, checkpoint=checkpoint)
    with open_checkpoint() as checkpoint:
        session = make_session(schedule=OneSplit(), checkpoint=checkpoint)
        batch = trials_of(1, 2, 3)
        evaluate_all(session, batch)
    assert session.executor.ended == []
    assert scores_of(batch) == [[1.0], [2.0], [3.0]]
    assert [trial.is_pruned for trial in batch] == [True] * 3


def test_what_is_taken_from_a_checkpoint_is_shown_to_callbacks(
    open_checkpoint, monkeypatch
):
    with open_checkpoint() as checkpoint:
        evaluate_faulty({}, checkpoint=checkpoint)
    with open_checkpoint() as checkpoint:
        session, shown = make_session(checkpoint=checkpoint), []
        monkeypatch.setattr(
            session.callbacks,
            "pass_over",
            lambda trial, units: shown.extend((trial.number, *unit) for unit in units),
        )
        evaluate_all(session, trials_of(1, 2, 3))
    assert shown == [(number, split, 1.0) for number in range(3) for split in range(3)]


def test_an_error_of_a_fit_is_raised_in_whatever_state_its_candidate_is():
    session = make_session()
    pending = PendingTrials(session)
    error = OSError("no disk")
    with session.executor.open(evaluate, session.common):
        pending.start(trials_of(1), NOTHING_KNOWN)
        for number in (0, 7):
            with pytest.raises(OSError, match=r"^no disk$"):
                pending.take(Done((number, Unit(0)), error=error))
