"""With many candidates in flight the results are still the same for all workers."""

import threading
import time

import joblib
import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skopt_evo import GeneticSearchCV
from skopt_evo.proposers import EvolutionProposer
from tests.marking import quick

X, y = load_iris(return_X_y=True)
N_ITER = 14


class Sleeper(ClassifierMixin, BaseEstimator):
    """Fits as long as its parameter says; its score is best at 0.3."""

    ended: list[float] = []  # of the fits in this process

    def __init__(self, x=0.5):
        self.x = x

    def fit(self, X, y):
        # Neighbours take very different times.
        time.sleep(0.01 * (self.x * 1e3 % 1) ** 2)
        self.classes_ = np.unique(y)
        type(self).ended.append(self.x)
        return self

    def score(self, X, y):
        return -abs(self.x - 0.3) + 1e-3 * len(X)


class OneAtATime:
    """Four points to begin with, then each time a neighbour of the best one so far."""

    def __init__(self):
        self.n_asked = 0
        self.best, self.best_loss = np.array([0.5]), np.inf

    def ask(self, n):
        size = min(n, 1 if self.n_asked else 4)
        rng = np.random.default_rng(self.n_asked)
        self.n_asked += size
        self.origins = ["initial"] * size
        if size > 1:
            return rng.random((size, 1))
        return np.clip(self.best + rng.normal(scale=0.1, size=(1, 1)), 0.0, 1.0)

    def tell(self, genomes, losses):
        for genome, (loss,) in zip(genomes, losses, strict=True):
            if loss < self.best_loss:
                self.best, self.best_loss = genome, loss


class AsynchronousSearch(GeneticSearchCV):
    n_in_flight = 1

    def _make_proposer(self, space, metric, *args):
        return EvolutionProposer(
            space, OneAtATime(), metric, lookahead=self.n_in_flight
        )


def search(lookahead, n_jobs=1, **options):
    model = AsynchronousSearch(
        Sleeper(),
        {"x": uniform(0, 1)},
        n_iter=N_ITER,
        cv=2,
        n_jobs=n_jobs,
        refit=False,
        **options,
    )
    model.n_in_flight = lookahead
    return model


def fit(*args, **options):
    return search(*args, **options).fit(X, y).cv_results_


def without_times(results):
    return {
        name: [repr(value) for value in column]
        for name, column in results.items()
        if "time" not in name
    }


@pytest.fixture(scope="module")
def expected():
    return {lookahead: without_times(fit(lookahead)) for lookahead in (1, 3, 4)}


@pytest.mark.parametrize("lookahead", [1, 3, 4])
@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.parametrize("n_jobs", quick([1, 2, 4], 2))
def test_results_depend_on_lookahead_alone(lookahead, backend, n_jobs, expected):
    with joblib.parallel_backend(backend):
        results = fit(lookahead, n_jobs)
    assert without_times(results) == expected[lookahead]


def test_results_do_depend_on_lookahead(expected):
    params = {lookahead: expected[lookahead]["params"] for lookahead in expected}
    assert params[1] != params[3] != params[4] != params[1]
    assert params[1][:4] == params[3][:4] == params[4][:4]


def test_candidates_that_end_in_another_order_keep_their_rows(expected):
    Sleeper.ended.clear()
    with joblib.parallel_backend("threading"):
        results = fit(4, n_jobs=4)
    proposed = results["param_x"].astype(float)
    in_order = np.repeat(proposed, 2).tolist()
    assert sorted(Sleeper.ended) == sorted(in_order)
    assert Sleeper.ended != in_order
    scores = results["mean_test_score"]
    np.testing.assert_allclose(scores, 0.075 - abs(proposed - 0.3), atol=1e-12)


class Hanging(Sleeper):
    """The first fit hangs until all have ended that do not depend on its result."""

    is_first = threading.Lock()
    others = threading.Semaphore(0)

    def fit(self, X, y):
        if not Hanging.is_first.acquire(blocking=False):
            Hanging.others.release()
            return super().fit(X, y)
        for _ in range(2 * LOOKAHEAD - 1):
            assert Hanging.others.acquire(timeout=30)
        return super().fit(X, y)


LOOKAHEAD = 7  # four at first, and three that are bred without its result


def test_candidates_are_bred_while_an_earlier_one_hangs():
    model = search(LOOKAHEAD, n_jobs=2).set_params(estimator=Hanging())
    with joblib.parallel_backend("threading"):
        results = model.fit(X, y).cv_results_
    assert Hanging.is_first.locked()
    assert without_times(results) == without_times(fit(LOOKAHEAD))


class FailingProposer:
    """Proposes until it fails, with candidates in flight."""

    lookahead = 3
    gradient = None

    def __init__(self, proposer, error):
        self.proposer, self.error, self.n_left = proposer, error, 4

    def propose(self, n_remaining):
        self.n_left -= 1
        if not self.n_left:
            raise self.error
        return self.proposer.propose(n_remaining)

    def observe(self, trials):
        self.proposer.observe(trials)

    def finish(self):
        raise AssertionError("the search never came to its end")


class FailingSearch(AsynchronousSearch):
    def _make_proposer(self, space, metric, *args):
        proposer = super()._make_proposer(space, metric, *args)
        return FailingProposer(proposer, self.error)


@pytest.mark.slow
@pytest.mark.parametrize("error", [ArithmeticError("no idea"), SystemExit()])
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_an_error_on_the_way_ends_the_search_and_not_the_next_one(
    backend, error, expected
):
    failing = FailingSearch(Sleeper(), {"x": uniform(0, 1)}, cv=2, n_jobs=2)
    failing.error = error
    with joblib.parallel_backend(backend):
        with pytest.raises(type(error)):
            failing.fit(X, y)
        assert not hasattr(failing, "cv_results_")
        assert without_times(fit(3, n_jobs=2)) == expected[3]


class Recorder:
    """Notes the generations as they begin and end; asks to stop after the third."""

    def __init__(self):
        self.begun, self.ended = [], []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        if context.task_name == "generation":
            self.begun.append(context.task_id)

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "generation":
            self.ended.append(context.task_id)
        return len(self.ended) >= 3


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_callback_stops_the_search_with_the_same_results_for_all_workers(
    n_jobs, expected
):
    pytest.importorskip("sklearn.callback", reason="needs scikit-learn 1.9")
    recorder = Recorder()
    with joblib.parallel_backend("threading"):
        results = search(3, n_jobs).set_callbacks(recorder).fit(X, y).cv_results_
    # The first generation has four candidates, two more follow one by one. Another two
    # were in flight when the last of them ended.
    kept = without_times(results)
    assert [repr(params) for params in results["params"]] == expected[3]["params"][:6]
    assert kept["mean_test_score"] == expected[3]["mean_test_score"][:6]
    assert recorder.begun == recorder.ended == [0, 1, 2, 3, 4]
