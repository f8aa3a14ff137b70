import threading
import time

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge
from sklearn.metrics import check_scoring, r2_score
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from skopt_evo.evaluation._evaluator import BATCH_SECONDS, _fit_and_score_all

from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.checkpoint import Checkpoint
from skopt_evo.evaluation import Evaluator
from skopt_evo.exceptions import FitTimeoutError, WorkerDiedError
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.trials import Fault, Trial, Unit

X, y = load_iris(return_X_y=True)
NO_TASK = SearchTask(None, None)
SECONDS = 30  # how long a thread waits before it is given up


def make_evaluator(
    estimator=None, n_jobs=1, pre_dispatch="2*n_jobs", gradient=None, **params
):
    estimator = KNeighborsClassifier() if estimator is None else estimator
    return Evaluator(
        estimator,
        X,
        y,
        splits=list(KFold(3, shuffle=True, random_state=0).split(X)),
        n_candidates=4,
        fit_and_score_params={
            "scorer": check_scoring(estimator),
            "fit_params": {},
            "score_params": {},
            "verbose": 0,
            **params,
        },
        n_jobs=n_jobs,
        pre_dispatch=pre_dispatch,
        gradient=gradient,
    )


def trials(*values, name="n_neighbors"):
    return [Trial({name: value}, 0, "initial") for value in values]


def proposed(number):
    """Return a candidate with its number, as it is again in a later search."""
    return Trial({"number": number}, 0, "initial", number=number)


def evaluate(evaluator, batch):
    evaluator.submit(batch, NO_TASK)
    for trial in batch:
        evaluator.wait(trial)


def scores(batch):
    return [[fold.test_scores for fold in trial.folds] for trial in batch]


class Hanging(ClassifierMixin, BaseEstimator):
    """Its fits with number 0 hang until they are let go; all of them are noted."""

    go = threading.Event()
    begun: list[int] = []

    def __init__(self, number=0):
        self.number = number

    def fit(self, X, y):
        type(self).begun.append(self.number)
        if self.number == 0:
            assert type(self).go.wait(SECONDS)
        elif self.number < 0:
            raise ValueError("negative")
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return float(self.number)


@pytest.fixture(autouse=True)
def nothing_begun():
    Hanging.go.clear()
    Hanging.begun.clear()
    yield
    Hanging.go.set()
    for thread in threading.enumerate():  # none of a pool outlives its test
        if thread.name.endswith("(worker)"):
            thread.join(SECONDS)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_every_trial_gets_the_folds_of_its_own_in_order(n_jobs):
    together, alone = trials(1, 40), trials(40)
    with joblib.parallel_backend("threading"), make_evaluator(n_jobs=n_jobs) as many:
        evaluate(many, together)
        evaluate(many, alone)
    assert [len(trial.folds) for trial in together] == [3, 3]
    assert scores(together)[1] == scores(alone)[0]
    assert scores(together)[0] != scores(together)[1]


def test_progress_counts_on_from_batch_to_batch(capsys):
    with make_evaluator(verbose=10) as evaluator:
        evaluate(evaluator, trials(1, 2))
        evaluate(evaluator, trials(3, 4))
    lines = capsys.readouterr().out.splitlines()
    ended = [line for line in lines if "END" in line]
    assert len(ended) == 12
    assert "[CV 1/3; 1/4]" in ended[0]
    assert "[CV 3/3; 4/4]" in ended[-1]


def test_the_estimator_given_is_never_fitted():
    with make_evaluator() as evaluator:
        evaluate(evaluator, trials(5))
    assert not hasattr(evaluator.estimator, "classes_")


def test_a_single_process_does_what_is_waited_for_and_nothing_else():
    first, second, third = trials(1, 2, 3, name="number")
    with make_evaluator(Hanging()) as evaluator:
        evaluator.submit([first, second, third], NO_TASK)
        assert Hanging.begun == []
        evaluator.wait(first)
        evaluator.wait(second)
    assert Hanging.begun == [1] * 3 + [2] * 3
    assert scores([first, second, third]) == [[1.0] * 3, [2.0] * 3, []]


