"""Mutation of genomes with genes of mixed types."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._crossover import reflect
from skopt_evo.strategies.operators._protocols import FloatArray


@dataclass(frozen=True)
class GaussianMutation:
    """Move numeric genes by Gaussian steps, resample categories.

    Every active gene changes with the same chance, at least one does. Discrete
    numeric genes move by one level at the least; a dormant gene never changes.

    Parameters
    ----------
    n_genes : float, default=1.5
        How many genes change on average.
    resample : float, default=0.05
        The chance that a changed numeric gene is drawn anew from its whole range.

    References
    ----------
    T. Bäck and H.-P. Schwefel, "An overview of evolutionary algorithms for parameter
    optimization", Evolutionary Computation 1(1), 1-23, 1993 (Gaussian steps).
    R. Li et al., "Mixed integer evolution strategies for parameter optimization",
    Evolutionary Computation 21(1), 29-64, 2013 (integers and categories).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import GaussianMutation
    >>> layout, rng = GeneLayout.continuous(3), np.random.default_rng(0)
    >>> mutant = GaussianMutation()(np.full(3, 0.5), 0.1, layout, rng)
    >>> bool((mutant != 0.5).any())
    True
    """

    n_genes: float = 1.5
    resample: float = 0.05

    def __post_init__(self) -> None:
        if not self.n_genes > 0:
            raise ValueError(
                f"GaussianMutation got n_genes={self.n_genes!r}: without a change no "
                "new candidate is bred, pass a float > 0."
            )
        if not 0 <= self.resample <= 1:
            raise ValueError(
                f"GaussianMutation got resample={self.resample!r}: it is a "
                "probability, pass a float in [0, 1]."
            )

    def __call__(
        self,
        genome: FloatArray,
        step: float,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        active = np.flatnonzero(layout.active_in(genome))
        if not len(active):
            return genome.copy()
        chosen = active[rng.random(len(active)) < self.n_genes / len(active)]
        if not len(chosen):
            chosen = rng.choice(active, size=1)
        mutant = genome.copy()
        for gene in chosen:
            mutant[gene] = self._changed(genome[gene], int(gene), step, layout, rng)
        return mutant

    def _changed(
        self,
        value: float,
        gene: int,
        step: float,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> float:
        n_levels = int(layout.n_levels[gene])
        if not layout.is_numeric[gene]:
            return _other_category(value, n_levels, rng)
        if rng.random() < self.resample:
            return float(rng.random())
        move = rng.normal(scale=step)
        if n_levels and abs(move) < 1 / n_levels:
            move = float(np.copysign(1 / n_levels, move))
        return float(reflect(np.asarray(value + move)))


def _other_category(value: float, n_levels: int, rng: np.random.Generator) -> float:
    """Draw a category, each with equal chances, other than the one of `value`."""
    here = min(int(value * n_levels), n_levels - 1)
    other = (here + rng.integers(1, n_levels)) % n_levels
    return float((other + 0.5) / n_levels)
