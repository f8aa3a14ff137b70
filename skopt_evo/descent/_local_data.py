"""What is known of the losses around a point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skopt_evo._typing import BoolArray, FloatArray, IntArray
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._quadratic_fit import QuadraticFit
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._categories import category_of, gene_of

# Genes that are this close are equal but for rounding.
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


class LocalData:
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
        self._has_change: list[BoolArray] = []
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
        return float(gene_of(level, self._layout.n_levels[gene]))

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

    def _levels(self, genomes: FloatArray, gene: int) -> IntArray:
        """Return the number of the category that genomes have: shape (...)."""
        return category_of(genomes[..., gene], self._layout.n_levels[gene])
