"""The one-standard-error rule, on results made by hand and in real searches."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import loguniform, sem
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.selection import OneStandardError

X, y = load_iris(return_X_y=True)
SMALL_C = OneStandardError({"C": "smaller"})
SAMPLED = [RandomizedSearchCV, GeneticSearchCV, GradientSearchCV]
NAN = np.nan


def results(params, folds, metric="score", **columns):
    """Return `cv_results_`, from the scores of each candidate on the splits."""
    splits = np.array(folds, dtype=float).T
    return {
        "params": params,
        **{f"split{i}_test_{metric}": scores for i, scores in enumerate(splits)},
        f"mean_test_{metric}": splits.mean(axis=0),
        **{name: np.array(column) for name, column in columns.items()},
    }


def equally_good(values, name="C", **columns):
    """Return the results of candidates between which only the order decides."""
    params = [{name: value} for value in values]
    return results(params, [[0.8, 0.9]] * len(params), **columns)


# ---- who is good enough


@settings(deadline=None, max_examples=60)
@given(
    arrays(float, (6, 4), elements=st.integers(0, 20).map(float)),
    st.permutations(range(6)),
)
def test_simplest_candidate_within_one_standard_error_wins(folds, sizes):
    found = results([{"C": size} for size in sizes], folds)
    means = found["mean_test_score"]
    bound = means.max() - sem(folds[means.argmax()])
    good = [row for row in range(6) if means[row] >= bound]
    assert SMALL_C(found) == min(good, key=lambda row: sizes[row])


def test_a_candidate_exactly_one_standard_error_below_is_good_enough():
    # The best one's scores have the standard deviation 2 and the error 2 / sqrt(4).
    best = np.array([-1.0, -1.0, -1.0, 3.0])
    bound = best.mean() - 1.0
    params = [{"C": 2}, {"C": 1}]
    assert SMALL_C(results(params, [best, [bound] * 4])) == 1
    assert SMALL_C(results(params, [best, [bound - 1e-9] * 4])) == 0


def test_without_noise_the_best_wins():
    assert SMALL_C(results([{"C": 1}, {"C": 2}], [[0.5, 0.5], [0.6, 0.6]])) == 1


def test_of_equally_simple_ones_the_better_score_wins_then_the_first_row():
    params = [{"C": 1}, {"C": 1}, {"C": 1}, {"C": 2}]
    folds = [[0.1, 0.9], [0.2, 0.9], [0.2, 0.9], [0.2, 1.0]]
    assert SMALL_C(results(params, folds)) == 1


def test_candidates_without_a_score_on_every_split_never_win():
    params = [{"C": 1}, {"C": 2}, {"C": 3}, {"C": 4}]
    folds = [[NAN, NAN], [0.9, NAN], [0.1, 0.2], [0.8, 0.9]]
    assert SMALL_C(results(params, folds)) == 3
    folds = [[np.inf, 0.9], [0.8, 0.9], [NAN, NAN], [0.8, 0.9]]
    assert SMALL_C(results(params, folds)) == 1


@pytest.mark.parametrize("other", ["ok", "failed", "timeout"])
def test_a_candidate_that_was_raced_never_wins(other):
    params = [{"C": 1}, {"C": 2}]
    found = results(params, [[0.9, 0.9], [0.1, 0.2]], status=["raced", other])
    assert SMALL_C(found) == 1


# ---- what is simple


@pytest.mark.parametrize(
    ("direction", "values", "row"),
    [
        ("smaller", [3, 1, 2], 1),
        ("larger", [1, 3, 2], 1),
        ("larger", np.array([1, 3, 2], dtype=np.uint8), 1),
        ("smaller", [1.0, -np.inf, 2.0], 1),
        (["linear", "rbf"], ["rbf", "linear", "rbf"], 1),
        ([3, 1, 2], [1, 3, 2], 1),
        ([True, False], [False, np.True_, False], 1),
        ([None, 5], [5, None, 5], 1),
        ([NAN, 0], [0, NAN, 0], 1),
        ([[1, 1], [2]], [[2], [1, 1], [2]], 1),
        ([np.array([1, 1]), np.array([2])], [np.array([2]), np.array([1, 1])], 1),
        ([SVC(), SVC(C=2)], [SVC(C=2), SVC()], 1),
        ("smaller", [NAN, 2, NAN], 1),
        ("larger", [NAN, 2, NAN], 1),
    ],
)
def test_a_direction_tells_which_value_is_simplest(direction, values, row):
    assert OneStandardError({"C": direction})(equally_good(values)) == row


def test_what_comes_first_in_the_order_decides_first():
    params = [{"a": 1, "b": 2}, {"a": 2, "b": 1}, {"a": 1, "b": 1}]
    found = results(params, [[0.1, 0.2]] * 3)
    assert OneStandardError({"a": "smaller", "b": "larger"})(found) == 0
    assert OneStandardError({"b": "smaller", "a": "larger"})(found) == 1


@pytest.mark.parametrize("direction", ["smaller", "larger", [1, 2]])
def test_candidates_without_the_parameter_come_last(direction):
    found = results([{}, {"C": 1}, {"C": 2}], [[0.8, 0.9], [0.7, 0.9], [0.7, 0.9]])
    rule = OneStandardError({"C": direction})
    assert rule(found) == (2 if direction == "larger" else 1)


def test_other_columns_of_the_results_may_decide():
    found = equally_good([1, 2], mean_fit_time=[2.0, 1.0], size=[9, 7])
    assert OneStandardError({"mean_fit_time": "smaller"})(found) == 1
    assert OneStandardError({"size": "larger"})(found) == 0


def test_a_function_of_the_parameters_may_decide():
    masks = [np.array([True, True]), np.array([False, True])]
    rule = OneStandardError(lambda params: params["mask"].sum())
    assert rule(equally_good(masks, name="mask")) == 1
    rule = OneStandardError(lambda params: (params["a"] % 2, -params["a"]))
    assert rule(equally_good([1, 2, 4, 3], name="a")) == 2
    rule = OneStandardError(lambda params: params.get("a", NAN))
    assert rule(equally_good([NAN, 5, NAN], name="a")) == 1


# ---- in a search


def make(search, **options):
    ranges = {"C": loguniform(1e-1, 1e4)}
    return search(SVC(), ranges, n_iter=12, cv=4, random_state=0, **options)


def expected_row(found, column, metric="score"):
    means = found[f"mean_test_{metric}"]
    best = np.argmax(means)
    error = sem([found[f"split{i}_test_{metric}"][best] for i in range(4)])
    good = np.flatnonzero(means >= means[best] - error)
    return good[np.lexsort([-means[good], found[column][good].astype(float)])[0]]


@pytest.mark.parametrize("search", SAMPLED)
def test_a_search_chooses_by_the_rule_and_is_guided_by_the_score(search):
    usual = make(search).fit(X, y)
    fitted = make(search, refit=SMALL_C).fit(X, y)
    assert fitted.cv_results_["params"] == usual.cv_results_["params"]
    assert fitted.best_index_ == expected_row(fitted.cv_results_, "param_C")
    assert fitted.best_index_ != usual.best_index_
    assert fitted.best_params_["C"] == fitted.best_estimator_.C
    assert fitted.best_params_["C"] < usual.best_params_["C"]
    assert not hasattr(fitted, "best_score_")
    assert fitted.predict(X).shape == y.shape
    assert SMALL_C(usual.cv_results_) == fitted.best_index_


@pytest.mark.parametrize("search", SAMPLED)
def test_a_metric_is_chosen_by_when_there_are_several(search):
    rule = OneStandardError({"C": "smaller"}, metric="f1_macro")
    scoring = ["accuracy", "f1_macro"]
    found = make(search, scoring=scoring, refit=rule).fit(X, y)
    row = expected_row(found.cv_results_, "param_C", "f1_macro")
    assert found.best_index_ == row


@pytest.mark.parametrize("search", [GridSearchCV, GeneticSearchCV, GradientSearchCV])
def test_branches_of_a_conditional_space_are_ordered(search):
    model = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    grid = [
        {"model": [SVC()], "model__C": [1.0, 10.0]},
        {
            "model": [KNeighborsClassifier()],
            "model__n_neighbors": [5, 7],
            "model__weights": ["uniform"],
        },
    ]
    models = [KNeighborsClassifier(), SVC()]
    order = {"model": models, "model__n_neighbors": "larger"}
    made = search(model, grid, cv=4, refit=OneStandardError(order))
    # In a clone the estimators of the space and of the order are other objects.
    found = clone(made).fit(X, y)
    assert found.best_params_["model__n_neighbors"] == 7
    made = search(model, grid, cv=4, refit=OneStandardError({"model__C": "smaller"}))
    assert made.fit(X, y).best_params_["model__C"] == 1.0


@pytest.mark.filterwarnings("ignore:One or more of the test scores")
@pytest.mark.parametrize("search", [GridSearchCV, GeneticSearchCV])
def test_candidates_that_fail_are_not_chosen(search):
    grid = {"constant": [99, 1, 2]}
    model = DummyClassifier(strategy="constant")
    made = search(model, grid, refit=OneStandardError({"constant": "larger"}))
    with pytest.warns(FitFailedWarning):
        made.fit(X, y)
    assert made.best_params_ == {"constant": 2}


def minus_leaves(estimator, X, y):
    return -estimator.get_n_leaves()


def accuracy(estimator, X, y):
    return estimator.score(X, y)


@pytest.mark.parametrize("search", [GridSearchCV, GeneticSearchCV])
def test_the_size_of_the_model_may_be_a_metric(search):
    made = search(
        DecisionTreeClassifier(random_state=0),
        {"max_depth": [2, 4, 8], "min_samples_leaf": [1, 10]},
        scoring={"accuracy": accuracy, "minus_leaves": minus_leaves},
        refit=OneStandardError({"mean_test_minus_leaves": "larger"}, metric="accuracy"),
        cv=4,
    )
    found = made.fit(*load_breast_cancer(return_X_y=True)).cv_results_
    found["leaves"] = -found["mean_test_minus_leaves"]
    row = expected_row(found, "leaves", "accuracy")
    assert made.best_index_ == row != found["mean_test_accuracy"].argmax()


def test_a_search_with_the_rule_can_be_nested():
    scores = cross_validate(make(RandomizedSearchCV, refit=SMALL_C), X, y, cv=2)
    assert scores["test_score"].min() > 0.5


# ---- as a value


def test_rules_are_equal_if_they_order_alike():
    first = OneStandardError({"a": "smaller", "b": "larger"})
    assert first == OneStandardError({"a": "smaller", "b": "larger"})
    assert first != OneStandardError({"b": "larger", "a": "smaller"})
    assert first != OneStandardError({"a": "smaller", "b": "smaller"})
    assert first != OneStandardError({"a": "smaller", "b": "larger"}, metric="r2")
    assert first != OneStandardError(len)
    assert OneStandardError(len) == OneStandardError(len) != first
    assert first != "rule"


@pytest.mark.parametrize("order", [{"C": "smaller", "kernel": ["linear", "rbf"]}, len])
def test_a_rule_survives_pickling_cloning_and_its_repr(order):
    rule = OneStandardError(order, metric="accuracy")
    search = GridSearchCV(SVC(), {"C": [1]}, refit=rule)
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert clone(search).refit == rule
    if order is not len:
        assert eval(repr(rule)) == rule
    with pytest.raises(AttributeError):
        rule.metric = None


# ---- errors


@pytest.mark.parametrize(
    ("order", "error", "words"),
    [
        ({}, ValueError, r"order is empty.*'smaller'.*refit=True"),
        ("C", TypeError, r"order='C' is no order: pass a dict"),
        (["C"], TypeError, r"order=\['C'\] is no order: pass a dict"),
        (None, TypeError, r"order=None is no order"),
        ({1: "smaller"}, TypeError, r"the name 1, which is not a string"),
        ({"C": "smallest"}, ValueError, r"\['C'\]='smallest'.*mean 'smaller'.*list"),
        ({"C": []}, ValueError, r"\['C'\]=\[\] is empty.*'larger'"),
        ({"C": 3}, TypeError, r"\['C'\]=3 does not say what is simple.*'larger'"),
        ({"C": {1, 2}}, TypeError, r"\['C'\]=\{1, 2\} does not say"),
    ],
)
def test_what_is_no_order_is_refused_at_once(order, error, words):
    with pytest.raises(error, match=words):
        OneStandardError(order)


def test_a_metric_that_is_no_name_is_refused_at_once():
    with pytest.raises(TypeError, match=r"metric=3 is not the name of a metric"):
        OneStandardError({"C": "smaller"}, metric=3)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("svc__c", "Did you mean 'svc__C'"),
        ("C", "Did you mean 'svc__C'"),
        ("fit_time", "Did you mean 'mean_fit_time'"),
        ("zzz", r"The parameters are \['svc__C'\]"),
        ("params", r"neither a parameter .* nor a column"),
    ],
)
def test_an_unknown_name_is_told_with_what_is_close(name, hint):
    found = equally_good([1, 2], name="svc__C", mean_fit_time=[1, 2])
    with pytest.raises(ValueError, match=rf"the name '{name}', .*{hint}"):
        OneStandardError({name: "smaller"})(found)


def test_a_metric_has_to_be_named_if_there_are_several():
    found = {**equally_good([1, 2]), **results([], [[1, 2], [1, 2]], metric="r2")}
    with pytest.raises(ValueError, match=r"metric=None, .* 2 metrics: \['score', 'r2'"):
        SMALL_C(found)


@pytest.mark.parametrize(("metric", "close"), [("acuracy", "accuracy"), ("score", "")])
def test_an_unknown_metric_is_told_with_what_is_close(metric, close):
    found = results([{"C": 1}, {"C": 2}], [[1, 2], [1, 2]], metric="accuracy")
    hint = f"Did you mean '{close}'" if close else r"Pass one of \['accuracy'\]"
    with pytest.raises(ValueError, match=rf"metric='{metric}' is not a metric.*{hint}"):
        OneStandardError({"C": "smaller"}, metric=metric)(found)


def test_the_only_metric_needs_no_name():
    found = results([{"C": 2}, {"C": 1}], [[1, 2], [1, 2]], metric="accuracy")
    assert SMALL_C(found) == 1


@pytest.mark.parametrize(
    ("direction", "value", "reason"),
    [
        ("smaller", "rbf", "is for numbers"),
        ("larger", None, "is for numbers"),
        ("smaller", True, "is for numbers"),
        ("smaller", np.array([1, 2]), "is for numbers"),
        (["linear", "poly"], "rbf", "is no list of all the values"),
    ],
)
def test_values_that_cannot_be_compared_are_named(direction, value, reason):
    found = equally_good([value, value], name="kernel")
    with pytest.raises(ValueError, match=rf"\['kernel'\]=.*{reason}") as error:
        OneStandardError({"kernel": direction})(found)
    assert f"kernel={value!r}. List all values" in str(error.value)


@pytest.mark.parametrize("keys", [[1, "a"], [None, 1], [np.eye(2), np.ones(2)]])
def test_keys_of_a_function_that_cannot_be_compared_are_refused(keys):
    rule = OneStandardError(lambda params: keys[params["C"]])
    with pytest.raises(TypeError, match=r"returned keys that cannot be compared"):
        rule(equally_good([0, 1]))


def test_values_out_of_reach_need_not_be_compared():
    params = [{"C": 1}, {"C": "auto"}]
    assert SMALL_C(results(params, [[0.8, 0.9], [0.1, 0.2]])) == 0


def test_one_split_is_too_few():
    with pytest.raises(ValueError, match="at least two splits, got 1"):
        SMALL_C(results([{"C": 1}], [[0.5]]))


def test_if_all_failed_there_is_no_winner():
    with pytest.raises(ValueError, match="no candidate has a finite score on every"):
        SMALL_C(results([{"C": 1}, {"C": 2}], [[NAN, NAN], [NAN, 1.0]]))
