"""initial_params: candidates to try first, or what another search has found."""

import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_iris
from sklearn.exceptions import FitFailedWarning
from sklearn.feature_selection import SelectKBest
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RandomizedSearchCV,
    ShuffleSplit,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import MissingScoresWarning
from skopt_evo.space import Mask
from tests.marking import quick

X, y = load_iris(return_X_y=True)

# Failures are what some tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:One or more of the test scores")


class Hill(RegressorMixin, BaseEstimator):
    """Scores by its parameters and by the samples that it is tested on."""

    fits: list[float] = []

    def __init__(self, a=0.5, b=0.5, kind="plain", noise=None):
        self.a = a
        self.b = b
        self.kind = kind
        self.noise = noise

    def fit(self, X, y):
        type(self).fits.append(self.a)
        if self.kind == "broken":
            raise ValueError("broken")
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def score(self, X, y):
        distance = (self.a - 0.7) ** 2 + (self.b - 0.3) ** 2
        chance = 0.0 if self.noise is None else np.random.default_rng().random()
        return X.mean() / 100 - distance - 0.2 * (self.kind != "best") + chance


SPACE = {"a": uniform(0, 1), "b": uniform(0, 1), "kind": ["plain", "best"]}
CV = KFold(3)


def make(estimator=None, space=SPACE, **options):
    options = {"n_iter": 20, "cv": CV, "surrogate": None, "random_state": 0, **options}
    return GeneticSearchCV(Hill() if estimator is None else estimator, space, **options)


def fit(*args, **options):
    return make(*args, **options).fit(X, y)


def random_search(space=SPACE, estimator=None, n_iter=30, **options):
    options = {"cv": CV, "random_state": 7, **options}
    estimator = Hill() if estimator is None else estimator
    return RandomizedSearchCV(estimator, space, n_iter=n_iter, **options).fit(X, y)


def given_rows(search):
    return np.flatnonzero(search.cv_results_["origin"] == "given").tolist()


def best_first(results, metric="score"):
    means = results[f"mean_test_{metric}"]
    return [results["params"][row] for row in np.argsort(-means, kind="stable")]


def in_words(candidates):
    """Return settings in a form that estimators can be compared in."""
    return [
        {name: str(params[name]) for name in sorted(params)} for params in candidates
    ]


def took_for_granted(search, results):
    """Tell whether only the best known candidate was evaluated again."""
    params = search.cv_results_["params"]
    repeated = [row for row in params if row in results["params"]]
    return given_rows(search) == [0] and repeated == [best_first(results)[0]]


@pytest.fixture(scope="module")
def known():
    return random_search().cv_results_


@pytest.fixture(scope="module")
def earlier():
    return [
        fit(random_state=100 + seed, n_iter=60, refit=False).cv_results_
        for seed in range(10)
    ]


# Candidates without results


@pytest.mark.parametrize("surrogate", [None, "auto"])
@pytest.mark.parametrize(
    "strategy", ["steady_state", "generational", "differential_evolution"]
)
def test_dicts_come_first_in_their_order(strategy, surrogate):
    given = [{"a": 0.1 * i, "b": 0.9 - 0.1 * i, "kind": "best"} for i in (3, 1, 2)]
    search = fit(initial_params=given, strategy=strategy, surrogate=surrogate)
    assert search.cv_results_["params"][:3] == given
    assert given_rows(search) == [0, 1, 2]
    # Those of the estimator follow.
    assert search.cv_results_["params"][3] == {"a": 0.5, "b": 0.5, "kind": "plain"}
    assert search.cv_results_["origin"][3] == "default"


def test_dicts_that_come_twice_or_are_the_estimators_own_are_tried_once():
    own = {"a": 0.5, "b": 0.5, "kind": "plain"}
    first, second = {**own, "a": 0.25}, {**own, "b": 0.125}
    search = fit(initial_params=[first, first, own, second, first])
    assert search.cv_results_["params"][:3] == [first, own, second]
    assert given_rows(search) == [0, 1, 2]
    assert "default" not in search.cv_results_["origin"]
    assert len({repr(params) for params in search.cv_results_["params"]}) == 20


def test_more_dicts_than_candidates_are_cut_off():
    given = [{"a": i / 10, "b": 0.5, "kind": "best"} for i in range(8)]
    search = fit(initial_params=given, n_iter=5)
    assert search.cv_results_["params"] == given[:5]


