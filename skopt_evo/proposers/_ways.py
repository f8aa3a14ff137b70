"""From the settings of a search to the descent that they ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from skopt_evo.hypergrad import Automatic, GradientEstimator, LocalModel
from skopt_evo.hypergrad._local_model import MOST_DENSE
from skopt_evo.hypergrad._resolve import Method
from skopt_evo.optimizers import LBFGS, Adam, Optimizer
from skopt_evo.proposers._descent import (
    Descent,
    GradientSource,
    Walker,
    descend,
    descend_adaptively,
)
from skopt_evo.proposers._exact_descent import descend_exactly
from skopt_evo.proposers._model_descent import Known, descend_by_model
from skopt_evo.proposers._sources import KnownSource, ProbingSource
from skopt_evo.strategies._base import FloatArray

# What optimizer="auto" stands for where steps are made of gradients alone
# (docs/adr/0003).
DEFAULT_OPTIMIZER = Adam()


def way_down(
    walker: Walker,
    method: Method,
    optimizer: Optimizer | None,
    learning_rate: float | None,
    history: Callable[[], Known],
    rng: np.random.Generator,
) -> Descent:
    """Return a descent.

    Parameters
    ----------
    walker : Walker
        The start.
    method : Method
        Where gradients come from.
    optimizer : Optimizer or None
        What makes steps of them; None for what suits the gradients best.
    learning_rate : float or None
        The optimizer's learning rate; None for step lengths that adapt.
    history : callable () -> Known
        Returns all that is known when it is called.
    rng : numpy.random.Generator
        The source of chance.
    """
    has_probes = isinstance(method, GradientEstimator)
    if optimizer is None and learning_rate is None and not has_probes:
        return _descend_freely(walker, method, history, rng)
    source = _source(walker, method, history, rng)
    optimizer = optimizer or DEFAULT_OPTIMIZER
    if learning_rate is None:
        return descend_adaptively(walker, source, optimizer)
    return descend(walker, source, optimizer, learning_rate)


def _source(
    walker: Walker,
    method: Method,
    history: Callable[[], Known],
    rng: np.random.Generator,
) -> GradientSource:
    if isinstance(method, GradientEstimator):
        return ProbingSource(walker, method, rng)
    return KnownSource(walker, _model_of(method), history)


def _model_of(method: Method) -> LocalModel | None:
    """Return what stands in for exact derivatives."""
    if isinstance(method, Automatic):
        return method.model
    return method if isinstance(method, LocalModel) else None


def _descend_freely(
    walker: Walker,
    method: Method,
    history: Callable[[], Known],
    rng: np.random.Generator,
) -> Descent:
    """Descend by exact derivatives if the start has all of them, else by a model."""
    model = _model_of(method)
    evaluations = yield walker.batch(
        walker.origin[np.newaxis], "start", 0, begins=False
    )
    here = walker.place(evaluations)
    if np.all(np.isfinite(here.slope)):
        is_surrogate = not np.isclose(here.loss, evaluations.losses[0])
        # Quasi-Newton steps in a trust region keep a matrix of second derivatives.
        if len(walker.free) <= MOST_DENSE:
            yield from descend_exactly(walker, here, is_surrogate=is_surrogate)
        else:
            source = KnownSource(walker, model, history)
            yield from descend_adaptively(walker, source, LBFGS())
        if model is None or not is_surrogate:
            return
        # What led here stood in for the score: the score itself has the last word.
        walker = replace(walker, start=_best(walker, history()))
        # It is known, so that this takes no candidate.
        here = yield from walker.visit(walker.origin, "start", 0, begins=True)
    if model is not None:
        yield from descend_by_model(walker, here, model, history, rng)


def _best(walker: Walker, known: Known) -> FloatArray:
    """Return the best genome that differs from a start in genes that move alone."""
    fixed = np.setdiff1d(np.arange(walker.layout.n_genes), walker.free)
    is_same = walker.layout.active_in(walker.start)[fixed]
    here = known.genomes[:, fixed] == walker.start[fixed]
    is_near = np.all(here | ~is_same, axis=1)
    losses = np.where(is_near & np.isfinite(known.losses), known.losses, np.inf)
    return np.asarray(known.genomes[int(np.argmin(losses))])
