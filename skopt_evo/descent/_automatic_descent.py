"""The descent that suits the gradients best."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.descent._exact_descent import descend_exactly
from skopt_evo.descent._free_genes import Descent, FreeGenes
from skopt_evo.descent._gradient_descent import OptimizerDescent, descend_adaptively
from skopt_evo.descent._local_data import Known
from skopt_evo.descent._model_descent import descend_by_model
from skopt_evo.descent._protocol import DescentTask
from skopt_evo.descent._quadratic_fit import MOST_DENSE
from skopt_evo.descent._resolve import Method
from skopt_evo.descent._sources import KnownSource
from skopt_evo.optimizers import LBFGS, Adam

# What optimizer="auto" stands for where steps are made of gradients alone
# (docs/adr/0003).
DEFAULT = OptimizerDescent(Adam())


@dataclass(frozen=True)
class AutomaticDescent:
    """Descend by exact derivatives, then by a model; with probes follow Adam."""

    def check(self, method: Method, learning_rate: float | None) -> None:
        """Accept everything."""

    def descend(self, task: DescentTask) -> Descent:
        """Return the descent that suits the gradients and the learning rate."""
        if task.has_probes or task.learning_rate is not None:
            return DEFAULT.descend(task)
        return _descend_freely(task)


def _descend_freely(task: DescentTask) -> Descent:
    """Descend by exact derivatives if the start has all of them, else by a model."""
    genes, model = task.genes, task.model
    evaluations = yield genes.batch(
        genes.start_point[np.newaxis], "start", 0, begins=False
    )
    here = genes.place(evaluations)
    if np.all(np.isfinite(here.slope)):
        is_surrogate = not np.isclose(here.loss, evaluations.losses[0])
        # Quasi-Newton steps in a trust region keep a matrix of second derivatives.
        if len(genes.free) <= MOST_DENSE:
            yield from descend_exactly(genes, here, is_surrogate=is_surrogate)
        else:
            source = KnownSource(genes, model, task.history)
            yield from descend_adaptively(genes, source, LBFGS())
        if model is None or not is_surrogate:
            return
        # A loss in place of the score led here: the best score decides where to go on.
        genes = replace(genes, start=_best(genes, task.history()))
        # It is known, so that this takes no candidate.
        here = yield from genes.visit(genes.start_point, "start", 0, begins=True)
    if model is not None:
        yield from descend_by_model(genes, here, model, task.history, task.rng)


def _best(genes: FreeGenes, known: Known) -> FloatArray:
    """Return the best genome that differs from a start in genes that move alone."""
    fixed = np.setdiff1d(np.arange(genes.layout.n_genes), genes.free)
    is_same = genes.layout.active_in(genes.start)[fixed]
    here = known.genomes[:, fixed] == genes.start[fixed]
    is_near = np.all(here | ~is_same, axis=1)
    losses = np.where(is_near & np.isfinite(known.losses), known.losses, np.inf)
    return np.asarray(known.genomes[int(np.argmin(losses))])
