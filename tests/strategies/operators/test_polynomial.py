"""Polynomial steps of single genes, against the density that Deb gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies.operators import PolynomialMutation
from tests.strategies.operators.laws import N_DRAWS, assert_law, assert_shares


def moved(
    gene: float, eta: float, step: float = 0.1, n_levels: int = 0, n: int = N_DRAWS
) -> np.ndarray:
    rng = np.random.default_rng(0)
    return PolynomialMutation(eta).move(
        np.full(n, gene), np.full(n, step), np.full(n, n_levels), rng
    )


def cdf(gene: float, eta: float) -> Any:
    """Integrate (1 - |move|)^eta, half of it below `gene` and half above."""
    power = eta + 1

    def share(size: np.ndarray, room: float) -> np.ndarray:
        whole: np.ndarray = (1 - (1 - size) ** power) / (1 - (1 - room) ** power)
        return whole

    def value(found: np.ndarray) -> np.ndarray:
        below = 0.5 - 0.5 * share(np.maximum(gene - found, 0), gene)
        above = 0.5 * share(np.maximum(found - gene, 0), 1 - gene)
        return below + above

    return value


@pytest.mark.parametrize("eta", [0.0, 5.0, 20.0])
@pytest.mark.parametrize("gene", [0.02, 0.5, 0.9])
def test_steps_have_the_density_that_is_cut_off_at_the_bounds(
    gene: float, eta: float
) -> None:
    assert_law(moved(gene, eta), cdf(gene, eta))


def test_the_mean_size_is_as_documented() -> None:
    # Far from bounds the integral of s (eta + 1) (1 - s)^eta is 1 / (eta + 2).
    sizes = np.abs(moved(0.5, 50.0) - 0.5)
    assert abs(sizes.mean() - 1 / 52) < 4.5 * sizes.std() / np.sqrt(N_DRAWS)


def test_the_steps_of_genomes_are_ignored() -> None:
    np.testing.assert_array_equal(moved(0.5, 20.0, 1e-3), moved(0.5, 20.0, 0.5))


@pytest.mark.parametrize("bound", [0.0, 1.0])
def test_a_gene_on_a_bound_moves_away_from_it(bound: float) -> None:
    sizes = np.abs(moved(bound, 20.0) - bound)
    assert np.all(sizes > 0)
    assert_law(sizes, lambda size: 1 - (1 - size) ** 21)


@pytest.mark.parametrize("level", range(1, 9))
def test_a_discrete_gene_moves_by_a_level_at_least(level: int) -> None:
    found = moved((level + 0.5) / 10, 1000.0, n_levels=10, n=1000)
    moves = np.floor(10 * found).astype(int) - level
    assert set(moves) == {-1, 1}
    assert_shares(np.mean(moves == 1), 0.5, n=1000)


@pytest.mark.parametrize("eta", [-0.1, np.inf, np.nan])
def test_an_eta_out_of_range_is_refused(eta: float) -> None:
    with pytest.raises(ValueError, match=r"PolynomialMutation: eta=.* a finite float"):
        PolynomialMutation(eta)


@pytest.mark.parametrize("eta", ["20", None, True])
def test_an_eta_that_is_no_number_is_refused(eta: Any) -> None:
    with pytest.raises(TypeError, match=r"PolynomialMutation: eta=.* a finite float"):
        PolynomialMutation(eta)
