"""Estimators as values of a search space, which may differ in their state alone."""

import pickle

import numpy as np
import pytest
import sklearn
from scipy.stats import uniform
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.exceptions import CheckpointMismatchError
from skopt_evo.selection import OneStandardError
from skopt_evo.space import SearchSpace
from skopt_evo.space._values import same_value

SEARCHES = [GeneticSearchCV, GradientSearchCV]
X, y = load_iris(return_X_y=True)

# There are few candidates, and the searches are not to see them all.
pytestmark = pytest.mark.filterwarnings(
    "ignore::skopt_evo.exceptions.SpaceCoverageWarning"
)


def frozen():
    """Return two fitted models with the same parameters, a bad and a good one."""
    bad = GaussianNB().fit(X, np.roll(y, 50))
    return [FrozenEstimator(bad), FrozenEstimator(GaussianNB().fit(X, y))]


def seen(search):
    return [id(params["estimator"]) for params in search.cv_results_["params"]]


@pytest.mark.parametrize("Search", SEARCHES)
def test_models_that_differ_in_what_they_have_learnt_are_two_values(Search):
    values = frozen()
    grid = {"estimator": values, "method": ["sigmoid", "isotonic"], "cv": [2, 3, 4]}
    search = Search(
        CalibratedClassifierCV(GaussianNB()), grid, n_iter=11, cv=3, random_state=0
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 11
    assert search.stop_reason_ == "n_iter"
    assert {*seen(search)} == {*map(id, values)}
    assert search.best_params_["estimator"] is values[1]


@pytest.mark.parametrize("Search", SEARCHES)
def test_branches_of_models_that_differ_in_what_they_have_learnt_are_two(Search):
    values = frozen()
    grid = [{"estimator": [value], "cv": [2, 3, 4]} for value in values]
    search = Search(
        CalibratedClassifierCV(GaussianNB()), grid, n_iter=5, cv=3, random_state=0
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 5
    assert {*seen(search)} == {*map(id, values)}


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.parametrize("Search", SEARCHES)
def test_outputs_of_transformers_are_part_of_the_value(Search):
    def columns(X):
        if not hasattr(X, "columns"):
            raise TypeError("no frame")
        return X.to_numpy()

    steps = [("scale", None), ("columns", FunctionTransformer(columns))]
    grid = {
        "scale": [StandardScaler(), StandardScaler().set_output(transform="pandas")],
        "model__var_smoothing": uniform(1e-9, 1e-3),
    }
    search = Search(
        Pipeline([*steps, ("model", GaussianNB())]),
        grid,
        n_iter=8,
        cv=3,
        random_state=0,
    )
    search.fit(X, y)
    assert search.best_params_["scale"] is grid["scale"][1]
    assert {*search.cv_results_["status"]} == {"ok", "failed"}


@pytest.mark.parametrize("Search", SEARCHES)
def test_metadata_requests_are_part_of_the_value(Search):
    weights = np.where(y == 0, 1.0, 1e-6)
    with sklearn.config_context(enable_metadata_routing=True):
        values = [
            LogisticRegression(max_iter=300).set_fit_request(sample_weight=is_wanted)
            for is_wanted in (True, False)
        ]
        first = StandardScaler().set_fit_request(sample_weight=True)
        pipeline = Pipeline([("scale", first), ("model", values[0])])
        grid = {"model": values, "model__C": [1.0, 2.0, 4.0]}
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=False)
        settings = {"scoring": scorer, "cv": 3}
        search = Search(pipeline, grid, n_iter=5, random_state=0, **settings)
        search.fit(X, y, sample_weight=weights)
        expected = GridSearchCV(pipeline, grid, **settings)
        expected.fit(X, y, sample_weight=weights)
    assert len(search.cv_results_["params"]) == 5
    assert search.best_params_["model"] is values[1]
    assert search.best_score_ == expected.best_score_


def unpickled(results):
    return pickle.loads(pickle.dumps(results))


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize("copied", [dict, unpickled])
def test_results_of_another_search_are_found_in_the_space(Search, copied):
    grid = {
        "estimator": frozen(),
        "method": ["sigmoid", "isotonic"],
        "cv": [2, 3, 4],
    }
    search = Search(
        CalibratedClassifierCV(GaussianNB()), grid, n_iter=6, cv=3, random_state=0
    ).fit(X, y)
    results = copied(search.cv_results_)
    space = SearchSpace(grid)
    for params, same in zip(
        search.cv_results_["params"], results["params"], strict=True
    ):
        decoded = space.decode(space.encode(same))
        assert decoded["estimator"] is params["estimator"]
    given = list(results["params"][:2])
    other = clone(search).set_params(initial_params=given, n_iter=3).fit(X, y)
    for params, same in zip(given, other.cv_results_["params"], strict=False):
        assert same_value(params, same)


def test_orders_list_models_by_what_they_have_learnt():
    values = frozen()
    results = {
        "params": [{"estimator": value} for value in values],
        "mean_test_score": np.array([0.5, 0.5]),
        "split0_test_score": np.array([0.4, 0.4]),
        "split1_test_score": np.array([0.6, 0.6]),
    }
    for row, order in enumerate([values, values[::-1]]):
        assert OneStandardError(order={"estimator": order})(results) == row


def changed(estimator, how):
    if how == "output":
        estimator.named_steps["select"].set_output(transform="pandas")
    elif how == "request":
        estimator.named_steps["model"].set_fit_request(sample_weight=True)
    else:
        estimator.set_params(select__estimator=frozen()[1])
    return estimator


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize("how", ["output", "request", "model"])
@pytest.mark.parametrize("part", ["estimator", "space"])
def test_a_search_is_not_resumed_with_an_estimator_of_another_state(
    Search, how, part, tmp_path
):
    def search(estimator):
        is_value = part == "space"
        smoothing = {"model__var_smoothing": uniform(1e-9, 1e-3)}
        return Search(
            Pipeline([("only", DummyClassifier())]) if is_value else estimator,
            {"only": [estimator, DummyClassifier()]} if is_value else smoothing,
            n_iter=2,
            cv=3,
            random_state=0,
            refit=False,
            checkpoint=tmp_path / "search.jsonl",
        )

    def pipeline():
        selector = SelectFromModel(frozen()[0], importance_getter=_importance)
        return Pipeline([("select", selector), ("model", GaussianNB())])

    with sklearn.config_context(enable_metadata_routing=True):
        first = search(pipeline()).fit(X, y)
        again = search(pipeline()).fit(X, y)
        assert [*again.cv_results_["split0_test_score"]] == [
            *first.cv_results_["split0_test_score"]
        ]
        with pytest.raises(CheckpointMismatchError):
            search(changed(pipeline(), how)).fit(X, y)


def _importance(model):
    return model.theta_.sum(axis=0)
