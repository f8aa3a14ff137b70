"""Differential evolution on genomes of mixed types."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._typing import IntArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._evolution import EvolutionStrategy
from skopt_evo.strategies._offspring import Offspring, Parents
from skopt_evo.strategies.operators import ElitistSurvival, reflect

# Storn & Price (1997) use a weight between 0.5 and 1; drawn anew for each child
# (dither) it needs no tuning.
LEAST_WEIGHT, GREATEST_WEIGHT = 0.5, 1.0

# The chance that a gene of a child is the mutant's, not its parent's.
CROSSOVER_RATE = 0.9

# One of so many of the best draws the others towards it.
BEST_SHARE = 0.2


class DifferentialEvolutionStrategy(EvolutionStrategy):
    """Move members by the differences between others.

    A child is its parent, moved some way towards one of the best members and by the
    difference of two others, ``current-to-pbest/1/bin``. A category is taken from one
    of the four at random. Each child that is better than the worst member takes its
    place.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seed : int
        The seed of the random number generators.
    population_size : int, default=10
        How many members the population has.
    n_children : int, default=1
        How many children are bred at a time.
    n_initial : int, default=10
        The size of the first generation, unless there are more starts.
    starts : array-like of shape (n_starts, n_genes), default=()
        Genomes that open the first generation.

    Attributes
    ----------
    origins : list of str
        How each genome of the last `ask` came about: ``"default"``, ``"initial"``,
        ``"differential"`` or ``"immigrant"``.

    Notes
    -----
    Storn and Price let a child compete with its parent. Here it competes with the
    worst member: with few evaluations the greater selection pressure gives better
    results, and no record is needed of the parent of each child.

    References
    ----------
    R. Storn and K. Price, "Differential evolution - a simple and efficient heuristic
    for global optimization over continuous spaces", Journal of Global Optimization
    11(4), 341-359, 1997.
    J. Zhang and A. C. Sanderson, "JADE: adaptive differential evolution with optional
    external archive", IEEE Transactions on Evolutionary Computation 13(5), 945-958,
    2009 (current-to-pbest).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import DifferentialEvolutionStrategy, GeneLayout
    >>> strategy = DifferentialEvolutionStrategy(GeneLayout.continuous(2), seed=0)
    >>> while len(genomes := strategy.ask(100 - strategy.n_asked)):
    ...     losses = ((genomes - 0.3) ** 2).sum(axis=1)
    ...     strategy.tell(genomes, losses[:, np.newaxis])
    >>> bool(strategy.best_loss < 1e-3)
    True
    """

    def __init__(
        self,
        layout: GeneLayout,
        *,
        seed: int,
        population_size: int = 10,
        n_children: int = 1,
        n_initial: int = 10,
        starts: ArrayLike = (),
    ) -> None:
        super().__init__(
            layout,
            seed=seed,
            population_size=population_size,
            n_children=n_children,
            n_initial=n_initial,
            n_objectives=1,
            starts=starts,
        )

    def breed(self, parents: Parents, n: int, rng: np.random.Generator) -> Offspring:
        """Return children of random parents."""
        n_parents, layout = len(parents.genomes), self.layout
        n_best = max(1, round(BEST_SHARE * n_parents))
        best = np.argsort(parents.fitness, kind="stable")[:n_best]  # NaN sorts last
        rows = rng.integers(n_parents, size=(4, n))
        rows[1] = best[rng.integers(n_best, size=n)]
        target, top, one, other = four = parents.genomes[rows]
        weight = rng.uniform(LEAST_WEIGHT, GREATEST_WEIGHT, size=(n, 1))
        moved = reflect(target + weight * (top - target) + weight * (one - other))
        picked = rng.integers(4, size=target.shape)
        exchanged = np.take_along_axis(four, picked[np.newaxis], axis=0)[0]
        mutant = np.where(layout.is_numeric, moved, exchanged)
        is_crossed = rng.random(target.shape) < CROSSOVER_RATE
        if layout.n_genes:  # one gene at the least is the mutant's
            forced = rng.integers(layout.n_genes, size=n)
            is_crossed[np.arange(n), forced] = True
        children = layout.snap(np.where(is_crossed, mutant, target))
        return Offspring(children, parents.steps[rows[0]], np.full(n, "differential"))

    def _survivors(self, ages: IntArray) -> list[int]:
        rows = ElitistSurvival()(
            self.fitness(self._member_losses()),
            ages,
            self.population_size,
            self._rng(self._n_told(), 1),
        )
        return [self._members[row] for row in rows]
