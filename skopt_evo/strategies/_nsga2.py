"""NSGA-II: a genetic algorithm for several objectives."""

from __future__ import annotations

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._genetic import GeneticStrategy
from skopt_evo.strategies._pareto import crowded_order


class NSGA2Strategy(GeneticStrategy):
    """Look for the Pareto front: what is better in one loss is worse in another one.

    A genetic algorithm whose members are compared by the front that they lie on, then
    by how lonely they are on it: parents win tournaments, and survive, by this order.

    Parameters
    ----------
    layout, seed, population_size, n_children, n_initial, starts
        As for `GeneticStrategy`.
    n_objectives : int or None
        The number of losses of a genome; None if the first results will show it.
    selection, crossover, mutation, survival : callable, optional
        As for `GeneticStrategy`; the losses that they see are places in this order.

    References
    ----------
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan, "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2),
    182-197, 2002.
    J. J. Durillo, A. J. Nebro, F. Luna and E. Alba, "On the effect of the steady-state
    selection scheme in multi-objective genetic algorithms", EMO 2009, LNCS 5467,
    183-197 (one child at a time).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import (
    ...     GeneLayout,
    ...     NSGA2Strategy,
    ...     non_dominated_ranks,
    ... )
    >>> layout = GeneLayout.continuous(2)
    >>> strategy = NSGA2Strategy(layout, seed=0, n_objectives=2, population_size=20)
    >>> while len(genomes := strategy.ask(200 - strategy.n_asked)):
    ...     losses = np.abs(genomes[:, :1] - [0.2, 0.8]) + genomes[:, 1:]
    ...     strategy.tell(genomes, losses)
    >>> genomes, losses = strategy.known
    >>> front = genomes[non_dominated_ranks(losses) == 0]
    >>> bool((front[:, 1] < 0.05).all())
    True
    """

    def fitness(self, losses: FloatArray) -> FloatArray:
        """Return the places of members by front, then by crowding."""
        return crowded_order(losses)
