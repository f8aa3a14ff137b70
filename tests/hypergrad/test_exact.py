"""The derivatives of the score of one fold."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import (
    ElasticNet,
    LogisticRegression,
    Ridge,
    TweedieRegressor,
)
from sklearn.metrics import (
    check_scoring,
    get_scorer,
    make_scorer,
    mean_squared_error,
    r2_score,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_evo.hypergrad import Fold, register_hypergradient
from skopt_evo.hypergrad import _registry as registry
from skopt_evo.hypergrad._exact import (
    FoldDifferentiator,
    FoldGradient,
    is_converged,
    is_differentiable,
    reasons_against,
)
from tests.hypergrad.shrunk import (
    Breaking,
    BrokenCheck,
    NotANumber,
    OtherOutputs,
    Shrunk,
    ShrunkRule,
    Silent,
    WrongShape,
)

X, Y = make_regression(40, 5, noise=20.0, random_state=0)
TRAIN, TEST = np.arange(25), np.arange(25, 40)
WEIGHTS = np.random.default_rng(0).uniform(0.1, 5.0, 15)
R2, MSE = get_scorer("r2"), get_scorer("neg_mean_squared_error")


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what a test registers end with it."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))


def differentiate(
    estimator: Any,
    scorers: Any = R2,
    *,
    metric: str | None = None,
    score_params: Any = None,
    scores: Any = None,
    names: tuple[str, ...] = ("alpha",),
    params: Any = None,
    y: Any = Y,
) -> FoldGradient:
    """Fit, score and differentiate, as a worker of a search does."""
    estimator = clone(estimator).fit(X[TRAIN], y[TRAIN])
    given = score_params or {}
    if scores is None:
        scores = scorers(estimator, X[TEST], y[TEST], **given)
    if params is None:
        params = {name: estimator.get_params()[name] for name in names}
    return FoldDifferentiator(scorers, metric, frozenset(names))(
        estimator, Fold(X[TRAIN], y[TRAIN], X[TEST]), y[TEST], given, scores, params
    )


def slope_of_ridge(score: Any, alpha: float = 2.0, step: float = 1e-4) -> float:
    """Return the derivative of minus a score by alpha, by differences."""
    ahead, behind = (
        score(
            Y[TEST],
            Ridge(alpha=alpha + change).fit(X[TRAIN], Y[TRAIN]).predict(X[TEST]),
        )
        for change in (step, -step)
    )
    return -(ahead - behind) / (2.0 * step)


def several(*names: str) -> Any:
    """Return the object that a search makes of several metrics."""
    search = GridSearchCV(Ridge(), {}, scoring=list(names), refit=False)
    scorers = search._get_scorers()
    return scorers[0] if isinstance(scorers, tuple) else scorers


# ---- reasons before any fit


def test_there_are_no_reasons_against_what_has_a_derivative() -> None:
    assert reasons_against(Ridge(), ["alpha"], R2) == {}
    assert reasons_against(Ridge(), [], get_scorer("neg_max_error")) == {}


def test_each_name_has_a_reason_of_its_own() -> None:
    reasons = reasons_against(Ridge(), ["alpha", "tol"], R2)
    assert list(reasons) == ["tol"]
    assert "not that of 'tol'" in reasons["tol"]


@pytest.mark.parametrize(
    ("estimator", "scorer", "reason"),
    [
        (Ridge(), get_scorer("neg_max_error"), "max_error is not known"),
        (Ridge(), make_scorer(r2_score, greater_is_better=False), "made worse"),
        (Ridge(positive=True), R2, "positive=True"),
        (Shrunk(), R2, "no rule for Shrunk"),
    ],
)
def test_scorer_setting_and_estimator_may_be_the_reason(
    estimator: Any, scorer: Any, reason: str
) -> None:
    assert reason in reasons_against(estimator, ["alpha"], scorer)["alpha"]
    found = differentiate(estimator, scorer)
    assert reason in found.reasons["alpha"]
    assert found.params == {}
    assert np.isnan(found.loss)


@pytest.mark.parametrize("is_last", [False, True])
def test_a_score_that_a_hyperparameter_is_part_of_has_no_derivative_by_it(
    is_last: bool,
) -> None:
    estimator, prefix = TweedieRegressor(power=1.5), ""
    if is_last:
        estimator = make_pipeline(StandardScaler(), estimator)
        prefix = "tweedieregressor__"
    names = [f"{prefix}alpha", f"{prefix}power"]
    reasons = reasons_against(estimator, names, check_scoring(estimator))
    assert list(reasons) == names[1:]
    assert "own score changes with" in reasons[names[1]]
    assert reasons_against(estimator, names, R2) == {}


# ---- what is differentiated


def test_the_loss_is_minus_the_score_and_the_derivative_its_own() -> None:
    found = differentiate(Ridge(alpha=2.0))
    predictions = Ridge(alpha=2.0).fit(X[TRAIN], Y[TRAIN]).predict(X[TEST])
    assert found.loss == pytest.approx(-r2_score(Y[TEST], predictions))
    assert found.params["alpha"] == pytest.approx(slope_of_ridge(r2_score), rel=1e-6)
    assert found.reasons == {}
    assert found.is_converged


def test_names_without_a_derivative_leave_the_others_theirs() -> None:
    found = differentiate(Ridge(alpha=2.0), names=("alpha", "tol"))
    assert list(found.params) == ["alpha"]
    assert list(found.reasons) == ["tol"]
    # What befalls the rest is not the reason of those that had one.
    broken = differentiate(Ridge(), names=("alpha", "tol"), scores=1e6)
    assert "is not what" in broken.reasons["alpha"]
    assert broken.reasons["tol"] == found.reasons["tol"]


def test_names_that_are_no_numbers_anywhere_are_left_out() -> None:
    estimator = Ridge(alpha=2.0)
    params = {"alpha": 2.0, "solver": "auto", "fit_intercept": True, "tol": 1e-4}
    found = differentiate(
        estimator, names=("alpha", "solver", "fit_intercept"), params=params
    )
    assert list(found.params) == ["alpha"]
    assert found.reasons == {}


@pytest.mark.parametrize("metric", ["r2", "neg_mean_squared_error", None])
def test_of_several_metrics_the_one_to_improve_steers(metric: str | None) -> None:
    scorers = several("neg_mean_squared_error", "r2")
    found = differentiate(Ridge(alpha=2.0), scorers, metric=metric)

    def first(y: Any, predictions: Any) -> float:
        return -float(mean_squared_error(y, predictions))

    score = r2_score if metric == "r2" else first
    assert found.params["alpha"] == pytest.approx(slope_of_ridge(score), rel=1e-6)


def test_a_function_for_several_metrics_is_declined() -> None:
    found = differentiate(
        Ridge(), lambda estimator, X, y: {"a": 1.0, "b": 2.0}, metric="b"
    )
    assert "is not known" in found.reasons["alpha"]


# ---- weights of the score


def weighted_r2(y: Any, predictions: Any) -> float:
    return float(r2_score(y, predictions, sample_weight=WEIGHTS))


def test_weights_that_reach_the_score_reach_its_derivative() -> None:
    found = differentiate(Ridge(alpha=2.0), score_params={"sample_weight": WEIGHTS})
    expected = slope_of_ridge(weighted_r2)
    assert found.params["alpha"] == pytest.approx(expected, rel=1e-6)
    assert abs(expected / slope_of_ridge(r2_score) - 1.0) > 1e-3


@pytest.mark.parametrize("is_requested", [False, True])
def test_with_metadata_routing_a_scorer_says_whether_it_takes_weights(
    is_requested: bool, routing: None
) -> None:
    # Those of another metric are handed on as well, and do not count.
    mse = make_scorer(mean_squared_error, greater_is_better=False)
    r2 = make_scorer(r2_score).set_score_request(sample_weight=is_requested)
    search = GridSearchCV(
        Ridge(),
        {},
        scoring={"mse": mse.set_score_request(sample_weight=True), "r2": r2},
        refit=False,
    )
    scorers = search._get_scorers()
    scorers = scorers[0] if isinstance(scorers, tuple) else scorers
    given = {"sample_weight": WEIGHTS}
    found = differentiate(Ridge(alpha=2.0), scorers, metric="r2", score_params=given)
    expected = slope_of_ridge(weighted_r2 if is_requested else r2_score)
    assert found.params["alpha"] == pytest.approx(expected, rel=1e-6)


@pytest.fixture
def routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


# ---- what goes wrong


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Breaking, "its rule raised KeyError('broken')."),
        (BrokenCheck, "its rule raised AttributeError('no such attribute')."),
        (NotANumber, "came out as nan: the fit may have come to no optimum"),
        (Silent, "returned no derivative by 'alpha'"),
        (WrongShape, "has the shape (2,), its value ()"),
        (OtherOutputs, "is not what r2_score makes of the estimator"),
    ],
)
def test_whatever_befalls_a_rule_is_a_reason(rule: Any, reason: str) -> None:
    register_hypergradient(Shrunk, params=["alpha"])(rule)
    found = differentiate(Shrunk(), y=np.abs(Y) + 1.0)
    assert reason in found.reasons["alpha"]
    assert found.params == {}
    assert np.isnan(found.loss)


def test_the_rule_itself_is_right() -> None:
    register_hypergradient(Shrunk, params=["alpha"])(ShrunkRule)
    assert list(differentiate(Shrunk(), y=np.abs(Y) + 1.0).params) == ["alpha"]


@pytest.mark.parametrize("score", [0.123, np.nan, -np.inf])
def test_a_score_that_the_criterion_does_not_reproduce_is_a_reason(
    score: float,
) -> None:
    found = differentiate(Ridge(), scores=score)
    words = "is not what r2_score" if np.isfinite(score) else "scorer has failed"
    assert words in found.reasons["alpha"]
    assert found.params == {}


def test_a_class_unseen_in_training_is_a_reason() -> None:
    labels = np.where(np.arange(40) < 25, np.arange(40) % 2, np.arange(40) % 3)
    found = differentiate(
        LogisticRegression(), get_scorer("accuracy"), names=("C",), y=labels
    )
    assert "class that the training set has not" in found.reasons["C"]


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_a_failed_scorer_did_not_give_has_no_derivative(
    score: float,
) -> None:
    # A smooth loss would stand in for it all the same.
    labels = (Y > 0.0).astype(int)
    scorer = get_scorer("roc_auc")
    found = differentiate(
        LogisticRegression(), scorer, names=("C",), scores=score, y=labels
    )
    assert found.params == {}
    assert "scorer has failed" in found.reasons["C"]


def test_filters_of_warnings_are_left_to_the_other_threads() -> None:
    def filters() -> Any:
        return list(warnings.filters)

    seen = []

    class Observing(ShrunkRule):
        def spoil(self, derivative: Any) -> Any:
            seen.append(filters())
            return derivative

    register_hypergradient(Shrunk, params=["alpha"])(Observing)
    before = filters()
    differentiate(Shrunk(), y=np.abs(Y) + 1.0)
    assert seen == [before]


# ---- convergence


def iterated(estimator: Any, labels: Any) -> FoldGradient:
    names = ("C",) if isinstance(estimator, LogisticRegression) else ("alpha",)
    scorer = get_scorer("neg_log_loss" if names == ("C",) else "r2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return differentiate(estimator, scorer, names=names, y=labels)


@pytest.mark.parametrize("is_enough", [False, True])
def test_a_fit_that_ran_out_of_iterations_is_flagged(is_enough: bool) -> None:
    labels = make_classification(40, 5, random_state=0)[1]
    labels[TEST[:2]] = 0, 1
    found = iterated(LogisticRegression(max_iter=200 if is_enough else 2), labels)
    assert found.is_converged is is_enough
    assert list(found.params) == ["C"]
    lasso = iterated(ElasticNet(alpha=0.1, max_iter=500 if is_enough else 2), Y)
    assert lasso.is_converged is is_enough


def test_the_parts_of_a_meta_estimator_are_looked_at() -> None:
    model = ElasticNet(alpha=1e-3, max_iter=2)
    targets = np.column_stack([Y, Y])
    nested = make_pipeline(StandardScaler(), MultiOutputRegressor(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert not is_converged(nested.fit(X, targets))
        assert not is_converged(make_pipeline(StandardScaler(), model).fit(X, Y))
    model = ElasticNet(max_iter=500)
    nested = make_pipeline(StandardScaler(), MultiOutputRegressor(model))
    assert is_converged(nested.fit(X, targets))


@pytest.mark.parametrize(
    "estimator", [Ridge(), make_pipeline("passthrough", Ridge()), StandardScaler()]
)
def test_what_does_not_iterate_has_converged(estimator: Any) -> None:
    assert is_converged(estimator.fit(X, Y))


# ---- which values


@pytest.mark.parametrize(
    "value",
    [1.0, 3, np.float32(1), np.int64(2), Fraction(1, 3), np.ones(3), np.ones((2, 2))],
    ids=repr,
)
def test_numbers_and_arrays_of_them_are_differentiable(value: Any) -> None:
    assert is_differentiable(value)


@pytest.mark.parametrize(
    "value",
    [True, np.True_, "1.0", None, [1.0], 1j, np.ones(3, bool), np.array(["a"]), Ridge],
    ids=repr,
)
def test_anything_else_is_not(value: Any) -> None:
    assert not is_differentiable(value)
