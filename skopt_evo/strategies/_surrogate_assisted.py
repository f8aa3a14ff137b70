"""Evolution whose offspring are screened by a model of the losses."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._acquisition import draw_acquisition
from skopt_evo.strategies._archive import STEP
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._evolution import EvolutionStrategy
from skopt_evo.strategies._offspring import Offspring, Proposal
from skopt_evo.strategies._targets import scalarised, winsorised
from skopt_evo.strategies.surrogates import Surrogate

# What competes for each evaluation. With more of them, or with descendants of the most
# promising ones, the errors of the model are exploited (docs/adr/0005).
N_CHILDREN, N_RANDOM = 400, 200

# What is better than the best one by less than this share of the standard deviation of
# the targets is not worth an evaluation: without it plateaus are explored to the last
# digit. The margin grows in proportion once so many candidates have brought nothing
# better: the search looks elsewhere.
MARGIN = 0.03
PATIENCE = 5

# One in so many candidates is not screened, so that a model that errs is found out.
UNSCREENED = 0.05

# Nothing is evaluated that is as close as this to a known genome in every active gene.
NEAREST = 0.01

# The hyperparameters of the surrogate are tuned every so many candidates.
TUNE_EVERY = 3

# It learns from at most so many genomes: the better half by their losses, the others
# drawn at random. Of many parameters each one costs a matrix of this size.
MOST_ROWS = 200
MOST_NUMBERS = 4e6

# The search goes without a model until so many candidates have a loss.
FEWEST_ROWS = 3


class SurrogateStrategy:
    """Breed many offspring, evaluate those that a surrogate finds promising.

    A surrogate learns the losses told so far; candidates that are being evaluated count
    with their predicted mean. The children of the population and random genomes are
    compared by an acquisition function; the best one that is not next to a known genome
    is proposed.

    Parameters
    ----------
    evolution : EvolutionStrategy
        Any strategy that breeds. Its first generation is not screened.
    surrogate : Surrogate
        The model.

    Attributes
    ----------
    origins : list of str
        How each genome of the last `ask` came about, in the words of `evolution`.

    References
    ----------
    Y. Jin, "Surrogate-assisted evolutionary computation: recent advances and future
    challenges", Swarm and Evolutionary Computation 1(2), 61-70, 2011 (pre-selection).
    D. Ginsbourger, R. Le Riche and L. Carraro, "Kriging is well-suited to parallelize
    optimization", Computational Intelligence in Expensive Optimization Problems,
    131-162, 2010 (candidates that are being evaluated: the kriging believer).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import (
    ...     GeneLayout,
    ...     GeneticStrategy,
    ...     SurrogateStrategy,
    ... )
    >>> from skopt_evo.strategies.surrogates import GaussianProcess
    >>> layout = GeneLayout.continuous(3)
    >>> strategy = SurrogateStrategy(
    ...     GeneticStrategy(layout, seed=0), GaussianProcess(layout)
    ... )
    >>> for _ in range(31):
    ...     genomes = strategy.ask(10)
    ...     losses = ((genomes - 0.3) ** 2).sum(axis=1)
    ...     strategy.tell(genomes, losses[:, np.newaxis])
    >>> bool(strategy.evolution.best_loss < 1e-3)
    True
    """

    def __init__(self, evolution: EvolutionStrategy, surrogate: Surrogate) -> None:
        self.evolution = evolution
        self._surrogate = surrogate
        self._n_fits = 0

    @property
    def origins(self) -> list[str]:
        """How each genome of the last `ask` came about."""
        return self.evolution.origins

    @property
    def layout(self) -> GeneLayout:
        """The genes."""
        return self.evolution.layout

    def ask(self, n: int) -> FloatArray:
        """Return what is left of the first generation, or else screened children.

        As many as `evolution` would.
        """
        return self.evolution.batch(n, self._propose)

    def tell(self, genomes: ArrayLike, losses: ArrayLike) -> None:
        """Learn the losses of genomes, see `Strategy`."""
        self.evolution.tell(genomes, losses)

    def _propose(self, rng: np.random.Generator) -> Proposal | None:
        """Return the most promising new genome, None if the whole space is known."""
        genomes, losses = self.evolution.known
        n_succeeded = np.isfinite(losses).all(axis=1).sum()
        if n_succeeded < FEWEST_ROWS or rng.random() < UNSCREENED:
            return self.evolution.child(rng)
        pending = self.evolution.pending
        targets = winsorised(scalarised(losses, rng))
        best = self._learn(genomes, targets, pending, rng)
        pool, values = self._pool(best, rng)
        known = np.concatenate([genomes, pending])
        for row in np.argsort(-values, kind="stable"):
            genome = pool.genomes[row]
            if self._is_apart(genome, known) and self.evolution.is_new(genome):
                return pool.row(row)
        return self.evolution.child(rng)

    def _learn(
        self,
        genomes: FloatArray,
        targets: FloatArray,
        pending: FloatArray,
        rng: np.random.Generator,
    ) -> float:
        """Fit the surrogate; return the target that is worth an evaluation."""
        n_without_success = len(targets) - 1 - int(np.argmin(targets))
        if self.evolution.n_objectives != 1:
            n_without_success = 0  # each draw of weights has another best one
        rows = self._training_rows(targets, rng)
        genomes, targets = genomes[rows], targets[rows]
        tune = self._n_fits % TUNE_EVERY == 0
        self._n_fits += 1
        self._surrogate.fit(genomes, targets, tune=tune, rng=rng)
        if len(pending):
            believed, _ = self._surrogate.predict(pending)
            genomes = np.concatenate([genomes, pending])
            targets = np.concatenate([targets, believed])
            self._surrogate.fit(genomes, targets, tune=False, rng=rng)
        best = self._surrogate.predict(genomes)[0].min()
        margin = MARGIN * max(1.0, n_without_success / PATIENCE)
        return float(best - margin * targets.std())

    def _training_rows(self, targets: FloatArray, rng: np.random.Generator) -> IntArray:
        n_parameters = int(self.layout.parameters.max(initial=0)) + 1
        size = int(min(MOST_ROWS, np.sqrt(MOST_NUMBERS / n_parameters)))
        if len(targets) <= size:
            return np.arange(len(targets))
        order = np.argsort(targets, kind="stable")
        others = rng.choice(order[size // 2 :], size - size // 2, replace=False)
        return np.sort(np.concatenate([order[: size // 2], others]))

    def _pool(
        self, best: float, rng: np.random.Generator
    ) -> tuple[Offspring, FloatArray]:
        """Return genomes and their acquisition values: the greater the better."""
        acquisition = draw_acquisition(rng)
        pool = self._random(N_RANDOM, rng)
        parents = self.evolution.parents
        if len(parents.genomes):
            pool = self.evolution.breed(parents, N_CHILDREN, rng).then(pool)
        return pool, acquisition(*self._surrogate.predict(pool.genomes), best)

    def _random(self, n: int, rng: np.random.Generator) -> Offspring:
        """Return random genomes, every branch as often as the others."""
        genomes = rng.random((n, self.layout.n_genes))
        if self.layout.n_branches > 1:
            branches = rng.integers(self.layout.n_branches, size=n)
            genomes[:, 0] = self.layout.branch_gene(branches)
        genomes = self.layout.snap(genomes)
        return Offspring(genomes, np.full(n, STEP), np.full(n, "immigrant"))

    def _is_apart(self, genome: FloatArray, known: FloatArray) -> bool:
        """Tell whether a genome is next to no known one, and so a new one."""
        gaps = np.abs(known - genome)
        is_near = np.where(self.layout.is_numeric, gaps < NEAREST, gaps == 0)
        is_near |= ~self.layout.active_in(genome)
        return not is_near.all(axis=1).any()
