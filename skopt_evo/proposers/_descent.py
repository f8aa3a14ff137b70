"""One descent: from a start downhill, as a coroutine that asks for losses.

A descent yields batches of genomes and is sent their losses. It knows neither the
budget nor the other descents: who drives it may stop asking at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from skopt_evo.hypergrad import GradientEstimator
from skopt_evo.optimizers import Optimizer, apply_updates, project
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._base import FloatArray

# With learning_rate="auto": the largest change of a parameter in the first step and in
# any step, on its unit scale; by how much a step grows after a success and shrinks
# after a failure.
FIRST_LENGTH, GREATEST_LENGTH = 0.25, 0.4
GROWTH, SHRINKAGE = 1.3, 0.4

# How often the probes come closer, when nothing around a point is better.
N_REFINEMENTS = 3


class Batch(NamedTuple):
    """Genomes whose losses a descent needs to go on.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        The genomes, canonical.
    origins : list of str
        ``"start"``, ``"step"`` or ``"difference"`` for each one.
    iteration : int
        How many steps the descent has made.
    """

    genomes: FloatArray
    origins: list[str]
    iteration: int


Descent: TypeAlias = Generator[Batch, FloatArray, None]


@dataclass
class Walker:
    """What every descent is made of: the genes that move, and how to get gradients.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    start : ndarray of shape (n_genes,)
        Where the descent starts; its numeric active genes move, the others stay.
    method : GradientEstimator
        Chooses the probes and makes a gradient of their losses.
    rng : numpy.random.Generator
        For methods that draw their probes.
    record : callable (genome, gradient) -> None
        Is told each gradient of the loss: shape (n_genes,), NaN for genes that stay.
    """

    layout: GeneLayout
    start: FloatArray
    method: GradientEstimator
    rng: np.random.Generator
    record: Callable[[FloatArray, FloatArray], None]

    def __post_init__(self) -> None:
        """Find out which genes move."""
        movable = self.layout.active_in(self.start) & self.layout.is_numeric
        self.free = np.flatnonzero(movable)

    def genomes(self, points: FloatArray) -> FloatArray:
        """Return the genomes of points of the free genes' cube."""
        genomes = np.tile(self.start, (len(points), 1))
        genomes[:, self.free] = points
        return self.layout.snap(genomes)

    def steps(self, points: list[FloatArray], origin: str, iteration: int) -> Batch:
        """Return the batch of some points of the descent itself."""
        genomes = self.genomes(np.array(points))
        return Batch(genomes, [origin] * len(genomes), iteration)

    def probes(self, point: FloatArray, reach: float, iteration: int) -> Batch:
        """Return the batch of the probes around a point."""
        centre = self.genomes(point[np.newaxis])[0]
        probes = self.method.probes(
            centre[self.free], self._distances(centre, reach), self.rng
        )
        genomes = self.genomes(probes)
        return Batch(genomes, ["difference"] * len(genomes), iteration)

    def gradient(
        self, point: FloatArray, loss: float, probes: FloatArray, losses: FloatArray
    ) -> FloatArray:
        """Return and record the gradient at a point: shape (n_free,)."""
        centre = self.genomes(point[np.newaxis])[0]
        gradient = self.method.gradient(
            centre[self.free], loss, probes[:, self.free], losses
        )
        full = np.full(self.layout.n_genes, np.nan)
        full[self.free] = gradient
        self.record(centre, full)
        return np.nan_to_num(gradient)  # where nothing is known, nothing moves

    def _distances(self, centre: FloatArray, reach: float) -> FloatArray:
        """Return how far probes go: to another value of each parameter at least."""
        distances = np.full(len(self.free), reach)
        for place, gene in enumerate(self.free):
            while distances[place] < 1.0:
                there = np.tile(centre, (2, 1))
                there[:, gene] += [distances[place], -distances[place]]
                there = self.layout.snap(np.clip(there, 0.0, 1.0))
                if np.any(there[:, gene] != centre[gene]):
                    break
                distances[place] *= 2.0
        return distances


def descend(walker: Walker, optimizer: Optimizer, learning_rate: float) -> Descent:
    """Follow an optimizer's steps, whether they lead downhill or not.

    Parameters
    ----------
    walker : Walker
        The start, and the source of gradients.
    optimizer : Optimizer
        Makes steps of gradients.
    learning_rate : float
        The optimizer's learning rate, on the unit scale of the parameters.
    """
    point = walker.start[walker.free]
    rule = optimizer.transformation(learning_rate)
    state = rule.init(point)
    yield walker.steps([point], "start", 0)  # alone: starts compete before they descend
    iteration = 0
    while len(point):
        probes = walker.probes(point, walker.method.step, iteration)
        step = walker.steps([point], "step", iteration)
        # The point and its probes are evaluated side by side: no step is refused.
        together = Batch(
            np.vstack([step.genomes, probes.genomes]),
            step.origins + probes.origins,
            iteration,
        )
        losses = yield together
        gradient = walker.gradient(point, losses[0], probes.genomes, losses[1:])
        updates, state = rule.update(gradient, state, point)
        point = project(apply_updates(point, updates), 0.0, 1.0)
        iteration += 1


