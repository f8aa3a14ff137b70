"""What a strategy remembers: genomes that have been asked or told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skopt_evo._rounding import are_rounded_alike
from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout

# The usual size of a founder's mutations on the scale of a gene.
STEP = 0.3


class Archive:
    """All genomes that have been asked or told, a row each, in that order.

    Parameters
    ----------
    layout : GeneLayout
        The genes.

    Attributes
    ----------
    n_objectives : int or None
        The number of losses of a genome, None if it is not known yet.
    keys : dict of bytes to int
        The row of each genome, by `GeneLayout.key`.
    """

    def __init__(self, layout: GeneLayout, n_objectives: int | None) -> None:
        self._layout = layout
        self.n_objectives = n_objectives
        self._genomes: list[FloatArray] = []
        self._steps: list[float] = []
        self._losses: list[FloatArray | None] = []  # None: asked, not yet told
        self.keys: dict[bytes, int] = {}

    def is_new(self, genome: FloatArray) -> bool:
        """Tell whether a genome has neither been asked nor told."""
        return self._layout.key(genome) not in self.keys

    def add(self, genome: FloatArray, step: float) -> int:
        """Add a genome and the usual size of its mutations; return its row."""
        row = len(self._genomes)
        self._genomes.append(np.array(genome))
        self._steps.append(step)
        self._losses.append(None)
        self.keys[self._layout.key(genome)] = row
        return row

    def learn(self, genome: FloatArray, losses: FloatArray) -> tuple[int, bool]:
        """Keep the losses of a genome; return its row, and if they are new."""
        row = self.keys.get(self._layout.key(genome))
        if row is None:
            row = self._rounded_row(genome)
        if row is None:
            row = self.add(genome, STEP)
        before = self._losses[row]
        self._losses[row] = losses
        return row, before is None or not np.array_equal(before, losses, equal_nan=True)

    def genomes(self, rows: Sequence[int]) -> FloatArray:
        """Return genomes: (n, n_genes)."""
        genomes = np.array([self._genomes[row] for row in rows], dtype=np.float64)
        return genomes.reshape(len(rows), self._layout.n_genes)

    def steps(self, rows: Sequence[int]) -> FloatArray:
        """Return the usual sizes of the mutations of genomes: (n,)."""
        return np.array([self._steps[row] for row in rows])

    def losses(self, rows: Sequence[int]) -> FloatArray:
        """Return losses of genomes that have been told: (n, n_objectives)."""
        losses = np.array([self._losses[row] for row in rows], dtype=np.float64)
        return losses.reshape(len(rows), self.n_objectives or 1)

    @property
    def told(self) -> list[int]:
        """The rows that have been told."""
        return [row for row, loss in enumerate(self._losses) if loss is not None]

    @property
    def pending(self) -> list[int]:
        """The rows that have been asked, but not told."""
        return [row for row, loss in enumerate(self._losses) if loss is None]

    def have_all_failed(self) -> bool:
        """Tell whether some genomes have been told, but none with all its losses."""
        rows = self.told
        return bool(rows) and not np.isfinite(self.losses(rows)).all(axis=1).any()

    def _rounded_row(self, genome: FloatArray) -> int | None:
        """Return the row of the pending genome that is the same but for rounding.

        A candidate of an earlier run, with other rounding, may be told in place of what
        was asked: it takes its row.
        """
        rows = self.pending
        are_alike = are_rounded_alike(self.genomes(rows), genome, self._layout.n_levels)
        is_same = are_alike[:, self._layout.active_in(genome)].all(axis=1)
        if not is_same.any():
            return None
        row = rows[int(np.argmax(is_same))]
        self._genomes[row] = np.array(genome)
        self.keys[self._layout.key(genome)] = row
        return row
