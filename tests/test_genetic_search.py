"""GeneticSearchCV: evolution on real estimators, through the public API."""

import functools

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    ExtraTreesRegressor,
    RandomForestRegressor,
)
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV
from skopt_evo.strategies.operators import MixedMutation, TournamentSelection
from tests.marking import quick

X, y = load_iris(return_X_y=True)

STRATEGIES = ["steady_state", "generational", "differential_evolution"]


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


def make(estimator=None, space=SPACE, **options):
    """Return a search; without a model, which takes most of a test's time."""
    options = {"n_iter": 60, "cv": 2, "surrogate": None, "random_state": 0, **options}
    estimator = Landscape() if estimator is None else estimator
    return GeneticSearchCV(estimator, space, **options)


def fit(*args, **options):
    return make(*args, **options).fit(X, y)


def first_generation(search):
    """Return the rows of ``cv_results_`` that evolution begins with."""
    is_first = search.cv_results_["iter"] == 0
    return {
        name: column[is_first]
        for name, column in search.cv_results_.items()
        if isinstance(column, np.ndarray)
    }


def settings(search):
    return [tuple(sorted(params.items())) for params in search.cv_results_["params"]]


def test_budget_is_used_up_and_never_exceeded():
    for n_iter in (1, 2, 9, 10, 11, 60):
        assert len(fit(n_iter=n_iter).cv_results_["params"]) == n_iter


class OneHill(Landscape):
    def score(self, X, y):
        distance = (self.a - 0.7) ** 2 + (self.b - 0.3) ** 2
        return -distance - 0.01 * abs(self.n - 12) + 0.2 * (self.kind == "best")


# What a landscape scores does not depend on the data.
ONE_SPLIT = [(np.arange(2), np.arange(2, 4))]


@functools.cache
def best_of_random_search(seed):
    options = {"n_iter": 40, "cv": ONE_SPLIT, "refit": False, "random_state": seed}
    search = RandomizedSearchCV(OneHill(), SPACE, **options).fit(X, y)
    return search.cv_results_["mean_test_score"].max()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("surrogate", "n_seeds"),
    [(None, 24), ("auto", 5)],
)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_it_beats_random_search_on_the_same_budget(strategy, surrogate, n_seeds):
    options = {"strategy": strategy, "surrogate": surrogate, "cv": ONE_SPLIT}
    ours = [
        fit(OneHill(), n_iter=40, random_state=seed, **options).best_score_
        for seed in range(n_seeds)
    ]
    theirs = [best_of_random_search(seed) for seed in range(n_seeds)]
    gains = np.subtract(ours, theirs)
    assert gains.mean() > 2 * gains.std(ddof=1) / np.sqrt(len(gains))


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["steady_state", "generational"])
def test_it_finds_the_higher_hill_behind_a_valley(strategy):
    # The top of the broad hill, where evolution starts, scores 0.8; around it there is
    # nothing better within 0.5 in either direction.
    own = Landscape(a=0.2, b=0.2, n=12, kind="best")
    space = {"a": uniform(0, 1), "b": uniform(0, 1)}
    starts = fit(own, space, n_iter=1).best_score_
    found = [
        fit(
            own,
            space,
            n_iter=150,
            cv=ONE_SPLIT,
            strategy=strategy,
            random_state=seed,
        ).best_score_
        for seed in range(6)
    ]
    assert starts == pytest.approx(0.8)
    assert np.mean(np.array(found) > 0.9) >= 0.5


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_first_generation_fills_the_space(strategy):
    results = first_generation(fit(strategy=strategy, n_iter=35))
    assert len(results["iter"]) == 10
    assert set(results["origin"]) == {"default", "initial"}
    for name in ("a", "b"):
        thirds = np.floor(results[f"param_{name}"].astype(float) * 3)
        assert set(thirds) == {0, 1, 2}
    assert set(results["param_kind"]) == {"plain", "worse", "best"}


@pytest.mark.parametrize(("n_iter", "size"), [(5, 2), (12, 4), (30, 10), (90, 10)])
def test_a_small_budget_leaves_two_thirds_to_evolution(n_iter, size):
    assert len(first_generation(fit(n_iter=n_iter))["iter"]) == size


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_population_size_is_the_number_of_initial_candidates(strategy):
    results = first_generation(fit(strategy=strategy, population_size=7, n_iter=20))
    assert len(results["iter"]) == 7


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