def test_dicts_count_as_initial_candidates():
    given = [{"a": i / 10, "b": 0.5, "kind": "best"} for i in range(4)]
    results = fit(initial_params=given, n_iter=40).cv_results_
    assert np.sum(results["iter"] == 0) == 10
    assert np.sum(fit(n_iter=40).cv_results_["iter"] == 0) == 10


@pytest.mark.parametrize("initial_params", [None, [], ()])
def test_no_dicts_are_none(initial_params):
    search = fit(initial_params=initial_params)
    assert search.cv_results_["params"] == fit().cv_results_["params"]
    assert given_rows(search) == []


STEPS = Pipeline([("scale", StandardScaler()), ("pick", "passthrough"), ("svc", SVC())])
BRANCHES = [
    {
        "scale": [StandardScaler(), MinMaxScaler(), "passthrough"],
        "svc__C": loguniform(1e-2, 1e2),
        "svc__kernel": ["linear"],
    },
    {
        "pick": [SelectKBest(k=2), SelectKBest(k=3)],
        "svc__C": loguniform(1e-1, 1e3),
        "svc__gamma": loguniform(1e-3, 1),
        "svc__degree": randint(1, 5),
    },
]


def test_dicts_may_lie_in_any_branch_and_have_estimators_as_values():
    given = [
        {
            "pick": SelectKBest(k=3),
            "svc__C": 500.0,
            "svc__gamma": 0.1,
            "svc__degree": 2,
        },
        {"scale": MinMaxScaler(), "svc__C": 0.02, "svc__kernel": "linear"},
    ]
    search = fit(STEPS, BRANCHES, initial_params=given, n_iter=8)
    assert in_words(search.cv_results_["params"][:2]) == in_words(given)
    assert given_rows(search) == [0, 1]


def test_masks_are_given_as_arrays():
    class Masked(Hill):
        def __init__(self, mask=None):
            self.mask = mask

        def fit(self, X, y):
            return self

        def score(self, X, y):
            return -float(np.sum(self.mask)) + X.mean()

    mask = np.array([True, False, False, True, False, False])
    search = fit(Masked(), {"mask": Mask(6)}, initial_params=[{"mask": mask}])
    np.testing.assert_array_equal(search.cv_results_["params"][0]["mask"], mask)
    again = fit(Masked(), {"mask": Mask(6)}, initial_params=search.cv_results_)
    assert given_rows(again) == [0]
    assert again.best_score_ >= search.best_score_


SOME = {"a": uniform(0.6, 0.4), "b": uniform(0, 1), "kind": ["plain", "best"]}


@pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])
def test_what_a_dict_leaves_out_is_the_estimators_own_or_the_middle(search):
    model = search(
        Hill(b=0.3),
        SOME,
        n_iter=8,
        cv=CV,
        random_state=0,
        initial_params=[{"b": 0.9}, {"a": 0.7, "kind": "best"}, {}],
    ).fit(X, y)
    # The estimator has a=0.5, which is no value of the space.
    expected = [
        {"a": 0.8, "b": 0.9, "kind": "plain"},
        {"a": 0.7, "b": 0.3, "kind": "best"},
        {"a": 0.8, "b": 0.3, "kind": "plain"},
    ]
    tried = model.cv_results_["params"]
    for setting in expected:
        assert any(
            params["kind"] == setting["kind"]
            and np.allclose(
                [params["a"], params["b"]],
                [setting["a"], setting["b"]],
                rtol=1e-12,
                atol=0,
            )
            for params in tried[:5]
        )


def test_a_part_of_a_setting_lies_in_the_first_branch_that_has_it():
    given = [{"svc__gamma": 0.5}, {"scale": MinMaxScaler()}, {"svc__C": 300.0}]
    search = fit(STEPS, BRANCHES, initial_params=given, n_iter=8)
    first, second, third = search.cv_results_["params"][:3]
    assert in_words([first]) == in_words(
        [{"pick": first["pick"], "svc__C": 1.0, "svc__degree": 3, "svc__gamma": 0.5}]
    )
    assert in_words([second]) == in_words(
        [{"scale": MinMaxScaler(), "svc__C": 1.0, "svc__kernel": "linear"}]
    )
    assert third["svc__C"] == 300.0
    assert "pick" in third  # the first branch ends at 100
    assert given_rows(search) == [0, 1, 2]


