"""New genomes without parents: space-filling ones, and random new ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import qmc

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._categories import gene_of

# How many random genomes are drawn before what is left is listed: if all of them are
# known, so is most of the space, and the list is short.
N_DRAWS = 100

# After so many draws without a new value, a distribution is taken to have no more.
MOST_DRAWS = 2**11

# Bins narrower than this are not looked for: no draw would ever hit them.
NARROWEST_BIN = 1e-6


def space_filling(n: int, layout: GeneLayout, rng: np.random.Generator) -> FloatArray:
    """Return points of a scrambled Sobol sequence, every branch as often as the others.

    Each branch has a stretch of the sequence for itself, so that it is filled as evenly
    as a space without branches; branches take turns. Within a branch the order is
    random.

    The sequence ends at 21,201 genes. Beyond, each branch has a Latin hypercube, which
    is spread as evenly over each gene, and by chance over several of them: of so many
    genes the few points of a search could not fill any two.

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
    M. D. McKay, R. J. Beckman and W. J. Conover, "A comparison of three methods for
    selecting values of input variables in the analysis of output from a computer code",
    Technometrics 21(2), 239-245, 1979 (Latin hypercubes).
    """
    if n == 0 or layout.n_genes == 0:
        return np.empty((n, layout.n_genes))
    n_turns = math.ceil(n / layout.n_branches)
    if layout.n_genes <= qmc.Sobol.MAXDIM:
        stretches = _sobol(n_turns, layout, rng)
    else:
        cube = qmc.LatinHypercube(layout.n_genes, seed=rng)
        stretches = [cube.random(n_turns) for _ in range(layout.n_branches)]
    # Neighbours in the sequence lie in opposite halves of some genes: a caller who
    # deals out points in turn, to categories say, would give each one half only.
    shuffled = [rng.permutation(points[:n_turns]) for points in stretches]
    genomes = np.stack(shuffled, axis=1).reshape(-1, layout.n_genes)[:n]
    if layout.n_branches > 1:
        turns = np.resize(rng.permutation(layout.n_branches), n)
        genomes[:, 0] = layout.branch_gene(turns)
    return layout.snap(genomes)


def _sobol(
    n: int, layout: GeneLayout, rng: np.random.Generator
) -> Sequence[FloatArray]:
    """Return a stretch of at least n points of a Sobol sequence for each branch."""
    stretch = 2 ** math.ceil(math.log2(n))
    # scipy 1.15 brought `rng=`; `seed=` takes a Generator in all its versions.
    sequence = qmc.Sobol(layout.n_genes, scramble=True, seed=rng)
    points = sequence.random_base2(math.ceil(math.log2(stretch * layout.n_branches)))
    stretches = points.reshape(-1, stretch, layout.n_genes)
    return list(stretches[: layout.n_branches])


def unseen(
    layout: GeneLayout,
    seen: Container[bytes],
    rng: np.random.Generator,
    branches: ArrayLike | None = None,
) -> FloatArray | None:
    """Return a random genome that is not among the seen ones, None if there is none.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seen : container of bytes
        The keys of the genomes to avoid.
    rng : numpy.random.Generator
        The random number generator.
    branches : array-like of int, optional
        The branches that it may lie in, all of them by default.

    Returns
    -------
    genome : ndarray of shape (n_genes,) or None
    """
    allowed = np.arange(layout.n_branches) if branches is None else branches
    allowed = np.atleast_1d(allowed)
    for genome in _draws(layout, allowed, rng):
        if layout.key(genome) not in seen:
            return layout.snap(genome)
    for branch in rng.permutation(allowed):
        for genome in _points(layout, int(branch), rng):
            if layout.key(genome) not in seen:
                return layout.snap(genome)
    return None


def _draws(
    layout: GeneLayout, branches: IntArray, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Iterate over random genomes of some branches."""
    for _ in range(N_DRAWS):
        genome = rng.random(layout.n_genes)
        if layout.n_branches > 1:
            genome[0] = layout.branch_gene(branches[rng.integers(len(branches))])
        yield genome


def _points(
    layout: GeneLayout, branch: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Iterate over a branch from a random place on; over draws from a continuum."""
    genes = np.flatnonzero(layout.active[branch])
    if np.any(layout.n_levels[genes] == 0):
        yield from _draws(layout, np.array([branch]), rng)
        return
    turns = [_levels(layout, int(gene), branch) for gene in genes]
    turns = [np.roll(levels, rng.integers(len(levels))) for levels in turns]
    if layout.n_branches > 1:
        turns[0] = np.atleast_1d(layout.branch_gene(branch))
    genome = rng.random(layout.n_genes)
    for values in itertools.product(*turns):
        genome[genes] = values
        yield genome


def _levels(layout: GeneLayout, gene: int, branch: int) -> FloatArray:
    """Return the canonical values of a discrete gene, whose bins may be unequal."""
    n_levels = int(layout.n_levels[gene])

    def snap(places: FloatArray) -> FloatArray:
        genomes = np.full((len(places), layout.n_genes), 0.5)
        if layout.n_branches > 1:
            genomes[:, 0] = layout.branch_gene(branch)
        genomes[:, gene] = places
        return layout.merged(genomes)[:, gene]

    centres = gene_of(np.arange(n_levels), n_levels)
    if not layout.is_numeric[gene]:
        return _distinct(np.array_split(centres, -(-n_levels // MOST_DRAWS)), snap)
    places = np.hstack([0.0, centres, 1.0])
    levels = snap(places)
    while len(np.unique(levels)) < n_levels:
        # A bin that was missed lies between two places that are in different bins.
        gaps = (np.diff(levels) > 0) & (np.diff(places) > NARROWEST_BIN)
        if not gaps.any():
            break
        middles = (places[:-1] + places[1:])[gaps] / 2
        where = np.flatnonzero(gaps) + 1
        places = np.insert(places, where, middles)
        levels = np.insert(levels, where, snap(middles))
    return np.unique(levels)


def _distinct(
    parts: Iterable[FloatArray], snap: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Return the canonical values of categories, up to a part that has no new ones.

    All parts of a list have new ones. Draws may have few values: where so many of them
    were nothing new, those that are left are not made.
    """
    levels = np.empty(0)
    for part in parts:
        n_known = len(levels)
        levels = np.union1d(levels, snap(part))
        if len(levels) == n_known:
            break
    return levels


def diversity(genomes: FloatArray, layout: GeneLayout) -> float:
    """Return how far apart genomes are: their mean distance a gene, over all pairs.

    Two categories are 1 apart if they differ; a gene that is inactive in either genome
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
