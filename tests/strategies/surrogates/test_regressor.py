"""Any regressor as a surrogate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import BayesianRidge

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.surrogates import RegressorSurrogate
from tests.strategies.conformance import SPACES, layout_of


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: RandomForestRegressor(20, random_state=seed),
        lambda seed: ExtraTreesRegressor(20, random_state=seed),
        lambda seed: GaussianProcessRegressor(alpha=1e-6, optimizer=None),
        lambda seed: BayesianRidge(),
    ],
    ids=["forest", "extra trees", "Gaussian process", "Bayesian ridge"],
)
@pytest.mark.parametrize("name", SPACES)
def test_regressors_predict_means_and_deviations(name: str, make: Any) -> None:
    layout = layout_of(SPACES[name])
    rng = np.random.default_rng(0)
    genomes = layout.snap(rng.random((30, layout.n_genes)))
    surrogate = RegressorSurrogate(layout, make)
    surrogate.fit(genomes, genomes.sum(axis=1), tune=True, rng=rng)
    mean, std = surrogate.predict(genomes[:7])
    assert mean.shape == std.shape == (7,)
    assert np.all(np.isfinite(mean))
    assert np.all(std > 0)


def test_the_deviation_of_a_forest_is_that_of_its_trees() -> None:
    layout = GeneLayout.continuous(2)
    rng = np.random.default_rng(0)
    genomes, targets = rng.random((40, 2)), rng.random(40)
    surrogate = RegressorSurrogate(
        layout, lambda seed: RandomForestRegressor(10, random_state=0)
    )
    surrogate.fit(genomes, targets, tune=True, rng=rng)
    forest = RandomForestRegressor(10, random_state=0).fit(genomes, targets)
    places = rng.random((5, 2))
    trees = [tree.predict(places) for tree in forest.estimators_]
    mean, std = surrogate.predict(places)
    np.testing.assert_allclose(mean, forest.predict(places))
    np.testing.assert_allclose(std, np.std(trees, axis=0))


def test_the_generator_decides_the_seed() -> None:
    layout, seeds = GeneLayout.continuous(1), []

    def make(seed: int) -> BayesianRidge:
        seeds.append(seed)
        return BayesianRidge()

    surrogate = RegressorSurrogate(layout, make)
    for seed in (0, 0, 1):
        rng = np.random.default_rng(seed)
        surrogate.fit(np.eye(3)[:, :1], np.arange(3.0), tune=True, rng=rng)
    assert seeds[0] == seeds[1] != seeds[2]
