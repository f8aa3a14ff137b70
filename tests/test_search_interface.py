"""Tags, metadata routing, scoring and copies of a search."""

import copy
import pickle

import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.utils import get_tags

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.selection import OneStandardError

X, y = load_iris(return_X_y=True)
C = {"C": loguniform(1e-2, 1e2)}

pytestmark = pytest.mark.parametrize("search", [GeneticSearchCV, GradientSearchCV])


def make(search, estimator=None, space=C, **options):
    estimator = SVC(random_state=0) if estimator is None else estimator
    options = {"n_iter": 4, "cv": 3, "random_state": 0, **options}
    return search(estimator, space, **options)


# ---- tags


def test_tags_of_the_data_are_those_of_the_estimator_but_no_target_is_needed(search):
    for estimator in (SVC(), GaussianNB(), PCA()):
        found, expected = get_tags(make(search, estimator)), get_tags(estimator)
        assert found.input_tags == expected.input_tags
        assert found.transformer_tags == expected.transformer_tags
        assert found.estimator_type == expected.estimator_type
        assert not found.target_tags.required
        expected.target_tags.required = False
        assert found.target_tags == expected.target_tags


# ---- score


METRICS = ["accuracy", "neg_log_loss"]


def test_the_score_is_by_the_metric_that_refit_names(search):
    model = make(search, GaussianNB(), {"var_smoothing": uniform(0, 1e-3)})
    model.set_params(scoring=METRICS, refit="accuracy").fit(X, y)
    assert model.score(X, y) == accuracy_score(y, model.predict(X))


def test_the_score_is_by_the_metric_of_a_function(search):
    rule = OneStandardError({"var_smoothing": "smaller"}, metric="accuracy")
    model = make(search, GaussianNB(), {"var_smoothing": uniform(0, 1e-3)})
    model.set_params(scoring=METRICS, refit=rule).fit(X, y)
    assert model.score(X, y) == accuracy_score(y, model.predict(X))
    assert model.refit is rule


@pytest.mark.parametrize("metric", [None, "unknown"])
def test_a_function_without_a_known_metric_has_no_score(search, metric):
    def first(results):
        return 0

    if metric is not None:
        first.metric = metric
    model = make(search, GaussianNB(), {"var_smoothing": uniform(0, 1e-3)})
    model.set_params(scoring=METRICS, refit=first).fit(X, y)
    with pytest.raises(ValueError, match=r"'accuracy', 'neg_log_loss'.*`metric`"):
        model.score(X, y)


# ---- transform


def test_fitting_and_transforming_can_be_one_call(search):
    space = {"tol": loguniform(1e-6, 1e-1)}
    pca = PCA(2, svd_solver="arpack", random_state=0)
    expected = make(search, pca, space).fit(X).transform(X)
    np.testing.assert_array_equal(make(search, pca, space).fit_transform(X), expected)
    assert not hasattr(make(search), "fit_transform")


# ---- routing


def test_both_ways_to_fit_pass_metadata_on(search):
    routing = make(search).get_metadata_routing()
    for name, callee in [
        ("estimator", "fit"),
        ("scorer", "score"),
        ("splitter", "split"),
    ]:
        pairs = {
            (pair.caller, pair.callee) for pair in routing._route_mappings[name].mapping
        }
        assert {("fit", callee), ("fit_transform", callee)} <= pairs


# ---- copies


def copies_of(model):
    return [copy.copy(model), copy.deepcopy(model)]


def test_copies_are_of_their_class_with_all_parameters(search, tmp_path):
    model = make(search, checkpoint=tmp_path / "journal")
    for other in [*copies_of(model), *copies_of(model.fit(X, y)), clone(model)]:
        assert type(other) is search
        assert other.checkpoint == tmp_path / "journal"
        assert other.get_params().keys() == model.get_params().keys()


def test_a_deep_copy_shares_nothing_and_a_shallow_one_its_parts(search):
    model = make(search).fit(X, y)
    shallow, deep = copies_of(model)
    assert shallow.best_estimator_ is model.best_estimator_
    assert deep.best_estimator_ is not model.best_estimator_
    assert deep.estimator is not model.estimator
    for other in (shallow, deep):
        np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_a_deep_copy_of_what_holds_itself_ends(search):
    model = make(search)
    model.note = [model]
    copied = copy.deepcopy(model)
    assert copied.note[0] is copied


def test_only_a_search_that_is_still_to_be_fitted_keeps_its_checkpoint(
    search, tmp_path
):
    model = make(search, checkpoint=tmp_path / "journal")
    assert pickle.loads(pickle.dumps(model)).checkpoint == tmp_path / "journal"
    fitted = pickle.loads(pickle.dumps(model.fit(X, y)))
    assert fitted.checkpoint is None
    assert model.checkpoint == tmp_path / "journal"
    np.testing.assert_array_equal(fitted.predict(X), model.predict(X))


def test_what_callbacks_leave_behind_does_not_travel(search):
    model = make(search)
    model._callback_fit_ctx = model._skl_callbacks_to_teardown = lambda: None
    state = pickle.loads(pickle.dumps(model)).__dict__
    assert "_callback_fit_ctx" not in state
    assert "_skl_callbacks_to_teardown" not in state


@pytest.mark.parametrize("refit", [True, False])
def test_it_is_fitted_when_fit_has_come_to_its_end(search, refit):
    model = make(search, refit=refit)
    assert not model.__sklearn_is_fitted__()
    model.fit(X, y)
    assert model.__sklearn_is_fitted__()
    if refit:
        del model.best_estimator_
        assert not model.__sklearn_is_fitted__()
