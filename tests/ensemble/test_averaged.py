"""Predictions of averaged estimators: means of what their models predict."""

import io
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.multioutput import ClassifierChain
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import parametrize_with_checks

from skopt_evo.ensemble import AveragedClassifier, AveragedRegressor
from skopt_evo.ensemble._build import make_averaged
from skopt_evo.predictions import targets_of

X, numbers = load_iris(return_X_y=True)
y = np.array(["setosa", "versicolor", "virginica"])[numbers]
is_two = numbers > 0
X_two, y_two = X[is_two][:, :2], y[is_two]
X_many, labels = make_multilabel_classification(80, 5, n_classes=3, random_state=0)
X_values, values = load_diabetes(return_X_y=True)
X_values, values = X_values[:120], values[:120]

LINEAR = LogisticRegression(max_iter=5000)
TREE = DecisionTreeClassifier(max_depth=2, random_state=0)
CLASSIFIERS = [("linear", LINEAR), ("tree", TREE)]
REGRESSORS = [("linear", Ridge()), ("neighbors", KNeighborsRegressor())]


# ---- scikit-learn's checks


def ensembles(cv):
    trees = [("linear", Ridge()), ("tree", DecisionTreeRegressor(random_state=0))]
    return [
        AveragedClassifier(CLASSIFIERS, weights=[2, 1], cv=cv),
        AveragedRegressor(trees, weights=[2, 1], cv=cv),
    ]


ignore_casts = pytest.mark.filterwarnings(
    # scikit-learn casts a target with an infinity to see if it is one of integers.
    "ignore:invalid value encountered in cast:RuntimeWarning"
)


@ignore_casts
@parametrize_with_checks(ensembles(None) + ensembles(3))
def test_ensembles_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.slow
@ignore_casts
@parametrize_with_checks(
    [
        AveragedClassifier([("svm", LinearSVC()), ("linear", LINEAR)], cv=3),
        AveragedClassifier([("trees", RandomForestClassifier(3, random_state=0))]),
        AveragedRegressor([("one", LinearRegression())], cv=KFold(2), n_jobs=2),
    ]
)
def test_further_ensembles_pass_them_too(estimator, check):
    check(estimator)


# ---- means


def test_probabilities_are_the_weighted_mean_and_the_largest_one_is_predicted():
    ensemble = AveragedClassifier(CLASSIFIERS, weights=[3, 1]).fit(X, y)
    parts = [clone(member).fit(X, y).predict_proba(X) for _, member in CLASSIFIERS]
    mean = 0.75 * parts[0] + 0.25 * parts[1]
    np.testing.assert_allclose(ensemble.predict_proba(X), mean, rtol=1e-14)
    np.testing.assert_array_equal(ensemble.predict(X), np.unique(y)[mean.argmax(1)])
    np.testing.assert_array_equal(ensemble.classes_, np.unique(y))
    assert ensemble.score(X, y) == np.mean(ensemble.predict(X) == y)


def test_it_is_soft_voting_without_cross_validation():
    voting = VotingClassifier(CLASSIFIERS, voting="soft", weights=[1, 2]).fit(X, y)
    ensemble = AveragedClassifier(CLASSIFIERS, weights=[1, 2]).fit(X, y)
    np.testing.assert_allclose(
        ensemble.predict_proba(X), voting.predict_proba(X), rtol=1e-14
    )
    np.testing.assert_array_equal(ensemble.predict(X), voting.predict(X))


def test_the_models_of_a_member_share_its_weight():
    cv = StratifiedKFold(3)
    ensemble = AveragedClassifier(CLASSIFIERS, weights=[0.4, 1.2], cv=cv).fit(X, y)
    mean = sum(
        weight * clone(member).fit(X[train], y[train]).predict_proba(X) / 3
        for weight, (_, member) in zip((0.25, 0.75), CLASSIFIERS, strict=True)
        for train, _ in cv.split(X, y)
    )
    np.testing.assert_allclose(ensemble.predict_proba(X), mean, rtol=1e-13)


def test_decisions_between_two_classes_are_one_number_a_sample():
    members = [("a", SVC(C=0.1)), ("b", SVC(C=10))]
    ensemble = AveragedClassifier(members, weights=[1, 3]).fit(X_two, y_two)
    parts = [
        clone(svc).fit(X_two, y_two).decision_function(X_two) for _, svc in members
    ]
    mean = 0.25 * parts[0] + 0.75 * parts[1]
    np.testing.assert_allclose(ensemble.decision_function(X_two), mean, rtol=1e-13)
    expected = np.where(mean > 0, "virginica", "versicolor")
    np.testing.assert_array_equal(ensemble.predict(X_two), expected)
    assert not hasattr(ensemble, "predict_proba")


