"""Functions on genomes that strategies are compared on: all least values are 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skopt_evo.strategies import GeneLayout, Strategy
from tests.strategies.conformance import even_layout, run


def bowl(genomes: np.ndarray) -> np.ndarray:
    """Return losses of shape (n, 1)."""
    losses: np.ndarray = ((genomes - 0.3) ** 2).sum(axis=1, keepdims=True)
    return losses


def shifted_rastrigin(genomes: np.ndarray) -> np.ndarray:
    x = 6 * (genomes - 0.37)
    losses: np.ndarray = (x**2 - 2 * np.cos(2 * np.pi * x) + 2).sum(axis=1)
    return losses


def ellipsoid(genomes: np.ndarray) -> np.ndarray:
    a, b, c = (genomes - [0.4, 0.6, 0.2]).T
    losses: np.ndarray = 30 * (a + b) ** 2 + (a - b) ** 2 + c**2
    return losses


def of_mixed_types(genomes: np.ndarray) -> np.ndarray:
    a, n, category = genomes.T
    losses = (a - 0.7) ** 2 + (n - 16.5 / 99) ** 2
    extra = np.choose((3 * category).astype(int), [0.2, 0.0, 0.3 * a + 0.1])
    total: np.ndarray = losses + extra
    return total


def of_branches(genomes: np.ndarray) -> np.ndarray:
    branch, a, b, c = genomes.T
    first = 0.2 + (a - 0.7) ** 2
    second = (a - 0.3) ** 2 + 4 * (b - 0.2) ** 2 + 2 * (c - 0.8) ** 2
    return np.where(branch < 0.5, first, second)


PROBLEMS = {
    "multimodal": (GeneLayout.continuous(3), shifted_rastrigin),
    "ill-conditioned": (GeneLayout.continuous(3), ellipsoid),
    "mixed types": (
        even_layout([0, 99, 3], [True, True, False], [[True] * 3]),
        of_mixed_types,
    ),
    "branches": (
        even_layout(
            [2, 0, 0, 0],
            [False, True, True, True],
            [[True, True, False, False], [True] * 4],
        ),
        of_branches,
    ),
}


def best_losses(
    name: str, make: Callable[[GeneLayout, int], Strategy], n: int, n_seeds: int
) -> np.ndarray:
    """Return the least of `n` losses of a problem, seed by seed."""
    layout, objective = PROBLEMS[name]
    best = []
    for seed in range(n_seeds):
        strategy = make(layout, seed)
        best.append(run(strategy, lambda g: objective(g)[:, np.newaxis], n)[1].min())
    return np.array(best)


def best_losses_of_random_search(name: str, n: int, n_seeds: int) -> np.ndarray:
    """Return the least of `n` losses of random genomes, seed by seed."""
    layout, objective = PROBLEMS[name]
    shape = n, layout.n_genes
    rngs = [np.random.default_rng(seed) for seed in range(n_seeds)]
    return np.array([objective(layout.snap(rng.random(shape))).min() for rng in rngs])