@pytest.mark.parametrize("options", [{"strategy": name} for name in STRATEGIES])
def test_no_candidate_is_evaluated_twice(options):
    assert len(set(settings(fit(n_iter=200, **options)))) == 200
    space = {"n": [1, 2, 3, 4, 5, 6], "kind": ["plain", "worse", "best"]}
    nearly_all = fit(space=space, n_iter=17, **options)
    assert nearly_all.cv_results_["origin"][0] != "grid"
    assert len(set(settings(nearly_all))) == 17


@pytest.mark.parametrize("options", [{}, {"strategy": "differential_evolution"}])
def test_children_are_bred_one_by_one(options):
    results = fit(n_iter=14, population_size=4, **options).cv_results_
    np.testing.assert_array_equal(results["iter"], [0] * 4 + list(range(1, 11)))


@pytest.mark.parametrize("surrogate", [None, "auto"])
@pytest.mark.parametrize(
    "options", [{"strategy": "generational"}, {"survival": "comma"}]
)
def test_generations_are_the_size_of_the_population(options, surrogate):
    results = fit(
        population_size=8, n_iter=33, surrogate=surrogate, **options
    ).cv_results_
    np.testing.assert_array_equal(np.bincount(results["iter"]), [8, 8, 8, 8, 1])
    assert {"crossover", "mutation"} & set(results["origin"][8:])


def test_operators_do_not_count_for_differential_evolution():
    own = fit(strategy="differential_evolution")
    other = fit(
        strategy="differential_evolution",
        selection="rank",
        crossover="blend",
        mutation="polynomial",
        survival="comma",
    )
    assert settings(other) == settings(own)
    assert "differential" in own.cv_results_["origin"]


def test_strategies_are_different_ones():
    runs = {tuple(settings(fit(strategy=name))) for name in STRATEGIES}
    assert len(runs) == 3


@pytest.mark.parametrize("strategy", quick(STRATEGIES, "steady_state"))
def test_later_candidates_are_better(strategy):
    gains = []
    for seed in range(8):
        results = fit(random_state=seed, strategy=strategy, cv=ONE_SPLIT).cv_results_
        scores = results["mean_test_score"]
        gains.append(np.median(scores[-15:]) - np.median(scores[:10]))
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
    calls = set()

    def take_first(losses, n, rng):
        calls.add("selection")
        return np.full(n, np.argmin(losses))

    def swap_halves(first, second, layout, rng):
        calls.add("crossover")
        half = layout.n_genes // 2
        return np.hstack([first[:, :half], second[:, half:]])

    def shake(children, steps, layout, rng):
        calls.add("mutation")
        noise = rng.normal(size=children.shape) * steps[:, np.newaxis]
        return np.clip(children + 0.1 * noise, 0, 1)

    def youngest(losses, ages, size, rng):
        calls.add("survival")
        return np.argsort(ages)[:size]

    fit(mutation=shake, survival=youngest, selection=take_first, crossover=swap_halves)
    assert calls == {"selection", "crossover", "mutation", "survival"}
    fit(mutation=shake, crossover=swap_halves)
    assert "crossover" in calls


def test_operators_of_the_package_have_settings():
    usual = fit()
    for options in (
        {"selection": TournamentSelection(size=5)},
        {"mutation": MixedMutation(resample=0.5)},
    ):
        other = fit(**options)
        assert settings(other)[:10] == settings(usual)[:10]
        assert settings(other) != settings(usual)


OPERATORS = {
    "selection": ["tournament", "truncation", "rank"],
    "crossover": ["auto", "uniform", "two_point", "blend", "simulated_binary"],
    "mutation": ["auto", "gaussian", "polynomial", "integer_geometric", "categorical"],
    "survival": ["elitist", "age", "comma"],
}


@pytest.mark.parametrize("parameter", OPERATORS)
def test_operators_have_names(parameter):
    names = OPERATORS[parameter]
    runs = {tuple(settings(fit(**{parameter: name}, n_iter=40))) for name in names}
    # What is meant for one kind of parameter is the default for the others.
    alike = {"gaussian", "categorical"}
    assert len(runs) == len(set(names) - alike)
    assert tuple(settings(fit(n_iter=40))) in runs


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


# Noise to keep the matrix well-conditioned; a fixed kernel has nothing to warn of.
PROCESS = GaussianProcessRegressor(RBF(0.5, "fixed"), alpha=1e-3, normalize_y=True)
SURROGATES = {
    "auto": "auto",
    "none": None,
    "extra trees": ExtraTreesRegressor(n_estimators=5),
    "random forest": RandomForestRegressor(n_estimators=5),
    "process": PROCESS,
}


def results_of(search):
    """Return the results without the times."""
    results = search.cv_results_.items()
    return {name: list(map(repr, row)) for name, row in results if "time" not in name}