def test_decisions_between_three_classes_have_a_column_each():
    members = [("a", RidgeClassifier()), ("b", LinearSVC())]
    ensemble = AveragedClassifier(members).fit(X, y)
    mean = np.mean(
        [clone(member).fit(X, y).decision_function(X) for _, member in members], axis=0
    )
    np.testing.assert_allclose(ensemble.decision_function(X), mean, rtol=1e-12)
    np.testing.assert_array_equal(ensemble.predict(X), np.unique(y)[mean.argmax(1)])


def test_votes_count_where_a_member_has_no_more_than_labels():
    members = [("a", TREE), ("b", LinearSVC()), ("c", GaussianNB())]
    weights = np.array([0.2, 0.45, 0.35])
    ensemble = AveragedClassifier(members, weights=weights).fit(X, y)
    answers = np.array([clone(member).fit(X, y).predict(X) for _, member in members])
    shares = np.stack([weights @ (answers == name) for name in np.unique(y)], axis=1)
    np.testing.assert_array_equal(ensemble.predict(X), np.unique(y)[shares.argmax(1)])
    assert not hasattr(ensemble, "predict_proba")
    assert not hasattr(ensemble, "decision_function")


def test_decisions_between_pairs_of_classes_are_not_those_of_the_classes():
    members = [
        ("a", SVC(decision_function_shape="ovo")),
        ("b", make_pipeline(StandardScaler(), SVC(decision_function_shape="ovo"))),
    ]
    ensemble = AveragedClassifier(members, weights=[2, 1]).fit(X, y)
    expected = clone(members[0][1]).fit(X, y).predict(X)
    np.testing.assert_array_equal(ensemble.predict(X), expected)
    assert not hasattr(ensemble, "decision_function")
    assert hasattr(ensemble.fit(X_two, y_two), "decision_function")


def test_decisions_are_not_asked_for_where_there_are_probabilities():
    # Scorers such as that of the area under the curve would take them first, and the
    # prediction goes by the probabilities.
    ensemble = AveragedClassifier([("a", LINEAR), ("b", LINEAR)]).fit(X_two, y_two)
    assert not hasattr(ensemble, "decision_function")
    expected = get_scorer("roc_auc")(clone(LINEAR).fit(X_two, y_two), X_two, y_two)
    assert get_scorer("roc_auc")(ensemble, X_two, y_two) == pytest.approx(expected)


def test_a_class_that_a_training_set_lacks_has_the_probability_zero_there():
    order = np.argsort(numbers, kind="stable")
    train_sets = [np.flatnonzero(numbers < 2), np.flatnonzero(numbers > 0)]
    cv = [(train, order) for train in train_sets]
    ensemble = AveragedClassifier([("a", LINEAR)], cv=cv).fit(X, y)
    mean = np.zeros((len(X), 3))
    mean[:, :2] += (
        clone(LINEAR).fit(X[train_sets[0]], y[train_sets[0]]).predict_proba(X)
    )
    mean[:, 1:] += (
        clone(LINEAR).fit(X[train_sets[1]], y[train_sets[1]]).predict_proba(X)
    )
    np.testing.assert_allclose(ensemble.predict_proba(X), mean / 2, rtol=1e-13)
    np.testing.assert_array_equal(ensemble.classes_, np.unique(y))


def test_a_class_that_a_training_set_lacks_has_the_smallest_decision_there():
    cv = [(numbers < 2, [0]), (numbers >= 0, [0])]
    ensemble = AveragedClassifier([("a", LinearSVC())], cv=cv).fit(X, y)
    two = LinearSVC().fit(X[numbers < 2], y[numbers < 2]).decision_function(X)
    three = LinearSVC().fit(X, y).decision_function(X)
    all_of_two = np.stack([-two, two, -abs(two)], axis=1)
    np.testing.assert_allclose(
        ensemble.decision_function(X), (all_of_two + three) / 2, rtol=1e-12
    )


def test_a_single_class_is_predicted():
    ensemble = AveragedClassifier([("a", RidgeClassifier())]).fit(X[:5], ["b"] * 5)
    np.testing.assert_array_equal(ensemble.predict(X[:3]), ["b"] * 3)


def test_a_member_of_weight_zero_is_not_asked():
    members = [("linear", LINEAR), ("silent", _Silent())]
    ensemble = AveragedClassifier(members, weights=[1, 0]).fit(X, y)
    expected = clone(LINEAR).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(ensemble.predict_proba(X), expected, rtol=1e-14)
    assert len(ensemble.estimators_) == 2
    ensemble = AveragedClassifier(members, weights=[1, 1]).fit(X, y)
    with pytest.raises(ZeroDivisionError):
        ensemble.predict(X)