def test_a_whole_setting_is_not_taken_for_a_part_of_another_branch():
    space = [{"a": uniform(0, 1), "b": uniform(0, 1)}, {"a": uniform(0, 1)}]
    search = fit(space=space, initial_params=[{"a": 0.25}])
    assert search.cv_results_["params"][0] == {"a": 0.25}


def test_an_unknown_name_is_an_error_with_the_closest_one():
    space = {"svc__C": loguniform(1, 10), "svc__gamma": loguniform(1, 10)}
    with pytest.raises(ValueError, match=r"\['svc__gama'\].*mean 'svc__gamma'\?"):
        fit(STEPS, space, initial_params=[{"svc__gama": 1.0, "svc__C": 2.0}])


# The results of other searches


GRID = {"a": np.linspace(0, 1, 5), "b": [0.0, 0.4, 0.8], "kind": ["best"]}
SOURCES = {
    "grid": lambda: GridSearchCV(Hill(), GRID, cv=CV).fit(X, y),
    "random": lambda: random_search(),
    "ours": lambda: fit(),
    "ours, in parallel and with training scores": lambda: fit(
        n_jobs=2, return_train_score=True
    ),
}


@pytest.mark.parametrize("strategy", ["steady_state", "generational"])
@pytest.mark.parametrize("source", SOURCES)
def test_known_scores_that_hold_are_taken_for_granted(source, strategy):
    results = SOURCES[source]().cv_results_
    Hill.fits.clear()
    search = fit(initial_params=results, strategy=strategy, refit=False, n_iter=15)
    assert took_for_granted(search, results)
    assert len(search.cv_results_["params"]) == 15
    # The known ones take no part of the budget: one fit a split of each new candidate.
    assert len(Hill.fits) == 15 * 3
    assert "initial" not in search.cv_results_["origin"]
    assert search.best_score_ >= results["mean_test_score"].max()


@pytest.mark.parametrize(
    "options",
    quick(
        [
            {},
            {"surrogate": "auto"},
            {"strategy": "differential_evolution"},
            {"survival": "comma", "population_size": 4},
            {"survival": "age"},
        ],
        {},
    ),
    ids=str,
)
def test_a_search_that_goes_on_is_better_off_than_a_fresh_one(options, earlier):
    gains = []
    for seed, known in enumerate(earlier):
        usual = {"n_iter": 9, "random_state": seed, "refit": False, **options}
        fresh = fit(**usual).cv_results_["mean_test_score"]
        # The first one is what was known.
        more = fit(initial_params=known, **usual).cv_results_["mean_test_score"][1:]
        gains.append(np.max(more) - np.max(fresh))
    assert np.mean(gains) > 2 * np.std(gains, ddof=1) / np.sqrt(len(gains))


def test_where_the_old_ones_die_the_best_known_ones_are_the_youngest(known):
    seen = []

    def look(losses, n, rng):
        seen.append(np.sort(losses))
        return rng.integers(len(losses), size=n)

    options = {"selection": look, "population_size": 6, "survival": "age"}
    fit(Hill(a=2.0), initial_params=known, n_iter=6, **options)
    np.testing.assert_allclose(seen[0], np.sort(-known["mean_test_score"])[:6])


def test_parents_are_the_best_of_all_known_candidates(known):
    seen = []

    def look(losses, n, rng):
        seen.append(np.sort(losses))
        return rng.integers(len(losses), size=n)

    for options in ({}, {"strategy": "generational"}, {"survival": "comma"}):
        seen.clear()
        outside = Hill(a=2.0)  # its own setting joins nobody
        options = {"selection": look, "population_size": 6, **options}
        fit(outside, initial_params=known, **options)
        best = np.sort(-known["mean_test_score"])[:6]
        np.testing.assert_allclose(seen[0], best)


OTHER_X = X[::-1] ** 1.1
WRONG = {
    "other data": ({}, OTHER_X),
    "another splitter": ({"cv": KFold(3, shuffle=True, random_state=1)}, X),
    "other splits of one splitter": (
        {"cv": ShuffleSplit(3, test_size=0.3, random_state=1)},
        X,
    ),
    "more splits": ({"cv": KFold(4)}, X),
    "fewer splits": ({"cv": KFold(2)}, X),
    "another scorer of the same name": (
        {"scoring": lambda estimator, X, y: 2 * estimator.score(X, y)},
        X,
    ),
}


