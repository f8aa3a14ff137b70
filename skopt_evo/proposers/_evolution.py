"""Evolution: a strategy's genomes as candidates of the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

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
        The metric whose mean test score is maximised, None for the first one.
    every_metric : bool, default=False
        Whether the strategy is told the losses by all metrics instead.
    lookahead : int, default=1
        The strategy is asked again as soon as fewer candidates than this are in flight.
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
        metric: str | None,
        *,
        every_metric: bool = False,
        lookahead: int = 1,
        given: Iterable[NDArray[np.float64]] = (),
    ) -> None:
        self._given = {np.asarray(genome).tobytes() for genome in given}
        self.lookahead = lookahead
        self._every_metric = every_metric
        self._space = space
        self._strategy = strategy
        self._metric = metric
        self._generation = 0
        # If the scorer is a function, only a success tells how many losses there are:
        # failures before the first one wait.
        self._n_losses = 0 if every_metric else 1
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
        trials = [*self._untold, *trials]
        losses = [self._losses(trial) for trial in trials]
        for each in losses:
            if len(each) > 1 or not np.isnan(each[0]):
                self._n_losses = len(each)
        if not self._n_losses:
            self._untold = trials
            return
        self._untold = []
        self._strategy.tell(
            np.array([trial.genome for trial in trials]),
            # One NaN stands for as many as there are losses.
            np.array([np.broadcast_to(each, self._n_losses) for each in losses]),
        )

    def _losses(self, trial: Trial) -> NDArray[np.float64]:
        if self._every_metric:
            return trial.losses()
        return np.array([trial.loss(self._metric)])

    def finish(self) -> None:
        """Say nothing: no part of the space is left out by design."""