def test_others_are_evaluated_while_a_candidate_hangs():
    hanging, *others = trials(0, 1, 2, 3, name="number")
    with (
        joblib.parallel_backend("threading"),
        make_evaluator(Hanging(), n_jobs=4) as evaluator,
    ):
        evaluator.submit([hanging], NO_TASK)
        for other in others:  # submitted later, and one after the other
            evaluator.submit([other], NO_TASK)
            evaluator.wait(other)
        assert scores(others) == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
        assert scores([hanging]) == [[]]
        Hanging.go.set()
        evaluator.wait(hanging)
    assert scores([hanging]) == [[0.0] * 3]


@pytest.mark.parametrize(
    ("backend", "n_jobs"), [("threading", 1), ("threading", 2), ("loky", 2)]
)
def test_an_error_that_is_to_be_raised_is_and_ends_what_is_under_way(backend, n_jobs):
    batch = trials(1, -1, *[2] * 20, name="number")
    with (
        joblib.parallel_backend(backend),
        pytest.raises(ValueError, match=r"^negative$"),
        make_evaluator(Hanging(), n_jobs=n_jobs, error_score="raise") as evaluator,
    ):
        evaluate(evaluator, batch)
    assert Hanging.begun.count(2) < 3 * 20


def test_what_nobody_waits_for_when_the_evaluator_is_left_never_begins():
    with (
        joblib.parallel_backend("threading"),
        make_evaluator(Hanging(), n_jobs=2, pre_dispatch="all") as evaluator,
    ):
        evaluator.submit(trials(*[0] * 5, name="number"), NO_TASK)
    Hanging.go.set()
    assert len(Hanging.begun) <= 2  # the workers' first ones, which hang


# ---- how many fits go to a worker at a time


