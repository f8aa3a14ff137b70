"""GradientSearchCV: descents on real estimators, through the public API."""

import itertools
import warnings

import numpy as np
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes, make_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import NuSVC

from skopt_evo import GradientSearchCV
from skopt_evo.descent import SPSA, FiniteDifference
from skopt_evo.exceptions import SpaceCoverageWarning
from skopt_evo.optimizers import Adam, Momentum
from tests.marking import quick

X, y = load_diabetes(return_X_y=True)

OPTIMIZERS = ["sgd", "momentum", "rmsprop", "adam", "lbfgs"]


class Bowl(RegressorMixin, BaseEstimator):
    """Scores by a smooth function of its parameters, which is 0 at its top."""

    def __init__(self, a=0.5, b=1.0, n=12, kind="best"):
        self.a = a
        self.b = b
        self.n = n
        self.kind = kind

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        decades = np.log10(self.b) - 1
        return (
            -((self.a - 0.7) ** 2)
            - 0.1 * decades**2
            - 0.001 * (self.n - 12) ** 2
            - (self.kind != "best")
        )


NUMBERS = {"a": uniform(0, 1), "b": loguniform(1e-3, 1e3)}


# What a bowl scores does not depend on the data.
ONE_SPLIT = [(np.arange(2), np.arange(2, 4))]


def fit(estimator=None, space=NUMBERS, **options):
    options = {"n_iter": 60, "cv": 2, "random_state": 0, **options}
    estimator = Bowl() if estimator is None else estimator
    return GradientSearchCV(estimator, space, **options).fit(X, y)


def params_of(search):
    return [tuple(sorted(params.items())) for params in search.cv_results_["params"]]


@pytest.mark.parametrize("n_iter", [1, 2, 3, 7, 60])
def test_restarts_use_up_the_budget_and_never_exceed_it(n_iter):
    assert len(fit(n_iter=n_iter).cv_results_["params"]) == n_iter


@pytest.mark.parametrize("optimizer", quick(OPTIMIZERS, "adam"))
@pytest.mark.parametrize("gradient", ["auto", "finite_difference", "spsa"])
def test_every_optimizer_comes_near_the_top_without_tuning(optimizer, gradient):
    scores = [
        fit(
            optimizer=optimizer, gradient=gradient, cv=ONE_SPLIT, random_state=seed
        ).best_score_
        for seed in range(5)
    ]
    assert np.median(scores) > -0.002


@pytest.mark.parametrize("optimizer", OPTIMIZERS[:4])
def test_a_learning_rate_sets_the_steps_of_the_optimizer(optimizer):
    rate = {"sgd": 0.1, "momentum": 0.05, "rmsprop": 0.02, "adam": 0.05}[optimizer]
    options = {
        "cv": ONE_SPLIT,
        "gradient": "finite_difference",
        "learning_rate": rate,
        "n_restarts": 0,
        "n_iter": 150,
    }
    fitted = fit(optimizer=optimizer, **options)
    assert fitted.best_score_ > -0.005
    slow = fit(optimizer=optimizer, **{**options, "learning_rate": rate / 100})
    assert slow.best_score_ < fitted.best_score_


def test_a_step_of_sgd_is_the_learning_rate_times_the_gradient():
    fitted = fit(optimizer="sgd", learning_rate=0.2, n_restarts=0, n_iter=20)
    results = fitted.cv_results_
    rows = np.flatnonzero(results["origin"] == "step")[:4]
    a = results["param_a"].astype(float)
    log_b = np.log(results["param_b"].astype(float))
    scale = np.log(1e6)  # the length of b's range on its own scale
    for here, there in itertools.pairwise(rows):
        # grad_ is in the parameter's own units and points to higher scores.
        assert a[there] - a[here] == pytest.approx(0.2 * results["grad_a"][here])
        slope = results["grad_b"][here] * np.exp(log_b[here]) * scale
        assert (log_b[there] - log_b[here]) / scale == pytest.approx(0.2 * slope)


def test_optimizers_and_gradients_may_be_objects_with_settings():
    fitted = fit(
        optimizer=Momentum(momentum=0.5, nesterov=True),
        gradient=FiniteDifference(scheme="forward", step=0.02),
    )
    assert fitted.best_score_ > -0.002
    assert params_of(fit(optimizer=Adam(beta_1=0.1))) != params_of(fit())
    methods = fit(gradient=SPSA(n_pairs=2)).cv_results_["gradient_method"]
    assert set(methods) == {"spsa", "none"}


