"""Evolution: a strategy's genomes as candidates of the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.results import Objective
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import Strategy
from skopt_evo.trials import Trial


class EvolutionProposer:
    """Decodes what a strategy asks and tells it the losses.

    Parameters
    ----------
    space : SearchSpace
        The space that the genomes lie in.
    strategy : Strategy
        The algorithm.
    objective : Objective
        The losses that the strategy is told. It has learnt of candidates before they
        are observed.
    lookahead : int, default=1
        The strategy is asked again as soon as fewer candidates than this are being
        evaluated.
        With 1 it is told all that it asked for before; more is for strategies that
        can breed while losses are missing.
    given : sequence of ndarrays of shape (n_genes,), default=()
        Canonical genomes whose origin is said to be ``"given"``.
    """

    gradient = None

    def __init__(
        self,
        space: SearchSpace,
        strategy: Strategy,
        objective: Objective,
        *,
        lookahead: int = 1,
        given: Iterable[FloatArray] = (),
    ) -> None:
        self._given = {np.asarray(genome).tobytes() for genome in given}
        self.lookahead = lookahead
        self._space = space
        self._strategy = strategy
        self._objective = objective
        self._n_changes = objective.n_changes
        self._generation = 0
        self._told: list[Trial] = []
        self._untold: list[Trial] = []

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return what the strategy asks for: a generation, or a single child."""
        genomes = self._strategy.ask(n_remaining)
        trials = [
            Trial(
                self._space.decode(genome),
                self._generation,
                "given" if genome.tobytes() in self._given else origin,
                genome,
            )
            for genome, origin in zip(genomes, self._strategy.origins, strict=True)
        ]
        self._generation += 1
        return trials

    def observe(self, trials: Sequence[Trial]) -> None:
        """Tell the strategy the losses of candidates."""
        self._untold += trials
        if self._n_changes != self._objective.n_changes:
            # The losses of those that it knows have changed as well.
            self._n_changes = self._objective.n_changes
            self._told, self._untold = [], [*self._told, *self._untold]
        losses = np.array([self._objective.losses(trial) for trial in self._untold])
        # If the scorer is a function, only a success tells how many losses there are:
        # failures before the first one wait.
        is_open = self._objective.every_metric and not self._told
        if is_open and np.isnan(losses).all():
            return
        told, self._untold = self._untold, []
        self._told += told
        self._strategy.tell(np.array([trial.genome for trial in told]), losses)

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        """Return nothing to warn of: no part of the space is left out by design."""
        return []
