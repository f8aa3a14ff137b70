"""The comparison of rules with differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold, cross_val_score

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import _registry as registry
from skopt_evo.hypergrad import check_hypergradient, register_hypergradient
from tests.hypergrad.shrunk import (
    NotANumber,
    OtherOutputs,
    Shrunk,
    ShrunkRule,
    Silent,
    WrongShape,
    WrongSign,
    WrongSize,
    data,
)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a test registers end with it."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))


def check(rule: Any, params: Any, **settings: Any) -> Any:
    register_hypergradient(Shrunk, params=["alpha", "betas"])(rule)
    return check_hypergradient(Shrunk(), params, *data(), **settings)


@pytest.mark.parametrize(
    ("rule", "error"), [(WrongSign, 2.0), (WrongSize, 0.01), (ShrunkRule, 0.0)]
)
def test_a_wrong_rule_is_found_out(rule: Any, error: float) -> None:
    table = check(rule, {"alpha": 0.5, "betas": np.array([0.3])})
    np.testing.assert_allclose(table["error"], error, rtol=0.02, atol=1e-6)


def test_the_derivatives_are_those_of_the_mean_loss_of_the_folds() -> None:
    X, y = load_diabetes(return_X_y=True)
    cv = KFold(3, shuffle=True, random_state=0)
    table = check_hypergradient(
        Ridge(), {"alpha": 0.1}, X, y, scoring="neg_mean_squared_error", cv=cv
    )
    assert list(table.columns) == ["exact", "difference", "error"]
    assert table.index.name == "parameter"
    ahead, behind = (
        -cross_val_score(
            Ridge(alpha=alpha), X, y, cv=cv, scoring="neg_mean_squared_error"
        ).mean()
        for alpha in (0.1001, 0.0999)
    )
    expected = (ahead - behind) / 2e-4
    np.testing.assert_allclose(table.loc["alpha"].iloc[:2], expected, rtol=1e-5)


def test_the_numbers_of_an_array_are_told_apart_by_their_places() -> None:
    betas = np.array([0.1, 0.0, 0.3])
    table = check(ShrunkRule, {"betas": betas, "alpha": 1.0})
    assert list(table.index) == ["betas[0]", "betas[1]", "betas[2]", "alpha"]
    exact = table["exact"].to_numpy()
    np.testing.assert_allclose(exact[:3], exact[3] * np.array([1.0, 2.0, 3.0]))
    assert np.all(table["error"] < 1e-6)
    np.testing.assert_array_equal(betas, [0.1, 0.0, 0.3])


def test_the_step_is_a_part_of_the_value() -> None:
    X, y = data()
    register_hypergradient(Shrunk, params=["alpha"])(ShrunkRule)
    fold = np.arange(10), np.arange(10, 20)
    table = check_hypergradient(
        Shrunk(),
        {"alpha": 4.0},
        X,
        y,
        scoring="neg_mean_squared_error",
        cv=[fold],
        step=0.5,
    )
    losses = [
        mean_squared_error(y[10:], np.full(10, y[:10].mean() / (1.0 + alpha)))
        for alpha in (6.0, 2.0)
    ]
    expected = (losses[0] - losses[1]) / 4.0
    assert table.loc["alpha", "difference"] == pytest.approx(expected)


def test_weights_of_samples_are_split_and_reach_the_fit() -> None:
    X, y = data()
    weights = np.random.default_rng(0).uniform(0.1, 5.0, 20)
    register_hypergradient(Shrunk, params=["alpha"])(ShrunkRule)
    table = check_hypergradient(
        Shrunk(),
        {"alpha": 0.5},
        X,
        y,
        scoring="neg_mean_squared_error",
        cv=[(np.arange(15), np.arange(15, 20))],
        fit_params={"sample_weight": weights},
    )
    mean = np.average(y[:15], weights=weights[:15])
    residual = mean / 1.5 - y[15:].mean()
    assert table.loc["alpha", "exact"] == pytest.approx(-2 * residual * mean / 1.5**2)
    assert table.loc["alpha", "error"] < 1e-6


@pytest.mark.parametrize(
    ("rule", "match"),
    [
        (NotANumber, "derivative by 'alpha' came out as nan"),
        (Silent, "returned no derivative by 'alpha'"),
        (WrongShape, r"has the shape \(2,\), its value \(\)"),
        (OtherOutputs, "is not what r2_score makes of the estimator"),
    ],
)
def test_a_rule_that_makes_no_sense_is_an_error(rule: Any, match: str) -> None:
    with pytest.raises(NoHypergradientError, match=match):
        check(rule, {"alpha": 0.5})


@pytest.mark.parametrize(
    ("estimator", "params", "scoring", "match"),
    [
        (Shrunk(), {"alpha": 1.0}, None, "by 'alpha': there is no rule for Shrunk"),
        (Ridge(), {"tol": 1.0}, None, "by 'tol': .*Ridge only .*'alpha'"),
        (Ridge(positive=True), {"alpha": 1.0}, None, "by 'alpha': .*positive=True"),
        (
            Ridge(),
            {"alpha": 1.0},
            "neg_max_error",
            "'alpha': .* of max_error is not",
        ),
        (Ridge(), {"alpha": 1.0}, ["r2"], "'alpha': the derivative of .* is not known"),
    ],
)
def test_what_has_no_derivative_is_an_error_that_says_why(
    estimator: Any, params: Any, scoring: Any, match: str
) -> None:
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(NoHypergradientError, match=match):
        check_hypergradient(estimator, params, X, y, scoring=scoring)


def test_an_unknown_parameter_is_refused_by_the_estimator() -> None:
    with pytest.raises(ValueError, match="Invalid parameter 'alhpa'"):
        check_hypergradient(Ridge(), {"alhpa": 1.0}, *data())


def test_the_estimator_given_is_left_as_it_is() -> None:
    estimator = Ridge(alpha=3.0)
    X, y = load_diabetes(return_X_y=True)
    check_hypergradient(estimator, {"alpha": 0.1}, X, y)
    assert estimator.alpha == 3.0
    assert not hasattr(estimator, "coef_")


@pytest.mark.parametrize("step", [0.0, -1e-4, 1.0])
def test_a_step_that_leads_nowhere_is_refused(step: float) -> None:
    with pytest.raises(ValueError, match=r"step=.* pass a float in \(0, 1\)"):
        check_hypergradient(Ridge(), {"alpha": 1.0}, *data(), step=step)


@pytest.mark.parametrize("params", [{}, ["alpha"], "alpha"], ids=repr)
def test_parameters_without_values_are_refused(params: Any) -> None:
    with pytest.raises(TypeError, match="is no dict of values"):
        check_hypergradient(Ridge(), params, *data())
