"""Mutation of genomes with genes of mixed types."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np

from skopt_evo.strategies._base import FloatArray, GeneLayout
from skopt_evo.strategies.operators._checks import check_setting
from skopt_evo.strategies.operators._reflect import reflect


@dataclass(frozen=True)
class GaussianMutation:
    """Move numeric genes by Gaussian steps, resample categories.

    Every active gene is chosen with the same chance; where none is, one has to be. A
    discrete numeric gene moves by one level at the least; as any other it is reflected
    at the bounds, where it may fall back on itself. A category always becomes another
    one. A dormant gene never changes.

    Parameters
    ----------
    n_genes : float, default=1.5
        How many genes are chosen on average, but for the one that has to be.
    resample : float, default=0.05
        The chance that a chosen numeric gene is drawn anew from its whole range.

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
        check_setting(
            "GaussianMutation: n_genes",
            self.n_genes,
            Real,
            "a float > 0, for instance 1.5",
            lambda n_genes: n_genes > 0,
        )
        check_setting(
            "GaussianMutation: resample",
            self.resample,
            Real,
            "a probability in [0, 1], for instance 0.05",
            lambda resample: 0 <= resample <= 1,
        )

    def __call__(
        self,
        genome: FloatArray,
        step: float,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        mutant = genome.copy()
        varying = np.flatnonzero(layout.active_in(genome) & (layout.n_levels != 1))
        if not len(varying):
            return mutant
        chosen = varying[rng.random(len(varying)) < self.n_genes / len(varying)]
        if not len(chosen):
            chosen = rng.choice(varying, size=1)
        for gene in chosen:
            n_levels = int(layout.n_levels[gene])
            if not layout.is_numeric[gene]:
                mutant[gene] = _other_category(genome[gene], n_levels, rng)
            elif rng.random() < self.resample:
                mutant[gene] = rng.random()
            else:
                move = rng.normal(scale=step)
                if n_levels:
                    move = np.copysign(max(abs(move), 1 / n_levels), move)
                mutant[gene] = reflect(genome[gene] + move)
        return mutant


def _other_category(value: float, n_levels: int, rng: np.random.Generator) -> float:
    """Draw a category, each with equal chances, other than the one of `value`."""
    here = min(int(value * n_levels), n_levels - 1)
    other = (here + rng.integers(1, n_levels)) % n_levels
    return float((other + 0.5) / n_levels)