class _Silent(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        raise ZeroDivisionError


# ---- several outputs


def forest(seed=0):
    return RandomForestClassifier(4, max_depth=3, random_state=seed)


def test_labels_of_models_that_return_lists():
    members = [("a", forest(0)), ("b", forest(1))]
    ensemble = AveragedClassifier(members).fit(X_many, labels)
    parts = [
        clone(each).fit(X_many, labels).predict_proba(X_many) for _, each in members
    ]
    found = ensemble.predict_proba(X_many)
    assert isinstance(found, list)
    for one, other, mean in zip(*parts, found, strict=True):
        np.testing.assert_allclose(mean, (one + other) / 2, rtol=1e-14)
    expected = np.stack([mean[:, 1] > 0.5 for mean in found], axis=1)
    np.testing.assert_array_equal(ensemble.predict(X_many), expected)
    assert [list(classes) for classes in ensemble.classes_] == [[0, 1]] * 3


def test_labels_of_models_that_return_arrays():
    members = [
        ("net", MLPClassifier((4,), solver="lbfgs", max_iter=20, random_state=0)),
        ("chain", ClassifierChain(GaussianNB())),
    ]
    with pytest.warns(match="lbfgs failed to converge"):
        ensemble = AveragedClassifier(members).fit(X_many, labels)
    mean = np.mean(
        [models[0].predict_proba(X_many) for models in ensemble.estimators_], axis=0
    )
    np.testing.assert_allclose(ensemble.predict_proba(X_many), mean, rtol=1e-12)
    np.testing.assert_array_equal(ensemble.predict(X_many), mean > 0.5)


def test_labels_of_models_that_return_lists_and_arrays_are_lists():
    members = [("list", forest()), ("array", ClassifierChain(GaussianNB()))]
    ensemble = AveragedClassifier(members, weights=[1, 3]).fit(X_many, labels)
    (trees,), (chain,) = ensemble.estimators_
    expected = [
        0.25 * part[:, 1] + 0.75 * column
        for part, column in zip(
            trees.predict_proba(X_many), chain.predict_proba(X_many).T, strict=True
        )
    ]
    found = [part[:, 1] for part in ensemble.predict_proba(X_many)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_labels_by_decisions():
    ensemble = AveragedClassifier([("a", RidgeClassifier())], cv=2)
    ensemble.fit(X_many, labels)
    mean = np.mean(
        [model.decision_function(X_many) for model in ensemble.estimators_[0]], axis=0
    )
    np.testing.assert_allclose(ensemble.decision_function(X_many), mean, rtol=1e-12)
    np.testing.assert_array_equal(ensemble.predict(X_many), mean > 0)


@pytest.mark.parametrize("scoring", ["roc_auc", "average_precision", "f1_macro"])
def test_scorers_of_labels_take_an_ensemble(scoring):
    ensemble = AveragedClassifier([("a", forest())]).fit(X_many, labels)
    expected = get_scorer(scoring)(clone(forest()).fit(X_many, labels), X_many, labels)
    found = get_scorer(scoring)(ensemble, X_many, labels)
    assert found == pytest.approx(expected, rel=1e-12)


def test_several_outputs_of_several_classes():
    both = np.stack([numbers, numbers[::-1] % 2 + 5], axis=1)
    members = [("a", forest()), ("b", KNeighborsClassifier())]
    ensemble = AveragedClassifier(members).fit(X, both)
    parts = [clone(each).fit(X, both).predict_proba(X) for _, each in members]
    means = [(one + other) / 2 for one, other in zip(*parts, strict=True)]
    for found, mean in zip(ensemble.predict_proba(X), means, strict=True):
        np.testing.assert_allclose(found, mean, rtol=1e-14)
    expected = np.stack([means[0].argmax(1), means[1].argmax(1) + 5], axis=1)
    np.testing.assert_array_equal(ensemble.predict(X), expected)


@pytest.mark.parametrize("cv", [None, 2])
def test_values_are_the_weighted_mean(cv):
    ensemble = AveragedRegressor(REGRESSORS, weights=[1, 3], cv=cv).fit(
        X_values, values
    )
    parts = [
        np.mean([model.predict(X_values) for model in models], axis=0)
        for models in ensemble.estimators_
    ]
    expected = 0.25 * parts[0] + 0.75 * parts[1]
    np.testing.assert_allclose(ensemble.predict(X_values), expected, rtol=1e-14)
    assert [len(models) for models in ensemble.estimators_] == [cv or 1] * 2
    assert not hasattr(ensemble, "classes_")


def test_values_of_several_outputs():
    targets = np.stack([values, -values, values**2], axis=1)
    ensemble = AveragedRegressor(REGRESSORS).fit(X_values, targets)
    mean = np.mean([models[0].predict(X_values) for models in ensemble.estimators_], 0)
    np.testing.assert_allclose(ensemble.predict(X_values), mean, rtol=1e-14)


def test_values_are_not_rounded():
    targets = 1e9 + values / 1e3
    ensemble = AveragedRegressor([("a", KNeighborsRegressor(1))])
    ensemble.fit(X_values, targets)
    np.testing.assert_allclose(ensemble.predict(X_values), targets, rtol=1e-14)


# ---- fitted by others


def test_an_ensemble_of_models_that_are_there_is_what_fit_makes():
    cv = StratifiedKFold(3)
    fitted = AveragedClassifier(CLASSIFIERS, weights=[1, 2], cv=cv).fit(X, y)
    models = [
        tuple(clone(member).fit(X[train], y[train]) for train, _ in cv.split(X, y))
        for _, member in CLASSIFIERS
    ]
    made = make_averaged(CLASSIFIERS, [1, 2], cv, models, targets_of(TREE, y))
    assert type(made) is AveragedClassifier
    assert vars(made).keys() == vars(fitted).keys()
    np.testing.assert_array_equal(made.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(made.weights_, fitted.weights_)
    again = clone(made).fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_an_ensemble_of_regressors_that_are_there():
    models = [[clone(member).fit(X_values, values)] for _, member in REGRESSORS]
    made = make_averaged(REGRESSORS, None, None, models, targets_of(Ridge(), values))
    fitted = AveragedRegressor(REGRESSORS).fit(X_values, values)
    assert type(made) is AveragedRegressor
    np.testing.assert_array_equal(made.predict(X_values), fitted.predict(X_values))
    with pytest.raises(ValueError, match="pass 2 finite numbers"):
        make_averaged(REGRESSORS, [1], None, models, targets_of(Ridge(), values))


# ---- as any other estimator


def through_joblib(ensemble):
    file = io.BytesIO()
    joblib.dump(ensemble, file)
    file.seek(0)
    return joblib.load(file)


def through_skops(ensemble):
    skops = pytest.importorskip("skops.io")
    data = skops.dumps(ensemble)
    unknown = skops.get_untrusted_types(data=data)
    name = type(ensemble).__name__
    assert {each for each in unknown if each.startswith("skopt_evo")} == {
        f"skopt_evo.ensemble._averaged.{name}"
    }
    return skops.loads(data, trusted=unknown)


@pytest.mark.parametrize(
    "copied", [lambda e: pickle.loads(pickle.dumps(e)), through_joblib, through_skops]
)
@pytest.mark.parametrize("cv", [None, 2])
def test_saved_ensembles_predict_the_same_and_can_be_fitted(copied, cv):
    for ensemble, data in [
        (AveragedClassifier(CLASSIFIERS, weights=[1, 2], cv=cv), (X, y)),
        (AveragedClassifier([("a", forest())], cv=cv), (X_many, labels)),
        (AveragedRegressor(REGRESSORS, weights=[1, 2], cv=cv), (X_values, values)),
    ]:
        ensemble.fit(*data)
        loaded = copied(ensemble)
        expected = ensemble.predict(data[0])
        np.testing.assert_array_equal(loaded.predict(data[0]), expected)
        np.testing.assert_array_equal(loaded.fit(*data).predict(data[0]), expected)


def test_a_clone_has_the_parameters_and_nothing_learnt():
    ensemble = AveragedClassifier(CLASSIFIERS, weights=[1, 2], cv=4).fit(X, y)
    twin = clone(ensemble)
    assert repr(twin) == repr(ensemble)
    assert not hasattr(twin, "estimators_")


def test_parameters_of_members_are_set_by_their_names():
    ensemble = AveragedClassifier([("linear", LINEAR), ("tree", TREE)])
    assert ensemble.get_params()["tree__max_depth"] == 2
    assert set(ensemble.get_params(deep=False)) == {
        "estimators",
        "weights",
        "cv",
        "n_jobs",
    }
    ensemble = clone(ensemble).set_params(tree__max_depth=7, linear=GaussianNB(), cv=2)
    assert dict(ensemble.estimators)["tree"].max_depth == 7
    assert isinstance(dict(ensemble.estimators)["linear"], GaussianNB)
    assert ensemble.cv == 2
    with pytest.raises(ValueError, match="Invalid parameter"):
        ensemble.set_params(forest__max_depth=7)


def test_the_html_representation_shows_the_members():
    ensemble = AveragedClassifier([("one", make_pipeline(StandardScaler(), TREE))])
    for text in (estimator_html_repr(ensemble), ensemble.fit(X, y)._repr_html_()):
        assert "AveragedClassifier" in text
        assert "StandardScaler" in text
        assert "one" in text


def test_there_is_no_output_container_to_set():
    assert not hasattr(AveragedRegressor(REGRESSORS), "set_output")


def test_it_can_be_cross_validated():
    scores = cross_val_score(AveragedClassifier(CLASSIFIERS, cv=2), X, y, cv=3)
    assert min(scores) > 0.9
