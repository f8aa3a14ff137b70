"""The Gaussian process, against scikit-learn's and differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.surrogates import GaussianProcess
from skopt_evo.strategies.surrogates._gaussian_process import (
    JITTER,
    Hyperparameters,
)
from tests.strategies.conformance import SPACES, layout_of


def data(layout: GeneLayout, n: int, seed: int = 0) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    genomes = layout.snap(rng.random((n, layout.n_genes)))
    targets = np.sin(5 * genomes).sum(axis=1) + 0.1 * rng.normal(size=n)
    return genomes, targets, rng


@pytest.fixture(params=SPACES, ids=str)
def layout(request: pytest.FixtureRequest) -> GeneLayout:
    return layout_of(SPACES[request.param])


@pytest.mark.parametrize("tune", [True, False])
def test_it_agrees_with_scikit_learn(tune: bool) -> None:
    layout = GeneLayout.continuous(3)
    genomes, targets, rng = data(layout, 30)
    process = GaussianProcess(layout)
    process.fit(genomes, targets, tune=tune, rng=rng)
    shape = Hyperparameters.from_logarithms(process._theta)
    kernel = ConstantKernel(shape.variance) * Matern(shape.length_scales, nu=2.5)
    scale = targets.std()
    reference = GaussianProcessRegressor(
        kernel, alpha=shape.noise + JITTER, optimizer=None
    ).fit(genomes, (targets - targets.mean()) / scale)
    places = rng.random((20, 3))
    mean, std = process.predict(places)
    expected, expected_std = reference.predict(places, return_std=True)
    np.testing.assert_allclose(mean, targets.mean() + scale * expected, rtol=1e-6)
    np.testing.assert_allclose(std, scale * expected_std, rtol=1e-5)


def test_the_gradient_of_the_objective_is_its_derivative(layout: GeneLayout) -> None:
    genomes, targets, rng = data(layout, 25)
    process = GaussianProcess(layout)
    process.fit(genomes, targets, tune=False, rng=rng)
    squares = process._squares()
    theta = process._theta + rng.normal(scale=0.5, size=len(process._theta))
    _, gradient = process._objective(theta, squares)
    differences = approx_fprime(
        theta, lambda point: process._objective(point, squares)[0], 1e-6
    )
    # Differences lose the digits that the greatest of the terms takes.
    lost = 1e-6 * np.abs(gradient).max()
    np.testing.assert_allclose(gradient, differences, rtol=1e-3, atol=1e-3 + lost)


def test_tuning_makes_the_hyperparameters_more_probable(layout: GeneLayout) -> None:
    genomes, targets, rng = data(layout, 25)
    process = GaussianProcess(layout)
    process.fit(genomes, targets, tune=False, rng=rng)
    before, _ = process._objective(process._theta, process._squares())
    process.fit(genomes, targets, tune=True, rng=rng)
    after, _ = process._objective(process._theta, process._squares())
    assert after < before


def test_a_gene_without_effect_gets_a_long_length_scale() -> None:
    layout = GeneLayout.continuous(2)
    genomes, _, rng = data(layout, 60)
    process = GaussianProcess(layout)
    process.fit(genomes, np.sin(8 * genomes[:, 0]), tune=True, rng=rng)
    relevant, irrelevant = np.exp(process._theta[:2])
    assert irrelevant > 3 * relevant


def test_what_is_known_is_predicted_and_what_is_far_is_not(layout: GeneLayout) -> None:
    if not layout.n_genes:
        pytest.skip("there is only one place")
    genomes, targets, rng = data(layout, 12)
    genomes, rows = np.unique(genomes, axis=0, return_index=True)
    process = GaussianProcess(layout)
    process.fit(genomes, targets[rows], tune=False, rng=rng)
    _, std = process.predict(genomes)
    assert np.all(std < 0.3 * targets[rows].std())
    _, elsewhere = process.predict(layout.snap(rng.random((50, layout.n_genes))))
    assert elsewhere.max() >= std.max() * 0.99


def test_inactive_genes_make_no_difference() -> None:
    layout = layout_of(SPACES["branches"])
    genomes, targets, rng = data(layout, 20)
    process = GaussianProcess(layout)
    process.fit(genomes, targets, tune=True, rng=rng)
    places = layout.snap(rng.random((20, layout.n_genes)))
    others = layout.snap(rng.random((20, layout.n_genes)))
    changed = np.where(layout.active_in(places), places, others)
    np.testing.assert_array_equal(process.predict(changed), process.predict(places))


def test_categories_are_equally_far_from_each_other() -> None:
    layout = layout_of({"k": ["x", "y", "z"]})
    process = GaussianProcess(layout)
    genomes = layout.snap(np.array([[0.0], [0.5]]))
    process.fit(genomes, np.array([1.0, 1.0]), tune=False, rng=np.random.default_rng(0))
    _, std = process.predict(layout.snap(np.array([[1.0]])))
    covariance = process._factor @ process._factor.T
    shape = Hyperparameters.from_logarithms(process._theta)
    scaled = np.sqrt(5) / shape.length_scales[0]  # categories are 1 apart
    matern = (1 + scaled + scaled**2 / 3) * np.exp(-scaled)
    np.testing.assert_allclose(covariance[0, 1], shape.variance * matern)
    assert std[0] > 0


@pytest.mark.parametrize("targets", [np.zeros(5), np.array([0.0, 0, 0, 0, 1e9])])
def test_targets_without_information_are_no_obstacle(targets: np.ndarray) -> None:
    layout = GeneLayout.continuous(2)
    rng = np.random.default_rng(0)
    genomes = np.repeat(rng.random((1, 2)), 5, axis=0)  # all at one place
    process = GaussianProcess(layout)
    process.fit(genomes, targets, tune=True, rng=rng)
    mean, std = process.predict(rng.random((3, 2)))
    assert np.all(np.isfinite(mean))
    assert np.all(std > 0)


def test_without_tuning_it_keeps_its_hyperparameters() -> None:
    layout = GeneLayout.continuous(2)
    genomes, targets, rng = data(layout, 20)
    process, untuned = GaussianProcess(layout), GaussianProcess(layout)
    process.fit(genomes, targets, tune=True, rng=rng)
    tuned = process.predict(genomes)
    process.fit(genomes, targets, tune=False, rng=rng)
    np.testing.assert_array_equal(process.predict(genomes), tuned)
    untuned.fit(genomes, targets, tune=False, rng=rng)
    assert not np.allclose(untuned.predict(genomes), tuned)
