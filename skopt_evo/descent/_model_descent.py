"""A descent on a local model of everything that is known, within a trust region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.descent._free_genes import Batch, Descent, FreeGenes, Place
from skopt_evo.descent._local_data import Known, LocalData
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._protocol import DescentTask, check_settings
from skopt_evo.descent._quadratic_fit import QuadraticFit
from skopt_evo.descent._resolve import Method
from skopt_evo.descent._settings import Automatic

# How many random points of the trust region are compared, where the model's minimum is
# known already.
N_POINTS = 100


@dataclass(frozen=True, kw_only=True)
class TrustRegion:
    """How the trust region, a box around the best point, changes its size.

    Parameters
    ----------
    first, smallest, largest : float
        The radius at first; below which the descent is over; that is never exceeded.
        All on the unit scale of the parameters.
    growth : float, default=1.5
        What a step to the outer half of the region multiplies the radius by, if it
        leads downhill.
    shrinkage : float, default=0.7
        The same for a step that does not.
    closest : float, default=0.05
        In radii: a step that comes closer than this to a known point is not made.
    """

    first: float = 0.3
    smallest: float = 0.02
    largest: float = 0.5
    growth: float = 1.5
    shrinkage: float = 0.7
    closest: float = 0.05


@dataclass(frozen=True)
class ModelDescent:
    """Go where a local quadratic model of the losses is lowest, in a trust region.

    Parameters
    ----------
    region : TrustRegion, default=TrustRegion()
        The sizes of the trust region.
    """

    region: TrustRegion = field(default_factory=TrustRegion)

    def check(self, method: Method, learning_rate: float | None) -> None:
        """Refuse gradients without a model, and learning rates."""
        allowed = {"model": LocalModel, "auto": Automatic}
        check_settings("model", method, learning_rate, allowed)

    def descend(self, task: DescentTask) -> Descent:
        """Return a descent, one evaluation a step."""
        genes = task.genes
        here = yield from genes.visit(genes.start_point, "start", 0, begins=False)
        if task.model is not None:
            yield from descend_by_model(
                genes, here, task.model, task.history, task.rng, self.region
            )


def descend_by_model(
    genes: FreeGenes,
    here: Place,
    model: LocalModel,
    history: Callable[[], Known],
    rng: np.random.Generator,
    region: TrustRegion | None = None,
) -> Descent:
    """Go where a local quadratic model of the losses is lowest.

    Each step is the minimum of the model in the trust region, and each loss improves
    the model, whatever it was evaluated for. A step that leads downhill is the next
    centre, and the region grows; else it shrinks, until the descent is over. Where the
    minimum is known already, the point of the region is tried whose loss is the least
    certain.

    Categories are searched along with the numbers: each is taken to add to the loss,
    what it adds is learnt by the model, and a step changes the category that is
    best in a draw from the model.

    Parameters
    ----------
    genes : FreeGenes
        The start, whose branch the descent stays in. It records the model's gradient
        at each centre, anew after each step.
    here : Place
        Where to begin: a point that the history knows.
    model : LocalModel
        The model.
    history : callable () -> Known
        Returns all that is known when it is called, of any branch.
    rng : numpy.random.Generator
        The random number generator.
    region : TrustRegion, optional
        The sizes of the trust region.

    References
    ----------
    A. R. Conn, K. Scheinberg and L. N. Vicente, "Introduction to Derivative-Free
    Optimization", SIAM 2009, chapters 10 and 11 (trust regions, and points that improve
    the model).

    A. R. Conn, N. I. M. Gould and P. L. Toint, "Trust-Region Methods", SIAM 2000,
    chapter 6 (the radius).

    C. Audet and J. E. Dennis, "Pattern search algorithms for mixed variable
    programming", SIAM Journal on Optimization 11(3), 573-594, 2001 (categories).

    O. Chapelle and L. Li, "An empirical evaluation of Thompson sampling", NIPS 2011
    (draws that choose).
    """
    region = region or TrustRegion()
    centre = genes.genomes(here.point[np.newaxis])[0]
    radius, iteration = region.first, 0
    while radius >= region.smallest and len(genes.free):
        around = LocalData(genes.layout, centre, history())
        fit = around.fit(model, radius)
        genes.record(centre, around.full(fit.slope), model.name)
        step = _step(around, fit, radius, region.closest, model.offset, rng)
        if step is None:
            return
        iteration += 1
        evaluations = yield Batch(
            step[np.newaxis], ["step"], iteration, begins_iteration=True
        )
        if evaluations.losses[0] < around.loss:
            if np.max(np.abs(step - centre)[genes.free]) > radius / 2:
                radius = min(region.growth * radius, region.largest)
            centre = evaluations.genomes[0]
        else:
            radius *= region.shrinkage


def _step(
    around: LocalData,
    fit: QuadraticFit,
    radius: float,
    closest: float,
    offset: float,
    rng: np.random.Generator,
) -> FloatArray | None:
    """Return a new genome; None if there is nothing new around."""
    centre = _best_categories(around, fit, offset, rng)
    low = np.maximum(around.centre[around.free] - radius, 0.0)
    high = np.minimum(around.centre[around.free] + radius, 1.0)
    step = around.genomes(fit.minimise(low, high)[np.newaxis], centre)[0]
    if not around.is_known(step, closest * radius):
        return np.asarray(step)
    # Conn, Scheinberg & Vicente 2009, chapter 6: a point that improves the model.
    points = rng.uniform(low, high, (N_POINTS, len(low)))
    points = points[np.argsort(-fit.spread(points), kind="stable")]
    for genome in around.genomes(points, centre):
        if not around.is_known(genome, 0.0):
            return np.asarray(genome)
    return None


def _best_categories(
    around: LocalData, fit: QuadraticFit, offset: float, rng: np.random.Generator
) -> FloatArray:
    """Return the centre, with another category if it is better in a draw."""
    changes = around.changes + (untried := around.untried(rng))
    if not changes:
        return around.centre
    unknown = offset * fit.scale * rng.standard_normal(len(untried))
    offsets = np.append(fit.draw(rng).offsets, unknown)
    best = int(np.argmin(offsets))
    centre = around.centre.copy()
    if offsets[best] < 0.0:
        gene, level = changes[best]
        centre[gene] = around.value(gene, level)
    return centre