@pytest.mark.parametrize(
    ("seconds", "size"),
    [
        (0.0, 6),  # 12 fits in all
        (BATCH_SECONDS / 100, 6),
        (BATCH_SECONDS / 4, 4),
        (BATCH_SECONDS, 1),
        (100 * BATCH_SECONDS, 1),
    ],
)
def test_short_fits_go_in_batches(seconds, size, monkeypatch):
    with joblib.parallel_backend("threading"), make_evaluator(n_jobs=2) as evaluator:
        evaluate(evaluator, trials(5))
        evaluator._seconds = seconds * evaluator._n_fits
        batches = []
        pool = evaluator._pool
        submit = pool.submit
        monkeypatch.setattr(
            pool, "submit", lambda key, make: (batches.append(key), submit(key, make))
        )
        batch = trials(1, 2, 3, 4)
        evaluate(evaluator, batch)
    assert [len(trial.folds) for trial in batch] == [3] * 4
    assert [len(fits) for fits in batches] == [size] * (12 // size)


# ---- derivatives beside the fits

R2 = check_scoring(Ridge())
BY_ALPHA = FoldDifferentiator(R2, None, frozenset({"alpha"}))
WEIGHTS = np.random.default_rng(0).uniform(0.1, 5.0, len(y))


def slopes(alpha, splits, weights, step=1e-3):
    """Return the derivative of each split's loss by alpha, by differences."""

    def loss(alpha, train, test):
        fitted = Ridge(alpha).fit(X[train], y[train], sample_weight=weights[train])
        predictions = fitted.predict(X[test])
        return -r2_score(y[test], predictions, sample_weight=weights[test])

    return [
        (loss(alpha + step, *split) - loss(alpha - step, *split)) / (2.0 * step)
        for split in splits
    ]


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize(
    ("backend", "n_jobs"), [("threading", 1), ("threading", 2), ("loky", 2)]
)
def test_each_split_has_the_derivative_of_its_own_loss(backend, n_jobs, is_weighted):
    given = {"sample_weight": WEIGHTS} if is_weighted else {}
    batch = trials(0.5, 20.0, name="alpha")
    with (
        joblib.parallel_backend(backend),
        make_evaluator(
            Ridge(), n_jobs, gradient=BY_ALPHA, fit_params=given, score_params=given
        ) as evaluator,
    ):
        evaluate(evaluator, batch)
    weights = WEIGHTS if is_weighted else np.ones(len(y))
    for trial in batch:
        found = [fold.gradient.params["alpha"] for fold in trial.folds]
        expected = slopes(trial.params["alpha"], evaluator.splits, weights)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        losses = [fold.gradient.loss for fold in trial.folds]
        np.testing.assert_allclose(losses, -np.array(scores([trial])[0]))


def test_derivatives_change_nothing_else_of_the_folds():
    with_gradient, without = trials(0.5, name="alpha"), trials(0.5, name="alpha")
    with make_evaluator(Ridge(), gradient=BY_ALPHA) as evaluator:
        evaluate(evaluator, with_gradient)
    with make_evaluator(Ridge()) as evaluator:
        evaluate(evaluator, without)
    for one, other in zip(with_gradient[0].folds, without[0].folds, strict=True):
        assert one.test_scores == other.test_scores
        assert one.n_test_samples == other.n_test_samples
        assert other.gradient is None


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_fit_that_failed_has_no_derivative(n_jobs):
    failed, fine = trials(-1.0, 1.0, name="alpha")
    with (
        joblib.parallel_backend("threading"),
        make_evaluator(
            Ridge(), n_jobs, gradient=BY_ALPHA, error_score=np.nan
        ) as evaluator,
    ):
        evaluate(evaluator, [failed, fine])
    assert [fold.gradient for fold in failed.folds] == [None] * 3
    assert all(fold.fit_error for fold in failed.folds)
    assert all(fold.gradient.params for fold in fine.folds)


def test_the_time_of_derivatives_counts_for_the_size_of_batches(monkeypatch):
    monkeypatch.setattr(
        FoldDifferentiator, "__call__", lambda *arguments: time.sleep(0.05)
    )
    with make_evaluator(Ridge(), gradient=BY_ALPHA) as evaluator:
        evaluate(evaluator, trials(1.0, name="alpha"))
    assert evaluator._seconds >= 3 * 0.05


# ---- faults: who is to blame

CRASH, TIMEOUT = Fault("crashed", 2.5), Fault("timeout", 7.5)
NAN = [np.nan] * 3


class FakePool:
    """Does tasks in this process, in their order, and lets some of them fail.

    Parameters
    ----------
    common : dict
        The arguments of all tasks.
    fates : dict of {(candidate, split): list of Fault}
        What becomes of a fit at first, one after the other; then it is done.
    most_running : int
        How many tasks workers are at.
    """

    is_sequential = False
    n_workers = 2

    def __init__(self, common, fates, most_running):
        self.common, self.most_running = common, most_running
        self.fates = {fit: list(faults) for fit, faults in fates.items()}
        self.tasks = []
        self.begun = []  # the fits of each task that came to an end, one way or another
        self.seen = []  # all fits that were submitted at these times

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def submit(self, key, arguments):
        self.tasks.append((key, arguments))

    def withdraw(self):
        # A worker that has just lost its task is not given the next one before.
        n_running = self.most_running - 1
        waiting = [key for key, _ in self.tasks[n_running:]]
        del self.tasks[n_running:]
        return waiting

    def next_done(self, check):
        check()
        self.seen.append([fit for key, _ in self.tasks for fit in names_of(key)])
        key, arguments = self.tasks.pop(0)
        self.begun.append(names_of(key))
        for fit in names_of(key):
            if self.fates.get(fit):
                return key, self.fates[fit].pop(0)
        return key, _fit_and_score_all(**arguments(), **self.common)

    def count(self, fit):
        return sum(names.count(fit) for names in self.begun)


def names_of(batch):
    return [(flight.trial.number, split) for flight, split in batch]


def make_faulty(fates, *, most_running=3, checkpoint=None, **params):
    evaluator = make_evaluator(Hanging(), **params)
    evaluator.checkpoint = checkpoint
    evaluator._pool = FakePool(evaluator._common, fates, most_running)
    return evaluator


def evaluate_faulty(fates, *, n_trials=3, in_batches=False, **params):
    """Return an evaluator that has evaluated candidates, and these, numbered from 1."""
    evaluator = make_faulty(fates, **params)
    if in_batches:
        evaluator._n_fits = 1  # which took no time
    batch = trials(*range(1, n_trials + 1), name="number")
    evaluate(evaluator, batch)
    return evaluator, batch


@pytest.fixture
def open_checkpoint(tmp_path):
    def open_it():
        checkpoint = Checkpoint(tmp_path / "journal", {})
        checkpoint.extend(4)
        return checkpoint

    return open_it


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
    evaluator, batch = evaluate_faulty(fates, most_running=most_running)
    assert [trial.fault for trial in batch] == [None] * 3
    assert scores(batch) == [[1.0] * 3, [2.0] * 3, [3.0] * 3]
    for number in range(3):
        for split in range(3):
            n_deaths = len(fates.get((number, split), []))
            assert evaluator._pool.count((number, split)) == 1 + n_deaths


@pytest.mark.parametrize("split", [0, 1, 2])
@pytest.mark.parametrize("most_running", [1, 2, 3, 100])
def test_a_candidate_is_given_up_after_two_deaths_on_a_split(split, most_running):
    evaluator, batch = evaluate_faulty(
        {(1, split): [CRASH] * 9}, most_running=most_running
    )
    assert evaluator._pool.count((1, split)) == 2
    assert [trial.fault for trial in batch] == [None, "crashed", None]
    np.testing.assert_equal(scores(batch), [[1.0] * 3, NAN, [3.0] * 3])
    assert all("WorkerDiedError" in fold.fit_error for fold in batch[1].folds)
    assert batch[1].folds[split].fit_time == CRASH.seconds


@pytest.mark.parametrize("most_running", [1, 2, 3, 100])
def test_a_candidate_is_given_up_after_one_timeout(most_running):
    evaluator, batch = evaluate_faulty({(1, 1): [TIMEOUT]}, most_running=most_running)
    assert evaluator._pool.count((1, 1)) == 1
    assert [trial.fault for trial in batch] == [None, "timeout", None]
    np.testing.assert_equal(scores(batch), [[1.0] * 3, NAN, [3.0] * 3])
    assert all("FitTimeoutError" in fold.fit_error for fold in batch[1].folds)
    assert batch[1].folds[1].fit_time == TIMEOUT.seconds


def test_fits_that_wait_never_begin_once_their_candidate_is_given_up():
    evaluator, _ = evaluate_faulty({(1, 0): [TIMEOUT]}, most_running=1)
    assert [evaluator._pool.count((1, split)) for split in range(3)] == [1, 0, 0]


def test_after_a_death_the_folds_of_its_candidate_run_one_at_a_time():
    evaluator, _ = evaluate_faulty({(0, 0): [CRASH]}, most_running=1)
    after = evaluator._pool.seen[1:]
    of_first = [sum(number == 0 for number, _ in fits) for fits in after]
    assert max(of_first) == 1
    # All fits of the others were submitted at once, as they would be without it.
    assert sum(number != 0 for number, _ in after[0]) == 6


def test_a_fit_that_ended_a_worker_waits_for_those_of_its_candidate_under_way():
    evaluator, _ = evaluate_faulty({(0, 0): [CRASH]}, n_trials=1)
    assert evaluator._pool.seen[1:] == [[(0, 1), (0, 2)], [(0, 2)], [(0, 0)]]


@pytest.mark.parametrize("later", [CRASH, Fault("timeout", 9.5)])
def test_what_arrives_of_a_candidate_that_was_given_up_is_ignored(
    later, open_checkpoint
):
    with open_checkpoint() as checkpoint:
        evaluator = make_faulty(
            {(0, 0): [TIMEOUT], (0, 1): [later]}, checkpoint=checkpoint
        )
        first, second = batch = trials(1, 2, name="number")
        evaluator.submit(batch, NO_TASK)
        evaluator.wait(second)
        assert evaluator._pool.begun[:3] == [[(0, 0)], [(0, 1)], [(0, 2)]]
        evaluator.wait(first)
    assert evaluator._pool.count((0, 1)) == 1
    assert (first.fault, second.fault) == ("timeout", None)
    assert first.folds[0].fit_time == TIMEOUT.seconds
    np.testing.assert_equal(scores(batch), [NAN, [2.0] * 3])
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(0), 3) == ({}, (Unit(0), TIMEOUT))


