"""Uniform crossover: a coin for each gene of each child."""

from __future__ import annotations

import numpy as np

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import UniformCrossover
from tests.strategies.operators.laws import assert_uniform, children


def test_a_fair_coin_is_tossed_for_each_gene() -> None:
    layout = GeneLayout.continuous(3)
    found = children(UniformCrossover(), np.zeros(3), np.ones(3), layout)
    # All 8 combinations alike: independent, and even.
    assert_uniform(np.bincount((found @ [1, 2, 4]).astype(int), minlength=8))


def test_children_are_independent_of_each_other() -> None:
    layout = GeneLayout.continuous(1)
    found = children(UniformCrossover(), [0.0], [1.0], layout).reshape(-1, 2)
    assert_uniform(np.bincount((found @ [1, 2]).astype(int), minlength=4))
