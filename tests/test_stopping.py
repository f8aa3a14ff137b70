"""Searches that end before their budget does."""

import _thread
import signal
import threading
import time
import warnings

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.utils.validation import check_is_fitted

from skopt_evo import GeneticSearchCV, GradientSearchCV
from tests.marking import quick

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_diabetes(return_X_y=True)
X, y = X[:60], y[:60]


class Slow(RegressorMixin, BaseEstimator):
    """Takes a while to fit; the nearer `a` to 0.3 the better."""

    def __init__(self, a=0.5, seconds=0.02):
        self.a = a
        self.seconds = seconds

    def fit(self, X, y):
        time.sleep(self.seconds)
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        return -((self.a - 0.3) ** 2)


class Raising(Slow):
    """Raises when it is fitted."""

    def fit(self, X, y):
        raise ValueError("too early")


def make(search, **settings):
    given = {"n_iter": 1000, "cv": 3, "random_state": 0, **settings}
    return search(Slow(), {"a": uniform(0, 1)}, **given)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n_jobs", quick([1, 2], 2))
def test_a_timeout_ends_with_what_there_is(search, n_jobs):
    with joblib.parallel_backend("threading"):
        fitted = make(search, timeout=0.6, n_jobs=n_jobs).fit(X, y)
    assert fitted.stop_reason_ == "timeout"
    assert 1 <= len(fitted.cv_results_["params"]) < 1000
    check_is_fitted(fitted.best_estimator_)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_first_candidate_is_evaluated_however_long_it_takes(search):
    fitted = make(search, timeout=1e-9).fit(X, y)
    assert len(fitted.cv_results_["params"]) == 1
    assert fitted.stop_reason_ == "timeout"


@pytest.mark.parametrize("search", SEARCHES)
def test_it_ends_when_nothing_gets_better(search):
    model = make(search, n_iter_no_change=5, tol=1e-3, n_iter=200)
    fitted = model.set_params(estimator__seconds=0).fit(X, y)
    assert fitted.stop_reason_ == "n_iter_no_change"
    scores = fitted.cv_results_["mean_test_score"]
    assert len(scores) < 200
    before = scores[:-5].max()
    assert scores[-5:].max() <= before + 1e-3


@pytest.mark.parametrize("search", SEARCHES)
def test_it_says_that_the_budget_is_used_up(search):
    fitted = make(search, n_iter=5).set_params(estimator__seconds=0).fit(X, y)
    assert fitted.stop_reason_ == "n_iter"
    assert len(fitted.cv_results_["params"]) == 5


def test_it_says_that_nothing_is_left_to_try():
    grid = {"alpha": loguniform(1e-2, 1e2)}
    search = GradientSearchCV(Ridge(), grid, n_iter=50, n_restarts=0, random_state=0)
    fitted = search.fit(X, y)
    assert fitted.stop_reason_ == "exhausted"
    assert len(fitted.cv_results_["params"]) < 50


