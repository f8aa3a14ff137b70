"""``cv_results_``: GridSearchCV's columns, to the last dtype, and ours after them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.descent import FiniteDifference

SEARCHES = [GeneticSearchCV, GradientSearchCV]
COMMON = ["iter", "origin", "n_splits_evaluated", "status"]
OURS = {
    GeneticSearchCV: COMMON,
    GradientSearchCV: [*COMMON, "restart", "gradient_method"],
}


class FailsSometimes(DummyClassifier):
    """Refuses some settings, and some folds."""

    def __init__(self, mode="ok", constant=None):
        super().__init__(strategy="prior", constant=constant)
        self.mode = mode

    def fit(self, X, y, sample_weight=None):
        if self.mode == "fails" or (self.mode == "one fold fails" and X[0, 0] < 4.8):
            raise ValueError("refused")
        return super().fit(X, y, sample_weight)


PIPELINE = Pipeline([("scale", StandardScaler()), ("model", SVC())])
GRIDS = {
    "numbers": (SVC(), {"C": [10, 1, 0.1], "gamma": [0.1, 1]}),
    "numbers of mixed types": (SVC(), {"C": [1, 0.5, np.float32(2)], "gamma": [1]}),
    "strings": (SVC(), {"kernel": ["rbf", "linear", "poly"]}),
    "booleans and None": (
        DecisionTreeClassifier(random_state=0),
        {"max_depth": [None, 1, 3], "max_features": [None, "sqrt"]},
    ),
    "booleans": (SVC(), {"shrinking": [True, False]}),
    "estimators": (
        PIPELINE,
        {
            "scale": [StandardScaler(), "passthrough", MinMaxScaler()],
            "model__C": np.array([1.0, 10.0]),
        },
    ),
    "branches": (
        PIPELINE,
        [
            {"model": [SVC()], "model__C": [0.1, 1], "model__kernel": ["rbf"]},
            {"model": [KNeighborsClassifier()], "model__n_neighbors": range(1, 4)},
            {"model": [LogisticRegression(max_iter=1000)]},
        ],
    ),
    "a branch without parameters": (SVC(), [{"C": [0.1, 1]}, {}]),
    "nothing but the estimator": (SVC(), {}),
    "unhashable": (
        DummyClassifier(strategy="constant", constant=0),
        {"constant": [0, [1], np.array([2])]},
    ),
    "class weights": (SVC(), {"class_weight": [None, "balanced", {0: 2.0}]}),
    "duplicates": (SVC(), {"C": [1, 2, 1]}),
    "ties": (DummyClassifier(), {"strategy": ["prior", "most_frequent", "prior"]}),
    "some fail": (FailsSometimes(), {"mode": ["ok", "fails", "one fold fails"]}),
}
SCORINGS = {
    "default": {},
    "several": {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"},
    "train": {"return_train_score": True},
    "no refit": {"refit": False},
    "numeric error score": {"error_score": -1.0},
}
OTHERS = [name for name in SCORINGS if name != "default"]


def assert_same_columns(ours, theirs):
    """Assert that GridSearchCV's columns come first, and are the same."""
    assert list(ours)[: len(theirs)] == list(theirs)
    for name, expected in theirs.items():
        column = ours[name]
        assert type(column) is type(expected), name
        if name == "params":
            np.testing.assert_equal([*map(repr, column)], [*map(repr, expected)])
            continue
        assert column.dtype == expected.dtype, name
        assert column.shape == expected.shape, name
        if "time" in name:
            continue
        if isinstance(expected, np.ma.MaskedArray):
            np.testing.assert_array_equal(
                np.ma.getmaskarray(column), np.ma.getmaskarray(expected), name
            )
            column, expected = column.compressed(), expected.compressed()
        if column.dtype == object:
            np.testing.assert_equal([*map(repr, column)], [*map(repr, expected)], name)
        else:
            np.testing.assert_array_equal(column, expected, name)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize(
    ("case", "scoring"),
    [(case, "default") for case in GRIDS]
    # The columns of scores have nothing to do with the kinds of values.
    + [(case, name) for case in ("branches", "some fail") for name in OTHERS],
)
def test_a_finite_space_has_the_results_of_a_grid_search(search, case, scoring):
    options = SCORINGS[scoring]
    estimator, grid = GRIDS[case]
    X, y = load_iris(return_X_y=True)
    with warnings.catch_warnings():
        if case == "some fail":
            warnings.simplefilter("ignore")
        theirs = GridSearchCV(estimator, grid, cv=3, **options).fit(X, y)
        ours = search(estimator, grid, cv=3, **options).fit(X, y)
    assert_same_columns(ours.cv_results_, theirs.cv_results_)
    for attribute in ("best_index_", "best_score_", "multimetric_", "n_splits_"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert repr(ours.best_params_) == repr(theirs.best_params_)
    assert repr(ours.scorer_) == repr(theirs.scorer_)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_distribution_of_integers_is_a_grid_if_the_budget_allows(search):
    X, y = load_iris(return_X_y=True)
    space = {"n_neighbors": randint(1, 8)}
    ours = search(KNeighborsClassifier(), space, n_iter=7).fit(X, y)
    grid = {"n_neighbors": list(range(1, 8))}
    theirs = GridSearchCV(KNeighborsClassifier(), grid).fit(X, y)
    assert_same_columns(ours.cv_results_, theirs.cv_results_)
    larger = search(KNeighborsClassifier(), space, n_iter=6, random_state=0).fit(X, y)
    assert set(larger.cv_results_["origin"]) != {"grid"}
    assert len(larger.cv_results_["params"]) == 6


@pytest.mark.parametrize("search", SEARCHES)
def test_candidates_score_as_in_a_grid_search_of_them(search):
    X, y = load_iris(return_X_y=True)
    space = [
        {"C": loguniform(1e-2, 1e2), "gamma": loguniform(1e-3, 1e1)},
        {"C": loguniform(1e-2, 1e2), "kernel": ["linear", "poly"]},
    ]
    ours = search(SVC(), space, n_iter=20, cv=3, random_state=0).fit(X, y)
    candidates = [
        {name: [value] for name, value in params.items()}
        for params in ours.cv_results_["params"]
    ]
    theirs = GridSearchCV(SVC(), candidates, cv=3).fit(X, y)
    first = {name: ours.cv_results_[name] for name in theirs.cv_results_}
    assert_same_columns(first, theirs.cv_results_)
    assert ours.best_index_ == theirs.best_index_


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("n_iter", [6, 12])
def test_our_columns_come_last_in_the_order_documented(search, n_iter):
    X, y = load_diabetes(return_X_y=True)
    values = [10.0**power for power in range(-5, 5)]
    space = {"alpha": values}
    ours = search(Ridge(), space, n_iter=n_iter, random_state=0).fit(X, y)
    grid = GridSearchCV(Ridge(), space).fit(X, y)
    names = list(ours.cv_results_)[len(grid.cv_results_) :]
    gradients = ["grad_alpha"] if search is GradientSearchCV else []
    assert names == [*OURS[search], *gradients]
    dtypes = {name: ours.cv_results_[name].dtype for name in names}
    assert dtypes["iter"] == dtypes["n_splits_evaluated"] == np.int32
    assert dtypes["origin"].kind == dtypes["status"].kind == "O"
    assert set(ours.cv_results_["n_splits_evaluated"]) == {5}
    if gradients:
        assert dtypes["grad_alpha"] == np.float64
        assert np.issubdtype(dtypes["restart"], np.integer)


@pytest.mark.parametrize("search", SEARCHES)
def test_results_go_straight_into_a_data_frame(search):
    X, y = load_iris(return_X_y=True)
    space = {
        "pca": [PCA(2), "passthrough"],
        "model__C": loguniform(1e-2, 1e2),
    }
    model = Pipeline([("pca", PCA()), ("model", SVC())])
    ours = search(model, space, n_iter=15, random_state=0).fit(X, y)
    frame = pd.DataFrame(ours.cv_results_)
    assert frame.shape == (15, len(ours.cv_results_))
    best = frame.sort_values("rank_test_score").iloc[0]
    assert best["mean_test_score"] == ours.best_score_
    assert best["params"] == ours.best_params_


@pytest.mark.parametrize("search", SEARCHES)
def test_ranks_put_failed_candidates_last(search):
    X, y = load_iris(return_X_y=True)
    space = {
        "mode": ["ok", "fails", "one fold fails"],
        "constant": list(range(20)),
    }
    ours = search(FailsSometimes(), space, n_iter=20, cv=3, random_state=0)
    with (
        pytest.warns(FitFailedWarning, match="fits failed out of a total of 60"),
        pytest.warns(UserWarning, match="of the test scores are non-finite"),
    ):
        ours.fit(X, y)
    results = ours.cv_results_
    failed = results["status"] == "failed"
    np.testing.assert_array_equal(failed, np.isnan(results["mean_test_score"]))
    assert 0 < failed.sum() < 20
    assert results["rank_test_score"][failed].min() > (
        results["rank_test_score"][~failed].max()
    )
    assert not failed[ours.best_index_]


def test_derivatives_are_in_the_units_of_the_parameters():
    X, y = load_diabetes(return_X_y=True)
    search = GradientSearchCV(
        Ridge(),
        {"alpha": loguniform(1e-3, 1e1)},
        scoring="neg_mean_squared_error",
        gradient=FiniteDifference(scheme="central", step=0.01),
        n_iter=30,
        random_state=0,
    ).fit(X, y)
    results = search.cv_results_
    rows = np.flatnonzero(np.isfinite(results["grad_alpha"]))
    assert len(rows)
    assert set(results["gradient_method"][rows]) == {"finite_difference"}
    assert set(np.delete(results["gradient_method"], rows)) <= {"none"}
    alphas = results["param_alpha"].astype(float)
    nearby = GridSearchCV(
        Ridge(),
        {"alpha": np.outer(alphas[rows], [0.99, 1.01]).ravel()},
        scoring="neg_mean_squared_error",
    ).fit(X, y)
    scores = nearby.cv_results_["mean_test_score"].reshape(-1, 2)
    expected = (scores[:, 1] - scores[:, 0]) / (0.02 * alphas[rows])
    gradient = results["grad_alpha"][rows]
    size = np.abs(expected * alphas[rows]).max()
    np.testing.assert_allclose(
        gradient * alphas[rows], expected * alphas[rows], atol=0.02 * size
    )
