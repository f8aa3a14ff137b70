"""Mutation of categories: any other one, all alike."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies.operators import CategoricalMutation
from tests.strategies.operators.laws import N_DRAWS, assert_uniform


def moved(category: int, n_levels: int) -> np.ndarray:
    """Return numbers of categories."""
    genes = np.full(N_DRAWS, (category + 0.5) / n_levels)
    levels, rng = np.full(N_DRAWS, n_levels), np.random.default_rng(0)
    found = CategoricalMutation().move(genes, np.full(N_DRAWS, 0.1), levels, rng)
    numbers = n_levels * found - 0.5
    np.testing.assert_allclose(numbers, np.round(numbers), atol=1e-12)
    return np.round(numbers).astype(int)


@pytest.mark.parametrize("category", range(5))
def test_a_category_becomes_any_other_one(category: int) -> None:
    counts = np.bincount(moved(category, 5), minlength=5)
    assert counts[category] == 0
    assert_uniform(np.delete(counts, category))


@pytest.mark.parametrize("category", [0, 1])
def test_of_two_categories_the_other_one_is_taken(category: int) -> None:
    assert set(moved(category, 2)) == {1 - category}


def test_genes_may_have_different_numbers_of_categories() -> None:
    n_levels = np.tile([2, 3, 50], 100)
    genes, rng = 0.5 / n_levels, np.random.default_rng(0)
    found = CategoricalMutation().move(genes, np.full(300, 0.1), n_levels, rng)
    numbers = np.round(found * n_levels - 0.5).astype(int)
    assert np.all((numbers >= 1) & (numbers < n_levels))
    assert set(numbers[1::3]) == {1, 2}
