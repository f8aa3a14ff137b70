"""An ensemble of the candidates of a search that is fitted already."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold

from skopt_evo import GeneticSearchCV
from skopt_evo.ensemble import FoldsEnsemble, GreedyEnsemble, TopEnsemble
from skopt_evo.ensemble._from_search import cv_of, metric_of
from skopt_evo.exceptions import NoEnsembleError
from skopt_evo.selection import OneStandardError

X, Y = load_iris(return_X_y=True)
X, Y = X[::2], Y[::2]


def search(**options):
    values = {
        "n_iter": 8,
        "cv": StratifiedKFold(3, shuffle=True, random_state=1),
        "scoring": "neg_log_loss",
        "return_predictions": True,
        "surrogate": None,
        "random_state": 0,
    }
    model = LogisticRegression(max_iter=300)
    return GeneticSearchCV(model, {"C": loguniform(1e-3, 1e2)}, **{**values, **options})


@pytest.fixture(scope="module")
def fitted():
    return search().fit(X, Y)


@pytest.mark.parametrize(
    "ensemble",
    [
        FoldsEnsemble(),
        GreedyEnsemble(n_bags=2),
        GreedyEnsemble(n_bags=2, members="refit"),
        TopEnsemble(3),
        TopEnsemble(3, members="folds"),
    ],
    ids=lambda each: f"{type(each).__name__}-{each.members}",
)
def test_it_is_the_ensemble_that_the_search_would_have_made(ensemble, fitted):
    found = ensemble.from_search(fitted, X, Y)
    expected = search(ensemble=ensemble).fit(X, Y).best_estimator_
    np.testing.assert_allclose(found.weights_, expected.weights_)
    np.testing.assert_allclose(
        found.predict_proba(X), expected.predict_proba(X), rtol=1e-5
    )


def test_a_clone_that_is_fitted_does_the_same_again(fitted):
    found = GreedyEnsemble(n_bags=2).from_search(fitted, X, Y)
    again = clone(found).fit(X, Y)
    np.testing.assert_allclose(
        again.predict_proba(X), found.predict_proba(X), rtol=1e-5
    )


def test_a_search_that_is_not_fitted_is_an_error():
    with pytest.raises(NotFittedError):
        FoldsEnsemble().from_search(search(), X, Y)


def test_a_search_without_predictions_is_told_what_to_do():
    fitted = search(return_predictions=False, n_iter=2).fit(X, Y)
    with pytest.raises(NoEnsembleError, match="Pass return_predictions=True"):
        FoldsEnsemble().from_search(fitted, X, Y)


def test_several_metrics_without_a_choice_are_an_error():
    metrics = ["accuracy", "neg_log_loss"]
    fitted = search(scoring=metrics, refit=lambda results: 0, n_iter=2).fit(X, Y)
    with pytest.raises(NoEnsembleError, match="does not say by which metric"):
        metric_of(fitted)
    rule = OneStandardError({"C": "smaller"}, metric="accuracy")
    fitted = search(scoring=metrics, refit=rule, n_iter=2).fit(X, Y)
    assert metric_of(fitted) == "accuracy"


CV = {
    "none": (None, 3),
    "int": (4, 4),
    "pairs": ([(np.arange(3), np.arange(3, 6))], None),
}


@pytest.mark.parametrize("name", CV)
def test_what_makes_the_splits_again_is_never_none(name):
    cv, expected = CV[name]
    splits = [(np.arange(2), np.arange(2, 3))] * 3
    found = cv_of(search(cv=cv), splits)
    assert found is cv if expected is None else found == expected


def test_splits_of_a_generator_are_kept():
    splits = list(KFold(2).split(X))
    assert cv_of(search(cv=iter(splits)), splits) == splits
