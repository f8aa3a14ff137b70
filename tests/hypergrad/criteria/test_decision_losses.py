"""What stands in for scores of decisions and of orders, which have jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad.criteria import _decision_losses
from skopt_evo.hypergrad.criteria._decision_losses import SURROGATES
from tests.hypergrad.criteria.outputs import (
    SORTS,
    SaysClasses,
    assert_slope_is_exact,
    evaluate,
    named,
    outputs_of,
    scorers_of,
    weights_of,
)

STEERED = scorers_of(SURROGATES)

# (number of classes, kind of outputs)
KINDS = [
    (2, "log_odds"),
    (3, "log_odds"),
    (3, "ovr_log_odds"),
    (2, "margin"),
    (3, "margin"),
]


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
@pytest.mark.parametrize(("n_classes", "kind"), KINDS)
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
@pytest.mark.parametrize(("n_classes", "kind"), KINDS)
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


@pytest.mark.parametrize(("n_classes", "kind"), KINDS)
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
