"""Simulated binary crossover against its density, integrated by scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import SimulatedBinaryCrossover
from tests.strategies.operators.laws import assert_law, assert_shares, children


def density(child: float, low: float, high: float, eta: float, near: float) -> float:
    """Return the density, not normalised, of a child of the parent at `near`."""
    middle = (low + high) / 2
    away = child - middle if near == high else middle - child
    spread = 2 * away / (high - low)
    if spread <= 0:
        return 0.0
    return float(spread**eta if spread <= 1 else spread ** -(eta + 2))


def cdf(low: float, high: float, eta: float) -> Any:
    """Return the distribution function of a child, half of them near each parent."""
    middle = (low + high) / 2

    def mass(near: float, start: float, end: float) -> float:
        points = [point for point in (near,) if start < point < end]
        return float(
            quad(density, start, end, (low, high, eta, near), points=points)[0]
        )

    below, above = mass(low, 0.0, middle), mass(high, middle, 1.0)

    def value(child: float) -> float:
        if child <= middle:
            return 0.5 * mass(low, 0.0, child) / below
        return 0.5 + 0.5 * mass(high, middle, child) / above

    grid = np.linspace(0.0, 1.0, 801)
    values = np.array([value(child) for child in grid])
    return lambda genes: np.interp(genes, grid, values)


@pytest.mark.parametrize(
    ("low", "high", "eta"),
    [(0.2, 0.8, 2.0), (0.3, 0.5, 15.0), (0.0, 0.6, 1.0), (0.05, 0.95, 0.0)],
)
def test_children_have_the_density_that_is_cut_off_at_the_bounds(
    low: float, high: float, eta: float
) -> None:
    crossover, layout = SimulatedBinaryCrossover(eta), GeneLayout.continuous(2)
    found = children(crossover, [low, high], [high, low], layout)
    law = cdf(low, high, eta)
    for gene in range(2):
        assert_law(found[:, gene], law)


def test_genes_are_near_either_parent_independently() -> None:
    layout = GeneLayout.continuous(2)
    found = children(SimulatedBinaryCrossover(), [0.2, 0.2], [0.8, 0.8], layout)
    codes = (found > 0.5) @ [1, 2]
    assert_shares(np.bincount(codes) / len(codes), [0.25] * 4)


def test_without_bounds_in_reach_the_middle_of_the_parents_is_kept() -> None:
    # Parents far from the bounds: mean of the children = mean of the parents.
    layout = GeneLayout.continuous(1)
    found = children(SimulatedBinaryCrossover(), [0.45], [0.55], layout)
    assert abs(found.mean() - 0.5) < 4.5 * found.std() / np.sqrt(len(found))


@pytest.mark.parametrize("eta", [0.0, 15.0, 1e6])
@pytest.mark.parametrize("gap", [5e-324, 1e-300, 1e-16, 1e-14, 1e-9, 1.0])
def test_no_distance_is_too_small_or_too_large(gap: float, eta: float) -> None:
    layout = GeneLayout.continuous(1)
    found = children(SimulatedBinaryCrossover(eta), [0.0], [gap], layout, n=50)
    assert np.all((found >= 0) & (found <= 1))


@pytest.mark.parametrize("eta", [-0.1, np.inf, np.nan])
def test_an_eta_out_of_range_is_refused(eta: float) -> None:
    with pytest.raises(ValueError, match=r"SimulatedBinaryCrossover: eta=.* finite"):
        SimulatedBinaryCrossover(eta)


@pytest.mark.parametrize("eta", ["15", None, True])
def test_an_eta_that_is_no_number_is_refused(eta: Any) -> None:
    with pytest.raises(TypeError, match=r"SimulatedBinaryCrossover: eta=.* finite"):
        SimulatedBinaryCrossover(eta)
