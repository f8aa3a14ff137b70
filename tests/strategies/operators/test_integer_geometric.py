"""Integer-geometric steps, against scipy's geometric distribution convolved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from skopt_evo.strategies.operators import IntegerGeometricMutation
from tests.strategies.operators.laws import N_DRAWS

# So many levels that the bounds are out of reach.
MANY = 10_001


def moves_from_the_middle(mean: float, n: int = N_DRAWS) -> np.ndarray:
    """Return moves in levels, those of a step of `mean` levels."""
    found = IntegerGeometricMutation().move(
        np.full(n, 0.5),
        np.full(n, mean / MANY),
        np.full(n, MANY),
        np.random.default_rng(0),
    )
    levels = MANY * (found - 0.5)
    np.testing.assert_allclose(levels, np.round(levels), atol=1e-8)
    return np.round(levels).astype(int)


def difference(mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the law of a difference of two geometric variables with that mean size."""
    numbers = np.arange(1, 400)

    def law(p: float) -> np.ndarray:
        one = stats.geom.pmf(numbers, p)
        return np.convolve(one, one[::-1])

    support = np.arange(-398, 399)
    p = brentq(lambda p: np.abs(support) @ law(p) - mean, 0.05, 1 - 1e-9)
    return support, law(p)


@pytest.mark.parametrize("mean", [0.3, 1.0, 4.0])
def test_moves_are_differences_of_geometric_variables_but_never_zero(
    mean: float,
) -> None:
    support, expected = difference(mean)
    # A difference of 0 becomes one level up or down.
    zero = expected[support == 0].item()
    expected[np.abs(support) == 1] += zero / 2
    expected[support == 0] = 0.0
    moves = moves_from_the_middle(mean)
    edges = [-np.inf, -5.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 5.5, np.inf]
    found = np.histogram(moves, edges)[0]
    wanted = np.histogram(support, edges, weights=expected)[0]
    assert found[4] == 0
    wanted, found = np.delete(wanted, 4), np.delete(found, 4)
    assert stats.chisquare(found, N_DRAWS * wanted / wanted.sum()).pvalue > 1e-4


def test_large_steps_have_the_mean_size_that_is_asked_for() -> None:
    sizes = np.abs(moves_from_the_middle(200.0))
    # One level in place of 0 adds less than one part in 10,000.
    assert abs(sizes.mean() - 200) < 4.5 * sizes.std() / np.sqrt(N_DRAWS)


def test_the_smallest_step_is_one_level_up_or_down() -> None:
    moves = moves_from_the_middle(0.0)
    assert set(moves) == {-1, 1}
    assert abs(moves.mean()) < 4.5 / np.sqrt(N_DRAWS)


@pytest.mark.parametrize("n_levels", [2, 7, 10**6, 2**53])
@pytest.mark.parametrize("step", [1e-9, 0.15, 100.0])
def test_genes_stay_within_the_bounds(n_levels: int, step: float) -> None:
    n, rng = 200, np.random.default_rng(0)
    genes = (np.floor(rng.random(n) * n_levels) + 0.5) / n_levels
    found = IntegerGeometricMutation().move(
        genes, np.full(n, step), np.full(n, n_levels), rng
    )
    assert np.all((found >= 0) & (found <= 1))
