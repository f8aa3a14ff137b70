"""Meta-estimators."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

from skopt_evo.exceptions import NoHypergradientError
from skopt_evo.hypergrad import check_hypergradient
from skopt_evo.preprocessing import FeatureScale
from tests.hypergrad.rules.problems import assert_exact, counts, regression, weights


@pytest.mark.parametrize(
    "target",
    [
        {"func": np.log, "inverse_func": np.exp},
        {"transformer": StandardScaler()},
        {"transformer": PowerTransformer()},
        {},
    ],
    ids=str,
)
def test_predictions_go_back_through_the_inverse(target) -> None:
    regressor = TransformedTargetRegressor(Ridge(), **target)
    assert_exact(regressor, {"regressor__alpha": 5.0}, counts())


def test_transformed_targets_may_be_several() -> None:
    regressor = TransformedTargetRegressor(Ridge(), transformer=StandardScaler())
    assert_exact(regressor, {"regressor__alpha": 5.0}, regression(n_targets=2))


def test_functions_of_several_targets_are_declined() -> None:
    regressor = TransformedTargetRegressor(Ridge(), func=np.cbrt, inverse_func=cube)
    with pytest.raises(NoHypergradientError, match="may mix them"):
        check_hypergradient(
            regressor, {"regressor__alpha": 5.0}, *regression(n_targets=2)
        )


def cube(values: np.ndarray) -> np.ndarray:
    return values**3


def test_targets_that_are_mixed_are_declined() -> None:
    regressor = TransformedTargetRegressor(Ridge(), transformer=PCA())
    with pytest.raises(NoHypergradientError, match="transformed by PCA"):
        check_hypergradient(
            regressor, {"regressor__alpha": 5.0}, *regression(n_targets=2)
        )


def test_regressors_of_several_targets_share_a_parameter() -> None:
    X, y = regression(n_targets=3)
    assert_exact(
        MultiOutputRegressor(Ridge()),
        {"estimator__alpha": 2.0},
        (X, y),
        fit_params={"sample_weight": weights(len(y))},
    )


def test_wrappers_pass_derivatives_on_to_a_pipeline() -> None:
    wrapped = MultiOutputRegressor(TransformedTargetRegressor(Ridge()))
    pipeline = make_pipeline(FeatureScale(), wrapped)
    params = {
        "featurescale__weights": np.array([0.5, 1.0, 2.0, 0.1, 3.0]),
        "multioutputregressor__estimator__regressor__alpha": 2.0,
    }
    assert_exact(pipeline, params, regression(n_targets=2))


def test_weights_are_routed() -> None:
    X, y = regression(n_targets=2)
    with config_context(enable_metadata_routing=True):
        ridge = Ridge().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False),
            MultiOutputRegressor(ridge),
        )
        assert_exact(
            pipeline,
            {"multioutputregressor__estimator__alpha": 2.0},
            (X, y),
            # Without a scorer, scikit-learn before 1.9 stumbles over its own weights.
            scoring="r2",
            fit_params={"sample_weight": weights(len(y))},
        )


@pytest.mark.parametrize("name", ["alpha", "n_jobs"])
def test_other_parameters_of_a_wrapper_are_declined(name) -> None:
    with pytest.raises((NoHypergradientError, ValueError), match=name):
        check_hypergradient(
            MultiOutputRegressor(Ridge()), {name: 1.0}, *regression(n_targets=2)
        )
