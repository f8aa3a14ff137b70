"""Two-point crossover against the list of all stretches of a ring."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import TwoPointCrossover
from tests.strategies.operators.laws import assert_uniform, children


@pytest.mark.parametrize("n_genes", [2, 3, 4, 6])
def test_every_pair_of_cuts_of_the_ring_is_as_likely_as_the_others(
    n_genes: int,
) -> None:
    layout = GeneLayout.continuous(n_genes)
    first, second = np.zeros(n_genes), np.ones(n_genes)
    found = children(TwoPointCrossover(), first, second, layout)
    expected = set()
    for low, high in combinations(range(n_genes), 2):
        stretch = tuple(float(low <= gene < high) for gene in range(n_genes))
        expected |= {stretch, tuple(1 - gene for gene in stretch)}
    counts = Counter(map(tuple, found.tolist()))
    assert set(counts) == expected
    assert_uniform(list(counts.values()))


def test_a_single_gene_comes_from_either_parent() -> None:
    layout = GeneLayout.continuous(1)
    found = children(TwoPointCrossover(), [0.0], [1.0], layout)
    assert_uniform([np.sum(found == 0), np.sum(found == 1)])


def test_every_child_has_cuts_of_its_own() -> None:
    layout = GeneLayout.continuous(50)
    found = children(TwoPointCrossover(), np.zeros(50), np.ones(50), layout, n=20)
    assert len(np.unique(found, axis=0)) > 15
