"""`GradientSearchCV` with exact derivatives."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint, uniform
from sklearn.base import clone, is_classifier
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeRegressor

from skopt_evo import GradientSearchCV
from skopt_evo.exceptions import (
    NoHypergradientError,
    NoHypergradientWarning,
    SpaceCoverageWarning,
)
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.preprocessing import FeatureScale
from skopt_evo.space import Vector
from tests.hypergrad.random_pipelines import Stateless
from tests.marking import quick

X, y = load_diabetes(return_X_y=True)
X_cancer, y_cancer = load_breast_cancer(return_X_y=True)
RIDGE = make_pipeline(PolynomialFeatures(2), StandardScaler(), Ridge())
ALPHA = {"ridge__alpha": loguniform(1e-4, 1e6)}
SCALED = make_pipeline(StandardScaler(), FeatureScale(np.ones(10)), Ridge())
SCALES = {
    "featurescale__weights": Vector(loguniform(1e-2, 1e2), 10),
    "ridge__alpha": loguniform(1e-2, 1e4),
}


def best_known(estimator, name, values, scoring, data=(X, y)):
    """Return the best mean score on a fine grid."""
    from sklearn.model_selection import GridSearchCV

    grid = {name: values}
    return GridSearchCV(estimator, grid, scoring=scoring).fit(*data).best_score_


@pytest.mark.parametrize(
    ("estimator", "grid", "scoring", "data"),
    [
        (RIDGE, ALPHA, "neg_mean_squared_error", (X, y)),
        pytest.param(
            make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
            {"logisticregression__C": loguniform(1e-4, 1e4)},
            "neg_log_loss",
            (X_cancer, y_cancer),
            marks=pytest.mark.slow,
        ),
    ],
    ids=["ridge", "logistic"],
)
def test_one_penalty_takes_few_candidates(estimator, grid, scoring, data):
    search = GradientSearchCV(
        estimator, grid, scoring=scoring, n_iter=10, random_state=0
    ).fit(*data)
    ((name, distribution),) = grid.items()
    values = distribution.ppf(np.linspace(0.35, 0.7, 20))
    best = best_known(estimator, name, values, scoring, data)
    assert search.best_score_ >= best - 1e-3 * abs(best)
    first_five = search.cv_results_["mean_test_score"][:5].max()
    assert first_five >= best - 1e-2 * abs(best)
    assert set(search.cv_results_["gradient_method"]) == {"exact"}
    assert set(search.cv_results_["origin"]) <= {"start", "step"}


def test_the_derivatives_in_the_results_are_those_of_the_mean_score():
    search = GradientSearchCV(
        RIDGE, ALPHA, scoring="neg_mean_squared_error", n_iter=3, random_state=0
    ).fit(X, y)
    for params, slope in zip(
        search.cv_results_["params"],
        search.cv_results_["grad_ridge__alpha"],
        strict=True,
    ):
        check = check_hypergradient(
            RIDGE, params, X, y, scoring="neg_mean_squared_error"
        )
        np.testing.assert_allclose(slope, -check["difference"].item(), rtol=1e-5)


def test_derivatives_by_arrays_are_arrays():
    search = GradientSearchCV(SCALED, SCALES, n_iter=6, random_state=0).fit(X, y)
    slopes = search.cv_results_["grad_featurescale__weights"]
    assert [slope.shape for slope in slopes] == [(10,)] * 6
    frame = pd.DataFrame(search.cv_results_)
    assert len(frame) == 6
    best = search.best_params_["featurescale__weights"]
    assert search.best_estimator_[1].weights.tolist() == best.tolist()


def test_many_weights_are_tuned_at_once():
    rng = np.random.default_rng(0)
    X_wide = rng.normal(size=(120, 20))
    target = X_wide[:, 0] + np.sin(2 * X_wide[:, 1]) + 0.1 * rng.normal(size=120)
    model = make_pipeline(
        FeatureScale(np.ones(20)), KernelRidge(kernel="rbf", gamma=0.05)
    )
    grid = {
        "featurescale__weights": Vector(loguniform(1e-2, 1e2), 20),
        "kernelridge__alpha": loguniform(1e-4, 1e2),
    }
    search = GradientSearchCV(model, grid, n_iter=15, random_state=0).fit(
        X_wide, target
    )
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < 0.5
    assert search.best_score_ > 0.85
    weights = search.best_params_["featurescale__weights"]
    assert weights[:2].min() > 3 * np.median(weights[2:])


def test_the_results_do_not_depend_on_the_number_of_jobs():
    one, many = (
        GradientSearchCV(SCALED, SCALES, n_iter=12, n_jobs=n_jobs, random_state=0)
        .fit(X, y)
        .cv_results_
        for n_jobs in (1, 2)
    )
    for name, column in one.items():
        if "time" not in name and name != "params":
            np.testing.assert_array_equal(np.stack(column), np.stack(many[name]), name)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam", "lbfgs"])
@pytest.mark.parametrize("learning_rate", ["auto", 0.02])
def test_every_optimizer_can_be_driven_by_exact_derivatives(optimizer, learning_rate):
    rate = learning_rate
    if rate != "auto" and optimizer in ("sgd", "momentum", "lbfgs"):
        rate = 0.1  # gradients of R2 are small
    search = GradientSearchCV(
        RIDGE,
        ALPHA,
        gradient="exact",
        optimizer=optimizer,
        learning_rate=rate,
        n_iter=10,
        n_restarts=0,
        random_state=0,
    ).fit(X, y)
    results = search.cv_results_
    assert set(results["gradient_method"]) == {"exact"}
    assert "difference" not in results["origin"]
    assert search.best_score_ > results["mean_test_score"][0] + 0.01


@pytest.mark.parametrize(
    ("estimator", "grid", "scoring", "words"),
    [
        (
            DecisionTreeRegressor(),
            {"ccp_alpha": uniform(0, 1)},
            "r2",
            "no rule for DecisionTreeRegressor",
        ),
        (Ridge(), {"tol": loguniform(1e-4, 1)}, "r2", "not that of 'tol'"),
        (
            Ridge(),
            {"alpha": loguniform(1e-4, 1)},
            "neg_median_absolute_error",
            "median_absolute_error is not known",
        ),
    ],
)
def test_exact_derivatives_that_are_not_to_be_had_are_an_error(
    estimator, grid, scoring, words
):
    search = GradientSearchCV(estimator, grid, scoring=scoring, gradient="exact")
    with pytest.raises(NoHypergradientError, match=words) as error:
        search.fit(X, y)
    message = str(error.value)
    assert type(estimator).__name__ in message
    assert next(iter(grid)) in message
    assert scoring in message or "make_scorer" in message
    assert "KernelRidge" in message
    assert "gradient='auto'" in message


def test_it_says_why_there_is_no_derivative(capsys):
    model = make_pipeline(PolynomialFeatures(), Ridge())
    grid = {"polynomialfeatures__degree": randint(1, 3), **ALPHA}
    GradientSearchCV(model, grid, n_iter=6, verbose=1, random_state=0).fit(X, y)
    printed = capsys.readouterr().out
    assert printed.count("No exact derivative by 'polynomialfeatures__degree'") == 1
    assert "no rule for PolynomialFeatures" in printed


def test_what_is_held_back_stays_near_the_estimator_itself():
    def distance(hyper_l2):
        search = GradientSearchCV(
            SCALED, SCALES, hyper_l2=hyper_l2, n_iter=12, n_restarts=0, random_state=0
        ).fit(X, y)
        weights = search.best_params_["featurescale__weights"]
        results = search.cv_results_
        if hyper_l2:
            total = results["mean_test_score"] - results["hyper_penalty"]
            assert search.best_index_ == np.argmax(total)
            moved = np.log([p["featurescale__weights"] for p in results["params"]])
            moved = np.hstack(
                [moved, np.log([[p["ridge__alpha"]] for p in results["params"]])]
            )
            expected = hyper_l2 * (moved**2).sum(axis=1)
            np.testing.assert_allclose(results["hyper_penalty"], expected, atol=1e-12)
        return np.linalg.norm(np.log(weights))

    distances = [distance(hyper_l2) for hyper_l2 in (0.0, 1e-3, 1.0)]
    assert distances[0] > 3 * distances[1] > 9 * distances[2]


def test_of_several_metrics_that_of_refit_is_differentiated():
    search = GradientSearchCV(
        RIDGE,
        ALPHA,
        scoring=["neg_mean_absolute_error", "neg_mean_squared_error"],
        refit="neg_mean_squared_error",
        n_iter=4,
        random_state=0,
    ).fit(X, y)
    alone = GradientSearchCV(
        RIDGE, ALPHA, scoring="neg_mean_squared_error", n_iter=4, random_state=0
    ).fit(X, y)
    name = "grad_ridge__alpha"
    np.testing.assert_array_equal(search.cv_results_[name], alone.cv_results_[name])


def test_weights_of_samples_count():
    weights = np.random.default_rng(0).uniform(0.1, 5.0, size=len(y))
    search = GradientSearchCV(Ridge(), {"alpha": loguniform(1e-3, 1e1)}, n_iter=2)
    search.set_params(scoring="r2", random_state=0)
    search.fit(X, y, sample_weight=weights)
    plain = clone(search).fit(X, y)
    slopes = [s.cv_results_["grad_alpha"][0] for s in (search, plain)]
    assert np.isfinite(slopes).all()
    assert slopes[0] != slopes[1]


def test_branches_with_a_rule_and_without_are_searched_together():
    grid = [
        {"model": [Ridge()], "model__alpha": loguniform(1e-4, 1e4)},
        {
            "model": [DecisionTreeRegressor(random_state=0)],
            "model__ccp_alpha": loguniform(1e-3, 1e3),
        },
    ]
    from sklearn.pipeline import Pipeline

    pipeline = Pipeline([("scale", StandardScaler()), ("model", Ridge())])
    search = GradientSearchCV(pipeline, grid, n_iter=25, random_state=0).fit(X, y)
    methods = search.cv_results_["gradient_method"]
    kinds = [type(p["model"]).__name__ for p in search.cv_results_["params"]]
    assert {m for m, k in zip(methods, kinds, strict=True) if k == "Ridge"} == {"exact"}
    assert "DecisionTreeRegressor" in kinds
    assert search.best_score_ > 0.47


def test_fits_that_do_not_come_to_their_end_are_warned_of_and_cost_nothing_else():
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2))
    grid = {"logisticregression__C": loguniform(1e-3, 1e3)}
    search = GradientSearchCV(model, grid, scoring="neg_log_loss", n_iter=6)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.set_params(random_state=0).fit(X_cancer, y_cancer)
    messages = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert any("candidates used up their iterations" in m for m in messages)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_scores_with_jumps_are_steered_by_smooth_ones_and_rank_the_candidates():
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    grid = {"logisticregression__C": loguniform(1e-4, 1e4)}
    search = GradientSearchCV(model, grid, scoring="accuracy", n_iter=10)
    search.set_params(random_state=0, gradient="exact").fit(X_cancer, y_cancer)
    results = search.cv_results_
    assert np.isfinite(results["grad_logisticregression__C"]).all()
    assert search.best_index_ == np.argmax(results["mean_test_score"])


def test_ordered_lists_are_descended_by_derivatives_too():
    grid = {"ridge__alpha": [float(10.0**k) for k in np.linspace(-4, 6, 101)]}
    search = GradientSearchCV(RIDGE, grid, n_iter=12, random_state=0).fit(X, y)
    best = best_known(RIDGE, "ridge__alpha", grid["ridge__alpha"][::4], "r2")
    assert search.best_score_ >= best - 1e-3
    assert set(search.cv_results_["gradient_method"]) == {"exact"}


def test_a_space_with_categories_descends_in_each_of_them():
    model = make_pipeline(StandardScaler(), KernelRidge())
    grid = {
        "kernelridge__kernel": ["linear", "rbf"],
        "kernelridge__alpha": loguniform(1e-3, 1e3),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpaceCoverageWarning)
        search = GradientSearchCV(model, grid, n_iter=15, random_state=0).fit(X, y)
    kinds = search.cv_results_["param_kernelridge__kernel"]
    assert set(kinds) == {"linear", "rbf"}


@pytest.mark.parametrize("optimizer", quick(["auto", "sgd", "adam", "lbfgs"], "auto"))
@pytest.mark.parametrize("gradient", ["exact", "model"])
@pytest.mark.parametrize("ends", [(1.0, 100.0), (1e-6, 1e-4)], ids=["lower", "upper"])
def test_a_descent_whose_optimum_is_at_a_bound_ends(optimizer, gradient, ends):
    search = GradientSearchCV(
        Ridge(),
        {"alpha": loguniform(*ends)},
        gradient=gradient,
        optimizer=optimizer,
        n_iter=12,
        random_state=0,
    ).fit(X, y)
    at = ends[0] if ends[0] == 1.0 else ends[1]
    assert search.best_params_["alpha"] == pytest.approx(at, rel=0.2)


@pytest.mark.filterwarnings("ignore:.*probability.*:FutureWarning")
def test_a_candidate_without_the_derivative_asked_for_is_warned_of():
    model = make_pipeline(StandardScaler(), SVC(probability=True, random_state=0))
    grid = {"svc__C": loguniform(1e-2, 1e2)}
    search = GradientSearchCV(model, grid, gradient="exact", n_iter=3, cv=3)
    search.set_params(scoring="neg_log_loss", random_state=0)
    with pytest.warns(NoHypergradientWarning, match="3 of 3 .* had no exact"):
        search.fit(X_cancer[:150], y_cancer[:150])
    assert set(search.cv_results_["gradient_method"]) == {"none"}


def test_a_model_fills_in_for_derivatives_that_are_not_known():
    model = make_pipeline(PolynomialFeatures(), StandardScaler(), Ridge())
    grid = {"polynomialfeatures__degree": randint(1, 4), **ALPHA}
    search = GradientSearchCV(model, grid, n_iter=12, cv=3, random_state=0).fit(X, y)
    results = search.cv_results_
    assert "exact" not in results["gradient_method"]
    is_centre = results["gradient_method"] == "model"
    assert is_centre.any()
    assert np.isfinite(results["grad_polynomialfeatures__degree"][is_centre]).all()
    assert np.isfinite(results["grad_ridge__alpha"]).all()


def test_restarts_give_all_entries_of_an_array_the_same_value():
    search = GradientSearchCV(SCALED, SCALES, n_iter=30, cv=2, random_state=0)
    search.fit(X, y)
    results = search.cv_results_
    is_restart = (results["origin"] == "start") & (results["restart"] > 0)
    assert is_restart.any()
    for params in np.array(results["params"])[is_restart]:
        weights = params["featurescale__weights"]
        np.testing.assert_allclose(weights, weights[0])


def test_each_category_has_to_have_the_derivatives_asked_for():
    grid = {"loss": ["squared_hinge", "hinge"], "C": loguniform(1e-2, 1e2)}
    search = GradientSearchCV(LinearSVC(), grid, gradient="exact", scoring="accuracy")
    with pytest.raises(NoHypergradientError, match="'loss': 'hinge'"):
        search.fit(X_cancer, y_cancer)


def column(labels):
    return labels[:, np.newaxis]


def frame(labels):
    return pd.DataFrame({"target": labels}, index=np.arange(len(labels))[::-1])


def series(labels):
    return pd.Series(labels, index=np.arange(len(labels))[::-1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("form", [column, frame, series, list])
@pytest.mark.parametrize(
    ("estimator", "name", "scoring"),
    [
        (LogisticRegression(), "C", "neg_log_loss"),
        (LogisticRegression(), "C", "roc_auc"),
        (SVC(), "C", "accuracy"),
        (LinearSVC(), "C", "balanced_accuracy"),
        (OneVsRestClassifier(LogisticRegression()), "estimator__C", "neg_log_loss"),
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            "logisticregression__C",
            "accuracy",
        ),
        (Ridge(), "alpha", "r2"),
        (SVR(), "C", "neg_mean_absolute_error"),
        (KernelRidge(), "alpha", "r2"),
        (PoissonRegressor(), "alpha", "d2_absolute_error_score"),
        (
            TransformedTargetRegressor(Ridge(), func=np.sqrt, inverse_func=np.square),
            "regressor__alpha",
            "r2",
        ),
        (
            TransformedTargetRegressor(SVR(), transformer=StandardScaler()),
            "regressor__C",
            "r2",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_targets_in_another_form_have_the_same_derivatives(
    form, estimator, name, scoring
):
    targets = (y > 140).astype(int) if is_classifier(estimator) else y
    grid = {name: loguniform(0.1, 10.0)}

    def searched(targets):
        search = GradientSearchCV(
            estimator,
            grid,
            n_iter=2,
            scoring=scoring,
            cv=3,
            refit=False,
            random_state=0,
        ).fit(X[:150], targets)
        return search.cv_results_

    expected, found = searched(targets[:150]), searched(form(targets[:150]))
    assert list(found["gradient_method"]) == list(expected["gradient_method"])
    column = f"grad_{name}"
    assert np.all(np.isfinite(expected[column]))
    np.testing.assert_allclose(found[column], expected[column], rtol=1e-6, atol=1e-12)


def test_a_last_transformer_without_fitted_attributes_keeps_derivatives_exact():
    pipeline = make_pipeline(StandardScaler(), Stateless(), Ridge())
    search = GradientSearchCV(
        pipeline, {"ridge__alpha": loguniform(1e-2, 1e2)}, n_iter=3, random_state=0
    ).fit(X, y)
    assert set(search.cv_results_["gradient_method"]) == {"exact"}


@pytest.mark.parametrize("error_score", [np.nan, 0.0])
@pytest.mark.filterwarnings("ignore:Scoring failed:UserWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
@pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.MissingScoresWarning")
@pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.NoHypergradientWarning")
def test_a_row_whose_scorer_failed_has_no_derivative(error_score):
    # Precision does not know which of these labels is the positive one.
    labels = np.where(y > 140, "high", "low")
    search = GradientSearchCV(
        LogisticRegression(),
        {"C": loguniform(0.1, 10.0)},
        n_iter=3,
        scoring={"broken": "precision", "fine": "accuracy"},
        refit="broken",
        error_score=error_score,
        gradient="exact",
        random_state=0,
    )
    search.fit(X, labels)
    results = search.cv_results_
    assert np.all(np.isnan(results["grad_C"].astype(float)))
    assert set(results["gradient_method"]) == {"none"}


@pytest.mark.parametrize("gradient", ["auto", "model", "finite_difference", "spsa"])
@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
@pytest.mark.filterwarnings("ignore::skopt_evo.exceptions.MissingScoresWarning")
def test_a_row_without_a_score_has_no_derivative_by_any_method(gradient):
    search = GradientSearchCV(
        Ridge(),
        {"alpha": loguniform(0.1, 10.0)},
        n_iter=6,
        scoring=nothing,
        gradient=gradient,
        refit=False,
        random_state=0,
    ).fit(X, y)
    assert np.all(np.isnan(search.cv_results_["grad_alpha"].astype(float)))
    assert set(search.cv_results_["gradient_method"]) == {"none"}


def nothing(estimator, X, y):
    return np.nan


def test_a_row_whose_other_scores_failed_keeps_its_derivative():
    labels = np.where(y > 140, "high", "low")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        search = GradientSearchCV(
            LogisticRegression(),
            {"C": loguniform(0.1, 10.0)},
            n_iter=3,
            scoring={"broken": "precision", "fine": "accuracy"},
            refit="fine",
            random_state=0,
        ).fit(X, labels)
    assert np.all(np.isfinite(search.cv_results_["grad_C"].astype(float)))
