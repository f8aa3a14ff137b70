"""GeneticSearchCV: evolution on real estimators, through the public API."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV
from skopt_evo.strategies.operators import GaussianMutation, TournamentSelection

X, y = load_iris(return_X_y=True)


class Landscape(RegressorMixin, BaseEstimator):
    """Scores by a function of its parameters: a broad hill, and a higher narrow one."""

    def __init__(self, a=0.5, b=0.5, n=5, kind="plain"):
        self.a = a
        self.b = b
        self.n = n
        self.kind = kind

    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        broad = 0.6 * np.exp(-(((self.a - 0.2) ** 2 + (self.b - 0.2) ** 2) / 0.1))
        high = np.exp(-(((self.a - 0.8) ** 2 + (self.b - 0.8) ** 2) / 0.02))
        return max(broad, high) - 0.05 * abs(self.n - 12) + 0.2 * (self.kind == "best")


SPACE = {
    "a": uniform(0, 1),
    "b": uniform(0, 1),
    "n": randint(1, 30),
    "kind": ["plain", "worse", "best"],
}


def fit(estimator=None, space=SPACE, **options):
    options = {"n_iter": 60, "cv": 2, "random_state": 0, **options}
    estimator = Landscape() if estimator is None else estimator
    return GeneticSearchCV(estimator, space, **options).fit(X, y)


def settings(search):
    return [tuple(sorted(params.items())) for params in search.cv_results_["params"]]


def test_budget_is_used_up_and_never_exceeded():
    for n_iter in (1, 2, 9, 10, 11, 60):
        assert len(fit(n_iter=n_iter).cv_results_["params"]) == n_iter


class OneHill(Landscape):
    def score(self, X, y):
        distance = (self.a - 0.7) ** 2 + (self.b - 0.3) ** 2
        return -distance - 0.01 * abs(self.n - 12) + 0.2 * (self.kind == "best")


def test_it_beats_random_search_on_the_same_budget():
    seeds = range(25)
    ours = [fit(OneHill(), random_state=seed).best_score_ for seed in seeds]
    theirs = [
        RandomizedSearchCV(OneHill(), SPACE, n_iter=60, cv=2, random_state=seed)
        .fit(X, y)
        .best_score_
        for seed in seeds
    ]
    gains = np.subtract(ours, theirs)
    assert gains.mean() > 3 * gains.std(ddof=1) / np.sqrt(len(gains))


def test_it_finds_the_higher_hill_behind_a_valley():
    # The top of the broad hill, where evolution starts, scores 0.8; around it there is
    # nothing better within 0.5 in either direction.
    own = Landscape(a=0.2, b=0.2, n=12, kind="best")
    space = {"a": uniform(0, 1), "b": uniform(0, 1)}
    starts = fit(own, space, n_iter=1).best_score_
    found = [
        fit(own, space, n_iter=150, random_state=seed).best_score_ for seed in range(12)
    ]
    assert starts == pytest.approx(0.8)
    assert np.mean(np.array(found) > 0.9) >= 0.5


def test_the_first_generation_fills_the_space():
    results = fit(n_iter=10).cv_results_
    assert set(results["iter"]) == {0}
    assert set(results["origin"]) == {"default", "initial"}
    for name in ("a", "b"):
        thirds = np.floor(results[f"param_{name}"].astype(float) * 3)
        assert set(thirds) == {0, 1, 2}
    assert set(results["param_kind"]) == {"plain", "worse", "best"}


def test_the_estimators_own_parameters_open_the_search():
    own = Landscape(a=0.123, b=0.456, n=7, kind="worse")
    results = fit(own).cv_results_
    assert results["params"][0] == {"a": 0.123, "b": 0.456, "n": 7, "kind": "worse"}
    assert list(results["origin"]).count("default") == 1
    outside = fit(Landscape(n=99)).cv_results_
    assert "default" not in outside["origin"]


def test_own_parameters_open_the_branches_that_they_lie_in():
    model = Pipeline([("scale", StandardScaler()), ("svc", SVC(C=2.0))])
    space = [
        {"svc__C": loguniform(1e-2, 1e2)},
        {"svc__C": loguniform(1e-2, 1e2), "svc__gamma": loguniform(1e-3, 1)},
    ]
    results = fit(model, space, n_iter=12).cv_results_
    own = [i for i, origin in enumerate(results["origin"]) if origin == "default"]
    assert [results["params"][i] for i in own] == [{"svc__C": 2.0}]


def test_no_candidate_is_evaluated_twice():
    assert len(set(settings(fit(n_iter=200)))) == 200
    space = {"n": [1, 2, 3, 4, 5, 6], "kind": ["plain", "worse", "best"]}
    nearly_all = fit(space=space, n_iter=17)
    assert nearly_all.cv_results_["origin"][0] != "grid"
    assert len(set(settings(nearly_all))) == 17


def test_generations_are_the_size_of_the_population():
    results = fit(population_size=8, n_iter=33).cv_results_
    np.testing.assert_array_equal(np.bincount(results["iter"]), [8, 8, 8, 8, 1])
    assert {"crossover", "mutation"} & set(results["origin"][8:])


def test_later_generations_are_better():
    gains = []
    for seed in range(10):
        results = fit(random_state=seed).cv_results_
        scores, generation = results["mean_test_score"], results["iter"]
        last = generation >= generation.max() - 2
        gains.append(np.median(scores[last]) - np.median(scores[generation == 0]))
    assert np.mean(gains) > 3 * np.std(gains, ddof=1) / np.sqrt(len(gains))


def test_numbers_of_a_list_and_integers_keep_their_values_and_types():
    space = {"a": [0.1, 0.5, 0.9], "b": uniform(0, 1), "n": randint(3, 6)}
    for params in fit(space=space).cv_results_["params"]:
        assert params["a"] in (0.1, 0.5, 0.9)
        assert type(params["n"]) is int
        assert 3 <= params["n"] < 6


def test_any_object_may_be_a_category():
    space = [
        {
            "scale": [StandardScaler(), MinMaxScaler(), "passthrough", None],
            "select": [SelectKBest(k=2), VarianceThreshold(), "passthrough"],
            "model": [SVC(random_state=0)],
            "model__C": loguniform(1e-2, 1e2),
            "model__class_weight": [None, "balanced", {0: 1, 1: 2, 2: 2}],
        },
        {
            "scale": [StandardScaler()],
            "model": [KNeighborsClassifier()],
            "model__n_neighbors": randint(1, 40),
            "model__metric": ["euclidean", "manhattan"],
        },
        {"model": [LogisticRegression(max_iter=500)], "model__C": [0.1, 1.0, 10.0]},
    ]
    model = Pipeline(
        [("scale", StandardScaler()), ("select", "passthrough"), ("model", SVC())]
    )
    before = repr(clone(model))
    fitted = fit(model, space, n_iter=40)
    results = fitted.cv_results_
    kinds = {type(model).__name__ for model in results["param_model"]}
    assert kinds == {"SVC", "KNeighborsClassifier", "LogisticRegression"}
    neighbors = results["param_model__n_neighbors"]
    is_knn = [isinstance(m, KNeighborsClassifier) for m in results["param_model"]]
    np.testing.assert_array_equal(np.ma.getmaskarray(neighbors), ~np.array(is_knn))
    assert repr(model) == before
    assert fitted.best_score_ > 0.95


def test_operators_may_be_a_users_own():
    calls = []

    def take_first(losses, size, rng):
        calls.append("selection")
        return np.full(size, np.argmin(losses))

    def swap_halves(first, second, layout, rng):
        calls.append("crossover")
        return np.r_[first[: len(first) // 2], second[len(first) // 2 :]]

    def shake(genome, step, layout, rng):
        calls.append("mutation")
        return genome + rng.normal(scale=step, size=len(genome)) * 0.1

    def youngest(losses, size, rng):
        calls.append("survival")
        return np.arange(len(losses))[-size:]

    fit(mutation=shake, survival=youngest, selection=take_first)
    assert set(calls) == {"selection", "mutation", "survival"}  # no two parents differ
    fit(mutation=shake, crossover=swap_halves)
    assert "crossover" in calls


def test_operators_of_the_package_have_settings():
    usual = fit()
    other = fit(
        selection=TournamentSelection(size=5), mutation=GaussianMutation(resample=0.5)
    )
    assert settings(other)[:10] == settings(usual)[:10]
    assert settings(other) != settings(usual)


@pytest.mark.parametrize("name", ["uniform", "blend"])
def test_operators_have_names(name):
    assert settings(fit(crossover=name)) != settings(fit())


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
def test_failed_candidates_have_no_descendants():
    class Refuses(Landscape):
        def fit(self, X, y):
            if self.a > 0.5:
                raise ValueError("refused")
            return self

    with pytest.warns(FitFailedWarning, match="refused"):
        results = fit(Refuses()).cv_results_
    bred = np.isin(results["origin"], ["crossover", "mutation"])
    failed = results["status"] == "failed"
    assert failed[~bred].mean() > 0.3
    assert failed[bred].mean() < 0.2