def test_points_of_a_gradient_are_evaluated_side_by_side():
    batches = []

    class Watched(GradientSearchCV):
        def _make_proposer(self, *args):
            proposer = super()._make_proposer(*args)
            propose = proposer.propose

            def watched(n_remaining):
                trials = propose(n_remaining)
                batches.append([trial.origin for trial in trials])
                return trials

            proposer.propose = watched
            return proposer

    Watched(
        Bowl(), NUMBERS, n_iter=21, cv=2, n_restarts=0, gradient="finite_difference"
    ).fit(X, y)
    assert ["difference"] * 4 in batches
    assert all(len(set(batch)) == 1 for batch in batches)


def test_probes_are_candidates_too():
    results = fit(n_restarts=0, gradient="finite_difference").cv_results_
    origins = set(results["origin"])
    assert origins == {"start", "difference", "step"}
    assert len(set(params_of(fit(gradient="finite_difference")))) == 60


def test_the_first_start_is_the_estimators_own_setting():
    results = fit(Bowl(a=0.31, b=0.02)).cv_results_
    assert results["params"][0] == {"a": 0.31, "b": 0.02}
    assert results["origin"][0] == "start"
    assert results["restart"][0] == 0


@pytest.mark.parametrize("n_restarts", [0, 3])
def test_restarts_are_as_many_as_asked_for(n_restarts):
    results = fit(n_restarts=n_restarts, n_iter=150).cv_results_
    assert set(results["restart"]) == set(range(n_restarts + 1))
    assert list(results["origin"]).count("start") == n_restarts + 1


def test_restarts_get_out_of_local_optima():
    class TwoHills(Bowl):
        def score(self, X, y):
            a = self.a
            return max(0.5 - 4 * (a - 0.2) ** 2, 1.0 - 40 * (a - 0.85) ** 2)

    space = {"a": uniform(0, 1)}
    alone = fit(TwoHills(a=0.25), space, n_restarts=0)
    several = fit(TwoHills(a=0.25), space)
    assert alone.best_score_ < 0.6
    assert several.best_score_ > 0.95


def test_integers_and_ordered_lists_are_searched_on_a_continuous_scale():
    space = {
        "a": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
        "n": randint(1, 1000),
        "b": loguniform(1e-3, 1e3),
    }
    fitted = fit(space=space, n_iter=120)
    for params in fitted.cv_results_["params"]:
        assert params["a"] in space["a"]
        assert type(params["n"]) is int
    assert abs(fitted.best_params_["n"] - 12) < 30
    assert fitted.best_params_["a"] in (0.6, 0.7, 0.8)


def test_restarts_explore_categories_and_drop_the_hopeless():
    space = {**NUMBERS, "kind": ["plain", "worse", "best", "bad"]}
    results = fit(space=space, n_iter=80).cv_results_
    kinds, counts = np.unique(results["param_kind"].astype(str), return_counts=True)
    assert set(kinds) == {"plain", "worse", "best", "bad"}
    assert counts[kinds == "best"] > 40


def test_restarts_explore_every_branch():
    model = make_pipeline(StandardScaler(), Ridge())
    space = [
        {"ridge": [Ridge()], "ridge__alpha": loguniform(1e-3, 1e3)},
        {
            "ridge": [KernelRidge(kernel="rbf")],
            "ridge__alpha": loguniform(1e-3, 1e3),
            "ridge__gamma": loguniform(1e-4, 1e1),
        },
    ]
    results = fit(model, space, n_iter=40, cv=3).cv_results_
    kinds = [type(model).__name__ for model in results["param_ridge"]]
    assert min(kinds.count("Ridge"), kinds.count("KernelRidge")) >= 3
    assert np.ma.getmaskarray(results["param_ridge__gamma"]).sum() == kinds.count(
        "Ridge"
    )


def test_a_space_without_numbers_is_enumerated_with_a_warning():
    kinds = [f"kind {number}" for number in range(30)] + ["best"]
    with pytest.warns(SpaceCoverageWarning, match="GeneticSearchCV"):
        fitted = fit(space={"kind": kinds}, n_iter=20)
    assert len(set(params_of(fitted))) == 20
    assert set(fitted.cv_results_["gradient_method"]) == {"none"}


