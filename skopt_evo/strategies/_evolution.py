"""What strategies that evolve a population have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._checks import check_count
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._archive import STEP, Archive
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._design import diversity, unseen
from skopt_evo.strategies._founders import Founders
from skopt_evo.strategies._offspring import Offspring, Parents, Proposal

# A child that has been evaluated before is bred again, this often.
N_ATTEMPTS = 20


# Below this mean distance of the population, a part of the children are immigrants.
LOW_DIVERSITY = 0.05
IMMIGRATION_RATE = 0.25


class EvolutionStrategy(ABC):
    """A population of genomes whose descendants are proposed.

    The first generation fills the space. What comes after it, a subclass breeds. No
    candidate is proposed twice: children bred again and again to one that is known, and
    some of the children of a population that has lost its diversity, make way for
    random immigrants.

    Candidate j draws from a generator of its own, made from the seed and j: what is
    proposed depends on the losses told so far and on nothing else.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seed : int
        The seed of the random number generators.
    population_size : int
        How many members the population has.
    n_children : int
        How many children are bred at a time.
    n_initial : int
        The size of the first generation, unless there are more starts.
    n_objectives : int or None
        The number of losses of a genome; None if the first `tell` shows it.
    starts : array-like of shape (n_starts, n_genes)
        Genomes that open the first generation.

    Attributes
    ----------
    origins : list of str
        How each genome of the last `ask` came about.
    n_asked : int
        How many genomes have been asked.
    """

    def __init__(
        self,
        layout: GeneLayout,
        *,
        seed: int,
        population_size: int,
        n_children: int,
        n_initial: int,
        n_objectives: int | None,
        starts: ArrayLike,
    ) -> None:
        check_count("population_size", population_size, usual=6)
        check_count("n_children", n_children, usual=1)
        self.layout = layout
        self.population_size = population_size
        self.n_children = n_children
        self._archive = Archive(layout, n_objectives)
        self._seed = int(seed)
        self._starts = layout.canonical(starts)
        self._founders = Founders(layout, self._starts, n_initial, self._rng)
        self.origins: list[str] = []
        self.n_asked = 0
        self._births: dict[int, int] = {}  # by row, the tell it was first told in
        self._n_tells = 0
        self._members: list[int] = []

    @abstractmethod
    def breed(self, parents: Parents, n: int, rng: np.random.Generator) -> Offspring:
        """Return children of at least one parent, known ones among them.

        Parameters
        ----------
        parents : Parents
            The population, or any other genomes.
        n : int
            How many children.
        rng : numpy.random.Generator
            The random number generator.
        """

    @abstractmethod
    def _survivors(self, ages: IntArray) -> list[int]:
        """Return the rows that stay, out of the members.

        Parameters
        ----------
        ages : ndarray of shape (n_members,), dtype=int
            How many tells ago each of them joined, 0 for those that have just done so.
        """

    def fitness(self, losses: FloatArray) -> FloatArray:
        """Return what members are compared by: smaller is better, NaN for failures.

        Parameters
        ----------
        losses : ndarray of shape (n, n_objectives)
            Those of the members alone.
        """
        return losses[:, 0]

    @property
    def n_objectives(self) -> int | None:
        """The number of losses of a genome, None before the first `tell` shows it."""
        return self._archive.n_objectives

    @property
    def _n_founders_left(self) -> int:
        """How many of the first generation have not been asked yet."""
        return max(len(self._founders.genomes) - self.n_asked, 0)

    @property
    def best_loss(self) -> float:
        """The smallest first loss told so far, infinity if there is none."""
        losses = self._archive.losses(self._archive.told)[:, 0]
        return float(np.nanmin([*losses, np.inf]))

    @property
    def parents(self) -> Parents:
        """The population."""
        return Parents(
            self._archive.genomes(self._members),
            self._archive.steps(self._members),
            self.fitness(self._member_losses()),
        )

    @property
    def known(self) -> tuple[FloatArray, FloatArray]:
        """Genomes and losses told so far: (n, n_genes) and (n, n_objectives)."""
        rows = self._archive.told
        return self._archive.genomes(rows), self._archive.losses(rows)

    @property
    def pending(self) -> FloatArray:
        """The genomes that have been asked, but not told: (n, n_genes)."""
        return self._archive.genomes(self._archive.pending)

    def ask(self, n: int) -> FloatArray:
        """Return what is left of the first generation, or else new children.

        Parameters
        ----------
        n : int
            How many candidates may still be evaluated.

        Returns
        -------
        genomes : ndarray of shape (m, n_genes)
            At most `n`, and at most as many as are bred at a time. None of them asked
            or told before; m is 0 only if `n` is, or if the whole of a finite space is
            known.
        """
        return self.batch(n, self.child)

    def batch(
        self, n: int, propose: Callable[[np.random.Generator], Proposal | None]
    ) -> FloatArray:
        """Return what `ask` does, with children of another making.

        Parameters
        ----------
        n : int
            How many candidates may still be evaluated.
        propose : callable
            Called with a generator, returns a new child, or None if there is none.

        Returns
        -------
        genomes : ndarray of shape (m, n_genes)
        """
        size = min(n, self._n_founders_left or self.n_children)
        self.origins = []
        genomes: list[FloatArray] = []
        while len(genomes) < size:
            rng = self._rng(self.n_asked)
            proposal = self._founder(rng) if self._n_founders_left else propose(rng)
            if proposal is None:
                break
            self._archive.add(proposal.genome, proposal.step)
            self.origins.append(proposal.origin)
            self.n_asked += 1
            genomes.append(proposal.genome)
        return np.array(genomes).reshape(len(genomes), self.layout.n_genes)

    def tell(self, genomes: ArrayLike, losses: ArrayLike) -> None:
        """Learn the losses of genomes, and let the fittest survive.

        Parameters
        ----------
        genomes : array-like of shape (m, n_genes)
            Asked or not, in any order; of one that is told again the last losses count.
        losses : array-like of shape (m, n_objectives)
            The smaller the better; NaN for a candidate that failed.

        Raises
        ------
        ValueError
            If the shapes do not fit, or if a gene is not finite.
        """
        genomes = self.layout.canonical(genomes)
        losses = np.array(losses, dtype=np.float64)
        n_objectives = self.n_objectives
        if n_objectives is None:
            n_objectives = max(losses.shape[1], 1) if losses.ndim == 2 else 1
        expected = (len(genomes), n_objectives)
        if losses.shape != expected:
            raise ValueError(
                f"{type(self).__name__} minimises {n_objectives} losses a genome: "
                f"expected losses of shape {expected}, got {losses.shape}."
            )
        if len(losses):
            self._archive.n_objectives = n_objectives
        told = [self._archive.learn(*p) for p in zip(genomes, losses, strict=True)]
        changed = {row for row, has_changed in told if has_changed}
        if not changed:
            return
        self._n_tells += 1
        for row in changed:
            self._births.setdefault(row, self._n_tells)
        # By age, and so in the same order however they are told.
        self._members = sorted({*self._members, *changed})
        births = np.array([self._births[row] for row in self._members])
        self._members = self._survivors(self._n_tells - births)

    def _rng(self, *key: int) -> np.random.Generator:
        """Return the generator of candidate j; with more numbers, of other things."""
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))

    def is_new(self, genome: FloatArray) -> bool:
        """Tell whether a genome has neither been asked nor told."""
        return self._archive.is_new(genome)

    def _founder(self, rng: np.random.Generator) -> Proposal | None:
        """Return the next of the first generation, or another one if it is known."""
        genome = self._founders.genomes[self.n_asked]
        if self.is_new(genome):
            is_start = self.n_asked < len(self._starts)
            return Proposal(genome, STEP, "default" if is_start else "initial")
        # Points that fill a space of few levels may coincide: another one is drawn
        # in the same branch, so that each branch keeps its share.
        for branches in (self.layout.branch_of(genome), None):
            if proposal := self._immigrant("initial", rng, branches):
                return proposal
        return None

    def child(self, rng: np.random.Generator) -> Proposal | None:
        """Return a new child or an immigrant, None if the whole space is known."""
        if self._archive.have_all_failed():
            # All parents have failed, and children would be next to them.
            genome = self._founders.later(self.n_asked)
            if self.is_new(genome):
                return Proposal(genome, STEP, "immigrant")
            return self._immigrant("immigrant", rng)
        parents = self.parents
        if len(parents.genomes):
            is_diverse = diversity(parents.genomes, self.layout) >= LOW_DIVERSITY
            if is_diverse or rng.random() > IMMIGRATION_RATE:
                offspring = self.breed(parents, N_ATTEMPTS, rng)
                for row in range(N_ATTEMPTS):
                    if self.is_new(offspring.genomes[row]):
                        return offspring.row(row)
        return self._immigrant("immigrant", rng)

    def _immigrant(
        self, origin: str, rng: np.random.Generator, branches: ArrayLike | None = None
    ) -> Proposal | None:
        """Return a new random genome, None if there is none in these branches."""
        genome = unseen(self.layout, self._archive.keys, rng, branches)
        return None if genome is None else Proposal(genome, STEP, origin)

    def _n_told(self) -> int:
        return len(self._archive.told)

    def _member_losses(self) -> FloatArray:
        return self._archive.losses(self._members)
