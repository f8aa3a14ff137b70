"""Descents that follow the steps of an optimizer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.descent._adaptive_steps import AdaptiveSteps
from skopt_evo.descent._free_genes import (
    Batch,
    Descent,
    Evaluations,
    FreeGenes,
    Place,
)
from skopt_evo.descent._protocol import DescentTask
from skopt_evo.descent._resolve import Method
from skopt_evo.descent._sources import GradientSource, source_of
from skopt_evo.optimizers import Optimizer, apply_updates, project
from skopt_evo.optimizers._trust_region import projected_gradient

# The shortest step that is tried.
SHORTEST = 1e-3

# How often the probes come closer, when nothing around a point is better.
N_REFINEMENTS = 3


@dataclass(frozen=True)
class OptimizerDescent:
    """Follow the steps of an optimizer, whatever the gradients come from.

    Parameters
    ----------
    optimizer : Optimizer
        Makes steps of gradients.
    """

    optimizer: Optimizer

    def check(self, method: Method, learning_rate: float | None) -> None:
        """Accept everything."""

    def descend(self, task: DescentTask) -> Descent:
        """Return a descent with a learning rate, or with step lengths that adapt."""
        source = source_of(task)
        if task.learning_rate is None:
            return descend_adaptively(task.genes, source, self.optimizer)
        return descend(task.genes, source, self.optimizer, task.learning_rate)


def descend(
    genes: FreeGenes, source: GradientSource, optimizer: Optimizer, learning_rate: float
) -> Descent:
    """Follow an optimizer's steps, whether they lead downhill or not.

    A step to a candidate that fails is halved until there is a score, and the optimizer
    begins anew there, for what it remembers led to the failure.

    Parameters
    ----------
    genes : FreeGenes
        The start.
    source : GradientSource
        Where gradients come from.
    optimizer : Optimizer
        Makes steps of gradients.
    learning_rate : float
        The optimizer's learning rate, on the unit scale of the parameters.
    """
    point = genes.start_point
    rule = optimizer.transformation(learning_rate)
    state = rule.init(point)
    # The start alone: starts compete before they descend.
    yield genes.batch(point[np.newaxis], "start", 0, begins=False)
    iteration, scored = 0, point
    while len(point):
        place, slope = yield from source.beside(point, iteration)
        iteration += 1
        if not np.isfinite(place.loss):
            point, state = (scored + point) / 2.0, rule.init(scored)
            continue
        point = point + (place.point - genes.snapped(point))  # by rounding, if at all
        scored = point
        updates, state = rule.update(slope.gradient, state, point)
        point = project(apply_updates(point, updates), 0.0, 1.0)


def descend_adaptively(
    genes: FreeGenes, source: GradientSource, optimizer: Optimizer
) -> Descent:
    """Follow an optimizer's directions, with step lengths that need no tuning.

    Steps grow as long as they lead downhill. One that does not is taken back, and the
    next one is shorter and starts from the best probe; where no probe is better either,
    the probes come closer, until the descent is over. Without probes it is over when
    steps have become too short.

    Parameters
    ----------
    genes : FreeGenes
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
    here = yield from genes.visit(genes.start_point, "start", 0, begins=False)
    steps = AdaptiveSteps(optimizer, here.point)
    reach, is_closing = source.step, False
    iteration = 0
    while len(here.point) and _may_go_on(source, reach, steps):
        if not source.has_probes:
            reach = steps.length
        slope = yield from source.gradient(here, reach, iteration)
        iteration += 1
        better = yield from _step_downhill(
            genes, steps, here, slope.gradient, iteration, begins=not source.has_probes
        )
        if better is not None:
            here = better
        elif slope.best is not None and slope.best.loss < here.loss:
            here = slope.best
            steps.restart(here.point, at_least=reach)
        elif source.has_probes:
            # Flat all around, as accuracies often are: look further, but not again
            # once the probes have come closer.
            is_closing = is_closing or slope.has_worse
            reach = reach / 2 if is_closing else reach * 2
        elif not projected_gradient(here.point, slope.gradient).any():
            return


def _may_go_on(source: GradientSource, reach: float, steps: AdaptiveSteps) -> bool:
    if source.has_probes:
        return bool(source.step / 2**N_REFINEMENTS <= reach <= 0.5)
    return steps.length >= SHORTEST


def _step_downhill(
    genes: FreeGenes,
    steps: AdaptiveSteps,
    here: Place,
    gradient: FloatArray,
    iteration: int,
    *,
    begins: bool,
) -> Generator[Batch, Evaluations, Place | None]:
    """Try a step; return where it led, None if not downhill."""
    # What a bound holds back does not move, and must not set the scale of the others.
    gradient = projected_gradient(here.point, gradient)
    if not gradient.any():
        return None
    step = steps.direction(here.point, gradient)
    there = project(apply_updates(here.point, step), 0.0, 1.0)
    place = yield from genes.visit(there, "step", iteration, begins=begins)
    if place.loss < here.loss:
        steps.accept()
        return place
    steps.refuse(here.point)
    return None
