"""New genomes without parents: space-filling ones, and random new ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from skopt_evo.strategies._base import FloatArray, GeneLayout

# Enough to find a new point in a space of which 99 % is used up.
N_DRAWS = 1000


def space_filling(n: int, layout: GeneLayout, rng: np.random.Generator) -> FloatArray:
    """Return points of a scrambled Sobol sequence, every branch as often as the others.

    Parameters
    ----------
    n : int
        The number of points.
    layout : GeneLayout
        The genes.
    rng : numpy.random.Generator
        Scrambles the sequence.

    Returns
    -------
    genomes : ndarray of shape (n, n_genes)

    References
    ----------
    A. B. Owen, "Scrambling Sobol' and Niederreiter-Xing points", Journal of Complexity
    14(4), 466-489, 1998.
    """
    if n == 0:
        return np.empty((0, layout.n_genes))
    # scipy 1.15 brought `rng=`; `seed=` takes a Generator in all its versions.
    sequence = qmc.Sobol(layout.n_genes, scramble=True, seed=rng)
    genomes = sequence.random_base2(math.ceil(math.log2(n)))[:n]
    if layout.n_branches > 1:
        rounds = np.resize(rng.permutation(layout.n_branches), n)
        genomes[:, 0] = (rounds + 0.5) / layout.n_branches
    return layout.snap(genomes)


def unseen(
    layout: GeneLayout,
    seen: Container[bytes],
    rng: np.random.Generator,
    branches: Sequence[int] | NDArray[np.int64] | None = None,
) -> FloatArray | None:
    """Return a random genome that is not among the seen ones, None if there is none.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seen : container of bytes
        The keys of the genomes to avoid.
    rng : numpy.random.Generator
        The source of chance.
    branches : sequence of int, optional
        The branches that it may lie in, all of them by default.

    Returns
    -------
    genome : ndarray of shape (n_genes,) or None
    """
    branches = np.arange(layout.n_branches) if branches is None else branches
    genomes = rng.random((N_DRAWS, layout.n_genes))
    if layout.n_branches > 1:
        genomes[:, 0] = (rng.choice(branches, N_DRAWS) + 0.5) / layout.n_branches
    for genome in layout.snap(genomes):
        if layout.key(genome) not in seen:
            return np.asarray(genome)
    return _first_unseen(layout, seen, rng, branches)


def _first_unseen(
    layout: GeneLayout,
    seen: Container[bytes],
    rng: np.random.Generator,
    branches: Sequence[int] | NDArray[np.int64],
) -> FloatArray | None:
    """Go through the finite branches from random places on: few points are left."""
    for branch in rng.permutation(branches):
        genes = np.flatnonzero(layout.active[branch])
        n_levels = layout.n_levels[genes]
        if np.any(n_levels == 0):
            continue  # a continuum: that nothing new was drawn there has other reasons
        starts = rng.integers(n_levels)
        turns = [
            (np.arange(n) + start) % n
            for n, start in zip(n_levels, starts, strict=True)
        ]
        if layout.n_branches > 1:
            turns[0] = np.array([branch])
        genome = np.full(layout.n_genes, 0.5)
        for levels in itertools.product(*turns):
            genome[genes] = (np.array(levels) + 0.5) / n_levels
            snapped = layout.snap(genome)
            if layout.key(snapped) not in seen:
                return snapped
    return None


def diversity(genomes: FloatArray, layout: GeneLayout) -> float:
    """Return how far apart genomes are: their mean distance a gene, over all pairs.

    Two categories are 1 apart if they differ; a gene that is dormant in either genome
    does not count.

    Parameters
    ----------
    genomes : ndarray of shape (n, n_genes)
        A population.
    layout : GeneLayout
        The genes.

    Returns
    -------
    distance : float
        Between 0 (all equal, or no pair at all) and 1.
    """
    first, second = np.triu_indices(len(genomes), k=1)
    if not len(first):
        return 0.0
    gaps = np.abs(genomes[first] - genomes[second])
    gaps = np.where(layout.is_numeric, gaps, gaps > 0)
    active = layout.active_in(genomes)
    both = active[first] & active[second]
    return float((gaps * both).sum() / max(both.sum(), 1))