@pytest.fixture
def interrupts():
    """Have interrupts raise, which pytest's workers do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n_jobs", quick([1, 2], 2))
def test_an_interrupt_keeps_what_was_evaluated(search, n_jobs):
    model = make(search, n_jobs=n_jobs)
    timer = threading.Timer(1.0, _thread.interrupt_main)
    with (
        warnings.catch_warnings(record=True) as caught,
        joblib.parallel_backend("threading"),
    ):
        warnings.simplefilter("always")
        timer.start()
        try:
            fitted = model.fit(X, y)
        finally:
            timer.cancel()
        # A fit in a thread goes on to its end, where scikit-learn puts the filters of
        # warnings back: that must not be in the midst of the next test.
        time.sleep(0.2)
    assert fitted.stop_reason_ == "interrupted"
    n_candidates = len(fitted.cv_results_["params"])
    assert 1 <= n_candidates < 1000
    messages = [str(each.message) for each in caught]
    assert any(f"with the {n_candidates} candidates" in text for text in messages)
    check_is_fitted(fitted.best_estimator_)


@pytest.mark.usefixtures("interrupts")
@pytest.mark.parametrize("search", SEARCHES)
def test_an_interrupt_between_fits_takes_effect_after_the_step(search, monkeypatch):
    """Nothing is torn: the rows are those of a search that was not interrupted."""
    ask = search._make_proposer

    def make_interrupted(self, *args):
        proposer = ask(self, *args)
        propose, observe = proposer.propose, proposer.observe

        def observe_and_interrupt(trials):
            signal.raise_signal(signal.SIGINT)
            observe(trials)
            proposer.observe = observe

        proposer.propose, proposer.observe = propose, observe_and_interrupt
        return proposer

    model = make(search, n_iter=20).set_params(estimator__seconds=0)
    whole = clone(model).fit(X, y).cv_results_
    monkeypatch.setattr(search, "_make_proposer", make_interrupted)
    with pytest.warns(UserWarning, match="interrupted"):
        stopped = model.fit(X, y)
    n = len(stopped.cv_results_["params"])
    assert stopped.stop_reason_ == "interrupted"
    assert 0 < n < len(whole["params"])
    assert stopped.cv_results_["params"] == whole["params"][:n]


@pytest.mark.usefixtures("interrupts")
@pytest.mark.parametrize("search", SEARCHES)
def test_a_second_interrupt_is_raised_even_if_the_first_one_had_no_effect_yet(
    search, monkeypatch
):
    ask = search._make_proposer

    def make_impatient(self, *args):
        proposer = ask(self, *args)
        observe = proposer.observe

        def observe_and_interrupt_twice(trials):
            observe(trials)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

        proposer.observe = observe_and_interrupt_twice
        return proposer

    monkeypatch.setattr(search, "_make_proposer", make_impatient)
    model = make(search, n_iter=20)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert not hasattr(model, "cv_results_")


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_that_proposes_nothing_says_so(search, monkeypatch, tmp_path):
    """Nobody has interrupted it."""
    ask = search._make_proposer

    def make_silent(self, *args):
        proposer = ask(self, *args)
        proposer.propose = lambda n_remaining: []
        return proposer

    monkeypatch.setattr(search, "_make_proposer", make_silent)
    path = tmp_path / "journal"
    with pytest.raises(ValueError, match=r"^No candidate was evaluated: the se"):
        make(search, checkpoint=path).fit(X, y)
    assert not path.exists()


def wait_for(path, number, until):
    """Wait for a file, but not for ever."""
    while not path.exists() and time.time() < until:
        time.sleep(0.01)
    return number


@pytest.mark.slow
@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"n_iter_no_change": 3, "tol": 1.0}, "n_iter_no_change"),
        ({"timeout": 0.5}, "timeout"),
        ({"error_score": "raise", "n_iter": 5}, None),
    ],
)
def test_an_early_stop_leaves_the_workers_of_others_alone(
    search, settings, reason, tmp_path
):
    """joblib has one executor for all that runs in a process."""
    results, errors = [], []
    go = tmp_path / "go"

    def run_something_else():
        try:
            parallel = joblib.Parallel(n_jobs=2, backend="loky")
            until = time.time() + 60
            tasks = [joblib.delayed(wait_for)(go, i, until) for i in range(9)]
            results.append(parallel(tasks))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run_something_else)
    thread.start()
    model = make(search, n_jobs=2, **settings)
    try:
        if reason is None:
            with pytest.raises(ValueError, match="early"):
                model.set_params(estimator=Raising()).fit(X, y)
        else:
            assert model.fit(X, y).stop_reason_ == reason
        assert (errors, thread.is_alive()) == ([], True)  # its tasks are under way
    finally:
        go.touch()
        thread.join()
    assert errors == []
    assert results == [list(range(9))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 0),
        ("timeout", -1.0),
        ("timeout", "1 h"),
        ("n_iter_no_change", 0),
        ("n_iter_no_change", 2.5),
        ("tol", -1e-4),
        ("tol", None),
    ],
)
@pytest.mark.parametrize("search", SEARCHES)
def test_what_makes_no_sense_is_refused(search, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of"):
        make(search, **{name: value}).fit(X, y)


# ---- no change


class Shelf(Slow):
    """Fails for some of its values."""

    def fit(self, X, y):
        if self.a < 0.5:
            raise ValueError("not there")
        return super().fit(X, y)


@pytest.mark.parametrize("search", SEARCHES)
def test_nothing_counts_before_there_is_a_score(search):
    failing = [{"a": a} for a in np.linspace(0, 0.4, 12)]
    model = make(search, n_iter=40, n_iter_no_change=8, initial_params=failing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.set_params(estimator=Shelf(0.1, seconds=0)).fit(X, y)
    assert set(model.cv_results_["status"][:12]) == {"failed"}
    assert model.best_params_["a"] >= 0.5


@pytest.mark.parametrize("gradient", ["finite_difference", "spsa"])
@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam", "learning_rate": 0.1}])
@pytest.mark.parametrize("n_iter_no_change", quick([1, 2, 5], 2))
def test_it_never_ends_between_the_probes_of_a_gradient(
    gradient, settings, n_iter_no_change
):
    options = {"n_iter": 200, "gradient": gradient, "n_restarts": 2, **settings}
    space = {"a": uniform(0, 1), "seconds": loguniform(1e-9, 1e-6)}
    whole, stopped = (
        make(GradientSearchCV, n_iter_no_change=n, **options)
        .set_params(param_grid=space)
        .fit(X, y)
        .cv_results_
        for n in (None, n_iter_no_change)
    )
    n = len(stopped["params"])
    assert stopped["params"] == whole["params"][:n]
    if n == len(whole["params"]) or stopped["origin"][-1] == "start":
        return  # starts are a batch of their own
    if settings:  # a point is evaluated side by side with its probes
        assert whole["origin"][n] != "difference"
    else:
        assert stopped["origin"][-1] != "difference"


def test_probes_are_not_counted():
    model = make(
        GradientSearchCV,
        n_iter=200,
        gradient="finite_difference",
        n_iter_no_change=4,
        tol=0,
        n_restarts=0,
    ).set_params(param_grid={"a": uniform(0, 1), "seconds": loguniform(1e-9, 1e-6)})
    results = model.fit(X, y).cv_results_
    best = int(np.argmax(results["mean_test_score"]))
    assert np.sum(results["origin"][best + 1 :] == "difference") > 4


def test_in_a_pareto_search_it_is_the_front_that_has_to_change():
    def conflict(estimator, X, y):
        return {"low": -estimator.a, "high": estimator.a}

    # Every candidate is on the front, so that each one is a change.
    model = make(
        GeneticSearchCV, scoring=conflict, refit=False, n_iter=40, n_iter_no_change=5
    ).set_params(estimator=Slow(seconds=0))
    assert model.fit(X, y).stop_reason_ == "n_iter"
    assert len(model.pareto_front_) == 40

    def alike(estimator, X, y):
        return {"one": estimator.score(X, y), "other": 2 * estimator.score(X, y)}

    model.set_params(scoring=alike, tol=1e-3)
    assert model.fit(X, y).stop_reason_ == "n_iter_no_change"


# ---- the penalty of hyperparameters


@pytest.mark.parametrize("gradient", ["finite_difference", "exact", "model"])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_winner_is_the_penalised_best_however_the_search_ends(gradient, n):
    model = GradientSearchCV(
        Ridge(),
        {"alpha": loguniform(1e-4, 1e4)},
        gradient=gradient,
        hyper_l2=1.0,
        n_iter=20,
        n_iter_no_change=n,
        tol=0,
        random_state=0,
    ).fit(X, y)
    results = model.cv_results_
    alphas = np.array([params["alpha"] for params in results["params"]])
    penalties = np.log(alphas) ** 2  # from the estimator's own, which is 1
    np.testing.assert_allclose(results["hyper_penalty"], penalties, atol=1e-9)
    total = results["mean_test_score"] - penalties
    assert model.best_index_ == np.argmax(total)
    # A penalised score that is worse is no progress.
    assert len(alphas) - 1 - model.best_index_ >= n or model.stop_reason_ == "n_iter"
    if gradient == "exact":
        assert set(results["gradient_method"]) == {"exact"}
        assert np.isfinite(results["grad_alpha"]).all()
