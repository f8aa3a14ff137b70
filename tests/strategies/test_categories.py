from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies._categories import category_of, gene_of


@pytest.mark.parametrize("n_levels", [1, 2, 3, 49, 64, 1000])
def test_there_and_back_again_is_the_same_category(n_levels: int) -> None:
    categories = np.arange(n_levels)
    genes = gene_of(categories, n_levels)
    assert np.all((genes > 0) & (genes < 1))
    np.testing.assert_array_equal(category_of(genes, n_levels), categories)


def test_each_gene_may_have_another_number_of_categories() -> None:
    genes, n_levels = np.array([0.0, 0.5, 0.99, 1.0]), np.array([3, 2, 5, 5])
    np.testing.assert_array_equal(category_of(genes, n_levels), [0, 1, 4, 4])
