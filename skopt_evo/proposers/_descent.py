"""One descent: from a start downhill, as a coroutine that asks for evaluations.

A descent yields batches of genomes and is sent what became of them. It knows neither
the budget nor the other descents: who drives it may stop asking at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from skopt_evo.optimizers import Optimizer, apply_updates, project
from skopt_evo.optimizers._trust_region import held_back
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._base import FloatArray

# With learning_rate="auto": the largest change of a parameter in the first step and in
# any step, on its unit scale; by how much a step grows after a success and shrinks
# after a failure; the shortest one that is tried.
FIRST_LENGTH, GREATEST_LENGTH = 0.25, 0.4
GROWTH, SHRINKAGE = 1.3, 0.4

# What makes a step of the smallest gradients: their inverses might overflow.
GREATEST_RATE = 1e300
SHORTEST = 1e-3

# How often the probes come closer, when nothing around a point is better.
N_REFINEMENTS = 3


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

    @classmethod
    def without_gradients(cls, losses: FloatArray, genomes: FloatArray) -> Evaluations:
        """Return evaluations of which nothing but the losses is known."""
        n = len(losses)
        unknown = np.full(genomes.shape, np.nan)
        are_converged = np.ones(n, dtype=bool)
        return cls(losses, np.full(n, np.nan), unknown, are_converged, genomes)


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
class Walker:
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
    def origin(self) -> FloatArray:
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


class Slope(NamedTuple):
    """A gradient, and what was learnt on the way to it.

    Attributes
    ----------
    gradient : ndarray of shape (n_free,)
        The gradient; 0 where nothing is known, so that nothing moves.
    best : Place or None, default=None
        The best of the probes.
    has_worse : bool, default=False
        Whether a probe is worse than the point.
    """

    gradient: FloatArray
    best: Place | None = None
    has_worse: bool = False


class GradientSource(Protocol):
    """Where a descent has its gradients from.

    Attributes
    ----------
    step : float
        How far probes are from the point, on the unit scale.
    has_probes : bool
        Whether there are any, which may come closer.
    """

    @property
    def step(self) -> float:
        """The usual distance of probes."""

    @property
    def has_probes(self) -> bool:
        """Whether there are probes."""

    def gradient(
        self, place: Place, reach: float, iteration: int
    ) -> Generator[Batch, Evaluations, Slope]:
        """Find the gradient at a place, evaluating what it takes."""

    def beside(
        self, point: FloatArray, iteration: int
    ) -> Generator[Batch, Evaluations, tuple[Place, Slope]]:
        """Evaluate a point, and find the gradient there, side by side if possible."""


def descend(
    walker: Walker, source: GradientSource, optimizer: Optimizer, learning_rate: float
) -> Descent:
    """Follow an optimizer's steps, whether they lead downhill or not.

    A step to a candidate that fails is halved until there is a score, and the optimizer
    begins anew there, for what it remembers led to the failure.

    Parameters
    ----------
    walker : Walker
        The start.
    source : GradientSource
        Where gradients come from.
    optimizer : Optimizer
        Makes steps of gradients.
    learning_rate : float
        The optimizer's learning rate, on the unit scale of the parameters.
    """
    point = walker.origin
    rule = optimizer.transformation(learning_rate)
    state = rule.init(point)
    # The start alone: starts compete before they descend.
    yield walker.batch(point[np.newaxis], "start", 0, begins=False)
    iteration, scored = 0, point
    while len(point):
        place, slope = yield from source.beside(point, iteration)
        iteration += 1
        if not np.isfinite(place.loss):
            point, state = (scored + point) / 2.0, rule.init(scored)
            continue
        point = point + (place.point - walker.snapped(point))  # by rounding, if at all
        scored = point
        updates, state = rule.update(slope.gradient, state, point)
        point = project(apply_updates(point, updates), 0.0, 1.0)


def descend_adaptively(
    walker: Walker, source: GradientSource, optimizer: Optimizer
) -> Descent:
    """Follow an optimizer's directions, with step lengths that need no tuning.

    Steps grow as long as they lead downhill. One that does not is taken back, and the
    next one is shorter and starts from the best probe; where no probe is better either,
    the probes come closer, until the descent is over. Without probes it is over when
    steps have become too short.

    Parameters
    ----------
    walker : Walker
        The start.
    source : GradientSource
        Where gradients come from.
    optimizer : Optimizer
        Makes directions of gradients.

    References
    ----------
    T. G. Kolda, R. M. Lewis and V. Torczon, "Optimization by direct search: new
    perspectives on some classical and modern methods", SIAM Review 45(3), 385-482,
    2003 (the probes as a generating set, and why they come closer).
    """
    here = yield from walker.visit(walker.origin, "start", 0, begins=False)
    pace = Pace(optimizer, here.point)
    reach, is_closing = source.step, False
    iteration = 0
    while len(here.point) and _may_go_on(source, reach, pace):
        if not source.has_probes:
            reach = pace.length
        slope = yield from source.gradient(here, reach, iteration)
        iteration += 1
        better = yield from _step_downhill(
            walker, pace, here, slope.gradient, iteration, begins=not source.has_probes
        )
        if better is not None:
            here = better
        elif slope.best is not None and slope.best.loss < here.loss:
            here = slope.best
            pace.restart(here.point, at_least=reach)
        elif source.has_probes:
            # Flat all around, as accuracies often are: look further, but not again
            # once the probes have come closer.
            is_closing = is_closing or slope.has_worse
            reach = reach / 2 if is_closing else reach * 2
        elif not held_back(here.point, slope.gradient).any():
            return


def _may_go_on(source: GradientSource, reach: float, pace: Pace) -> bool:
    if source.has_probes:
        return bool(source.step / 2**N_REFINEMENTS <= reach <= 0.5)
    return pace.length >= SHORTEST


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
        self._rate: float | None = None  # what makes the next step `length` long
        self.length = FIRST_LENGTH

    def direction(self, point: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return the step from a point, and remember it for `accept` or `refuse`."""
        updates, self._next_state = self._rule.update(gradient, self._state, point)
        greatest = float(np.max(np.abs(updates)))
        if self._is_quasi_newton and not np.array_equal(updates, -gradient):
            self._rate = 1.0  # curvature is known: the step has its own length
        elif self._rate is None:
            rate = self.length / greatest if greatest > 0 else 0.0
            self._rate = min(rate, GREATEST_RATE)
        with np.errstate(over="ignore"):
            step = self._rate * updates
        step = np.clip(step, -GREATEST_LENGTH, GREATEST_LENGTH)
        self.length = min(self._rate * greatest, GREATEST_LENGTH)
        return np.asarray(step, dtype=np.float64)

    def accept(self) -> None:
        """Go on from the end of the last step; the next one is longer."""
        self._state = self._next_state
        self.length *= GROWTH
        if self._is_quasi_newton or self._rate is None:
            self._rate = None
        else:
            self._rate = min(GROWTH * self._rate, GREATEST_RATE)

    def refuse(self, point: FloatArray) -> None:
        """Forget what led to the last step; the next one is shorter."""
        self._state = self._rule.init(point)
        self._rate, self.length = None, self.length * SHRINKAGE

    def restart(self, point: FloatArray, at_least: float) -> None:
        """Start afresh from a point found otherwise, with steps of some length."""
        self._state = self._rule.init(point)
        self._rate, self.length = None, max(self.length, at_least)


def _step_downhill(
    walker: Walker,
    pace: Pace,
    here: Place,
    gradient: FloatArray,
    iteration: int,
    *,
    begins: bool,
) -> Generator[Batch, Evaluations, Place | None]:
    """Try a step; return where it led, None if not downhill."""
    # What a bound holds back does not move, and must not set the scale of the others.
    gradient = held_back(here.point, gradient)
    if not gradient.any():
        return None
    step = pace.direction(here.point, gradient)
    there = project(apply_updates(here.point, step), 0.0, 1.0)
    place = yield from walker.visit(there, "step", iteration, begins=begins)
    if place.loss < here.loss:
        pace.accept()
        return place
    pace.refuse(here.point)
    return None
