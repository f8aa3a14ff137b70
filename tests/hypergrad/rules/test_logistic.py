"""LogisticRegression."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.hypergrad._registry import predictor_rule
from tests.hypergrad.rules.problems import (
    ITERATED,
    assert_exact,
    assert_exact_inputs,
    classes,
    one_fold,
    weights,
)

# Until scikit-learn 1.7 penalties had names, and several classes a choice.
HAS_NAMES = "multi_class" in LogisticRegression().get_params()

SOLVERS = ["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga"]


def tight(l1_ratio: float = 0.0, **params: Any) -> LogisticRegression:
    """Return a classifier with a penalty, by whatever name."""
    if HAS_NAMES:
        names = {0.0: {"penalty": "l2"}, 1.0: {"penalty": "l1"}}
        elastic = {"penalty": "elasticnet", "l1_ratio": l1_ratio}
        params |= names.get(l1_ratio, elastic)
    else:
        params["l1_ratio"] = l1_ratio
    return LogisticRegression(**{"tol": 1e-12, "max_iter": 100_000, **params})


@given(
    log_C=st.floats(-2.0, 2.0),
    n_classes=st.integers(2, 3),
    seed=st.integers(0, 5),
    fit_intercept=st.booleans(),
    is_weighted=st.booleans(),
    class_weight=st.sampled_from([None, "balanced", {0: 3.0}]),
)
@settings(deadline=None, max_examples=15)
def test_the_derivative_by_c_is_exact(
    log_C: float,
    n_classes: int,
    seed: int,
    fit_intercept: bool,
    is_weighted: bool,
    class_weight: Any,
) -> None:
    X, y = classes(n_classes=n_classes, seed=seed)
    assert_exact(
        tight(
            solver="newton-cholesky",
            fit_intercept=fit_intercept,
            class_weight=class_weight,
        ),
        {"C": 10.0**log_C},
        (X[:-10], y[:-10]),
        scoring="neg_log_loss",
        fit_params={"sample_weight": weights(len(y) - 10, seed)} if is_weighted else {},
        within=ITERATED,
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("solver", SOLVERS)
def test_all_solvers_have_the_same_derivative(solver: str, n_classes: int) -> None:
    data = classes(n_classes=n_classes)
    exact = [
        check_hypergradient(
            tight(solver=name), {"C": 0.3}, *data, scoring="neg_log_loss"
        ).loc["C", "exact"]
        for name in (solver, "newton-cholesky")
    ]
    assert exact[0] == pytest.approx(exact[1], rel=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_coefficients_at_zero_stay_there(n_classes: int) -> None:
    data = classes(n_features=12, n_classes=n_classes)
    estimator = tight(0.6, C=0.15, solver="saga", class_weight="balanced")
    assert np.any(estimator.fit(*data).coef_ == 0.0)
    params = {"C": 0.15, "l1_ratio": 0.6}
    scoring = "neg_brier_score" if n_classes == 2 else "neg_log_loss"
    assert_exact(estimator, params, data, scoring=scoring, within=ITERATED)


@pytest.mark.parametrize("scaling", [1.0, 3.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_liblinear_penalises_the_intercept(
    l1_ratio: float, fit_intercept: bool, scaling: float
) -> None:
    data = classes()
    estimator = tight(
        l1_ratio,
        solver="liblinear",
        # The dual of the smooth penalty is solved to more digits.
        dual=l1_ratio == 0.0,
        tol=1e-10,
        random_state=0,
        fit_intercept=fit_intercept,
        intercept_scaling=scaling,
        class_weight={0: 1.0, 1: 3.0},
    )
    settings = {"fit_params": {"sample_weight": weights(90)}, "within": ITERATED}
    assert_exact(estimator, {"C": 0.4}, data, scoring="neg_log_loss", **settings)
    assert_exact_inputs(estimator, data, step=1e-4, **settings)


def test_liblinear_may_hold_the_intercept_at_zero() -> None:
    X, y = classes()
    data = np.vstack([X, -X]), np.concatenate([y, 1 - y])
    estimator = tight(1.0, solver="liblinear", C=0.1)
    assert estimator.fit(*data).intercept_ == 0.0
    fold = one_fold(180)
    assert_exact(
        estimator, {"C": 0.1}, data, scoring="neg_log_loss", cv=fold, within=ITERATED
    )


@pytest.mark.skipif(not HAS_NAMES, reason="two classes from scikit-learn 1.8 on")
@pytest.mark.filterwarnings("ignore:Using the 'liblinear' solver:FutureWarning")
def test_liblinear_separates_each_class() -> None:
    assert_exact(
        tight(solver="liblinear", tol=1e-10, class_weight={0: 1.0, 1: 3.0}),
        {"C": 0.4},
        classes(n_classes=3),
        scoring="neg_log_loss",
        within=1e-3,
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_the_derivatives_by_data_are_exact(l1_ratio: float, n_classes: int) -> None:
    data = classes(n_classes=n_classes)
    estimator = tight(l1_ratio, C=0.3, solver="saga" if l1_ratio else "newton-cg")
    fit_params = {"sample_weight": weights(90)}
    assert_exact_inputs(estimator, data, fit_params=fit_params, within=ITERATED)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_features", [20, 1000])
def test_data_may_be_sparse(n_features: int, n_classes: int) -> None:
    rng = np.random.default_rng(0)
    X = sparse.random(80, n_features, density=0.2, random_state=0, format="csr")
    signal = np.asarray(X @ rng.normal(size=n_features)).ravel()
    y = np.digitize(signal, np.quantile(signal, np.arange(1, n_classes) / n_classes))
    assert_exact(
        tight(solver="newton-cg"),
        {"C": 3.0},
        (X, y),
        scoring="neg_log_loss",
        within=ITERATED,
    )


def test_many_classes_and_features_are_solved_by_iteration() -> None:
    data = classes(n_features=350, n_classes=3)
    assert_exact(
        tight(solver="newton-cg"),
        {"C": 0.01},
        data,
        scoring="neg_log_loss",
        cv=one_fold(90),
        within=ITERATED,
    )


def test_labels_may_be_strings() -> None:
    X, y = classes(n_classes=3)
    names = np.array(["no", "maybe", "yes"])[y]
    assert_exact(
        tight(solver="newton-cg", class_weight={"no": 2.0}),
        {"C": 0.5},
        (X, names),
        within=ITERATED,
    )


@pytest.mark.filterwarnings("ignore:Setting penalty=None")
@pytest.mark.parametrize("n_classes", [2, 3])
def test_without_a_penalty_data_have_derivatives(n_classes: int) -> None:
    data = classes(n_classes=n_classes)
    estimator = tight(solver="newton-cg").set_params(
        **({"penalty": None} if HAS_NAMES else {"C": np.inf})
    )
    assert_exact_inputs(estimator, data, within=ITERATED)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_default_tolerances_suffice(n_classes: int) -> None:
    data = classes(n_classes=n_classes)
    loose, good = (
        check_hypergradient(estimator, {"C": 0.03}, *data, scoring="neg_log_loss")
        for estimator in (LogisticRegression(), tight(solver="newton-cg"))
    )
    assert np.allclose(loose["exact"], good["exact"], rtol=1e-3)


@pytest.mark.skipif(not HAS_NAMES, reason="no such choice from scikit-learn 1.8 on")
def test_a_choice_of_how_to_treat_classes_is_declined() -> None:
    estimator = LogisticRegression(multi_class="ovr")
    with pytest.raises(NoHypergradientError, match="multi_class='ovr'"):
        check_hypergradient(estimator, {"C": 1.0}, *classes(n_classes=3))


def test_the_search_over_its_own_grid_has_no_rule() -> None:
    with pytest.raises(NoHypergradientError, match="no rule for LogisticRegressionCV"):
        predictor_rule(LogisticRegressionCV())


@pytest.mark.filterwarnings("ignore:l1_ratio parameter is only used")
@pytest.mark.filterwarnings("ignore:.*penalty.*deprecated")
def test_a_ratio_that_is_not_used_has_a_derivative_of_zero() -> None:
    estimator = LogisticRegression(penalty="l2", tol=1e-8)
    check = check_hypergradient(
        estimator, {"l1_ratio": 0.4}, *classes(), scoring="neg_log_loss"
    )
    assert check["exact"].tolist() == [0.0]
