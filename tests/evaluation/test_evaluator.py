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

from skopt_evo._sklearn_compat import SearchTask
from skopt_evo.evaluation import Evaluator
from skopt_evo.evaluation._evaluator import BATCH_SECONDS
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.results import Trial

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


def evaluate(evaluator, batch):
    evaluator.submit(batch, NO_TASK)
    for trial in batch:
        evaluator.wait(trial)


def scores(batch):
    return [[fold["test_scores"] for fold in trial.folds] for trial in batch]


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
        evaluate(evaluator, trials(1))
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
        found = [gradient.params["alpha"] for gradient in trial.gradients]
        expected = slopes(trial.params["alpha"], evaluator.splits, weights)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        losses = [gradient.loss for gradient in trial.gradients]
        np.testing.assert_allclose(losses, -np.array(scores([trial])[0]))


def test_derivatives_change_nothing_else_of_the_folds():
    with_gradient, without = trials(0.5, name="alpha"), trials(0.5, name="alpha")
    with make_evaluator(Ridge(), gradient=BY_ALPHA) as evaluator:
        evaluate(evaluator, with_gradient)
    with make_evaluator(Ridge()) as evaluator:
        evaluate(evaluator, without)
    for one, other in zip(with_gradient[0].folds, without[0].folds, strict=True):
        # No estimator, which would be kept for the whole search, among them.
        assert one.keys() == other.keys()
        assert one["test_scores"] == other["test_scores"]
    assert without[0].gradients == [None] * 3


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
    assert failed.gradients == [None] * 3
    assert all(fold["fit_error"] for fold in failed.folds)
    assert all(gradient.params for gradient in fine.gradients)


def test_the_time_of_derivatives_counts_for_the_size_of_batches(monkeypatch):
    monkeypatch.setattr(
        FoldDifferentiator, "__call__", lambda *arguments: time.sleep(0.05)
    )
    with make_evaluator(Ridge(), gradient=BY_ALPHA) as evaluator:
        evaluate(evaluator, trials(1.0, name="alpha"))
    assert evaluator._seconds >= 3 * 0.05