# ---- faults of several fits at a time


@pytest.mark.parametrize("fault", [CRASH, TIMEOUT])
def test_a_batch_that_fails_blames_nobody_and_its_fits_come_one_by_one(
    fault, monkeypatch
):
    monkeypatch.setattr(FakePool, "n_workers", 4)
    evaluator, batch = evaluate_faulty(
        {(1, 0): [fault]}, n_trials=4, in_batches=True, most_running=2
    )
    sizes = [len(names) for names in evaluator._pool.begun]
    # The third batch was under way, the fourth one comes one by one as well.
    assert sizes == [3, 3, 3] + [1] * 6
    assert [trial.fault for trial in batch] == [None] * 4
    assert scores(batch) == [[float(number)] * 3 for number in range(1, 5)]


def test_a_batch_under_way_comes_to_its_end_while_another_one_fails():
    evaluator, batch = evaluate_faulty(
        {(1, 0): [CRASH]}, n_trials=4, in_batches=True, most_running=2
    )
    sizes = [len(names) for names in evaluator._pool.begun]
    assert sizes == [6, 6] + [1] * 6
    assert scores(batch) == [[float(number)] * 3 for number in range(1, 5)]


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ([CRASH] * 2, None),
        ([CRASH] * 3, "crashed"),
        ([TIMEOUT] * 2, "timeout"),
        ([CRASH, CRASH, TIMEOUT], "timeout"),
    ],
)
def test_the_fault_of_a_batch_does_not_count_for_the_fit_that_it_is_of(faults, status):
    _, batch = evaluate_faulty({(1, 0): faults}, n_trials=4, in_batches=True)
    assert [trial.fault for trial in batch] == [None, status, None, None]
    given_up = NAN if status else [2.0] * 3
    np.testing.assert_equal(scores(batch), [[1.0] * 3, given_up, [3.0] * 3, [4.0] * 3])


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
    np.testing.assert_equal(scores(batch[:1]), [[error_score] * 3])


