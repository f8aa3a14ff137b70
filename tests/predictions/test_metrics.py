"""Metrics of many predictions at once are those of scikit-learn."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    log_loss,
    matthews_corrcoef,
    max_error,
    r2_score,
    roc_auc_score,
)

from skopt_evo.predictions import Targets
from skopt_evo.predictions._metrics import (
    CLASS_METRICS,
    COUNT_METRICS,
    VALUE_METRICS,
    metric_of,
)

N_ROWS = 30
VALUES = Targets(None)
LABELS = Targets((np.array([0, 1]),) * 2, 2, is_multilabel=True, is_1d=False)


def classes(n):
    return Targets((np.array(list("abcdef"))[:n],))


def expected_of(function, options, targets, method, values, y):
    """Return what scikit-learn makes of one prediction."""
    if function is log_loss:
        return function(y, values, labels=np.arange(values.shape[1]))
    if function is roc_auc_score:
        return function(y, values if options else values[:, -1], **options)
    return function(y, targets.codes(method, values)[:, 0], **options)


def assert_same(function, targets, method, values, y, **options):
    metric = metric_of(function, options, targets, method)
    found = metric(targets, method, values, y)
    assert found.shape == (len(values),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are predicted in vain
        expected = [
            expected_of(function, options, targets, method, each.astype(float), y)
            for each in values
        ]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


# ---- classes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [2, 3, 6])
@pytest.mark.parametrize("has_ties", [False, True])
@pytest.mark.parametrize(
    "function", [accuracy_score, balanced_accuracy_score, log_loss]
)
def test_metrics_of_probabilities(function, n, has_ties, dtype):
    rng = np.random.default_rng(n)
    values = rng.dirichlet(np.ones(n), size=(7, N_ROWS)).astype(dtype)
    if has_ties:  # and zeros
        values = rng.multinomial(4, np.ones(n) / n, size=(7, N_ROWS)).astype(dtype) / 4
    if function is log_loss:  # which scales them: scikit-learn does not
        values = values / values.sum(axis=2, keepdims=True, dtype=np.float64)
    y = rng.integers(n, size=N_ROWS)
    assert_same(function, classes(n), "predict_proba", values, y)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("function", [accuracy_score, balanced_accuracy_score])
def test_metrics_of_decisions_and_votes(function, n):
    rng = np.random.default_rng(n)
    y = rng.integers(n, size=N_ROWS)
    decisions = rng.normal(size=(7, N_ROWS, 1 if n == 2 else n)).round(1)
    assert_same(function, classes(n), "decision_function", decisions, y)
    votes = rng.integers(3, size=(7, N_ROWS, n)) / 3
    assert_same(function, classes(n), "predict", votes, y)


def test_a_class_that_is_not_there_has_no_recall():
    rng = np.random.default_rng(0)
    values = rng.dirichlet(np.ones(4), size=(5, N_ROWS))
    y = rng.integers(1, 3, size=N_ROWS)
    assert_same(balanced_accuracy_score, classes(4), "predict_proba", values, y)
    assert_same(log_loss, classes(4), "predict_proba", values, y)


@given(
    arrays(np.int64, (3, 12), elements=st.integers(0, 5)),
    arrays(np.int64, 12, elements=st.integers(0, 1)),
)
@settings(max_examples=100, deadline=None)
def test_the_area_under_the_curve_with_many_ties(numbers, y):
    assume(0 < y.sum() < len(y))
    decisions = numbers[..., None] - 2.5
    assert_same(roc_auc_score, classes(2), "decision_function", decisions, y)
    second = numbers / 5
    values = np.stack([1 - second, second], axis=2)
    assert_same(roc_auc_score, classes(2), "predict_proba", values, y)


def test_the_area_under_the_curve_without_ties():
    rng = np.random.default_rng(0)
    decisions = rng.normal(size=(4, 500, 1)).astype(np.float32)
    y = rng.integers(2, size=500)
    assert_same(roc_auc_score, classes(2), "decision_function", decisions, y)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 6), has_ties=st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_areas_under_the_curves_of_each_class(average, seed, n, has_ties):
    rng = np.random.default_rng(seed)
    values = rng.dirichlet(np.ones(n), size=(3, N_ROWS))
    if has_ties:
        values = rng.multinomial(4, np.ones(n) / n, size=(3, N_ROWS)) / 4
    y = rng.permutation(np.append(np.arange(n), rng.integers(n, size=N_ROWS - n)))
    options = {"multi_class": "ovr", "average": average}
    assert_same(roc_auc_score, classes(n), "predict_proba", values, y, **options)


@pytest.mark.parametrize("y", [[0, 0], [1, 1]])
def test_the_area_under_the_curve_needs_both_classes(y):
    metric = metric_of(roc_auc_score, {}, classes(2), "decision_function")
    values = np.zeros((3, 2, 1))
    assert np.isnan(metric(classes(2), "decision_function", values, np.array(y))).all()


def test_probabilities_in_32_bits_have_the_same_loss():
    values = np.random.default_rng(0).dirichlet(np.ones(3), size=(4, N_ROWS))
    y = np.arange(N_ROWS) % 3
    metric = metric_of(log_loss, {}, classes(3), "predict_proba")
    found = metric(classes(3), "predict_proba", values.astype(np.float32), y)
    expected = metric(classes(3), "predict_proba", values, y)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


# ---- values


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", VALUE_METRICS)
@given(seed=st.integers(0, 2**32 - 1), power=st.integers(-3, 6))
@settings(max_examples=25, deadline=None)
def test_metrics_of_values(function, dtype, seed, power):
    rng = np.random.default_rng(seed)
    y = rng.normal(rng.normal(), 10.0**power, size=N_ROWS)
    values = (y[:, None] + rng.normal(size=(6, N_ROWS, 1))).astype(dtype)
    found = metric_of(function, {}, VALUES, "predict")(VALUES, "predict", values, y)
    expected = [function(y, each[:, 0].astype(np.float64)) for each in values]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_targets_that_are_all_the_same():
    y = np.ones(4)
    values = np.stack([np.ones((4, 1)), np.arange(4.0)[:, None]])
    found = metric_of(r2_score, {}, VALUES, "predict")(VALUES, "predict", values, y)
    assert found.tolist() == [r2_score(y, each[:, 0]) for each in values] == [1, 0]


def test_a_single_target_has_no_spread():
    metric = metric_of(r2_score, {}, VALUES, "predict")
    assert np.isnan(metric(VALUES, "predict", np.ones((3, 1, 1)), np.ones(1))).all()


# ---- counts


@pytest.mark.parametrize("function", COUNT_METRICS)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 4), n_rows=st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_metrics_of_counts_with_classes_that_are_not_there(
    function, average, seed, n, n_rows
):
    rng = np.random.default_rng(seed)
    values = rng.dirichlet(np.ones(5), size=(4, n_rows))
    y = rng.choice(rng.integers(5, size=n), size=n_rows)
    assert_same(function, classes(5), "predict_proba", values, y, average=average)


@pytest.mark.parametrize("function", COUNT_METRICS)
@pytest.mark.parametrize("options", [{}, {"average": "binary"}, {"pos_label": 1}])
@given(
    arrays(np.int64, (5, 6), elements=st.integers(-1, 1)),
    arrays(np.int64, 6, elements=st.integers(0, 1)),
)
@settings(max_examples=30, deadline=None)
def test_metrics_of_counts_of_the_class_one(function, options, decisions, y):
    values = decisions[..., None].astype(float)
    targets = Targets((np.array([0, 1]),))
    assert_same(function, targets, "decision_function", values, y, **options)


# ---- which metric


NUMBERS = Targets((np.array([0, 1]),))


@pytest.mark.parametrize(
    ("function", "options", "targets", "method"),
    [
        (max_error, {}, VALUES, "predict"),
        (matthews_corrcoef, {}, classes(2), "predict"),
        (r2_score, {}, classes(2), "predict"),
        (r2_score, {"force_finite": False}, VALUES, "predict"),
        (r2_score, {}, Targets(None, 2, is_1d=False), "predict"),
        (accuracy_score, {}, VALUES, "predict"),
        (accuracy_score, {}, LABELS, "predict_proba"),
        (accuracy_score, {"normalize": False}, classes(2), "predict"),
        (log_loss, {}, classes(3), "decision_function"),
        (log_loss, {}, classes(3), "predict"),
        (roc_auc_score, {}, classes(3), "predict_proba"),
        (roc_auc_score, {}, classes(2), "predict"),
        (roc_auc_score, {}, classes(1), "predict_proba"),
        (roc_auc_score, {"multi_class": "ovo"}, classes(3), "predict_proba"),
        (roc_auc_score, {"multi_class": "ovr"}, classes(2), "predict_proba"),
        (roc_auc_score, {"multi_class": "ovr"}, classes(3), "decision_function"),
        (
            roc_auc_score,
            {"multi_class": "ovr", "average": "micro"},
            classes(3),
            "predict_proba",
        ),
        (
            roc_auc_score,
            {"multi_class": "ovr", "max_fpr": 0.5},
            classes(3),
            "predict_proba",
        ),
        (f1_score, {}, classes(2), "predict"),  # it raises: there is no class 1
        (f1_score, {}, classes(3), "predict"),
        (f1_score, {"average": None}, NUMBERS, "predict"),
        (f1_score, {"average": "samples"}, NUMBERS, "predict"),
        (f1_score, {"pos_label": 2}, NUMBERS, "predict"),
    ],
)
def test_what_cannot_be_computed_at_once_has_no_metric(
    function, options, targets, method
):
    assert metric_of(function, options, targets, method) is None


@pytest.mark.parametrize("function", CLASS_METRICS)
def test_metrics_of_two_classes(function):
    found = metric_of(function, {}, classes(2), "predict_proba")
    assert found is CLASS_METRICS[function]
