"""Members of averaged estimators: what is no member, weights, tags."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from skopt_evo.ensemble import AveragedClassifier, AveragedRegressor
from skopt_evo.ensemble._members import checked_weights

X, y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
TREE = DecisionTreeClassifier()
PAIR = [("a", Ridge()), ("b", Ridge(2))]


# ---- what is an error


@pytest.mark.parametrize(
    ("estimators", "message"),
    [
        ([], r"estimators=\[\] is not allowed: pass a list of at least one pair"),
        ([TREE], r"is not allowed: pass a list of at least one pair"),
        ([("a", TREE, 1)], r"is not allowed: pass a list of at least one pair"),
        ([(1, TREE)], r"is not allowed: pass a list of at least one pair"),
        (
            [("a", TREE), ("a", TREE)],
            "estimators has the name 'a', which is not allowed",
        ),
        ([("a__b", TREE)], "has the name 'a__b', which is not allowed"),
        ([("cv", TREE)], "has the name 'cv', .* must be none of .*'weights'"),
        (
            [("a", TREE), ("b", Ridge())],
            r"estimators has 'b': Ridge\(\), which is no classifier. "
            "AveragedClassifier takes a classifier for each name",
        ),
        ([("a", KMeans())], r"estimators has 'a': KMeans\(\), which is no classifier"),
        ([("a", StandardScaler())], "which is no classifier"),
        ([("a", DecisionTreeClassifier)], "which is no classifier"),
        ([("a", "drop")], "estimators has 'a': 'drop', which is no classifier"),
        ([("a", None)], "estimators has 'a': None, which is no classifier"),
    ],
)
def test_what_is_no_member_is_named(estimators, message):
    with pytest.raises(ValueError, match=message):
        AveragedClassifier(estimators).fit(X, y)


def test_a_regressor_takes_regressors_alone():
    with pytest.raises(ValueError, match="which is no regressor"):
        AveragedRegressor([("a", TREE)]).fit(X, y)


@pytest.mark.parametrize(
    "options", [{"estimators": "a"}, {"weights": "a"}, {"cv": 1.5}, {"n_jobs": "two"}]
)
def test_parameters_of_another_type_are_named(options):
    (name,) = options
    with pytest.raises(
        ValueError, match=f"The '{name}' parameter of AveragedRegressor"
    ):
        AveragedRegressor(**{"estimators": PAIR, **options}).fit(X, y)


@pytest.mark.parametrize(
    "weights",
    [
        [1],
        [1, 2, 3],
        [[1, 2]],
        [-1, 2],
        [0, 0],
        [np.nan, 1],
        [np.inf, 1],
        ["a", 1],
        [None, 1],
        [[1], [2, 3]],
        np.array([]),
    ],
)
def test_weights_are_as_many_numbers_as_there_are_members(weights):
    message = (
        "is not allowed: pass 2 finite numbers >= 0, one for each of the estimators"
    )
    with pytest.raises(ValueError, match="weights=.* " + message):
        AveragedRegressor(PAIR, weights=weights).fit(X, y)


# ---- weights


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (None, [0.5, 0.5]),
        ([3, 1], [0.75, 0.25]),
        ((0, 1), [0, 1]),
        (np.array([1e308, 1e308]), [0.5, 0.5]),
        ([1e-320, 3e-320], [0.25, 0.75]),
    ],
)
def test_weights_have_the_sum_one(weights, expected):
    found = checked_weights(AveragedRegressor(PAIR, weights=weights))
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert found.sum() == pytest.approx(1)


# ---- tags


def tags_of(*members, kind=AveragedRegressor):
    return get_tags(kind([(f"m{i}", member) for i, member in enumerate(members)]))


def test_an_ensemble_can_do_what_all_members_can():
    trees, nan = RandomForestRegressor(), HistGradientBoostingRegressor()
    assert tags_of(nan, nan).input_tags.allow_nan
    assert not tags_of(nan, Ridge()).input_tags.allow_nan
    both = [get_tags(member).input_tags.sparse for member in (SVR(), Ridge())]
    assert tags_of(SVR(), Ridge()).input_tags.sparse == all(both)
    assert not tags_of(nan, Ridge()).input_tags.sparse
    assert tags_of(trees, LinearRegression()).target_tags.multi_output
    assert not tags_of(trees, SVR()).target_tags.multi_output
    assert tags_of(trees).estimator_type == "regressor"


def test_an_ensemble_needs_what_a_member_needs():
    given = SVR(kernel="precomputed")
    assert tags_of(given, Ridge()).input_tags.pairwise
    assert not tags_of(SVR(), Ridge()).input_tags.pairwise
    metric = KNeighborsRegressor(metric="precomputed")
    assert tags_of(metric).input_tags.pairwise


def test_tags_of_classifiers():
    linear, neighbors = LogisticRegression(), KNeighborsClassifier()
    both = tags_of(TREE, neighbors, kind=AveragedClassifier)
    assert both.estimator_type == "classifier"
    assert both.classifier_tags.multi_label
    assert both.target_tags.multi_output
    assert not tags_of(
        TREE, linear, kind=AveragedClassifier
    ).classifier_tags.multi_label
    assert tags_of(SVC(), kind=AveragedClassifier).classifier_tags.multi_class


@pytest.mark.parametrize("estimators", [[], None, [1, 2], [("a", "b")]])
def test_members_that_make_no_sense_have_the_tags_of_any_estimator(estimators):
    tags = get_tags(AveragedClassifier(estimators))
    assert tags.estimator_type == "classifier"
    assert not tags.input_tags.sparse