def test_a_branch_without_numbers_is_enumerated_within_the_budget():
    model = make_pipeline(StandardScaler(), Ridge())
    space = [
        {"ridge": [LinearRegression()], "ridge__fit_intercept": [True, False]},
        {"ridge": [Ridge()], "ridge__alpha": loguniform(1e-3, 1e3)},
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = fit(model, space, n_iter=20, cv=3).cv_results_
    linear = [isinstance(model, LinearRegression) for model in results["param_ridge"]]
    assert sum(linear) == 2


def test_categories_that_the_budget_leaves_out_are_named():
    space = {**NUMBERS, "kind": [f"kind {number}" for number in range(30)]}
    with pytest.warns(SpaceCoverageWarning, match=r"'kind'.*not tried.*'kind \d+'"):
        fit(space=space, n_iter=10)


@pytest.mark.slow
def test_it_beats_random_search_on_real_data():
    model = make_pipeline(StandardScaler(), KernelRidge(kernel="rbf"))
    space = {
        "kernelridge__alpha": loguniform(1e-4, 1e2),
        "kernelridge__gamma": loguniform(1e-5, 1e1),
    }
    small_X, small_y = X[:100], y[:100]
    gains = []
    for seed in range(8):
        options = {"n_iter": 30, "cv": 2, "random_state": seed}
        ours, theirs = (
            search(model, space, **options).fit(small_X, small_y).best_score_
            for search in (GradientSearchCV, RandomizedSearchCV)
        )
        gains.append(ours - theirs)
    assert np.mean(gains) > 2 * np.std(gains, ddof=1) / np.sqrt(len(gains))


# initial_params


def starts_of(search):
    results = search.cv_results_
    return [
        params
        for params, origin in zip(results["params"], results["origin"], strict=True)
        if origin == "start"
    ]


@pytest.mark.parametrize("seed", [1, 5])
def test_it_finds_what_can_be_fitted_where_most_of_a_space_fails(seed):
    # Of 4 % positives, NuSVC takes a `nu` up to 0.08.
    data = make_classification(250, 8, weights=[0.96], flip_y=0, random_state=0)
    space = {"nu": uniform(0.005, 0.99), "gamma": loguniform(1e-3, 1e1)}
    options = {"n_iter": 40, "scoring": "roc_auc", "cv": 3, "random_state": seed}
    found = []
    for search_class in (GradientSearchCV, RandomizedSearchCV):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FitFailedWarning)
            warnings.filterwarnings("ignore", "One or more of the test scores")
            search = search_class(NuSVC(), space, **options).fit(*data)
        found.append(np.isfinite(search.cv_results_["mean_test_score"]).sum())
    assert found[0] >= found[1] > 0
    assert search.best_params_["nu"] <= 0.08


def test_given_candidates_are_the_first_starts_in_their_order():
    given = [{"a": 0.1, "b": 100.0}, {"a": 0.9, "b": 0.01}]
    own = Bowl(a=0.31, b=0.02)
    fitted = fit(own, initial_params=given, n_iter=80)
    assert fitted.cv_results_["params"][0] == given[0]
    assert starts_of(fitted)[:3] == [*given, {"a": 0.31, "b": 0.02}]
    assert starts_of(fit(own, initial_params=[]))[0] == {"a": 0.31, "b": 0.02}


@pytest.mark.parametrize("data", [X, X[::-1]], ids=["the same data", "other data"])
def test_the_best_results_of_another_search_are_starts(data):
    random = RandomizedSearchCV(Bowl(), NUMBERS, n_iter=30, cv=2, random_state=1)
    results = random.fit(X, y).cv_results_
    search = GradientSearchCV(Bowl(), NUMBERS, n_iter=80, cv=2, random_state=0)
    search.set_params(initial_params=results).fit(data, y)
    order = np.argsort(-results["mean_test_score"], kind="stable")
    best = [results["params"][row] for row in order]
    starts = starts_of(search)
    assert starts[0] == search.cv_results_["params"][0] == best[0]
    n_known = sum(params in best for params in starts)
    assert starts[:n_known] == best[:n_known]
    assert n_known <= 16  # a fifth of the budget
    assert search.best_score_ >= random.best_score_
