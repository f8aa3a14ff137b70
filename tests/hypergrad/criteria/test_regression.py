"""Scores of predictions: scikit-learn's values, and slopes by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.metrics import get_scorer, make_scorer

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Outputs
from skopt_evo.hypergrad.criteria import Criterion, criterion_of
from skopt_evo.hypergrad.criteria._regression import SLOPES
from tests.hypergrad.criteria.outputs import (
    SaysNumbers,
    assert_slope_is_exact,
    scorers_of,
)
from tests.marking import quick

NAMES = scorers_of(SLOPES)

DEVIANCES = ["neg_mean_poisson_deviance", "neg_mean_gamma_deviance"]


def lower(metric: Any, **kwargs: Any) -> Any:
    return make_scorer(metric, greater_is_better=False, **kwargs)


# Metrics with settings, which no name stands for.
SCORERS = {
    **{name: get_scorer(name) for name in sorted(NAMES)},
    **{
        f"pinball {alpha}": lower(metrics.mean_pinball_loss, alpha=alpha)
        for alpha in (0.1, 0.5, 0.8)
    },
    **{
        f"d2_pinball {alpha}": make_scorer(metrics.d2_pinball_score, alpha=alpha)
        for alpha in (0.1, 0.8)
    },
    **{
        f"tweedie {power}": lower(metrics.mean_tweedie_deviance, power=power)
        for power in (-1.0, 0.0, 1.0, 1.5, 2.0, 3.0)
    },
    **{
        f"d2_tweedie {power}": make_scorer(metrics.d2_tweedie_score, power=power)
        for power in (0.0, 1.0, 1.5, 2.0)
    },
}

# Those that scikit-learn has for several targets.
OF_SEVERAL = [name for name in SCORERS if "tweedie" not in name]
OF_SEVERAL = [name for name in OF_SEVERAL if name not in DEVIANCES]


def problem(n_targets: int = 0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return positive targets and predictions."""
    shape = (15, n_targets) if n_targets else (15,)
    rng = np.random.default_rng(seed)
    return rng.uniform(0.5, 3.0, shape), rng.uniform(0.5, 3.0, shape)


def criterion_and_score(
    name: str, y: Any, predictions: np.ndarray, weights: np.ndarray | None
) -> tuple[Criterion, float]:
    estimator = SaysNumbers(Outputs(predictions))
    given = {} if weights is None else {"sample_weight": weights}
    score = SCORERS[name](estimator, np.zeros((len(y), 1)), y, **given)
    return criterion_of(SCORERS[name], estimator), score


def test_the_scorers_with_a_criterion_are_those() -> None:
    assert {
        "d2_absolute_error_score",
        "explained_variance",
        "neg_mean_absolute_error",
        "neg_mean_absolute_percentage_error",
        "neg_mean_gamma_deviance",
        "neg_mean_poisson_deviance",
        "neg_mean_squared_error",
        "neg_mean_squared_log_error",
        "neg_root_mean_squared_error",
        "neg_root_mean_squared_log_error",
        "r2",
    } == NAMES


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("name", SCORERS)
def test_the_loss_is_minus_the_score_and_the_slope_that_of_the_loss(
    name: str, is_weighted: bool
) -> None:
    y, predictions = problem()
    weights = np.random.default_rng(1).uniform(0.2, 3.0, 15) if is_weighted else None
    criterion, score = criterion_and_score(name, y, predictions, weights)
    assert not criterion.is_surrogate
    loss, _ = criterion.evaluate(y, Outputs(predictions), weights)
    assert loss == pytest.approx(-score, rel=1e-12)
    assert_slope_is_exact(criterion, y, Outputs(predictions), weights)


@pytest.mark.parametrize("is_weighted", quick([False, True], True))
@pytest.mark.parametrize("name", OF_SEVERAL)
def test_several_targets_are_averaged(name: str, is_weighted: bool) -> None:
    y, predictions = problem(2)
    weights = np.random.default_rng(1).uniform(0.2, 3.0, 15) if is_weighted else None
    criterion, score = criterion_and_score(name, y, predictions, weights)
    loss, _ = criterion.evaluate(y, Outputs(predictions), weights)
    assert loss == pytest.approx(-score, rel=1e-12)
    assert_slope_is_exact(criterion, y, Outputs(predictions), weights)


@pytest.mark.parametrize("name", ["r2", "neg_root_mean_squared_error", "tweedie 1.5"])
@pytest.mark.parametrize("make", [list, pd.Series, lambda y: y[:, np.newaxis]])
def test_targets_may_be_a_list_a_series_or_a_column(name: str, make: Any) -> None:
    y, predictions = problem()
    criterion, score = criterion_and_score(name, y, predictions, None)
    loss, slope = criterion.evaluate(make(y), Outputs(predictions), None)
    assert loss == pytest.approx(-score, rel=1e-12)
    np.testing.assert_array_equal(
        slope, criterion.evaluate(y, Outputs(predictions), None)[1]
    )


@pytest.mark.parametrize(
    "name", ["r2", "explained_variance", "d2_absolute_error_score", "d2_pinball 0.8"]
)
def test_where_all_targets_are_equal_the_score_has_no_slope(name: str) -> None:
    # scikit-learn's score is 0 then, whatever is predicted.
    y, predictions = np.full(15, 2.0), problem()[1]
    criterion, score = criterion_and_score(name, y, predictions, None)
    loss, slope = criterion.evaluate(y, Outputs(predictions), None)
    assert loss == score == 0.0
    np.testing.assert_array_equal(slope, np.zeros(15))


@pytest.mark.parametrize(
    "name", ["neg_root_mean_squared_error", "neg_root_mean_squared_log_error"]
)
def test_a_root_has_no_slope_where_everything_is_right(name: str) -> None:
    y, _ = problem()
    loss, slope = criterion_of(SCORERS[name], None).evaluate(y, Outputs(y), None)
    assert loss == 0.0
    np.testing.assert_array_equal(slope, np.zeros(15))


@pytest.mark.parametrize("name", ["neg_mean_absolute_error", "pinball 0.1"])
def test_at_a_kink_the_slope_lies_between_those_of_both_sides(name: str) -> None:
    y, predictions = problem()
    predictions[3] = y[3]
    criterion = criterion_of(SCORERS[name], None)
    here, slope = criterion.evaluate(y, Outputs(predictions), None)
    change = 1e-6 * (np.arange(15) == 3)
    after, before = (
        (criterion.evaluate(y, Outputs(moved), None)[0] - here) / size
        for moved, size in ((predictions + change, 1e-6), (predictions - change, -1e-6))
    )
    assert before <= slope[3] <= after
    assert before < after


@pytest.mark.parametrize("name", DEVIANCES)
def test_predictions_without_a_score_have_a_reason(name: str) -> None:
    y, predictions = problem()
    predictions[0] = -1.0
    with pytest.raises(NoHypergradientError, match=r"has no value here: .*positive"):
        criterion_of(SCORERS[name], None).evaluate(y, Outputs(predictions), None)


def test_the_outputs_of_classifiers_are_declined() -> None:
    outputs = Outputs(np.zeros(4), "log_odds", np.array([0, 1]))
    with pytest.raises(NoHypergradientError, match=r"r2_score scores .* classifier"):
        criterion_of(SCORERS["r2"], None).evaluate([0, 1, 1, 0], outputs, None)
