"""Fits of averaged estimators: on which rows, with which further arguments."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_backend
from scipy.sparse import csr_matrix
from sklearn import config_context
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from skopt_evo.ensemble import AveragedClassifier, AveragedRegressor
from skopt_evo.ensemble._build import make_averaged
from skopt_evo.predictions import targets_of

X, y = load_diabetes(return_X_y=True)
X, y = X[:60], y[:60]
weight = np.random.default_rng(0).uniform(1, 3, size=60)
is_high = np.where(y > 140, "high", "low")
groups = np.arange(60) // 10


class Witness(RegressorMixin, BaseEstimator):
    """Remembers what it was fitted with."""

    def fit(self, X, y, sample_weight=None, note=None):
        self.X_, self.y_ = X, y
        self.sample_weight_, self.note_ = sample_weight, note
        return self

    def predict(self, X):
        return np.zeros(len(X))


def witnesses(cv, X=X, y=y, **params):
    """Return the models of both members."""
    members = [("a", Witness()), ("b", Witness())]
    return AveragedRegressor(members, cv=cv).fit(X, y, **params).estimators_


# ---- rows


def test_without_splits_members_get_the_data_as_they_are():
    for (model,) in witnesses(None, sample_weight=weight, note="as it is"):
        assert model.X_ is X
        assert model.y_ is y
        assert model.sample_weight_ is weight
        assert model.note_ == "as it is"


@pytest.mark.parametrize(
    "cv",
    [
        3,
        KFold(4),
        ShuffleSplit(2, random_state=0),
        [(np.arange(10), np.arange(10, 60)), (groups > 2, groups == 0)],
    ],
)
def test_each_member_has_a_model_for_each_training_set(cv):
    splitter = KFold(3) if cv == 3 else cv
    splits = cv if isinstance(cv, list) else list(splitter.split(X))
    for models in witnesses(cv, sample_weight=weight, note="as it is"):
        for model, (train, _) in zip(models, splits, strict=True):
            np.testing.assert_array_equal(model.X_, X[train])
            np.testing.assert_array_equal(model.y_, y[train])
            np.testing.assert_array_equal(model.sample_weight_, weight[train])
            assert model.note_ == "as it is"


def test_folds_of_a_classifier_are_stratified():
    members = [("a", LogisticRegression())]
    found = AveragedClassifier(members, cv=3).fit(X, is_high)
    known = AveragedClassifier(members, cv=StratifiedKFold(3)).fit(X, is_high)
    np.testing.assert_array_equal(found.predict_proba(X), known.predict_proba(X))


def test_groups_go_to_the_splitter():
    (models, _) = witnesses(GroupKFold(3), groups=groups)
    for model, (train, _) in zip(
        models, GroupKFold(3).split(X, y, groups), strict=True
    ):
        np.testing.assert_array_equal(model.y_, y[train])
    with pytest.raises(TypeError, match="groups"):
        witnesses(None, groups=groups)  # there is no splitter


def test_splits_that_make_no_sense_are_an_error():
    with pytest.raises(ValueError, match="n_splits=90 greater than"):
        witnesses(90)
    with pytest.raises(IndexError, match="The training set of split 0 of cv"):
        witnesses([([1, 70], [2])])


@pytest.mark.parametrize(
    "convert", [np.asarray, csr_matrix, pd.DataFrame, np.ndarray.tolist]
)
@pytest.mark.parametrize("cv", [None, 2])
def test_data_may_have_any_form_that_the_members_take(convert, cv):
    members = [
        ("a", Ridge()),
        ("b", make_pipeline(StandardScaler(with_mean=False), SVR())),
    ]
    ensemble = AveragedRegressor(members, cv=cv)
    expected = clone(ensemble).fit(X, y).predict(X)
    data = convert(X)
    found = ensemble.fit(data, y.tolist()).predict(data)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_any_number_of_jobs_gives_the_same():
    members = [("a", Ridge()), ("b", SVR())]
    one, two = (AveragedRegressor(members, cv=2, n_jobs=n) for n in (1, 2))
    expected = one.fit(X, y).predict(X)
    with parallel_backend("threading"):  # it starts fastest
        np.testing.assert_array_equal(two.fit(X, y).predict(X), expected)


# ---- columns


def test_names_and_number_of_features_are_those_of_the_models():
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(10)])
    ensemble = AveragedRegressor([("a", Witness()), ("b", Ridge())], cv=2).fit(frame, y)
    assert ensemble.n_features_in_ == 10
    assert list(ensemble.feature_names_in_) == list(frame.columns)
    ensemble.fit(X[:, :4], y)
    assert ensemble.n_features_in_ == 4
    assert not hasattr(ensemble, "feature_names_in_")
    ensemble.set_params(b=Witness()).fit(X, y)
    assert not hasattr(ensemble, "n_features_in_")


@pytest.mark.parametrize("cv", [None, 3])
def test_kernels_that_are_given_are_split_by_rows_and_columns(cv):
    kernel = rbf_kernel(X)
    given = AveragedClassifier([("a", SVC(kernel="precomputed"))], cv=cv)
    usual = AveragedClassifier([("a", SVC(gamma=1 / X.shape[1]))], cv=cv)
    given.fit(kernel, is_high)
    usual.fit(X, is_high)
    np.testing.assert_allclose(
        given.decision_function(kernel), usual.decision_function(X), rtol=1e-9
    )
    np.testing.assert_array_equal(
        cross_val_predict(given, kernel, is_high, cv=2),
        cross_val_predict(usual, X, is_high, cv=2),
    )


def test_models_of_kernels_that_are_there_know_their_columns():
    kernel, members = rbf_kernel(X), [("a", SVC(kernel="precomputed"))]
    fitted = AveragedClassifier(members, cv=3).fit(kernel, is_high)
    made = make_averaged(
        members,
        None,
        3,
        fitted.estimators_,
        targets_of(SVC(), is_high),
        train_sets=[train for train, _ in StratifiedKFold(3).split(X, is_high)],
    )
    np.testing.assert_array_equal(made.predict(kernel), fitted.predict(kernel))


def test_nothing_with_an_entry_a_sample_is_kept():
    ensemble = AveragedRegressor([("a", LinearRegression())], cv=2).fit(X, y)
    assert ensemble._train_sets == [None, None]


# ---- further arguments


def test_sample_weights_count():
    members = [("a", LinearRegression())]
    for cv in (None, 2):
        found = AveragedRegressor(members, cv=cv).fit(X, y, sample_weight=weight)
        rows = (
            [slice(None)] if cv is None else [train for train, _ in KFold(2).split(X)]
        )
        mean = np.mean(
            [
                LinearRegression().fit(X[train], y[train], weight[train]).predict(X)
                for train in rows
            ],
            axis=0,
        )
        np.testing.assert_allclose(found.predict(X), mean, rtol=1e-10)


def test_steps_of_pipelines_get_their_arguments():
    members = [("a", make_pipeline(StandardScaler(), Witness()))]
    ensemble = AveragedRegressor(members, cv=2).fit(X, y, witness__sample_weight=weight)
    for model, (train, _) in zip(
        ensemble.estimators_[0], KFold(2).split(X), strict=True
    ):
        np.testing.assert_array_equal(model[-1].sample_weight_, weight[train])


@pytest.mark.parametrize("cv", [None, GroupKFold(2)])
def test_with_metadata_routing_each_gets_what_it_requests(cv):
    with config_context(enable_metadata_routing=True):
        members = [
            ("a", Witness().set_fit_request(sample_weight=True, note=False)),
            ("b", Witness().set_fit_request(sample_weight=False, note="message")),
        ]
        ensemble = AveragedRegressor(members, cv=cv)
        params = {} if cv is None else {"groups": groups}
        ensemble.fit(X, y, sample_weight=weight, message="hello", **params)
        rows = [np.arange(60)] if cv is None else [r for r, _ in cv.split(X, y, groups)]
        for one, other, train in zip(*ensemble.estimators_, rows, strict=True):
            np.testing.assert_array_equal(one.sample_weight_, weight[train])
            np.testing.assert_array_equal(one.y_, y[train])
            assert one.note_ is None
            assert other.sample_weight_ is None
            assert other.note_ == "hello"


def test_with_metadata_routing_an_argument_that_nobody_requests_is_an_error():
    with config_context(enable_metadata_routing=True):
        ensemble = AveragedRegressor([("a", Witness())])
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            ensemble.fit(X, y, sample_weight=weight)
        with pytest.raises(TypeError, match="unexpected argument"):
            ensemble.fit(X, y, other=weight)


# ---- before fit, and without targets


def test_before_fit_there_are_no_predictions():
    ensemble = AveragedClassifier([("a", DecisionTreeClassifier())])
    for method in (ensemble.predict, ensemble.predict_proba):
        with pytest.raises(NotFittedError):
            method(X)
    assert not hasattr(ensemble, "decision_function")
    assert not hasattr(AveragedClassifier([("a", SVC())]), "predict_proba")


def test_targets_are_required():
    with pytest.raises(ValueError, match="requires y to be passed"):
        AveragedRegressor([("a", Ridge())]).fit(X, None)


def test_classes_are_required():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        AveragedClassifier([("a", DecisionTreeClassifier())], cv=2).fit(X, y / 7)