@pytest.mark.parametrize("surrogate", [None, "auto"])
@pytest.mark.parametrize("case", WRONG)
def test_known_scores_that_do_not_hold_are_forgotten(case, surrogate, known):
    options, data = WRONG[case]
    search = make(initial_params=known, n_iter=24, surrogate=surrogate, **options)
    results = search.fit(data, y).cv_results_
    best = best_first(known)
    # A quarter of the budget, in their order; nobody else comes from what is known.
    assert results["params"][:6] == best[:6]
    assert given_rows(search) == list(range(6))
    assert [params for params in results["params"][6:] if params in best] == []
    # The first generation fills the space, as it does without anything known.
    assert {"default", "initial"} < set(results["origin"])


def test_scores_of_a_stochastic_estimator_never_hold():
    results = random_search(estimator=Hill(noise=True)).cv_results_
    search = fit(Hill(noise=True), initial_params=results)
    assert given_rows(search) == list(range(5))


def test_tiny_scores_are_compared_by_their_ratio():
    def tiny(estimator, X, y):
        return 1e-12 * estimator.score(X, y)

    results = random_search(scoring=tiny).cv_results_
    assert took_for_granted(fit(scoring=tiny, initial_params=results), results)
    search = make(scoring=tiny, initial_params=results).fit(OTHER_X, y)
    assert given_rows(search) == list(range(5))


def test_a_search_that_is_fitted_on_new_data_starts_from_what_it_found():
    search = fit()
    before = search.cv_results_
    search.set_params(initial_params=before).fit(OTHER_X, y)
    assert search.cv_results_["params"][:5] == best_first(before)[:5]
    assert given_rows(search) == list(range(5))
    own = clone(search).fit(OTHER_X, y)  # initial_params is cloned as well
    assert own.cv_results_["params"] == search.cv_results_["params"]


def test_candidates_outside_of_the_space_are_left_out(known):
    narrow = {**SPACE, "a": uniform(0.4, 0.2)}
    search = fit(space=narrow, initial_params=known)
    inside = [p for p in best_first(known) if 0.4 <= p["a"] <= 0.6]
    assert 1 < len(inside) < len(known["params"])
    assert search.cv_results_["params"][0] == inside[0]
    assert given_rows(search) == [0]
    retried = make(space=narrow, initial_params=known).fit(OTHER_X, y)
    n_retried = min(5, len(inside))
    assert retried.cv_results_["params"][:n_retried] == inside[:n_retried]


def test_failures_are_never_the_first():
    broken = {**SPACE, "kind": ["broken", "plain"]}
    with pytest.warns(FitFailedWarning):
        results = random_search(broken).cv_results_
    has_failed = np.isnan(results["mean_test_score"])
    assert 3 < has_failed.sum() < 27
    with pytest.warns(FitFailedWarning):  # some child is broken
        search = fit(space=broken, initial_params=results)
    assert (
        search.cv_results_["params"][0]
        == results["params"][int(np.nanargmax(results["mean_test_score"]))]
    )
    assert given_rows(search) == [0]


def test_failures_with_a_number_as_their_score_are_failures():
    broken = {**SPACE, "kind": ["broken", "plain"]}
    with pytest.warns(FitFailedWarning):
        first = fit(space=broken, error_score=10.0, refit=False)
    results = first.cv_results_
    assert results["mean_test_score"].max() == 10.0
    seen = []

    def look(losses, n, rng):
        seen.append(losses)
        return rng.integers(len(losses), size=n)

    options = {"error_score": 10.0, "selection": look, "refit": False}
    search = make(space=broken, initial_params=results, **options)
    with pytest.warns(FitFailedWarning):
        search.fit(X, y)
    is_ok = results["status"] == "ok"
    best = np.flatnonzero(is_ok)[np.argmax(results["mean_test_score"][is_ok])]
    assert search.cv_results_["params"][0] == results["params"][best]
    assert given_rows(search) == [0]
    assert np.min(seen[0]) > -1  # -10 is the loss that is none


