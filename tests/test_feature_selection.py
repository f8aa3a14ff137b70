"""Columns selected and parameters tuned in one search."""

import itertools
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import SpaceCoverageWarning
from skopt_evo.preprocessing import ColumnMask
from skopt_evo.space import Mask, Vector
from tests.marking import quick

N_INFORMATIVE = 4
PIPELINE = Pipeline(
    [
        ("scale", StandardScaler()),
        ("columns", ColumnMask()),
        ("model", LogisticRegression(solver="newton-cholesky")),
    ]
)


def make_data(n_features, seed=0, n_samples=200):
    """Return data of which the first four columns alone say something."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    logits = 2 * X[:, :N_INFORMATIVE] @ [1, -1, 1, -1]
    return X, rng.random(n_samples) < 1 / (1 + np.exp(-logits))


def space_of(n_features):
    return {"columns__mask": Mask(n_features), "model__C": loguniform(1e-3, 1e3)}


def tried_masks(search):
    return np.array(list(search.cv_results_["param_columns__mask"]))


class Weighted(RegressorMixin, BaseEstimator):
    """Ridge regression with a weight a feature."""

    def __init__(self, weights=None):
        self.weights = weights

    def fit(self, X, y):
        self.ridge_ = Ridge(alpha=0.1).fit(X * self.weights, y)
        return self

    def predict(self, X):
        return self.ridge_.predict(X * self.weights)


@pytest.fixture(scope="module")
def search():
    search = GeneticSearchCV(PIPELINE, space_of(12), n_iter=25, cv=2, random_state=0)
    return search.fit(*make_data(12))


def learnt(cls, seed):
    """Return the best score, and how far late masks favour the informative columns."""
    search = cls(
        PIPELINE,
        space_of(30),
        n_iter=60,
        cv=2,
        scoring="neg_log_loss",
        random_state=seed,
    ).fit(*make_data(30, seed))
    late = tried_masks(search)[-20:]
    favour = late[:, :N_INFORMATIVE].mean() - late[:, N_INFORMATIVE:].mean()
    return search.best_score_, favour


@pytest.mark.slow
def test_evolution_finds_columns_that_chance_does_not():
    score, favour = np.mean(
        [learnt(GeneticSearchCV, seed) for seed in range(3)], axis=0
    )
    score_by_chance, favour_by_chance = np.mean(
        [learnt(RandomizedSearchCV, seed) for seed in range(3)], axis=0
    )
    assert score > score_by_chance + 0.05
    # By chance it is 0, with a standard deviation of 0.035; all columns have 0 as well.
    assert favour > 0.25 > favour_by_chance + 0.1


def test_masks_are_a_column_of_the_results(search):
    column = search.cv_results_["param_columns__mask"]
    assert column.dtype == object
    assert column.shape == (25,)
    assert all(mask.dtype == bool and mask.any() for mask in column)
    frame = pd.DataFrame(search.cv_results_)
    np.testing.assert_array_equal(
        frame["param_columns__mask"][search.best_index_],
        search.best_params_["columns__mask"],
    )


def test_branches_without_a_mask_are_masked_in_the_results():
    grid = [space_of(6), {"columns": ["passthrough"], "model__C": loguniform(1, 2)}]
    search = GeneticSearchCV(PIPELINE, grid, n_iter=20, cv=2, random_state=0)
    search.fit(*make_data(6, n_samples=40))
    is_masked = ["columns" in params for params in search.cv_results_["params"]]
    column = search.cv_results_["param_columns__mask"]
    np.testing.assert_array_equal(np.ma.getmaskarray(column), is_masked)
    assert pd.DataFrame(search.cv_results_)["param_columns__mask"].isna().any()


def test_the_best_mask_is_that_of_the_best_estimator(search):
    best = search.best_params_
    mask = best["columns__mask"]
    fitted = search.best_estimator_
    np.testing.assert_array_equal(fitted["columns"].get_support(), mask)
    assert fitted["model"].coef_.shape == (1, mask.sum())
    again = clone(PIPELINE).set_params(**best).fit(*make_data(12))
    np.testing.assert_allclose(again["model"].coef_, fitted["model"].coef_)


def test_the_first_candidate_is_the_estimator_as_it_is(search):
    first = search.cv_results_["params"][0]
    assert first["columns__mask"].all()
    assert first["model__C"] == 1.0


def test_no_candidate_is_tried_twice(search):
    settings = {
        (*params["columns__mask"], params["model__C"])
        for params in search.cv_results_["params"]
    }
    assert len(settings) == 25


def test_a_fitted_search_can_be_copied(search):
    X, _ = make_data(12)
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))
    assert clone(search).param_grid["columns__mask"] == Mask(12)


def test_names_of_columns_are_kept():
    X, y = make_data(6, n_samples=60)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    search = GeneticSearchCV(PIPELINE, space_of(6), n_iter=6, cv=2, random_state=0)
    search.fit(frame, y)
    mask = search.best_params_["columns__mask"]
    names = search.best_estimator_[:-1].get_feature_names_out()
    np.testing.assert_array_equal(names, frame.columns[mask])


@pytest.mark.parametrize("cls", [GeneticSearchCV, GradientSearchCV])
def test_a_small_space_of_masks_is_tried_as_a_grid(cls):
    X, y = make_data(4, n_samples=60)
    X, values = X[:, :3], [0.1, 1.0]
    masks = [
        np.isin(range(3), places)
        for n_selected in (1, 2, 3)
        for places in itertools.combinations(range(3), n_selected)
    ]
    ours = cls(PIPELINE, {"columns__mask": Mask(3), "model__C": values}, n_iter=14)
    grid = GridSearchCV(PIPELINE, {"columns__mask": masks, "model__C": values})
    ours.fit(X, y)
    grid.fit(X, y)
    assert set(ours.cv_results_["origin"]) == {"grid"}
    np.testing.assert_array_equal(
        ours.cv_results_["mean_test_score"], grid.cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(
        tried_masks(ours), list(grid.cv_results_["param_columns__mask"])
    )


def test_a_mask_of_another_size_than_the_data_is_an_error():
    search = GeneticSearchCV(PIPELINE, space_of(5), n_iter=4, error_score="raise")
    with pytest.raises(ValueError, match="mask has 5 entries, but X has 6 columns"):
        search.fit(*make_data(6))


def test_descents_have_a_gradient_beside_a_mask_but_none_of_it():
    search = GradientSearchCV(
        PIPELINE,
        space_of(12),
        n_iter=25,
        cv=2,
        scoring="neg_log_loss",
        gradient="finite_difference",
        random_state=0,
    ).fit(*make_data(12))
    results = pd.DataFrame(search.cv_results_)
    assert results["grad_model__C"].notna().any()
    assert results["grad_columns__mask"].isna().all()
    steps = results[results["origin"] == "step"]
    assert len(steps) > 0
    for _, run in results.groupby("restart"):  # a descent keeps its mask
        assert len({tuple(mask) for mask in run["param_columns__mask"]}) == 1


@pytest.mark.parametrize(("n_features", "total"), [(12, "4095"), (15_000, "very many")])
def test_a_mask_without_a_number_is_listed_as_far_as_the_budget_goes(n_features, total):
    search = GradientSearchCV(
        ColumnMask(),
        {"mask": Mask(n_features)},
        n_iter=3,
        cv=2,
        scoring=lambda mask, X, y=None: mask.get_support().mean(),
        random_state=0,
    )
    message = f"no gradient: 3 of its {total} settings"
    with pytest.warns(SpaceCoverageWarning, match=message):
        search.fit(np.zeros((4, n_features)))
    assert search.best_score_ == 1.0  # of the estimator as it is, with all columns


def test_descents_follow_the_gradient_of_a_vector():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5))
    y = X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=60)
    search = GradientSearchCV(
        Weighted(),
        {"weights": Vector(loguniform(1e-2, 1e1), 5)},
        n_iter=60,
        scoring="neg_mean_squared_error",
        random_state=0,
    ).fit(X, y)
    results = pd.DataFrame(search.cv_results_)
    starts = results.loc[results["origin"] == "start", "mean_test_score"]
    assert search.best_score_ > starts.max()
    assert results.loc[search.best_index_, "origin"] == "step"


@pytest.mark.parametrize(
    "Search", quick([GeneticSearchCV, GradientSearchCV], GeneticSearchCV)
)
@pytest.mark.parametrize("values", [Mask(22_000), Vector(uniform(0, 1), 22_000)])
def test_more_features_than_a_sobol_sequence_has_are_searched(Search, values):
    class Share(RegressorMixin, BaseEstimator):
        def __init__(self, weights=None):
            self.weights = weights

        def fit(self, X, y):
            return self

        def score(self, X, y):
            return -np.mean((self.weights - 0.3) ** 2)

    search = Search(
        Share(), {"weights": values}, n_iter=5, cv=2, random_state=0, refit=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpaceCoverageWarning)
        search.fit(np.zeros((4, 1)), np.zeros(4))
    keys = {params["weights"].tobytes() for params in search.cv_results_["params"]}
    assert len(keys) == 5
