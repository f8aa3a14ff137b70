"""Samples of operators, and how near to a law a sample has to be.

Seeds are fixed, so a test passes always or never; the limits are such that a correct
operator passes with about 9,999 seeds of 10,000.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import stats

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import Crossover, Mutation, Selection
from skopt_evo.strategies.operators._mixed_mutation import whole_mutation
from skopt_evo.strategies.operators._part import MutationPart
from tests.strategies.conformance import layouts

N_DRAWS = 10_000

# The distance of a sample's distribution from its law (Kolmogorov).
KS_LIMIT = stats.kstwobign.isf(1e-4) / np.sqrt(N_DRAWS)


def assert_shares(found: Any, expected: Any, n: int = N_DRAWS) -> None:
    """Compare shares of `n` draws with probabilities: 4.5 standard deviations."""
    expected = np.asarray(expected, dtype=float)
    deviation = np.sqrt(expected * (1 - expected) / n)
    gaps = np.abs(np.asarray(found) - expected)
    assert np.all(gaps <= 4.5 * deviation + 1e-12), (found, expected)


def assert_uniform(counts: Any) -> None:
    assert stats.chisquare(counts).pvalue > 1e-4, counts


def assert_law(sample: np.ndarray, cdf: Any) -> None:
    limit = stats.kstwobign.isf(1e-4) / np.sqrt(len(sample))
    assert stats.kstest(sample, cdf).statistic < limit


def selected(selection: Selection, losses: Any) -> np.ndarray:
    """Return how often each member is chosen, as a part of all draws."""
    rows = selection(np.array(losses), N_DRAWS, np.random.default_rng(0))
    return np.bincount(rows, minlength=len(losses)) / N_DRAWS


def children(
    crossover: Crossover, first: Any, second: Any, layout: GeneLayout, n: int = N_DRAWS
) -> np.ndarray:
    """Return n children of one pair of parents."""
    shape = n, layout.n_genes
    one, other = (np.broadcast_to(np.asarray(p, float), shape) for p in (first, second))
    return crossover(one, other, layout, np.random.default_rng(0))


def mutants(
    mutation: Mutation | MutationPart,
    genome: Any,
    layout: GeneLayout,
    step: float = 0.15,
    n: int = N_DRAWS,
) -> np.ndarray:
    """Return n mutants of one genome."""
    genomes = np.broadcast_to(np.asarray(genome, float), (n, layout.n_genes))
    steps, rng = np.full(n, step), np.random.default_rng(0)
    return whole_mutation(mutation)(genomes, steps, layout, rng)


@st.composite
def vector_layouts(draw: Any) -> GeneLayout:
    """Draw a layout some genes of which may share a parameter, side by side or not."""
    layout = draw(layouts())
    labels = draw(
        st.lists(
            st.integers(0, 3), min_size=layout.n_genes, max_size=layout.n_genes
        ).filter(lambda labels: layout.n_branches == 1 or labels.count(labels[0]) == 1)
    )
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    parameters = np.array([numbers[label] for label in labels], dtype=np.int64)
    return layout._replace(parameters=parameters)
