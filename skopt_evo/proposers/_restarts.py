"""Descents from several starts that share one budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skopt_evo.hypergrad import GradientEstimator
from skopt_evo.optimizers import Optimizer
from skopt_evo.proposers._descent import (
    Batch,
    Descent,
    Walker,
    descend,
    descend_adaptively,
)
from skopt_evo.proposers._layout import layout_of
from skopt_evo.proposers._starts import Starts
from skopt_evo.results import Trial
from skopt_evo.space import SearchSpace
from skopt_evo.strategies._base import FloatArray

# Of the descents of a round, the best eighth goes on after so many gradients each:
# successive halving (Jamieson & Talwalkar 2016), whose eta is 8. Gradients are dear, so
# that few descents share them.
RUNGS = (0, 2, 6)
ETA = 8

# A descent that asks so often for nothing but known losses goes round in circles.
MAX_KNOWN_BATCHES = 100

# Decimals that tell genomes apart: there and back again is the same place, whatever
# rounding says.
DECIMALS = 12


@dataclass(eq=False)
class Run:
    """A descent under way."""

    number: int
    descent: Descent
    batch: Batch | None
    best_loss: float = np.inf
    n_gradients: int = 0
    n_known_batches: int = 0


@dataclass(frozen=True)
class Settings:
    """How to descend.

    Attributes
    ----------
    method : GradientEstimator
        Where gradients come from.
    optimizer : Optimizer
        What makes steps of them.
    learning_rate : float or None
        The optimizer's learning rate; None for step lengths that adapt.
    n_restarts : int or None
        How many starts there are beside the first one; None for as many as the
        budget allows.
    """

    method: GradientEstimator
    optimizer: Optimizer
    learning_rate: float | None = None
    n_restarts: int | None = None


class DescentProposer:
    """Lets descents from several starts compete, and drops the hopeless ones.

    All starts of a round are scored; the best eighth of them descends for two steps,
    the best eighth of those for four more, and so on, until one is left and descends
    to its end. If there is budget left then, the next round has fresh starts. No
    candidate is proposed twice: a loss that is known is looked up.

    Parameters
    ----------
    space : SearchSpace
        The space.
    settings : Settings
        How to descend.
    metric : str or None
        The metric whose mean test score is maximised, None if there is only one.
    seed : int
        The source of chance.
    n_iter : int
        How many candidates there will be in all.
    params : dict
        The estimator's own parameters: the first start, as far as they lie in the
        space.
    given : sequence of ndarrays of shape (n_genes,), default=()
        The user's own starts, which come before it.

    References
    ----------
    K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and
    hyperparameter optimization", AISTATS 2016 (successive halving).
    """

    lookahead = 1  # a descent needs all the losses it asked for, to ask for more

    def __init__(
        self,
        space: SearchSpace,
        settings: Settings,
        metric: str | None,
        seed: int,
        n_iter: int,
        params: dict[str, Any],
        given: Sequence[FloatArray] = (),
    ) -> None:
        self._space = space
        self._settings = settings
        self._metric = metric
        self._seed = seed
        self._layout = layout_of(space)
        self._starts = Starts(
            space, self._layout, seed, n_iter, settings.n_restarts, params, given
        )
        self._trials: dict[bytes, Trial] = {}
        self._losses: dict[bytes, float] = {}
        self._keys: dict[bytes, bytes] = {}
        self._runs: list[Run] = []
        self._rung = 0
        self._n_started = 0

    def propose(self, n_remaining: int) -> list[Trial]:
        """Return what the descents of this rung ask for, side by side."""
        while not (unknown := self._unknown()):
            if not self._next_rung() and not self._next_round(n_remaining):
                return []
        for key in list(unknown)[n_remaining:]:
            del unknown[key]
        self._trials.update(unknown)
        return list(unknown.values())

    def observe(self, trials: Sequence[Trial]) -> None:
        """Let the descents go on whose losses are known now."""
        for trial in trials:
            key = self._key(np.asarray(trial.genome))
            self._losses[key] = trial.loss(self._metric)
        for run in self._runs:
            self._advance(run)

    def finish(self) -> None:
        """Warn of what the budget did not cover."""
        self._starts.warn_of_gaps([trial.params for trial in self._trials.values()])

    def _key(self, genome: FloatArray) -> bytes:
        """Return what is the same for genomes of the same candidate."""
        content = genome.tobytes()
        if content not in self._keys:  # descents that wait ask again and again
            self._keys[content] = self._layout.key(np.round(genome, DECIMALS))
        return self._keys[content]

    def _unknown(self) -> dict[bytes, Trial]:
        """Return the candidates that this rung's descents wait for, once each."""
        trials: dict[bytes, Trial] = {}
        for run in self._runs:
            if run.batch is None or self._is_paused(run):
                continue
            for genome, origin in zip(
                run.batch.genomes, run.batch.origins, strict=True
            ):
                key = self._key(genome)
                if key not in self._losses and key not in trials:
                    trials[key] = Trial(
                        self._space.decode(genome),
                        run.batch.iteration,
                        origin,
                        genome,
                        extras={"restart": run.number},
                    )
        return trials

    def _is_paused(self, run: Run) -> bool:
        """Tell whether a descent has to wait for the others of its rung."""
        if len(self._runs) == 1 or self._rung >= len(RUNGS) or run.batch is None:
            return False
        is_gradient = "difference" in run.batch.origins
        return is_gradient and run.n_gradients >= RUNGS[self._rung]

    def _next_rung(self) -> bool:
        """Drop the hopeless descents; tell whether one is left that goes on."""
        runs = [run for run in self._runs if run.batch is not None]
        runs.sort(key=lambda run: run.best_loss)
        self._runs = runs[: math.ceil(len(runs) / ETA)]
        self._rung += 1
        for run in self._runs:
            self._advance(run)
        return bool(self._runs)

    def _next_round(self, n_remaining: int) -> bool:
        """Start afresh; tell whether there was anything to start."""
        if self._n_started == 0:
            starts = self._starts.first(n_remaining)
        else:
            starts = self._starts.further(n_remaining, self._losses)
        self._runs = [self._run(start) for start in starts]
        self._rung = 0
        return bool(self._runs)

    def _run(self, start: FloatArray) -> Run:
        number, self._n_started = self._n_started, self._n_started + 1
        seed = np.random.SeedSequence(self._seed, spawn_key=(1, number))
        walker = Walker(
            self._layout,
            start,
            self._settings.method,
            np.random.default_rng(seed),
            self._record,
        )
        if self._settings.learning_rate is None:
            descent = descend_adaptively(walker, self._settings.optimizer)
        else:
            rate = self._settings.learning_rate
            descent = descend(walker, self._settings.optimizer, rate)
        return Run(number, descent, next(descent))

    def _record(self, genome: FloatArray, gradient: FloatArray) -> None:
        """Note a gradient of the loss as derivatives of the score, with its trial."""
        extras = self._trials[self._key(genome)].extras
        extras["gradient_method"] = self._settings.method.name
        for name, gene in self._space.gene_of(self._space.branch_of(genome)).items():
            slope = self._space.genes[gene].slope(genome[gene])
            extras[f"grad_{name}"] = -gradient[gene] * slope

    def _advance(self, run: Run) -> None:
        """Send a descent the losses it waits for, as long as they are all known."""
        while run.batch is not None and not self._is_paused(run):
            keys = [self._key(genome) for genome in run.batch.genomes]
            if any(key not in self._losses for key in keys):
                run.n_known_batches = 0
                return
            run.n_known_batches += 1
            losses = np.array([self._losses[key] for key in keys])
            run.best_loss = float(np.nanmin([run.best_loss, *losses]))
            run.n_gradients += "difference" in run.batch.origins
            try:
                run.batch = run.descent.send(losses)
            except StopIteration:
                run.batch = None
            if run.n_known_batches > MAX_KNOWN_BATCHES:
                run.batch = None
