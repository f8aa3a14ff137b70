"""Scores of probabilities: scikit-learn's values, and slopes by differences."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from packaging.version import Version
from sklearn.metrics import get_scorer, get_scorer_names, log_loss, make_scorer

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import criterion_of
from skopt_evo.hypergrad.criteria._probability_losses import (
    PROBABILITY_LOSSES,
    probabilities,
)
from tests.hypergrad.criteria.outputs import (
    EXACT,
    SaysClasses,
    assert_slope_is_exact,
    evaluate,
    named,
    outputs_of,
    scorers_of,
    weights_of,
)

VERSION = Version(sklearn.__version__)

# (number of classes, kind of outputs)
KINDS = [(2, "log_odds"), (3, "log_odds"), (3, "ovr_log_odds")]


@pytest.mark.parametrize(("n_classes", "kind"), KINDS)
def test_probabilities_are_those_of_classifiers(n_classes: int, kind: str) -> None:
    _, outputs = outputs_of(n_classes, kind)
    expected = SaysClasses(outputs).predict_proba(None)
    np.testing.assert_allclose(probabilities(outputs), expected, rtol=1e-12)


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


def test_a_probability_that_is_clipped_has_no_slope() -> None:
    criterion = criterion_of(get_scorer("neg_log_loss"), None)
    values = np.array([[-40.0, 0.0, 1.0], [0.5, 1.0, -2.0]])
    outputs = Outputs(values, "log_odds", np.arange(3))
    _, slope = criterion.evaluate(np.array([0, 1]), outputs, None)
    assert slope[0].tolist() == [0.0, 0.0, 0.0]
    assert np.all(slope[1] != 0.0)


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
