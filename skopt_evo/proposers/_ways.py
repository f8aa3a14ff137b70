"""From the settings of a search to the descent that they ask for."""

from __future__ import annotations

import numpy as np

from skopt_evo.hypergrad import Automatic, Exact, Method, Model
from skopt_evo.optimizers import Adam, Optimizer
from skopt_evo.proposers._descent import (
    Descent,
    GradientSource,
    Walker,
    descend,
    descend_adaptively,
)
from skopt_evo.proposers._exact_descent import descend_exactly
from skopt_evo.proposers._sources import ExactSource, ProbingSource

# What optimizer="auto" stands for where steps are made of gradients alone
# (docs/adr/0003).
DEFAULT_OPTIMIZER = Adam()


def way_down(
    walker: Walker,
    method: Method,
    optimizer: Optimizer | None,
    learning_rate: float | None,
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
    rng : numpy.random.Generator
        The source of chance.
    """
    has_model = isinstance(method, (Automatic, Model))
    is_exact = isinstance(method, (Automatic, Exact))
    if optimizer is None and learning_rate is None and (has_model or is_exact):
        return _descend_freely(walker, is_exact=is_exact, has_model=has_model)
    source = _source(walker, method, rng)
    optimizer = optimizer or DEFAULT_OPTIMIZER
    if learning_rate is None:
        return descend_adaptively(walker, source, optimizer)
    return descend(walker, source, optimizer, learning_rate)


def _source(walker: Walker, method: Method, rng: np.random.Generator) -> GradientSource:
    if isinstance(method, (Automatic, Exact, Model)):
        return ExactSource(walker)
    return ProbingSource(walker, method, rng)


def _descend_freely(walker: Walker, *, is_exact: bool, has_model: bool) -> Descent:
    """Descend by exact derivatives if the start has all of them, else by a model."""
    here = yield from walker.visit(walker.origin, "start", 0, begins=False)
    if is_exact and np.all(np.isfinite(here.slope)):
        yield from descend_exactly(walker, here)