def descend_adaptively(walker: Walker, optimizer: Optimizer) -> Descent:
    """Follow an optimizer's directions, with step lengths that need no tuning.

    Steps grow as long as they lead downhill. One that does not is taken back, and the
    next one is shorter and starts from the best probe; where no probe is better either,
    the probes come closer, until the descent is over.

    Parameters
    ----------
    walker : Walker
        The start, and the source of gradients.
    optimizer : Optimizer
        Makes directions of gradients.

    References
    ----------
    T. G. Kolda, R. M. Lewis and V. Torczon, "Optimization by direct search: new
    perspectives on some classical and modern methods", SIAM Review 45(3), 385-482,
    2003 (the probes as a generating set, and why they come closer).
    """
    point = walker.start[walker.free]
    (loss,) = yield walker.steps([point], "start", 0)
    loss = np.inf if np.isnan(loss) else loss
    pace = Pace(optimizer, point)
    reach, is_closing = walker.method.step, False
    iteration = 0
    while len(point) and walker.method.step / 2**N_REFINEMENTS <= reach <= 0.5:
        probes = walker.probes(point, reach, iteration)
        losses = yield probes
        gradient = walker.gradient(point, loss, probes.genomes, losses)
        iteration += 1
        best = np.argmin(np.where(np.isnan(losses), np.inf, losses))
        better = yield from _step_downhill(
            walker, pace, point, loss, gradient, iteration
        )
        if better is not None:
            point, loss = better
        elif losses[best] < loss:
            point, loss = probes.genomes[best, walker.free], losses[best]
            pace.restart(point, at_least=reach)
        else:
            # Flat all around, as accuracies often are: look further, but not again
            # once the probes have come closer.
            is_closing = is_closing or bool(np.any(losses > loss))
            reach = reach / 2 if is_closing else reach * 2


class Pace:
    """Step lengths that adapt: longer after a success, shorter after a failure.

    Parameters
    ----------
    optimizer : Optimizer
        Gives the directions.
    point : ndarray of shape (n,)
        The start.
    """

    def __init__(self, optimizer: Optimizer, point: FloatArray) -> None:
        self._rule = optimizer.transformation(1.0)
        self._is_quasi_newton = optimizer.is_quasi_newton
        self._state = self._next_state = self._rule.init(point)
        self._rate: float | None = None  # what makes the next step `_length` long
        self._length = FIRST_LENGTH

    def direction(self, point: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return the step from a point, and remember it for `accept` or `refuse`."""
        updates, self._next_state = self._rule.update(gradient, self._state, point)
        greatest = float(np.max(np.abs(updates)))
        if self._is_quasi_newton and not np.array_equal(updates, -gradient):
            self._rate = 1.0  # curvature is known: the step has its own length
        elif self._rate is None:
            self._rate = self._length / greatest if greatest > 0 else 0.0
        step = np.clip(self._rate * updates, -GREATEST_LENGTH, GREATEST_LENGTH)
        self._length = min(self._rate * greatest, GREATEST_LENGTH)
        return np.asarray(step, dtype=np.float64)

    def accept(self) -> None:
        """Go on from the end of the last step; the next one is longer."""
        self._state = self._next_state
        self._length *= GROWTH
        if self._is_quasi_newton or self._rate is None:
            self._rate = None
        else:
            self._rate *= GROWTH

    def refuse(self, point: FloatArray) -> None:
        """Forget what led to the last step; the next one is shorter."""
        self._state = self._rule.init(point)
        self._rate, self._length = None, self._length * SHRINKAGE

    def restart(self, point: FloatArray, at_least: float) -> None:
        """Start afresh from a point found otherwise, with steps of some length."""
        self._state = self._rule.init(point)
        self._rate, self._length = None, max(self._length, at_least)


def _step_downhill(
    walker: Walker,
    pace: Pace,
    point: FloatArray,
    loss: float,
    gradient: FloatArray,
    iteration: int,
) -> Generator[Batch, FloatArray, tuple[FloatArray, float] | None]:
    """Try a step; return where it led and the loss there, None if not downhill."""
    # What a bound holds back does not move, and must not set the scale of the others.
    is_held = ((point <= 0.0) & (gradient > 0.0)) | ((point >= 1.0) & (gradient < 0.0))
    gradient = np.where(is_held, 0.0, gradient)
    if not gradient.any():
        return None
    there = project(apply_updates(point, pace.direction(point, gradient)), 0.0, 1.0)
    (new_loss,) = yield walker.steps([there], "step", iteration)
    if new_loss < loss:
        pace.accept()
        return there, float(new_loss)
    pace.refuse(point)
    return None
