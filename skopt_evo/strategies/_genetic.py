"""Genetic algorithms on genomes of mixed types, generational and steady-state."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._evolution import EvolutionStrategy
from skopt_evo.strategies._offspring import Offspring, Parents
from skopt_evo.strategies.operators import (
    Crossover,
    ElitistSurvival,
    MixedCrossover,
    MixedMutation,
    Mutation,
    Selection,
    Survival,
    TournamentSelection,
)
from skopt_evo.strategies.operators._check_returned import check_children, check_rows
from skopt_evo.strategies.operators._mixed_mutation import whole_mutation
from skopt_evo.strategies.operators._part import MutationPart

CROSSOVER_RATE = 0.9

# The usual size of a mutation is inherited with log-normal noise of this sigma, within
# these limits.
ADAPTATION = 0.5
LEAST_STEP, GREATEST_STEP = 0.0075, 0.6


class GeneticStrategy(EvolutionStrategy):
    """Score a population, keep the best, breed their descendants, repeat.

    Selected parents are recombined and their children mutated; of parents and children
    the fittest survive. With one child at a time (``n_children=1``) this is a
    steady-state algorithm, which learns from each result; with more of them there are
    generations.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seed : int
        The seed of the random number generators.
    population_size : int, default=6
        How many members survive.
    n_children : int, default=1
        How many children are bred at a time.
    n_initial : int, default=10
        The size of the first generation, unless there are more starts.
    starts : array-like of shape (n_starts, n_genes), default=()
        Genomes that open the first generation.
    selection, crossover, mutation, survival : callable, optional
        The operators, see `skopt_evo.strategies.operators`. A mutation of single kinds
        of genes stands for the `MixedMutation` with this part.

    Attributes
    ----------
    origins : list of str
        How each genome of the last `ask` came about: ``"default"`` (one of `starts`),
        ``"initial"``, ``"crossover"``, ``"mutation"`` or ``"immigrant"``.

    References
    ----------
    T. Bäck and H.-P. Schwefel, "An overview of evolutionary algorithms for parameter
    optimization", Evolutionary Computation 1(1), 1-23, 1993.
    G. Syswerda, "A study of reproduction in generational and steady-state genetic
    algorithms", Foundations of Genetic Algorithms 1, 94-101, 1991.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout, GeneticStrategy
    >>> layout = GeneLayout.continuous(2)
    >>> strategy = GeneticStrategy(layout, seed=0)
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
        population_size: int = 6,
        n_children: int = 1,
        n_initial: int = 10,
        n_objectives: int | None = 1,
        starts: ArrayLike = (),
        selection: Selection | None = None,
        crossover: Crossover | None = None,
        mutation: Mutation | MutationPart | None = None,
        survival: Survival | None = None,
    ) -> None:
        super().__init__(
            layout,
            seed=seed,
            population_size=population_size,
            n_children=n_children,
            n_initial=n_initial,
            n_objectives=n_objectives,
            starts=starts,
        )
        self._selection = TournamentSelection() if selection is None else selection
        self._crossover = MixedCrossover() if crossover is None else crossover
        self._mutation = (
            MixedMutation() if mutation is None else whole_mutation(mutation)
        )
        self._survival = ElitistSurvival() if survival is None else survival
        self._shared = _shared_numbers(layout)

    def breed(self, parents: Parents, n: int, rng: np.random.Generator) -> Offspring:
        """Return children of selected parents, recombined and mutated."""
        rows = check_rows(
            self._selection(parents.fitness, 2 * n, rng),
            self._selection,
            len(parents.genomes),
            fewest=2 * n,
            most=2 * n,
        )
        first, second = rows.reshape(2, n)
        is_crossed = (first != second) & (rng.random(n) < CROSSOVER_RATE)
        genomes = self._related(parents.genomes)
        children = genomes[first]
        if is_crossed.any():
            mates = genomes[second]
            crossed = self._crossover(
                self._with_active_of(children, mates),
                self._with_active_of(mates, children),
                self.layout,
                rng,
            )
            crossed = check_children(crossed, self._crossover, self.layout, n)
            children = np.where(is_crossed[:, np.newaxis], crossed, children)
        # Log-normal self-adaptation (Bäck & Schwefel 1993), one size for all genes.
        steps = parents.steps[first] * np.exp(ADAPTATION * rng.normal(size=n))
        steps = np.clip(steps, LEAST_STEP, GREATEST_STEP)
        mutants = self._mutation(children, steps.copy(), self.layout, rng)
        mutants = check_children(mutants, self._mutation, self.layout, n)
        return Offspring(mutants, steps, np.where(is_crossed, "crossover", "mutation"))

    def _survivors(self, ages: IntArray) -> list[int]:
        members = self._members
        fitness, size = self.fitness(self._member_losses()), self.population_size
        survivors = check_rows(
            self._survival(fitness, ages, size, self._rng(self._n_told(), 1)),
            self._survival,
            len(members),
            fewest=0,
            most=size,
            distinct=True,
        )
        return [members[row] for row in survivors]

    def _related(self, genomes: FloatArray) -> FloatArray:
        """Return genomes, their inactive numbers copied from the active branch.

        A good value of a parameter in one branch, on its scale, is likely to be good
        for the same parameter in another branch.
        """
        if not self._shared:
            return genomes
        genomes, active = genomes.copy(), self.layout.active_in(genomes)
        for genes in self._shared:
            is_active = active[:, genes]
            value = (genomes[:, genes] * is_active).sum(axis=1, keepdims=True)
            is_inactive = is_active.any(axis=1, keepdims=True) & ~is_active
            genomes[:, genes] = np.where(is_inactive, value, genomes[:, genes])
        return genomes

    def _with_active_of(self, genomes: FloatArray, mates: FloatArray) -> FloatArray:
        """Return genomes with the genes of their mates where their own are inactive.

        No selection has acted on inactive genes.
        """
        return np.where(self.layout.active_in(genomes), genomes, mates)


def _shared_numbers(layout: GeneLayout) -> list[IntArray]:
    """Return the groups of numeric genes that one parameter has in several branches."""
    if layout.kinship is None:
        return []
    groups: dict[tuple[int, int], list[int]] = {}
    for gene in np.flatnonzero(layout.is_numeric):
        key = int(layout.parameters[gene]), int(layout.kinship.places[gene])
        groups.setdefault(key, []).append(int(gene))
    return [np.array(genes) for genes in groups.values() if len(genes) > 1]