@pytest.mark.parametrize("status", ["timeout", "crashed", "whatever comes later"])
@pytest.mark.parametrize("scoring", [None, "two"])
def test_every_status_but_ok_is_a_failure(status, scoring):
    def two(estimator, X, y):
        return {"a": estimator.score(X, y), "b": -estimator.a}

    options = {} if scoring is None else {"scoring": two, "refit": "a"}
    results = dict(fit(**options).cv_results_)
    row = 7
    results["status"] = results["status"].astype(object)
    results["status"][row] = status
    for name in results:  # a number as error_score
        if "_test_" in name and not name.startswith(("std", "rank")):
            results[name] = results[name].copy()
            results[name][row] = 10.0
    seen = []

    def look(losses, n, rng):
        seen.append(losses)
        return rng.integers(len(losses), size=n)

    search = fit(initial_params=results, selection=look, **options)
    name = "mean_test_score" if scoring is None else "mean_test_a"
    good = np.where(np.arange(20) == row, -np.inf, results[name])
    assert search.cv_results_["params"][0] == results["params"][int(good.argmax())]
    assert given_rows(search) == [0]
    assert np.nanmin(seen[0]) > -1  # -10 is the loss that is none


def test_results_of_which_all_failed_are_tried_again():
    results = dict(random_search().cv_results_)
    for name in results:
        if "test_score" in name:
            results[name] = np.full(30, np.nan)
    search = fit(initial_params=results)
    assert given_rows(search) == list(range(5))


def test_a_best_candidate_that_fails_in_part_is_not_trusted():
    class Picky(Hill):
        def fit(self, X, y):
            if X.mean() < 3.3:  # one of the three folds
                raise ValueError("picky")
            return self

    def both(estimator, X, y):
        return {"a": estimator.score(X, y), "b": -estimator.a}

    options = {"scoring": both, "refit": "a", "n_iter": 8}
    results = fit(**options).cv_results_
    with pytest.warns(MissingScoresWarning), pytest.warns(FitFailedWarning):
        search = fit(Picky(), initial_params=results, **options)
    assert given_rows(search) == [0, 1]


@pytest.mark.parametrize(
    "scoring",
    [
        ["r2", "neg_mean_absolute_error"],
        {"s": "r2", "m": "neg_mean_absolute_error"},
        "callable",
    ],
)
@pytest.mark.parametrize("refit", quick(["second", "first", False], "second"))
def test_results_of_several_metrics(scoring, refit):
    def both(estimator, X, y):
        return {"s": estimator.score(X, y), "m": -abs(estimator.b - X.mean() / 10)}

    names = (
        ["r2", "neg_mean_absolute_error"] if isinstance(scoring, list) else ["s", "m"]
    )
    model = Hill()
    if scoring == "callable":
        scoring = both
    else:  # metrics of predictions that depend on parameters
        model = Shifted()
    refit = {"first": names[0], "second": names[1], False: False}[refit]
    options = {"scoring": scoring, "refit": refit}
    results = random_search(estimator=model, **options).cv_results_
    metric = refit or names[0]
    search = fit(model, initial_params=results, **options)
    assert given_rows(search) == [0]
    assert search.cv_results_["params"][0] == best_first(results, metric)[0]
    for name in names:
        column = f"mean_test_{name}"
        row = results["params"].index(search.cv_results_["params"][0])
        assert search.cv_results_[column][0] == pytest.approx(results[column][row])
    retried = make(model, initial_params=results, **options).fit(OTHER_X, y[::-1])
    assert given_rows(retried) == list(range(5))


class Shifted(Hill):
    def predict(self, X):
        return self.a + self.b * X[:, 0]

    score = RegressorMixin.score


def test_what_refit_calls_a_single_metric_does_not_matter():
    options = {"scoring": make_scorer(accuracy_score), "refit": "accuracy"}
    space = {"svc__C": loguniform(1e-2, 1e2)}
    results = random_search(space, STEPS, 6, **options).cv_results_
    search = fit(STEPS, space, n_iter=8, initial_params=results, **options)
    assert given_rows(search) == [0]


def test_results_of_conditional_spaces_with_estimators_as_values():
    random = RandomizedSearchCV(STEPS, BRANCHES, n_iter=12, cv=3, random_state=0)
    results = random.fit(X, y).cv_results_
    search = fit(STEPS, BRANCHES, n_iter=8, cv=3, initial_params=results)
    assert given_rows(search) == [0]
    assert in_words(search.cv_results_["params"][:1]) == in_words(
        best_first(results)[:1]
    )
    assert search.best_score_ >= results["mean_test_score"].max()


