"""Evolution: a strategy's genomes as candidates of the search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skopt_evo.results import Trial
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import Strategy


class EvolutionProposer:
    """Decodes what a strategy asks and tells it the losses.

    Parameters
    ----------
    space : SearchSpace
        The space that the genomes lie in.
    strategy : Strategy
        The algorithm.
    metric : str or None
        The metric whose mean test score is maximised, None if there is only one.
    """

    def __init__(
        self, space: SearchSpace, strategy: Strategy, metric: str | None
    ) -> None:
        self._space = space
        self._strategy = strategy
        self._metric = metric
        self._generation = 0

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return the next generation."""
        genomes = self._strategy.ask(n_remaining)
        trials = [
            Trial(self._space.decode(genome), self._generation, origin, genome)
            for genome, origin in zip(genomes, self._strategy.origins, strict=True)
        ]
        self._generation += 1
        return trials

    def observe(self, trials: Sequence[Trial]) -> None:
        """Tell the strategy the losses of a generation."""
        genomes = np.array([trial.genome for trial in trials])
        losses = np.array([[trial.loss(self._metric)] for trial in trials])
        self._strategy.tell(genomes, losses)

    def finish(self) -> None:
        """Say nothing: no part of the space is left out by design."""
