"""A genetic algorithm on genomes of mixed types, (mu + lambda)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo.strategies._base import FloatArray, GeneLayout
from skopt_evo.strategies._design import diversity, space_filling, unseen
from skopt_evo.strategies.operators import (
    Crossover,
    ElitistSurvival,
    GaussianMutation,
    MixedCrossover,
    Mutation,
    Selection,
    Survival,
    TournamentSelection,
)
from skopt_evo.strategies.operators._checks import check_child, check_rows

# A child that has been evaluated before is bred again, this often.
N_ATTEMPTS = 20

CROSSOVER_RATE = 0.9

# The usual size of a mutation on the scale of a gene. Each candidate has its own,
# inherited with log-normal noise of this sigma, within these limits.
STEP = 0.3
ADAPTATION = 0.5
LEAST_STEP, GREATEST_STEP = 0.0075, 0.6

# Below this mean distance of the population, a part of the children are immigrants.
LOW_DIVERSITY = 0.05
IMMIGRATION_RATE = 0.25


class Proposal(NamedTuple):
    """A new candidate.

    Attributes
    ----------
    genome : ndarray of shape (n_genes,)
        In its canonical form.
    step : float
        The usual size of its children's mutations.
    origin : str
        How it came about.
    """

    genome: FloatArray
    step: float
    origin: str


class GeneticStrategy:
    """Score a population, keep the best, breed their descendants, repeat.

    The first generation fills the space. From then on, selected parents are recombined
    and their children mutated; of parents and children the best survive. No candidate
    is proposed twice: children bred again and again to one that is known, and some of
    the children of a population that has lost its diversity, make way for random
    immigrants.

    Candidate j draws from a generator of its own, made from the seed and j: what is
    proposed depends on the losses told so far and on nothing else.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    seed : int
        The source of chance.
    population_size : int, default=6
        How many members survive, and how many children a generation has.
    n_initial : int, default=10
        The size of the first generation, unless there are more starts.
    starts : array-like of shape (n_starts, n_genes), default=()
        Genomes that open the first generation.
    selection, crossover, mutation, survival : callable, optional
        The operators, see `skopt_evo.strategies.operators`.

    Attributes
    ----------
    origins : list of str
        How each genome of the last `ask` came about: ``"default"`` (one of `starts`),
        ``"initial"``, ``"crossover"``, ``"mutation"`` or ``"immigrant"``.

    References
    ----------
    T. Bäck and H.-P. Schwefel, "An overview of evolutionary algorithms for parameter
    optimization", Evolutionary Computation 1(1), 1-23, 1993.

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
        n_initial: int = 10,
        starts: ArrayLike = (),
        selection: Selection | None = None,
        crossover: Crossover | None = None,
        mutation: Mutation | None = None,
        survival: Survival | None = None,
    ) -> None:
        if population_size < 1:
            raise ValueError(
                f"population_size={population_size!r}: without a member nothing is "
                "bred, pass an int >= 1."
            )
        self._layout = layout
        self._seed = int(seed)
        self._population_size = population_size
        self._n_initial = n_initial
        self._starts = layout.canonical(starts)
        self._selection = TournamentSelection() if selection is None else selection
        self._crossover = MixedCrossover() if crossover is None else crossover
        self._mutation = GaussianMutation() if mutation is None else mutation
        self._survival = ElitistSurvival() if survival is None else survival
        self._first_generation = self._design()
        self.origins: list[str] = []
        self.n_asked = 0
        # One row a genome, in the order in which they became known.
        self._genomes: list[FloatArray] = []
        self._steps: list[float] = []
        self._losses: list[float | None] = []  # None: asked, not yet told
        self._rows: dict[bytes, int] = {}
        self._members: list[int] = []

    @property
    def best_loss(self) -> float:
        """The smallest loss told so far, infinity if there is none."""
        losses = [loss for loss in self._losses if loss is not None]
        return float(np.nanmin([*losses, np.inf]))

    def ask(self, n: int) -> FloatArray:
        """Return the next generation, at most `n` genomes of it.

        Parameters
        ----------
        n : int
            How many candidates may still be evaluated.

        Returns
        -------
        genomes : ndarray of shape (m, n_genes)
            None of them asked or told before; m is 0 only if `n` is, or if the whole of
            a finite space is known.
        """
        n_founders = len(self._first_generation) - self.n_asked
        size = n_founders if n_founders > 0 else self._population_size
        population = np.array([self._genomes[row] for row in self._members])
        is_diverse = diversity(population, self._layout) >= LOW_DIVERSITY
        self.origins = []
        genomes: list[FloatArray] = []
        while len(genomes) < min(n, size):
            proposal = self._propose(is_diverse, self._rng(self.n_asked))
            if proposal is None:
                break
            genome, step, origin = proposal
            self._remember(genome, step)
            self.n_asked += 1
            self.origins.append(origin)
            genomes.append(genome)
        return np.array(genomes).reshape(len(genomes), self._layout.n_genes)

    def tell(self, genomes: ArrayLike, losses: ArrayLike) -> None:
        """Learn the losses of genomes, and let the fittest survive.

        Parameters
        ----------
        genomes : array-like of shape (m, n_genes)
            Asked or not, in any order; of one that is told again the last loss counts.
        losses : array-like of shape (m, 1)
            The smaller the better; NaN for a candidate that failed.

        Raises
        ------
        ValueError
            If the shapes do not fit, or if a gene is not finite.
        """
        genomes = self._layout.canonical(genomes)
        losses = np.asarray(losses, dtype=np.float64)
        if losses.shape != (len(genomes), 1):
            raise ValueError(
                f"A genetic strategy minimises one loss a genome: expected losses of "
                f"shape ({len(genomes)}, 1), got {losses.shape}."
            )
        if not len(genomes):
            return
        for genome, loss in zip(genomes, losses[:, 0], strict=True):
            row = self._rows.get(self._layout.key(genome))
            if row is None:
                row = self._remember(genome, STEP)
            self._losses[row] = float(loss)
            if row not in self._members:
                self._members.append(row)
        self._members.sort()  # by age, and so in the same order however they are told
        n_told, size = self._n_told(), self._population_size
        survivors = self._survival(self._member_losses(), size, self._rng(n_told, 1))
        check_rows(survivors, self._survival, len(self._members), fewest=0, most=size)
        self._members = [self._members[row] for row in survivors]

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next `ask` depends on, as lists and numbers."""
        return {
            "seed": self._seed,
            "n_asked": self.n_asked,
            "genomes": [genome.tolist() for genome in self._genomes],
            "steps": list(self._steps),
            "losses": list(self._losses),
            "members": list(self._members),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to a state that `state_dict` gave.

        It may come from another strategy with the same parameters; the seed is part of
        the state.
        """
        self._seed = state["seed"]
        self._first_generation = self._design()
        self._genomes, self._steps, self._losses, self._rows = [], [], [], {}
        for genome, step in zip(state["genomes"], state["steps"], strict=True):
            self._remember(np.array(genome, dtype=np.float64), step)
        self._losses = list(state["losses"])
        self._members = list(state["members"])
        self.n_asked = state["n_asked"]

    def _rng(self, *key: int) -> np.random.Generator:
        """Return the generator of candidate j, or, with a second 1, of survivals."""
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))

    def _design(self) -> FloatArray:
        """Return the first generation: the starts, then points that fill the space."""
        n_filling = max(self._n_initial - len(self._starts), 0)
        filling = space_filling(n_filling, self._layout, self._rng(0, 1))
        return np.vstack([self._starts, filling])

    def _n_told(self) -> int:
        return sum(loss is not None for loss in self._losses)

    def _member_losses(self) -> FloatArray:
        return np.array([self._losses[row] for row in self._members], dtype=np.float64)

    def _remember(self, genome: FloatArray, step: float) -> int:
        row = len(self._genomes)
        self._genomes.append(genome)
        self._steps.append(step)
        self._losses.append(None)
        self._rows[self._layout.key(genome)] = row
        return row

    def _is_new(self, genome: FloatArray) -> bool:
        return self._layout.key(genome) not in self._rows

    def _propose(self, is_diverse: bool, rng: np.random.Generator) -> Proposal | None:
        """Return a new genome, None if the whole space is known."""
        if self.n_asked < len(self._first_generation):
            return self._founder(rng)
        if self._members and (is_diverse or rng.random() > IMMIGRATION_RATE):
            for _ in range(N_ATTEMPTS):
                child = self._breed(rng)
                if self._is_new(child.genome):
                    return child
        return self._stranger("immigrant", rng)

    def _founder(self, rng: np.random.Generator) -> Proposal | None:
        """Return the next of the first generation, or another one if it is known."""
        genome = self._first_generation[self.n_asked]
        if self._is_new(genome):
            is_start = self.n_asked < len(self._starts)
            return Proposal(genome, STEP, "default" if is_start else "initial")
        # Points that fill a space of few levels coincide; their branch gets its due.
        branch = self._layout.branch_of(genome)
        return self._stranger("initial", rng, branch) or self._stranger("initial", rng)

    def _stranger(
        self, origin: str, rng: np.random.Generator, branches: ArrayLike | None = None
    ) -> Proposal | None:
        genome = unseen(self._layout, self._rows, rng, branches)
        return None if genome is None else Proposal(genome, STEP, origin)

    def _breed(self, rng: np.random.Generator) -> Proposal:
        parents = self._selection(self._member_losses(), 2, rng)
        check_rows(parents, self._selection, len(self._members), fewest=2, most=2)
        first, second = (self._members[row] for row in parents)
        child, origin = self._genomes[first].copy(), "mutation"
        if first != second and rng.random() < CROSSOVER_RATE:
            origin = "crossover"
            mates = self._awake(first, second), self._awake(second, first)
            child = self._crossover(*mates, self._layout, rng)
            child = check_child(child, self._crossover, self._layout)
        # Log-normal self-adaptation (Bäck & Schwefel 1993), one size for all genes.
        step = self._steps[first] * np.exp(ADAPTATION * rng.normal())
        step = float(np.clip(step, LEAST_STEP, GREATEST_STEP))
        child = self._mutation(child, step, self._layout, rng)
        return Proposal(check_child(child, self._mutation, self._layout), step, origin)

    def _awake(self, row: int, mate: int) -> FloatArray:
        """Return a parent, its dormant genes, which nothing selected, from its mate."""
        genome = self._genomes[row]
        return np.where(self._layout.active_in(genome), genome, self._genomes[mate])
