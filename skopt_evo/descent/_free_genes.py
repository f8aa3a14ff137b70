"""What descents share: the genes that move, and coroutines that ask for evaluations.

A descent yields batches of genomes and is sent what became of them. It knows neither
the budget nor the other descents: who drives it may stop asking at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.strategies import GeneLayout


class Batch(NamedTuple):
    """Genomes whose evaluations a descent needs to go on.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        The genomes, canonical.
    origins : list of str
        ``"start"``, ``"step"`` or ``"difference"`` for each one.
    iteration : int
        How many steps the descent has made.
    begins_iteration : bool
        Whether this is the first batch of a further step: here a descent may be paused.
    """

    genomes: FloatArray
    origins: list[str]
    iteration: int
    begins_iteration: bool


class Evaluations(NamedTuple):
    """What became of genomes.

    Attributes
    ----------
    losses : ndarray of shape (n,)
        The losses, minus the scores; NaN where the evaluation failed.
    steering : ndarray of shape (n,)
        The losses that are differentiated exactly: the same, or smooth ones in place of
        those that have jumps; NaN where there is none.
    gradients : ndarray of shape (n, n_genes)
        Their exact derivatives by each gene, NaN where there is none.
    are_converged : ndarray of shape (n,), dtype=bool
        Whether the derivatives are as exact as they can be.
    genomes : ndarray of shape (n, n_genes)
        What was evaluated: the genomes of the batch, or, where a search is resumed,
        those of an earlier run, which are the same but for rounding.
    """

    losses: FloatArray
    steering: FloatArray
    gradients: FloatArray
    are_converged: np.ndarray
    genomes: FloatArray


Descent: TypeAlias = Generator[Batch, Evaluations, None]


class Place(NamedTuple):
    """A point of the free genes' cube, evaluated.

    Attributes
    ----------
    point : ndarray of shape (n_free,)
        The point.
    loss : float
        Its loss, infinite if it failed.
    slope : ndarray of shape (n_free,)
        The exact derivatives, NaN where there is none.
    is_converged : bool
        Whether they are as exact as they can be.
    """

    point: FloatArray
    loss: float
    slope: FloatArray
    is_converged: bool


@dataclass
class FreeGenes:
    """What every descent is made of: the genes that move, from where.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    start : ndarray of shape (n_genes,)
        Where the descent starts; its numeric active genes move, the others stay.
    record : callable (genome, gradient, method) -> None
        Is told each gradient of the loss that is estimated: shape (n_genes,), NaN for
        genes that stay; and by what.
    """

    layout: GeneLayout
    start: FloatArray
    record: Callable[[FloatArray, FloatArray, str], None]

    def __post_init__(self) -> None:
        """Find out which genes move."""
        self.free = np.flatnonzero(self.layout.movable_in(self.start))

    @property
    def start_point(self) -> FloatArray:
        """The start, as a point of the free genes' cube."""
        return self.start[self.free]

    def genomes(self, points: FloatArray) -> FloatArray:
        """Return the genomes of points of the free genes' cube."""
        genomes = np.tile(self.start, (len(points), 1))
        genomes[:, self.free] = points
        return self.layout.snap(genomes)

    def snapped(self, point: FloatArray) -> FloatArray:
        """Return the point whose parameters are those of another one."""
        return np.asarray(self.genomes(point[np.newaxis])[0, self.free])

    def batch(
        self, points: FloatArray, origin: str, iteration: int, *, begins: bool
    ) -> Batch:
        """Return the batch of some points."""
        genomes = self.genomes(points)
        return Batch(genomes, [origin] * len(genomes), iteration, begins)

    def place(self, evaluations: Evaluations, row: int = 0) -> Place:
        """Return a point with its loss, and with exact derivatives if it has any.

        The loss is the one that they are of.
        """
        slope = evaluations.gradients[row, self.free]
        is_steered = bool(np.any(np.isfinite(slope)))
        losses = evaluations.steering if is_steered else evaluations.losses
        loss = float(losses[row])
        return Place(
            evaluations.genomes[row, self.free],
            np.inf if np.isnan(loss) else loss,
            slope,
            bool(evaluations.are_converged[row]),
        )

    def note(self, point: FloatArray, gradient: FloatArray, method: str) -> None:
        """Record a gradient by the free genes."""
        full = np.full(self.layout.n_genes, np.nan)
        full[self.free] = gradient
        self.record(self.genomes(point[np.newaxis])[0], full, method)

    def visit(
        self, point: FloatArray, origin: str, iteration: int, *, begins: bool
    ) -> Generator[Batch, Evaluations, Place]:
        """Evaluate a point."""
        batch = self.batch(point[np.newaxis], origin, iteration, begins=begins)
        evaluations = yield batch
        return self.place(evaluations)
