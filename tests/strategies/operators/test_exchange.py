"""A fair coin for each gene, which several crossovers share."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies.operators._exchange import exchange
from tests.strategies.operators.laws import N_DRAWS, assert_uniform


def test_each_gene_is_that_of_either_parent_with_equal_probability() -> None:
    rng = np.random.default_rng(0)
    found = exchange(np.zeros((N_DRAWS, 2)), np.ones((N_DRAWS, 2)), rng)
    # All pairs of genes alike: fair, and independent of each other.
    assert_uniform(np.bincount((found @ [1, 2]).astype(int), minlength=4))


@pytest.mark.parametrize("shape", [(5,), (4, 3), (0, 3), (4, 0)])
def test_the_shape_is_kept_and_the_parents_too(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random(shape), rng.random(shape)
    before = first.copy(), second.copy()
    child = exchange(first, second, rng)
    assert child.shape == shape
    assert np.all((child == first) | (child == second))
    np.testing.assert_array_equal((first, second), before)


def test_children_of_one_genome_are_that_genome() -> None:
    genome = np.array([0.1, -0.0, 1 / 3])
    child = exchange(genome, genome, np.random.default_rng(0))
    assert child.tobytes() == genome.tobytes()
