"""Genomes that have offspring, and their offspring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray


class Parents(NamedTuple):
    """Genomes that have offspring.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        In their canonical form.
    steps : ndarray of shape (n,)
        The usual size of their children's mutations.
    fitness : ndarray of shape (n,)
        What they are selected by: the smaller the better, NaN for a failure.
    """

    genomes: FloatArray
    steps: FloatArray
    fitness: FloatArray


class Proposal(NamedTuple):
    """A new genome.

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


@dataclass(frozen=True, eq=False)
class Offspring:
    """New genomes in columns.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        In their canonical form.
    steps : ndarray of shape (n,)
        The usual size of their children's mutations.
    origins : ndarray of shape (n,)
        How they came about, one word each.
    """

    genomes: FloatArray
    steps: FloatArray
    origins: NDArray[np.str_]

    def row(self, number: int) -> Proposal:
        """Return one of them."""
        step, origin = float(self.steps[number]), str(self.origins[number])
        return Proposal(self.genomes[number], step, origin)

    def then(self, other: Offspring) -> Offspring:
        """Return these and the other ones."""
        return Offspring(
            np.concatenate([self.genomes, other.genomes]),
            np.concatenate([self.steps, other.steps]),
            np.concatenate([self.origins, other.origins]),
        )
