"""A seed gives the same results, whatever runs the fits, and disturbs nothing."""

import random

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skopt_evo import GeneticSearchCV, GradientSearchCV

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_iris(return_X_y=True)
# Without a seed SVC draws one from the global state.
MODEL = make_pipeline(StandardScaler(), SVC(random_state=0))
SPACE = [
    {
        "standardscaler": [StandardScaler(), MinMaxScaler(), "passthrough"],
        "svc__C": loguniform(1e-3, 1e3),
        "svc__gamma": loguniform(1e-4, 1e1),
    },
    {"svc__kernel": ["poly"], "svc__degree": [1, 2, 3], "svc__C": [0.1, 1, 10]},
]


def fit(search, random_state=0, n_jobs=None, **options):
    return search(
        MODEL,
        SPACE,
        n_iter=12,
        cv=3,
        random_state=random_state,
        n_jobs=n_jobs,
        **options,
    ).fit(X, y)


def results(search):
    """Return the results without the times, estimators by what they look like."""
    return {
        name: [repr(value) for value in column]
        for name, column in search.cv_results_.items()
        if "time" not in name
    }


@pytest.fixture(scope="module")
def expected():
    return {search: results(fit(search)) for search in SEARCHES}


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("backend", "n_jobs"),
    [
        pytest.param("loky", 1, marks=pytest.mark.slow),
        ("loky", 2),
        pytest.param("loky", 4, marks=pytest.mark.slow),
        ("threading", 4),
    ],
)
def test_results_do_not_depend_on_workers(search, backend, n_jobs, expected):
    with joblib.parallel_backend(backend):  # joblib 1.3 brought parallel_config
        assert results(fit(search, n_jobs=n_jobs)) == expected[search]


@pytest.mark.parametrize("search", SEARCHES)
def test_another_seed_gives_other_results(search, expected):
    assert results(fit(search, random_state=1)) != expected[search]
    unseeded = [results(fit(search, random_state=None)) for _ in range(2)]
    assert unseeded[0] != unseeded[1]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_random_state_object_is_a_seed_that_moves_on(search):
    first, again = np.random.RandomState(3), np.random.RandomState(3)
    runs = [results(fit(search, random_state=state)) for state in (first, first, again)]
    assert runs[0] == runs[2]
    assert runs[0] != runs[1]


@pytest.mark.parametrize("search", SEARCHES)
def test_global_random_state_is_neither_read_nor_written(search, expected):
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    before = np.random.get_state(), random.getstate()  # noqa: NPY002
    fitted = fit(search, random_state=0)
    after = np.random.get_state(), random.getstate()  # noqa: NPY002
    np.testing.assert_equal(after, before)
    assert results(fitted) == expected[search]


@pytest.mark.parametrize("search", SEARCHES)
def test_without_a_random_state_the_seed_is_drawn_from_the_global_one(search):
    runs = []
    for _ in range(2):
        np.random.seed(5)  # noqa: NPY002
        runs.append(results(fit(search, random_state=None)))
    assert runs[0] == runs[1]
    after = np.random.get_state()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    seed = np.random.randint(2**31 - 1)  # noqa: NPY002
    np.testing.assert_equal(after, np.random.get_state())  # noqa: NPY002
    assert results(fit(search, random_state=seed)) == runs[0]


@pytest.mark.parametrize("search", SEARCHES)
def test_an_unseeded_estimator_draws_as_in_a_grid_search(search):
    forest = RandomForestClassifier(n_estimators=3)
    runs = []
    for cls in (GridSearchCV, search):
        np.random.seed(7)  # noqa: NPY002
        grid = {"max_depth": [1, 2, 3]}
        runs.append(cls(forest, grid, cv=3).fit(X, y).cv_results_["mean_test_score"])
    np.testing.assert_array_equal(*runs)
    assert forest.random_state is None


@pytest.mark.parametrize("search", SEARCHES)
def test_unseeded_splits_are_made_once(search):
    cv = ShuffleSplit(3, test_size=0.5)
    fitted = search(MODEL, {"svc__C": [1.0, 1.0]}, cv=cv).fit(X, y)
    for split in range(3):
        scores = fitted.cv_results_[f"split{split}_test_score"]
        assert scores[0] == scores[1]  # one candidate, twice in the grid
