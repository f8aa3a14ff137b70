"""A descent on a local model of everything that is known, within a trust region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skopt_evo.hypergrad._local_model import LocalModel, QuadraticFit
from skopt_evo.proposers._descent import Batch, Descent, Place, Walker
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._base import FloatArray

# How many random points of the trust region are compared, where the model's minimum is
# known already.
N_POINTS = 100

# Genes that are this close are equal: rounding is no news.
ROUNDING = 1e-9


class Known(NamedTuple):
    """The candidates that have been evaluated.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        The genomes, canonical.
    losses : ndarray of shape (n,)
        Their losses; NaN for those that failed.
    slopes : ndarray of shape (n, n_genes) or None, default=None
        Exact derivatives of the loss by the genes; NaN for those not known.
    """

    genomes: FloatArray
    losses: FloatArray
    slopes: FloatArray | None = None


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


def descend_by_model(
    walker: Walker,
    here: Place,
    model: LocalModel,
    history: Callable[[], Known],
    rng: np.random.Generator,
    region: TrustRegion | None = None,
) -> Descent:
    """Go where a local quadratic model of the losses is lowest.

    Each step is the minimum of the model in the trust region, and each loss improves
    the model, whoever asked for it. A step that leads downhill is the next centre, and
    the region grows; else it shrinks, until the descent is over. Where the minimum is
    known already, the point of the region is tried of which the model knows least.

    Categories are searched along with the numbers: each is taken to add to the loss,
    what it adds is learnt by the model, and a step changes the category that promises
    most, by a draw from what the model holds possible.

    Parameters
    ----------
    walker : Walker
        The start, whose branch the descent stays in. It records the model's gradient
        at each centre, anew after each step.
    here : Place
        Where to begin: a point that the history knows.
    model : LocalModel
        The model.
    history : callable () -> Known
        Returns all that is known when it is called, of any branch.
    rng : numpy.random.Generator
        The source of chance.
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
    centre = walker.genomes(here.point[np.newaxis])[0]
    radius, iteration = region.first, 0
    while radius >= region.smallest and len(walker.free):
        around = Surroundings(walker.layout, centre, history())
        fit = around.fit(model, radius)
        walker.record(centre, around.full(fit.slope), model.name)
        step = _step(around, fit, radius, region.closest, model.offset, rng)
        if step is None:
            return
        iteration += 1
        evaluations = yield Batch(
            step[np.newaxis], ["step"], iteration, begins_iteration=True
        )
        if evaluations.losses[0] < around.loss:
            if np.max(np.abs(step - centre)[walker.free]) > radius / 2:
                radius = min(region.growth * radius, region.largest)
            centre = evaluations.genomes[0]
        else:
            radius *= region.shrinkage


class Surroundings:
    """A centre, and what is known in its branch.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    centre : ndarray of shape (n_genes,)
        The centre.
    known : Known
        What is known, of any branch.
    """

    def __init__(self, layout: GeneLayout, centre: FloatArray, known: Known) -> None:
        self._layout = layout
        self.free = np.flatnonzero(layout.movable_in(centre))
        is_category = layout.active_in(centre) & ~layout.is_numeric
        if layout.n_branches > 1:
            is_category[0] = False  # what is known of other branches is left out
        self._categories = np.flatnonzero(is_category)
        here = layout.branch_of(known.genomes) == layout.branch_of(centre)
        # Rounding would make two categories of one.
        self.centre = layout.snap(centre)
        self._genomes = layout.snap(known.genomes[here])
        self._losses = known.losses[here]
        self._slopes = None if known.slopes is None else known.slopes[here]
        # The categories that were tried, and which rows have them.
        self.changes: list[tuple[int, int]] = []
        self._has_change: list[NDArray[np.bool_]] = []
        for gene in map(int, self._categories):
            levels = self._levels(self._genomes, gene)
            for level in map(int, np.setdiff1d(levels, self._levels(centre, gene))):
                self.changes.append((gene, level))
                self._has_change.append(levels == level)

    @property
    def loss(self) -> float:
        """The loss at the centre, infinite if it failed."""
        losses = self._losses[self._gaps(self.centre) < ROUNDING]
        return float(np.nanmin([np.inf, *losses]))

    def fit(self, model: LocalModel, radius: float) -> QuadraticFit:
        """Return the model of all losses around the centre."""
        free, n = self.free, len(self._genomes)
        categories = self._categories
        differs = self._genomes[:, categories] != self.centre[categories]
        return model.fit(
            self.centre[free],
            self._genomes[:, free],
            self._losses,
            radius,
            slopes=None if self._slopes is None else self._slopes[:, free],
            changes=np.array(self._has_change, dtype=np.float64).reshape(-1, n).T,
            n_changed=differs.sum(axis=1),
        )

    def full(self, values: FloatArray) -> FloatArray:
        """Return values of the free genes as values of all genes, NaN for others."""
        full = np.full(self._layout.n_genes, np.nan)
        full[self.free] = values
        return full

    def genomes(self, points: FloatArray, centre: FloatArray) -> FloatArray:
        """Return the genomes of points of the free genes' cube."""
        genomes = np.tile(centre, (len(points), 1))
        genomes[:, self.free] = points
        return self._layout.snap(genomes)

    def value(self, gene: int, level: int) -> float:
        """Return the value of a gene that stands for a category."""
        return (level + 0.5) / float(self._layout.n_levels[gene])

    def untried(self, rng: np.random.Generator) -> list[tuple[int, int]]:
        """Return a category of each gene that nothing is known of, if there is one."""
        found = []
        known: dict[int, set[int]] = {gene: set() for gene in self._categories.tolist()}
        for gene, level in self.changes:
            known[gene].add(level)
        for gene, tried in known.items():
            tried.add(int(self._levels(self.centre, gene)))
            n_left = int(self._layout.n_levels[gene]) - len(tried)
            if n_left > 0:
                level = int(rng.integers(n_left))
                for other in sorted(tried):
                    level += level >= other
                found.append((gene, level))
        return found

    def is_known(self, genome: FloatArray, closest: float) -> bool:
        """Tell whether a candidate is known, or one of its categories that close."""
        return bool(np.any(self._gaps(genome) < max(closest, ROUNDING)))

    def _gaps(self, genome: FloatArray) -> FloatArray:
        """Return how far what is known is from a genome: shape (n,).

        The greatest distance of a number counts; another category is infinitely far.
        """
        categories = self._categories
        same = (self._genomes[:, categories] == genome[categories]).all(axis=1)
        gaps = np.abs(self._genomes - genome)[:, self.free].max(axis=1)
        return np.where(same, gaps, np.inf)

    def _levels(self, genomes: FloatArray, gene: int) -> NDArray[np.int64]:
        """Return the number of the category that genomes have: shape (...)."""
        n_levels = self._layout.n_levels[gene]
        return np.asarray(np.floor(genomes[..., gene] * n_levels), dtype=np.int64)


def _step(
    around: Surroundings,
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
    around: Surroundings, fit: QuadraticFit, offset: float, rng: np.random.Generator
) -> FloatArray:
    """Return the centre, with another category if one promises more, by a draw."""
    changes = around.changes + (untried := around.untried(rng))
    if not changes:
        return around.centre
    unknown = offset * fit.scale * rng.standard_normal(len(untried))
    promises = np.append(fit.draw(rng).offsets, unknown)
    best = int(np.argmin(promises))
    centre = around.centre.copy()
    if promises[best] < 0.0:
        gene, level = changes[best]
        centre[gene] = around.value(gene, level)
    return centre