VARIANTS = {
    **{f"surrogate {name}": {"surrogate": SURROGATES[name]} for name in SURROGATES},
    **{strategy: {"strategy": strategy} for strategy in STRATEGIES},
    **{
        f"screened {strategy}": {"strategy": strategy, "surrogate": "auto"}
        for strategy in STRATEGIES[1:]
    },
    **{f"lookahead {n}": {"lookahead": n} for n in (1, 4, 20)},
    "comma": {"survival": "comma", "population_size": 6},
    "objectives": {"scoring": ["r2", "neg_mean_absolute_error"], "refit": False},
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_results_are_the_same_for_all_workers(variant):
    search = make(OneHill(), n_iter=16, **VARIANTS[variant])
    expected = results_of(search.fit(X, y))
    assert len(set(map(str, expected["params"]))) == 16
    for backend, n_jobs in (("loky", 2), ("threading", 3)):
        with joblib.parallel_backend(backend):
            again = clone(search).set_params(n_jobs=n_jobs).fit(X, y)
        assert results_of(again) == expected


def test_surrogates_are_different_ones():
    runs = [
        settings(fit(OneHill(), surrogate=surrogate, n_iter=25))
        for surrogate in SURROGATES.values()
    ]
    for run in runs:
        assert run[:8] == runs[0][:8]  # before the first child
    assert len(set(map(tuple, runs))) == len(SURROGATES)


@pytest.mark.parametrize("name", ["extra trees", "random forest", "process"])
def test_a_surrogate_is_cloned_and_left_as_it_was(name):
    surrogate = clone(SURROGATES[name])
    before = surrogate.get_params()
    fit(OneHill(), surrogate=surrogate, n_iter=20)
    assert surrogate.get_params() == before
    assert not hasattr(surrogate, "n_features_in_")


def test_the_seed_of_an_unseeded_surrogate_is_the_searchs():
    unseeded = ExtraTreesRegressor(n_estimators=5)
    runs = [
        settings(fit(OneHill(), surrogate=forest, n_iter=25, random_state=seed))
        for forest, seed in ((unseeded, 0), (unseeded, 0), (unseeded, 1))
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_seed_that_a_surrogate_has_is_kept():
    seeds = []

    class Watched(ExtraTreesRegressor):
        def fit(self, X, y):
            seeds.append(self.random_state)
            return super().fit(X, y)

    for random_state in (3, None):
        seeds.clear()
        forest = Watched(n_estimators=3, random_state=random_state)
        fit(OneHill(), surrogate=forest, n_iter=20)
        if random_state is None:
            assert None not in seeds
            assert len(set(seeds)) > 5
        else:
            assert set(seeds) == {3}


def test_a_random_state_object_of_a_surrogate_does_not_move_on():
    state = np.random.RandomState(3)
    forest = ExtraTreesRegressor(n_estimators=3, random_state=state)
    runs = [settings(fit(OneHill(), surrogate=forest, n_iter=20)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert state.randint(1000) == np.random.RandomState(3).randint(1000)


def test_parameters_of_a_surrogate_are_parameters_of_the_search():
    search = make(surrogate=ExtraTreesRegressor(n_estimators=5))
    assert search.get_params()["surrogate__n_estimators"] == 5
    copy = clone(search).set_params(surrogate__n_estimators=7)
    assert copy.surrogate.n_estimators == 7
    assert search.surrogate.n_estimators == 5
    assert copy.set_params(surrogate="auto").get_params()["surrogate"] == "auto"


@pytest.mark.slow
def test_a_model_finds_better_candidates_than_evolution_alone():
    seeds = range(5)
    best = {
        surrogate: [
            fit(OneHill(), surrogate=surrogate, n_iter=30, random_state=s).best_score_
            for s in seeds
        ]
        for surrogate in ("auto", None)
    }
    assert np.mean(best["auto"]) > np.mean(best[None])


@pytest.mark.parametrize("surrogate", ["auto", None])
def test_results_depend_on_lookahead(surrogate):
    runs = [
        settings(fit(OneHill(), lookahead=n, n_iter=30, surrogate=surrogate))
        for n in (1, 4, 20)
    ]
    assert runs[0][:10] == runs[1][:10] == runs[2][:10]
    assert len(set(map(tuple, runs))) == 3


@pytest.mark.parametrize("lookahead", [1, 4, 20])
def test_generations_do_not_depend_on_lookahead(lookahead):
    usual = settings(fit(strategy="generational", n_iter=30))
    options = {"strategy": "generational", "n_iter": 30, "lookahead": lookahead}
    assert settings(fit(**options)) == usual