def shuffled_frame(results):
    """Return columns whose rows have names, which are in another order."""
    frame = pd.DataFrame(results).sort_values("rank_test_score")
    return {name: frame[name] for name in frame}


def read_back(results):
    """Return a table of results that has been a text file."""
    text = pd.DataFrame(results).to_csv()
    return pd.read_csv(io.StringIO(text))


def test_a_text_file_of_conditional_spaces_and_estimators_holds():
    results = fit(STEPS, BRANCHES, cv=3).cv_results_
    search = make(STEPS, BRANCHES, n_iter=8, cv=3)
    expected = clone(search).set_params(initial_params=results).fit(X, y)
    search.set_params(initial_params=read_back(results)).fit(X, y)
    assert given_rows(search) == [0]
    assert in_words(search.cv_results_["params"]) == in_words(
        expected.cv_results_["params"]
    )


def test_a_search_with_a_frame_can_be_cloned_shown_and_resumed(known, tmp_path):
    frame = pd.DataFrame(known)
    path = tmp_path / "search.journal"
    search = make(initial_params=frame, checkpoint=path, n_iter=6)
    assert "initial_params" in repr(search)
    expected = clone(search).fit(X, y).cv_results_["params"]
    Hill.fits.clear()
    again = make(initial_params=frame.copy(), checkpoint=path, n_iter=6, refit=False)
    assert again.fit(X, y).cv_results_["params"] == expected
    assert Hill.fits == []


@pytest.mark.parametrize(
    "convert",
    [
        lambda results: pickle.loads(pickle.dumps(results)),
        lambda results: pd.DataFrame(results).to_dict("list"),
        lambda results: pd.DataFrame(results).to_dict("series"),
        lambda results: {name: list(row) for name, row in results.items()},
        lambda results: {name: np.ma.array(row) for name, row in results.items()},
        shuffled_frame,
        pd.DataFrame,
        lambda results: pd.DataFrame(results).sort_values("rank_test_score"),
        lambda results: read_back(results),
        lambda results: read_back(results).to_dict("list"),
    ],
    ids=[
        "pickle",
        "pandas list",
        "pandas series",
        "lists",
        "masked",
        "sorted pandas",
        "frame",
        "sorted frame",
        "text file",
        "columns of a text file",
    ],
)
def test_results_in_other_containers_are_the_same(convert, known):
    expected = fit(initial_params=known).cv_results_["params"]
    assert fit(initial_params=convert(known)).cv_results_["params"] == expected


def test_grids_are_tried_whole_whatever_is_known(known):
    space = {"a": [0.1, 0.9], "b": [0.2, 0.3]}
    plain = fit(space=space)
    Hill.fits.clear()
    other = fit(space=space, initial_params=[{"a": 0.9, "b": 0.3}], refit=False)
    assert other.cv_results_["params"] == plain.cv_results_["params"]
    assert set(other.cv_results_["origin"]) == {"grid"}
    again = fit(space=space, initial_params=plain.cv_results_)
    assert again.cv_results_["params"] == plain.cv_results_["params"]


@pytest.mark.parametrize("initial_params", ["dicts", "holds", "does not hold"])
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_warm_starts_are_the_same_for_all_workers(initial_params, backend, known):
    given = known
    if initial_params == "dicts":
        given = known["params"][:3]
    data = OTHER_X if initial_params == "does not hold" else X
    search = make(initial_params=given, surrogate="auto", n_iter=12)
    expected = search.fit(data, y).cv_results_
    with joblib.parallel_backend(backend):
        results = clone(search).set_params(n_jobs=2).fit(data, y).cv_results_
    assert results["params"] == expected["params"]
    np.testing.assert_array_equal(results["origin"], expected["origin"])
    np.testing.assert_allclose(results["mean_test_score"], expected["mean_test_score"])


def test_one_candidate_is_the_best_known_one(known):
    for initial_params in (known, [known["params"][3]]):
        assert (
            len(fit(initial_params=initial_params, n_iter=1).cv_results_["iter"]) == 1
        )
    assert took_for_granted(fit(initial_params=known, n_iter=1), known)
