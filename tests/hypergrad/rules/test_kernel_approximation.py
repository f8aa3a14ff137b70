"""RBFSampler and Nystroem."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import Fold, check_hypergradient
from skopt_evo.hypergrad._registry import transformer_rule
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import assert_exact, regression

TRANSFORMERS = {
    "sampler": (RBFSampler(n_components=7, random_state=0), {"gamma": 0.3}),
    "rbf": (Nystroem(n_components=7, random_state=1), {"gamma": 0.3}),
    "poly": (
        Nystroem("poly", degree=2, n_components=7, random_state=1),
        {"gamma": 0.3, "coef0": 0.8},
    ),
    "sigmoid": (
        Nystroem("sigmoid", n_components=4, random_state=1),
        {"gamma": 0.2, "coef0": 0.3},
    ),
    "cosine": (Nystroem("cosine", n_components=4, random_state=1), {}),
    "laplacian": (
        Nystroem("laplacian", n_components=7, random_state=1),
        {"gamma": 0.3},
    ),
}
SMOOTH = {name: TRANSFORMERS[name] for name in TRANSFORMERS if name != "laplacian"}

rng = np.random.default_rng(0)
X, X_TEST = rng.normal(size=(12, 4)), rng.normal(size=(5, 4))


def sums(transformer: Any, X: Any, X_test: Any, cotangents: Any) -> float:
    """Return a weighted sum of the transformed data."""
    fitted = clone(transformer).fit(X)
    parts = fitted.transform(X), fitted.transform(X_test)
    return sum(np.vdot(*pair) for pair in zip(cotangents, parts, strict=True))


def cotangents_of(fitted: Any) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes = fitted.transform(X).shape, fitted.transform(X_TEST).shape
    first, second = (rng.normal(size=shape) for shape in shapes)
    return first, second


@pytest.mark.parametrize("name", TRANSFORMERS)
@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_matrix])
def test_derivatives_by_parameters_are_exact(name: str, convert: Any) -> None:
    transformer, params = TRANSFORMERS[name]
    transformer = clone(transformer).set_params(**params)
    data = convert(X), convert(X_TEST)
    fitted = clone(transformer).fit(data[0])
    cotangents = cotangents_of(fitted)
    rule, fold = transformer_rule(fitted), Fold(data[0], None, data[1])
    found = rule.pullback(fitted, fold, cotangents, params, inputs=False).params
    assert found.keys() == params.keys()
    for param, value in params.items():
        rule.check(transformer, param)
        ahead, behind = (
            sums(clone(transformer).set_params(**{param: moved}), *data, cotangents)
            for moved in (value + 1e-5, value - 1e-5)
        )
        assert found[param] == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_by_the_data_are_exact(name: str) -> None:
    transformer, params = SMOOTH[name]
    fitted = clone(transformer).set_params(**params).fit(X)
    cotangents = cotangents_of(fitted)
    rule = transformer_rule(fitted)
    rule.check_inputs(fitted)
    found = rule.pullback(fitted, Fold(X, None, X_TEST), cotangents, (), inputs=True)
    for place, exact in enumerate((found.X, found.X_test)):
        pace, totals = rng.normal(size=exact.shape), []
        for step in (1e-5, -1e-5):
            data = [X, X_TEST]
            data[place] = data[place] + step * pace
            totals.append(sums(fitted, *data, cotangents))
        expected = (totals[0] - totals[1]) / 2e-5
        assert np.vdot(exact, pace) == pytest.approx(expected, rel=1e-6)


@given(
    log_gamma=st.floats(-2.0, 0.5),
    seed=st.integers(0, 10),
    name=st.sampled_from(["sampler", "rbf"]),
)
@settings(deadline=None, max_examples=10)
def test_a_ridge_on_features_is_tuned_with_them(log_gamma, seed, name) -> None:
    features = clone(TRANSFORMERS[name][0]).set_params(random_state=seed)
    gamma = f"{type(features).__name__.lower()}__gamma"
    check = check_hypergradient(
        make_pipeline(features, Ridge()),
        {gamma: 10.0**log_gamma, "ridge__alpha": 0.5},
        *regression(seed=seed),
    )
    # On the scale of the logarithms, where all of them are of the size of the loss.
    gap = np.array([10.0**log_gamma, 0.5]) * (check["exact"] - check["difference"])
    assert np.all(np.abs(gap) < 1e-6), check


@pytest.mark.parametrize("name", ["sampler", "rbf", "poly"])
def test_weights_of_features_are_tuned_through_them(name: str) -> None:
    features = clone(TRANSFORMERS[name][0]).set_params(**TRANSFORMERS[name][1])
    pipeline = make_pipeline(FeatureScale(), features, Ridge())
    params = {"featurescale__weights": np.linspace(0.5, 1.5, 5), "ridge__alpha": 0.5}
    assert_exact(pipeline, params, regression(), cv=2, within=1e-5)


@pytest.mark.parametrize("n_components", [12, 40])
def test_eigenvalues_of_nothing_do_no_harm(n_components: int) -> None:
    X, y = regression(100, 2)
    # Polynomials of degree 2 in two variables have 6 coefficients.
    features = Nystroem("poly", degree=2, n_components=n_components, random_state=0)
    params = {
        "nystroem__gamma": 0.3,
        "nystroem__coef0": 0.8,
        "ridge__alpha": 1.0,
    }
    pipeline = make_pipeline(features, Ridge())
    assert_exact(pipeline, params, (X, y), cv=2, within=1e-3)


@pytest.mark.parametrize(
    ("features", "param", "reason"),
    [
        (RBFSampler(), "gamma", "set an integer"),
        (RBFSampler(gamma=0.0, random_state=0), "gamma", "infinite"),
        (RBFSampler(random_state=0), "n_components", "not that of"),
        (Nystroem(random_state=np.random.RandomState(0)), "gamma", "set an integer"),
        (Nystroem(rbf_kernel, random_state=0), "gamma", "not known"),
        (Nystroem("precomputed", random_state=0), "gamma", "not known"),
        (Nystroem(kernel_params={"gamma": 1}, random_state=0), "coef0", "hidden"),
    ],
)
def test_the_rest_is_declined(features, param: str, reason: str) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        transformer_rule(features).check(features, param)


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        (RBFSampler(gamma="scale", random_state=0), "set a number"),
        (Nystroem("laplacian", random_state=0), "laplacian"),
    ],
)
def test_what_has_no_derivative_by_the_data_is_declined(features, reason) -> None:
    with pytest.raises(NoHypergradientError, match=reason):
        transformer_rule(features).check_inputs(features)
