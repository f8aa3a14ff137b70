"""No candidate is evaluated twice, however often a space has it."""

import os
import pickle
import time

import joblib
import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.model_selection import GridSearchCV

from skopt_evo import GeneticSearchCV, GradientSearchCV

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = np.arange(24.0)[:, np.newaxis], np.arange(24.0)

pytestmark = [
    pytest.mark.filterwarnings("ignore:One or more of the t"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning"),
    pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.SpaceCoverageWarning"),
    pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.CheckpointWarning"),
]


class Counted(RegressorMixin, BaseEstimator):
    """Counts its fits; its scores follow from its parameters and the samples."""

    fits: list[object] = []

    def __init__(self, a=0.5, b=0.5):
        self.a = a
        self.b = b

    def fit(self, X, y):
        type(self).fits.append((self.a, self.b))
        if self.a == "broken":
            raise ValueError("broken")
        return self

    def predict(self, X):
        return np.full(len(X), float(self.b))

    def score(self, X, y):
        return X.mean() - (float(self.a) - 2) ** 2 - self.b**2


class Coarse:
    """A distribution that can only be sampled, with few values."""

    def __init__(self, n=11):
        self.n = n

    def rvs(self, random_state):
        return float(random_state.randint(self.n)) / 4


@pytest.fixture(autouse=True)
def _count():
    Counted.fits = []


def fitted(Search, space, **options):
    options = {"cv": 2, "random_state": 0, "refit": False, **options}
    return Search(Counted(), space, **options).fit(X, y)


def candidates(search):
    return [tuple(params.items()) for params in search.cv_results_["params"]]


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize(
    ("space", "n_iter"),
    [
        ({"a": Coarse(), "b": Coarse()}, 50),
        ({"a": Coarse(), "b": uniform(0, 1)}, 40),
        ({"a": Coarse(3), "b": uniform(1, 1e-15)}, 12),
        ({"a": uniform(1, 1e-14), "b": [0.0, 1.0, 2.0]}, 30),
        ([{"a": Coarse()}, {"b": uniform(1, 1e-14)}], 12),
    ],
)
def test_every_candidate_is_another_one(Search, space, n_iter):
    search = fitted(Search, space, n_iter=n_iter)
    assert len({*candidates(search)}) == len(candidates(search)) == n_iter
    assert len({*Counted.fits}) == n_iter


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize(
    ("space", "size"),
    [
        pytest.param({"a": Coarse()}, 11, marks=pytest.mark.slow),
        ({"a": Coarse(3), "b": Coarse(2)}, 6),
    ],
)
def test_a_search_ends_when_all_that_is_drawn_is_known(Search, space, size):
    search = fitted(Search, space, n_iter=20)
    assert search.stop_reason_ == "exhausted"
    assert len({*candidates(search)}) == len(candidates(search)) == size


@pytest.mark.parametrize("strategy", ["generational", "differential_evolution"])
@pytest.mark.parametrize("surrogate", ["auto", None])
def test_no_strategy_repeats_a_draw(strategy, surrogate):
    space = {"a": Coarse(), "b": Coarse()}
    search = fitted(
        GeneticSearchCV, space, n_iter=60, strategy=strategy, surrogate=surrogate
    )
    assert len({*candidates(search)}) == len(candidates(search)) == 60


@pytest.mark.parametrize("Search", SEARCHES)
def test_draws_of_several_branches_are_evaluated_once(Search):
    search = fitted(Search, [{"a": Coarse(6)}, {"a": Coarse(6)}], n_iter=9)
    assert len({*Counted.fits}) == len(Counted.fits) / 2  # two splits
    scores = dict(
        zip(candidates(search), search.cv_results_["mean_test_score"], strict=True)
    )
    for row, candidate in enumerate(candidates(search)):
        assert search.cv_results_["mean_test_score"][row] == scores[candidate]


GRIDS = [
    {"a": [1, 1, 2.0, 2]},
    {"a": [1, 2, 1, 1], "b": [0, 0, 0.0]},
    [{"a": [1, 2]}, {"a": [2, 3]}, {"a": [2], "b": [0.5]}],
    {"a": ["broken", 1, "broken"]},
    {"a": np.array([1, 1, 2])},
]


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize("space", GRIDS)
@pytest.mark.parametrize(("n_jobs", "error_score"), [(1, np.nan), (1, -7.0), (2, -7.0)])
def test_rows_of_a_grid_are_those_of_scikit_learn(Search, space, n_jobs, error_score):
    options = {"error_score": error_score, "return_train_score": True, "cv": 2}
    expected = GridSearchCV(Counted(), space, **options).fit(X, y)
    Counted.fits = []
    with joblib.parallel_backend("threading"):
        search = fitted(Search, space, n_jobs=n_jobs, n_iter=50, **options)
    if n_jobs == 1:
        assert len(Counted.fits) == 2 * n_distinct(search) < 2 * len(candidates(search))
    for key, values in expected.cv_results_.items():
        if "_time" not in key:
            np.testing.assert_array_equal(search.cv_results_[key], values)


def n_distinct(search):
    rows = [
        frozenset((name, type(value), value) for name, value in params.items())
        for params in search.cv_results_["params"]
    ]
    return len({*rows})


@pytest.mark.parametrize("Search", SEARCHES)
def test_repeated_rows_are_no_copies_by_reference(Search):
    search = fitted(Search, {"a": [1, 1]}, n_iter=5, scoring=_two_metrics, refit="one")
    assert search.cv_results_["mean_test_one"].tolist() == [1.0, 1.0]
    assert search.cv_results_["status"].tolist() == ["ok", "ok"]


def _two_metrics(estimator, X, y):
    return {"one": 1.0, "two": 2.0}


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize("space", [{"a": [1, 2, 1, 3]}, {"a": Coarse(), "b": [0, 1]}])
def test_a_resumed_search_repeats_no_candidate(Search, space, tmp_path):
    def search(n_iter):
        return fitted(Search, space, n_iter=n_iter, checkpoint=tmp_path / "search")

    first = search(8).cv_results_
    n_fits, Counted.fits = len(Counted.fits), []
    assert n_fits == 2 * len({*map(str, first["params"])})
    again = search(8).cv_results_
    assert not Counted.fits
    for key, values in first.items():
        if key.startswith(("param", "split", "mean_test", "iter", "origin", "status")):
            np.testing.assert_array_equal(again[key], values)
    # A line that a crash has cut off: what it was about is evaluated again, once.
    lines = (tmp_path / "search").read_bytes().splitlines(keepends=True)
    (tmp_path / "search").write_bytes(b"".join(lines[:-1]) + lines[-1][:-9])
    cut = search(8).cv_results_
    assert len(Counted.fits) <= 1
    np.testing.assert_array_equal(cut["mean_test_score"], first["mean_test_score"])


def test_a_repeated_candidate_that_took_too_long_or_crashed_is_not_tried_again():
    search = GeneticSearchCV(
        Faulty(),
        {"a": [1, 2, 3, 1, 3]},
        n_iter=5,
        cv=[(np.arange(12), np.arange(12, 24))],
        fit_timeout=2,
        refit=False,
        error_score=-3.0,
        n_jobs=2,
    ).fit(X, y)
    expected = ["timeout", "ok", "crashed", "timeout", "crashed"]
    assert search.cv_results_["status"].tolist() == expected
    scores = search.cv_results_["mean_test_score"].tolist()
    assert scores.count(-3.0) == 4
    assert scores[1] != -3.0


class Faulty(Counted):
    def fit(self, X, y):
        if self.a == 1:
            time.sleep(30)
        if self.a == 3:
            os._exit(3)
        return self


@pytest.mark.parametrize("Search", SEARCHES)
def test_results_are_the_same_for_every_number_of_workers(Search):
    tables = [
        fitted(Search, {"a": Coarse(), "b": Coarse(2)}, n_iter=15, n_jobs=n_jobs)
        for n_jobs in (1, 2)
    ]
    first, second = (
        pickle.dumps([candidates(one), one.cv_results_["mean_test_score"].tolist()])
        for one in tables
    )
    assert first == second
