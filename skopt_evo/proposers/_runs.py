"""Descents that compete for a budget, by successive halving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.descent import (
    Batch,
    Descent,
)
from skopt_evo.proposers._known_candidates import KnownCandidates
from skopt_evo.strategies import GeneLayout

# Of the descents of a round, the best eighth goes on after so many steps each:
# successive halving (Jamieson & Talwalkar 2016), whose eta is 8. A step takes
# a large part of the budget, so that few descents share it.
RUNGS = (0, 2, 6)


ETA = 8


# A descent that asks so often for nothing but known losses repeats its steps: it is
# ended.
MAX_KNOWN_BATCHES = 100


# A descent is dropped where it comes this close to the end of another one, on the unit
# scale of each number; categories have to be the same.
SAME_END = 0.02


# Genes of different categories are at least this far apart.
OTHER_CATEGORY = 2.0**-17


@dataclass(eq=False)
class Run:
    """A descent that may go on."""

    number: int
    descent: Descent
    batch: Batch | None
    last: FloatArray
    best_loss: float = np.inf
    n_steps: int = 0
    n_known_batches: int = 0


class Runs:
    """The descents of a round, which compete by successive halving.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    known : KnownCandidates
        What has been evaluated, while the descents go on too.
    """

    def __init__(self, layout: GeneLayout, known: KnownCandidates) -> None:
        self._layout = layout
        self._known = known
        self._runs: list[Run] = []
        self._rung = 0
        self._ends: list[FloatArray] = []

    def begin(self, runs: Sequence[Run]) -> bool:
        """Begin a round; tell whether there is a descent in it."""
        self._runs, self._rung = list(runs), 0
        return bool(self._runs)

    def waiting(self) -> list[tuple[Run, Batch]]:
        """Return the descents of this rung that wait for losses, with their batches."""
        return [
            (run, run.batch)
            for run in self._runs
            if run.batch is not None and not self._is_paused(run)
        ]

    def drop(self) -> None:
        """End all descents."""
        self._runs = []

    def advance(self) -> None:
        """Send the descents the losses they wait for, as long as these are known."""
        for run in self._runs:
            self._advance(run)

    def next_rung(self) -> bool:
        """Drop the worst descents; tell whether one is left that goes on."""
        runs = [run for run in self._runs if run.batch is not None]
        runs.sort(key=lambda run: run.best_loss)
        self._runs = runs[: math.ceil(len(runs) / ETA)]
        self._rung += 1
        self.advance()
        return bool(self._runs)

    def is_near_an_end(self, genome: FloatArray, distance: float) -> bool:
        """Tell whether a descent has ended next to a genome.

        That is one which differs from it in numbers alone, in each of them by less than
        `distance`.
        """
        active = self._layout.active_in(genome)
        is_numeric = self._layout.is_numeric[active]
        limits = np.where(is_numeric, distance, OTHER_CATEGORY)
        return any(
            bool(np.all(np.abs(genome - end)[active] < limits)) for end in self._ends
        )

    def _is_paused(self, run: Run) -> bool:
        """Tell whether a descent has to wait for the others of its rung."""
        if len(self._runs) == 1 or self._rung >= len(RUNGS) or run.batch is None:
            return False
        return run.batch.begins_iteration and run.n_steps >= RUNGS[self._rung]

    def _advance(self, run: Run) -> None:
        while run.batch is not None and not self._is_paused(run):
            evaluations = self._known.evaluations(run.batch.genomes)
            if evaluations is None:
                run.n_known_batches = 0
                return
            run.n_known_batches += 1
            run.best_loss = float(np.nanmin([run.best_loss, *evaluations.losses]))
            run.n_steps += run.batch.begins_iteration
            run.last = evaluations.genomes[0]
            if not np.isfinite(run.best_loss):
                # From a start without a score no direction is known to lead downhill.
                # Nor is it an end of a descent, which others would have to avoid.
                run.batch = None
                return
            try:
                run.batch = run.descent.send(evaluations)
            except StopIteration:
                run.batch = None
                self._ends.append(run.last)
            if run.n_known_batches > MAX_KNOWN_BATCHES or self._is_repeated(run):
                run.batch = None

    def _is_repeated(self, run: Run) -> bool:
        """Tell whether a descent has come to where another one has ended."""
        if run.batch is None or not run.batch.begins_iteration:
            return False
        return self.is_near_an_end(run.last, SAME_END)
