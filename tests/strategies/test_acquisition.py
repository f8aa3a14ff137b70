"""Acquisition functions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from skopt_evo.strategies._acquisition import (
    GREATEST_KAPPA,
    LEAST_KAPPA,
    confidence_bound,
    draw_acquisition,
    log_expected_improvement,
    log_probability_of_improvement,
)


@pytest.mark.parametrize("z", [-12.0, -5.0, -1.001, -0.999, -0.3, 0.0, 2.0, 30.0])
@pytest.mark.parametrize("std", [0.01, 1.0, 50.0])
def test_expected_improvement_is_the_integral_that_defines_it(
    z: float, std: float
) -> None:
    # E[max(best - target, 0)] with target = mean + std * u, best - mean = z * std.
    integral, _ = quad(lambda u: (z - u) * norm.pdf(u), -np.inf, z, epsabs=0)
    value = log_expected_improvement(np.array([-z * std]), np.array([std]), 0.0)
    np.testing.assert_allclose(value, np.log(std * integral), rtol=1e-6)


def test_expected_improvement_is_finite_and_monotonous_far_away() -> None:
    mean = np.logspace(0, 8, 60)
    value = log_expected_improvement(mean, np.ones(60), 0.0)
    assert np.all(np.isfinite(value))
    assert np.all(np.diff(value) < 0)


def test_expected_improvement_far_away_follows_its_expansion() -> None:
    # phi(z) / z^2 for z << 0 (Mills ratio, Abramowitz & Stegun 26.2.12).
    z = -np.array([1e3, 9e3, 2e4, 1e6])
    value = log_expected_improvement(-z, np.ones(4), 0.0)
    np.testing.assert_allclose(value, norm.logpdf(z) - 2 * np.log(-z), rtol=1e-9)


def test_probability_of_improvement_is_a_normal_tail() -> None:
    mean, std = np.array([0.0, 1.0, -2.0]), np.array([1.0, 0.5, 3.0])
    value = log_probability_of_improvement(mean, std, 0.5)
    np.testing.assert_allclose(value, norm.logcdf(0.5, loc=mean, scale=std))


def test_a_confidence_bound_is_optimistic() -> None:
    bound = confidence_bound(2.0)
    np.testing.assert_allclose(bound(np.array([1.0]), np.array([0.25]), 9.0), [-0.5])


def test_all_three_are_drawn() -> None:
    rng = np.random.default_rng(0)
    mean, std = np.array([0.3]), np.array([0.7])
    values = [float(draw_acquisition(rng)(mean, std, 0.1)[0]) for _ in range(300)]
    named = [
        float(function(mean, std, 0.1)[0])
        for function in (log_expected_improvement, log_probability_of_improvement)
    ]
    shares = [values.count(value) / 300 for value in named]
    assert all(0.2 < share < 0.46 for share in shares)
    others = np.array([value for value in values if value not in named])
    kappa = (others + 0.3) / 0.7
    assert LEAST_KAPPA <= kappa.min() < 0.8
    assert 1.8 < kappa.max() <= GREATEST_KAPPA
