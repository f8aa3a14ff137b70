"""Scores of classifiers: scikit-learn's values and slopes, and surrogates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from packaging.version import Version
from scipy.optimize import minimize_scalar
from sklearn import metrics
from sklearn.metrics import get_scorer, get_scorer_names, log_loss, make_scorer

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import Criterion, _decision_losses, criterion_of
from skopt_evo.hypergrad.criteria._decision_losses import SURROGATES
from skopt_evo.hypergrad.criteria._probability_losses import PROBABILITY_LOSSES
from tests.hypergrad.criteria.outputs import (
    SaysClasses,
    assert_slope_is_exact,
    scorers_of,
)

STEERED = scorers_of(SURROGATES)
# Some have no name in earlier versions.
EXACT = {
    "neg_brier_score": get_scorer("neg_brier_score"),
    "neg_log_loss": get_scorer("neg_log_loss"),
    **{
        metric.__name__: make_scorer(metric, response_method="predict_proba")
        for metric in PROBABILITY_LOSSES
        if metric.__name__.startswith("d2_")
    },
}
VERSION = Version(sklearn.__version__)

# (number of classes, kind of outputs)
KINDS = [(2, "log_odds"), (3, "log_odds"), (3, "ovr_log_odds")]
ALL_KINDS = [*KINDS, (2, "margin"), (3, "margin")]

# One scorer of each surrogate.
SORTS = ["accuracy", "balanced_accuracy", "roc_auc"]


def outputs_of(
    n_classes: int = 2, kind: str = "log_odds", labels: str = "", seed: int = 0
) -> tuple[np.ndarray, Outputs]:
    """Return labels of 15 samples, most of which the outputs have right."""
    rng = np.random.default_rng(seed)
    codes = np.arange(15) % n_classes
    classes = np.array(list(labels)) if labels else np.arange(n_classes)
    is_true = codes[:, np.newaxis] == np.arange(n_classes)
    values = rng.normal(size=is_true.shape) + 1.2 * is_true
    if n_classes == 2:
        values = values[:, 1] - values[:, 0]
    return classes[codes], Outputs(values, kind, classes[:n_classes])


def weights_of(is_weighted: bool) -> np.ndarray | None:
    return np.random.default_rng(1).uniform(0.2, 3.0, 15) if is_weighted else None


def named(name: str) -> Criterion:
    return criterion_of(EXACT.get(name) or get_scorer(name), None)


def evaluate(
    name: str, y: Any, outputs: Outputs, weights: Any = None
) -> tuple[float, np.ndarray]:
    return named(name).evaluate(y, outputs, weights)


# ---- exact ones


def test_the_scores_of_probabilities_with_a_criterion_are_those() -> None:
    has_brier = Version("1.8") <= VERSION
    expected = {"d2_log_loss_score", "neg_brier_score", "neg_log_loss"}
    assert set(EXACT) == expected | ({"d2_brier_score"} if has_brier else set())
    assert scorers_of(PROBABILITY_LOSSES) == set(EXACT) & set(get_scorer_names())


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("labels", ["", "abc"])
@pytest.mark.parametrize(("n_classes", "kind"), KINDS)
@pytest.mark.parametrize("name", sorted(EXACT))
def test_the_loss_is_minus_the_score_and_the_slope_that_of_the_loss(
    name: str, n_classes: int, kind: str, labels: str, is_weighted: bool
) -> None:
    y, outputs = outputs_of(n_classes, kind, labels)
    weights = weights_of(is_weighted)
    scorer = EXACT[name]
    if "brier" in name and labels and n_classes == 2:
        # scikit-learn wants to be told which class of strings is the positive one.
        scorer = make_scorer(
            scorer._score_func,
            response_method="predict_proba",
            greater_is_better=name.startswith("d2"),
            pos_label="b",
        )
    criterion = named(name)
    assert not criterion.is_surrogate
    loss, _ = criterion.evaluate(y, outputs, weights)
    assert_slope_is_exact(criterion, y, outputs, weights)
    if name == "neg_brier_score" and n_classes > 2 and Version("1.7") > VERSION:
        return  # scikit-learn has no such score yet
    given = {} if weights is None else {"sample_weight": weights}
    score = scorer(SaysClasses(outputs), np.zeros((15, 1)), y, **given)
    assert loss == pytest.approx(-score, rel=1e-10)


@pytest.mark.parametrize("size", [1.0, 50.0, 1e4])
def test_certain_and_wrong_outputs_are_clipped_as_by_scikit_learn(size: float) -> None:
    y, outputs = outputs_of()
    outputs = outputs._replace(values=size * outputs.values)
    with np.errstate(over="ignore"):
        probability = SaysClasses(outputs).predict_proba(None)
    loss, slope = evaluate("neg_log_loss", y, outputs)
    assert loss == pytest.approx(log_loss(y, probability), rel=1e-6)
    assert np.all(np.isfinite(slope))


@pytest.mark.parametrize("name", sorted(EXACT))
def test_margins_have_no_probabilities(name: str) -> None:
    y, outputs = outputs_of(kind="margin")
    with pytest.raises(NoHypergradientError, match="scores probabilities, which are"):
        evaluate(name, y, outputs)


@pytest.mark.parametrize(
    "name", sorted(name for name in EXACT if name.startswith("d2"))
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_no_part_of_a_loss_is_explained_where_there_is_a_single_class(
    name: str, n_classes: int
) -> None:
    y, outputs = outputs_of(n_classes)
    with pytest.raises(NoHypergradientError, match="a single class"):
        evaluate(name, np.zeros_like(y), outputs)


# ---- labels


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
@pytest.mark.parametrize("make", [list, pd.Series, pd.Categorical])
def test_labels_may_come_in_any_container(name: str, make: Any) -> None:
    y, outputs = outputs_of(labels="no")
    expected = evaluate(name, y, outputs)
    np.testing.assert_equal(evaluate(name, make(y.tolist()), outputs), expected)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
@pytest.mark.parametrize("other", ["a", "bb", "z"])
def test_a_class_unseen_in_training_is_declined(name: str, other: str) -> None:
    y, outputs = outputs_of(3, labels="bmt")
    y = np.where(np.arange(15) == 4, other, y)
    with pytest.raises(NoHypergradientError, match="class that the training set has"):
        evaluate(name, y, outputs)


@pytest.mark.parametrize("name", ["neg_log_loss", "accuracy", "f1_samples"])
def test_several_labels_a_sample_are_declined(name: str) -> None:
    y, outputs = outputs_of()
    with pytest.raises(NoHypergradientError, match="a single label a sample"):
        evaluate(name, np.column_stack([y, y]), outputs)


@pytest.mark.parametrize("name", ["neg_log_loss", "accuracy"])
def test_the_outputs_of_regressors_are_declined(name: str) -> None:
    with pytest.raises(NoHypergradientError, match="a single label a sample"):
        evaluate(name, [0, 1], Outputs(np.zeros(2)))


@pytest.mark.parametrize("name", ["neg_log_loss", "neg_brier_score"])
@pytest.mark.parametrize("present", [0, 1])
def test_a_single_class_in_the_test_set_has_a_loss(name: str, present: int) -> None:
    _, outputs = outputs_of()
    probability = SaysClasses(outputs).predict_proba(None)[:, present]
    terms = -np.log(probability) if "log" in name else (1.0 - probability) ** 2
    y = np.full(15, present)
    loss, _ = evaluate(name, y, outputs)
    assert loss == pytest.approx(np.mean(terms))
    assert_slope_is_exact(named(name), y, outputs, None)


# ---- surrogates


def test_each_score_with_jumps_is_steered_by_the_surrogate_of_its_sort() -> None:
    averages = ["", "_macro", "_micro", "_samples", "_weighted"]
    sorts = ["f1", "jaccard", "precision", "recall"]
    decisions = {sort + average for sort in sorts for average in averages}
    decisions |= {"accuracy", "matthews_corrcoef", "top_k_accuracy"}
    orders = {"average_precision", "roc_auc", "roc_auc_ovo", "roc_auc_ovo_weighted"}
    orders |= {"roc_auc_ovr", "roc_auc_ovr_weighted"}
    assert decisions | orders | {"balanced_accuracy"} == STEERED
    assert {named(name).name for name in decisions} == {"calibrated_logistic_loss"}
    assert {named(name).name for name in orders} == {
        "calibrated_pairwise_logistic_loss"
    }
    assert named("balanced_accuracy").name == "calibrated_balanced_logistic_loss"
    assert all(named(name).is_surrogate for name in STEERED)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize(("n_classes", "kind"), ALL_KINDS)
@pytest.mark.parametrize("name", SORTS)
def test_the_slope_of_a_surrogate_is_exact(
    name: str, n_classes: int, kind: str, is_weighted: bool
) -> None:
    y, outputs = outputs_of(n_classes, kind)
    assert_slope_is_exact(named(name), y, outputs, weights_of(is_weighted))


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_slope_is_exact_where_every_sample_is_right(
    name: str, n_classes: int
) -> None:
    # The loss falls with the multiple for ever, which ends somewhere.
    y, outputs = outputs_of(n_classes)
    sizes = np.linspace(0.001, 1.0, 15)
    values = (2.0 * y - 1.0) * sizes
    if n_classes > 2:
        values = sizes[:, np.newaxis] * np.eye(n_classes)[y]
    outputs = outputs._replace(values=values)
    loss, _ = evaluate(name, y, outputs)
    assert 0.0 < loss < 0.1
    assert_slope_is_exact(named(name), y, outputs, None, step=1e-6)


@pytest.mark.parametrize("factor", [1e-4, 0.3, 50.0])
@pytest.mark.parametrize(("n_classes", "kind"), ALL_KINDS)
@pytest.mark.parametrize("name", SORTS)
def test_a_surrogate_does_not_feel_the_size_of_the_outputs(
    name: str, n_classes: int, kind: str, factor: float
) -> None:
    y, outputs = outputs_of(n_classes, kind)
    larger = outputs._replace(values=factor * outputs.values)
    loss, slope = evaluate(name, y, outputs)
    same, flatter = evaluate(name, y, larger)
    assert same == pytest.approx(loss, rel=1e-9)
    np.testing.assert_allclose(factor * flatter, slope, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(("n_classes", "kind"), ALL_KINDS)
@pytest.mark.parametrize("name", SORTS)
def test_a_surrogate_falls_when_a_wrong_sample_is_put_right(
    name: str, n_classes: int, kind: str
) -> None:
    n_wrong = 0
    for seed in range(3):
        y, outputs = outputs_of(n_classes, kind, seed=seed)
        loss, _ = evaluate(name, y, outputs)
        for sample in range(15):
            values = outputs.values.copy()
            if n_classes == 2:
                if (values[sample] > 0) == (y[sample] == 1):
                    continue
                values[sample] *= -1.0
            else:
                said = int(np.argmax(values[sample]))
                if said == y[sample]:
                    continue
                pair = [said, y[sample]]
                values[sample, pair] = values[sample, pair[::-1]]
            n_wrong += 1
            assert evaluate(name, y, outputs._replace(values=values))[0] < loss
    assert n_wrong > 3


def least_multiple(loss_of: Any, size: float = 1.0) -> float:
    """Return the least of a loss over multiples, by another method."""
    found = minimize_scalar(
        lambda log_factor: loss_of(np.exp(log_factor) / size),
        bounds=(-6.0, 6.0),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(found.fun)


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("is_balanced", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_decisions_are_steered_by_the_least_log_loss_of_all_multiples(
    n_classes: int, is_balanced: bool, is_weighted: bool
) -> None:
    y, outputs = outputs_of(n_classes, "margin")
    y[:3] = 0
    weights = weights_of(is_weighted)
    inner = np.ones(15) if weights is None else weights
    if is_balanced:
        inner = inner / np.array([inner[y == label].sum() for label in y])

    def loss_of(factor: float) -> float:
        scaled = SaysClasses(outputs._replace(values=factor * outputs.values))
        return float(log_loss(y, scaled.predict_proba(None), sample_weight=inner))

    name = "balanced_accuracy" if is_balanced else "accuracy"
    loss, _ = evaluate(name, y, outputs, weights)
    assert loss == pytest.approx(least_multiple(loss_of), rel=1e-7)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_orders_are_steered_by_the_least_logistic_loss_of_pairs(
    is_weighted: bool,
) -> None:
    y, outputs = outputs_of()
    weights = weights_of(is_weighted)
    inner = np.ones(15) if weights is None else weights
    pairs = [(i, j) for i in range(15) for j in range(15) if y[i] > y[j]]
    gaps = np.array([outputs.values[i] - outputs.values[j] for i, j in pairs])
    products = np.array([inner[i] * inner[j] for i, j in pairs])

    def loss_of(factor: float) -> float:
        terms = np.log1p(np.exp(-factor * gaps))
        return float(np.average(terms, weights=products))

    loss, _ = evaluate("roc_auc", y, outputs, weights)
    assert loss == pytest.approx(least_multiple(loss_of), rel=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_sample_that_is_badly_wrong_counts_fully(n_classes: int) -> None:
    # log_loss of scikit-learn stops at 36: a multiple beyond would seem to be free.
    y, outputs = outputs_of(n_classes)
    values = 3.0 * np.eye(n_classes)[y]
    values[0] = -30.0 * np.eye(n_classes)[y[0]]
    if n_classes == 2:
        values = values[:, 1] - values[:, 0]
    outputs = outputs._replace(values=values)

    def loss_of(factor: float) -> float:
        gaps = np.where(np.arange(15) == 0, -30.0, 3.0) * factor
        return float(np.mean(np.log1p((n_classes - 1) * np.exp(-gaps))))

    loss, slope = evaluate("accuracy", y, outputs)
    assert loss == pytest.approx(least_multiple(loss_of), rel=1e-7)
    # More than anything else it wants that sample to be another.
    assert np.argmax(np.abs(slope).reshape(15, -1).max(axis=1)) == 0
    assert_slope_is_exact(named("accuracy"), y, outputs, None)


@pytest.mark.parametrize("shift", [-1e4, 3.0, 1e5])
def test_orders_do_not_feel_a_shift(shift: float) -> None:
    y, outputs = outputs_of()
    loss, slope = evaluate("roc_auc", y, outputs)
    moved = evaluate("roc_auc", y, outputs._replace(values=outputs.values + shift))
    assert moved[0] == pytest.approx(loss, rel=1e-9)
    np.testing.assert_allclose(moved[1], slope, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("size", [1, 20, 60])
def test_pairs_are_compared_a_few_at_a_time(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    y, outputs = outputs_of()
    loss, slope = evaluate("roc_auc", y, outputs, weights_of(True))
    monkeypatch.setattr(_decision_losses, "PAIRS_AT_A_TIME", size)
    in_parts = evaluate("roc_auc", y, outputs, weights_of(True))
    assert in_parts[0] == pytest.approx(loss, rel=1e-9)
    np.testing.assert_allclose(in_parts[1], slope, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS} - {"roc_auc"}))
@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_sample_of_weight_two_counts_as_two(name: str, n_classes: int) -> None:
    y, outputs = outputs_of(n_classes)
    times = np.arange(15) % 3 + 1
    repeated = outputs._replace(values=np.repeat(outputs.values, times, axis=0))
    expected, _ = evaluate(name, np.repeat(y, times), repeated)
    assert evaluate(name, y, outputs, times.astype(float))[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted({*EXACT, *SORTS}))
def test_a_class_without_weight_is_not_there(name: str) -> None:
    y, outputs = outputs_of(3)
    kept = y < 2
    expected, _ = evaluate(name, y[kept], outputs._replace(values=outputs.values[kept]))
    # Multiples of outputs are those of all of them.
    within = 1e-9 if name in EXACT else 1e-6
    loss, slope = evaluate(name, y, outputs, kept.astype(float))
    assert loss == pytest.approx(expected, rel=within)
    np.testing.assert_allclose(slope[~kept], 0.0, atol=1e-9)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
@pytest.mark.parametrize("present", [0, 1])
def test_a_single_class_has_no_order(name: str, present: int) -> None:
    y, outputs = outputs_of()
    with pytest.raises(NoHypergradientError, match="a single class"):
        evaluate(name, np.full(15, present), outputs)
    with pytest.raises(NoHypergradientError, match="a single class"):
        evaluate(name, y, outputs, (y == present).astype(float))


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy"])
def test_a_single_class_in_the_test_set_can_be_decided_on(name: str) -> None:
    _, outputs = outputs_of()
    assert_slope_is_exact(named(name), np.ones(15, dtype=int), outputs, None)


@pytest.mark.parametrize("name", SORTS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_outputs_of_zero_are_worth_a_guess(name: str, n_classes: int) -> None:
    y, outputs = outputs_of(n_classes)
    outputs = outputs._replace(values=np.zeros_like(outputs.values))
    loss, slope = evaluate(name, y, outputs)
    assert loss == pytest.approx(np.log(n_classes))
    # Downhill is towards what is true.
    downhill = -slope * np.sign(y - 0.5) if n_classes == 2 else -slope[np.arange(15), y]
    assert np.all(downhill > 0)


@pytest.mark.parametrize("metric", sorted(SURROGATES, key=lambda m: m.__name__))
def test_whatever_a_steered_metric_is_called_with_is_left_to_it(metric: Any) -> None:
    is_loss = metric in (metrics.zero_one_loss, metrics.hamming_loss)
    scorer = make_scorer(metric, greater_is_better=not is_loss, some_setting=3)
    assert criterion_of(scorer, None).is_surrogate


def test_a_probability_that_is_clipped_has_no_slope() -> None:
    criterion = criterion_of(get_scorer("neg_log_loss"), None)
    values = np.array([[-40.0, 0.0, 1.0], [0.5, 1.0, -2.0]])
    outputs = Outputs(values, "log_odds", np.arange(3))
    _, slope = criterion.evaluate(np.array([0, 1]), outputs, None)
    assert slope[0].tolist() == [0.0, 0.0, 0.0]
    assert np.all(slope[1] != 0.0)