def test_a_candidate_given_up_is_finished():
    evaluator = make_faulty({(1, 2): [TIMEOUT]})
    first, second, third, last = batch = trials(1, 2, 3, 4, name="number")
    evaluator.submit(batch, NO_TASK)
    evaluator.wait(third)
    assert evaluator.finished() == [first, second]
    assert evaluator.finished() == []
    np.testing.assert_equal(scores(batch), [[1.0] * 3, NAN, [3.0] * 3, []])
    assert (second.fault, last.fault) == ("timeout", None)


@pytest.mark.parametrize("fates", [{(1, 2): [CRASH] * 2}, {(1, 2): [TIMEOUT]}])
def test_a_fault_is_recalled_without_any_fit(fates, open_checkpoint):
    with open_checkpoint() as checkpoint:
        _, batch = evaluate_faulty(fates, checkpoint=checkpoint)
    with open_checkpoint() as checkpoint:
        again, recalled = evaluate_faulty({}, checkpoint=checkpoint)
    assert again._pool.begun == []
    assert recalled[1].fault in ("crashed", "timeout")
    assert [trial.fault for trial in recalled] == [trial.fault for trial in batch]
    np.testing.assert_equal(scores(recalled), scores(batch))
    assert recalled[1].folds[2].fit_time == batch[1].folds[2].fit_time


def test_one_death_alone_is_not_written_down(open_checkpoint):
    with open_checkpoint() as checkpoint:
        evaluator = make_faulty({(0, 0): [CRASH]}, checkpoint=checkpoint)
        (trial,) = trials(1, name="number")
        evaluator.submit([trial], NO_TASK)
        evaluator._note_fault(*evaluator._pool.next_done(lambda: None))
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(0), 3) == ({}, None)
        again, (trial,) = evaluate_faulty(
            {(0, 0): [CRASH]}, n_trials=1, checkpoint=checkpoint
        )
    assert trial.fault is None  # it takes two deaths in one and the same search
    assert again._pool.count((0, 0)) == 2


def test_a_fault_that_is_raised_is_not_written_down(open_checkpoint):
    with open_checkpoint() as checkpoint, pytest.raises(FitTimeoutError):
        evaluate_faulty({(1, 0): [TIMEOUT]}, checkpoint=checkpoint, error_score="raise")
    with open_checkpoint() as checkpoint:
        assert checkpoint.recall(proposed(1), 3)[1] is None
