"""Pipelines and transformers of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Fold, check_hypergradient
from skopt_evo.hypergrad.rules._scalers import StandardScalerRule
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import assert_exact, regression, weights

SCALES = np.array([0.5, 1.0, 2.0, 0.1, 3.0])


def test_transformers_before_what_is_tuned_may_be_anything() -> None:
    X, y = regression(80)
    frame = pd.DataFrame(X, columns=list("abcde")).assign(kind=y > y.mean())
    encoders = ColumnTransformer(
        [("code", OneHotEncoder(), ["kind"]), ("pca", PCA(3), list("abcde"))]
    )
    pipeline = make_pipeline(encoders, PolynomialFeatures(2), Ridge())
    assert_exact(pipeline, {"ridge__alpha": 2.0}, (frame, y))


@pytest.mark.parametrize(
    "between", [[], [StandardScaler()], ["passthrough"], [FunctionTransformer()]]
)
def test_weights_of_features_are_tuned_beside_the_penalty(between) -> None:
    pipeline = make_pipeline(StandardScaler(), FeatureScale(), *between, Ridge())
    params = {"ridge__alpha": 3.0, "featurescale__weights": SCALES}
    if between and isinstance(between[0], StandardScaler):
        # Weights before a StandardScaler do not matter.
        check = check_hypergradient(pipeline, params, *regression())
        weightless = check.drop(index="ridge__alpha")
        np.testing.assert_allclose(weightless["exact"], 0.0, atol=1e-12)
        assert check.loc["ridge__alpha", "error"] < 1e-6
    else:
        assert_exact(pipeline, params, regression())


@pytest.mark.parametrize("with_mean", [True, False])
@pytest.mark.parametrize("with_std", [True, False])
def test_what_a_scaler_learns_is_part_of_the_derivative(with_mean, with_std) -> None:
    rng = np.random.default_rng(0)
    X, X_test = rng.normal(1.0, 2.0, size=(7, 3)), rng.normal(size=(4, 3))
    cotangents = rng.normal(size=X.shape), rng.normal(size=X_test.shape)
    scaler = StandardScaler(with_mean=with_mean, with_std=with_std)

    def function(moved: np.ndarray) -> float:
        fitted = clone(scaler).fit(moved)
        parts = fitted.transform(moved), fitted.transform(X_test)
        return sum(np.vdot(*pair) for pair in zip(cotangents, parts, strict=True))

    fold = Fold(X, None, X_test)
    fitted = clone(scaler).fit(X)
    pull = StandardScalerRule().pullback(fitted, fold, cotangents, [], inputs=True)
    np.testing.assert_allclose(pull.X, central_differences(function, X), atol=1e-8)
    scale = fitted.scale_ if with_std else 1.0
    np.testing.assert_allclose(pull.X_test, cotangents[1] / scale)


def central_differences(function, at: np.ndarray) -> np.ndarray:
    slopes = np.empty(at.shape)
    for place in np.ndindex(at.shape):
        change = np.zeros(at.shape)
        change[place] = 1e-5
        slopes[place] = (function(at + change) - function(at - change)) / 2e-5
    return slopes


def test_groups_of_features_share_a_weight() -> None:
    pipeline = make_pipeline(FeatureScale(groups=[0, 1, 0, 2, 2]), Ridge())
    params = {"featurescale__weights": np.array([0.3, 1.0, 2.0])}
    assert_exact(pipeline, params, regression())


def test_weights_of_sparse_features_are_exact() -> None:
    X = sparse.random(80, 5, density=0.5, random_state=0, format="csr")
    y = np.asarray(X.sum(axis=1)).ravel() + np.random.default_rng(0).normal(size=80)
    pipeline = make_pipeline(FeatureScale(), Ridge(solver="sparse_cg", tol=1e-13))
    params = {"featurescale__weights": SCALES, "ridge__alpha": 0.5}
    assert_exact(pipeline, params, (X, y))


@pytest.mark.parametrize("is_nested", [True, False])
def test_transformers_of_some_columns_are_tuned(is_nested) -> None:
    scale = (
        make_pipeline(StandardScaler(), FeatureScale()) if is_nested else FeatureScale()
    )
    columns = ColumnTransformer(
        [("rest", StandardScaler(), [3, 4]), ("scaled", scale, [0, 2])],
        remainder="passthrough",
    )
    name = "columntransformer__scaled__"
    name += "featurescale__weights" if is_nested else "weights"
    params = {name: np.array([0.3, 2.0]), "ridge__alpha": 4.0}
    assert_exact(make_pipeline(columns, Ridge()), params, regression())


def test_weights_of_transformers_are_factors() -> None:
    columns = ColumnTransformer(
        [("scaled", FeatureScale(), [0, 2]), ("rest", "passthrough", [1, 3])],
        transformer_weights={"scaled": 3.0, "rest": 0.5},
    )
    params = {"columntransformer__scaled__weights": np.array([0.3, 2.0])}
    assert_exact(make_pipeline(columns, Ridge()), params, regression())


def test_weights_of_samples_reach_the_final_step() -> None:
    X, y = regression()
    pipeline = make_pipeline(FeatureScale(), Ridge())
    params = {"featurescale__weights": SCALES, "ridge__alpha": 3.0}
    fit_params = {"ridge__sample_weight": weights(len(y))}
    assert_exact(pipeline, params, (X, y), fit_params=fit_params)


def test_a_pipeline_in_a_pipeline_is_gone_through() -> None:
    inner = make_pipeline(FeatureScale(), Ridge())
    params = {
        "pipeline__featurescale__weights": SCALES,
        "pipeline__ridge__alpha": 1.0,
        "featurescale__weights": SCALES[::-1],
    }
    assert_exact(make_pipeline(FeatureScale(), inner), params, regression())


@pytest.mark.parametrize(
    ("steps", "params", "reason"),
    [
        (
            [FeatureScale(), PCA(2)],
            {"featurescale__weights": SCALES},
            "no rule for PCA",
        ),
        ([PCA(2)], {"pca__tol": 0.1}, "no rule for PCA"),
        (
            [make_pipeline(FeatureScale())],
            {"pipeline__featurescale__weights": SCALES},
            "put the steps into the outer one",
        ),
        ([TargetEncoder()], {"ridge__alpha": 1.0}, "targetencoder.*something else"),
        ([FeatureScale()], {"ridge__tol": 1.0}, "not that of 'tol'"),
        (
            [FeatureScale(SCALES), FunctionTransformer(np.tanh)],
            {"featurescale__weights": SCALES},
            "FunctionTransformer's function",
        ),
    ],
)
def test_it_says_what_is_in_the_way(steps, params, reason) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        check_hypergradient(make_pipeline(*steps, Ridge()), params, *regression())
