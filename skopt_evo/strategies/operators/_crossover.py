"""Recombination of two parents with genes of mixed types."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._protocols import FloatArray


@dataclass(frozen=True)
class UniformCrossover:
    """Take every gene from either parent with equal chances.

    References
    ----------
    G. Syswerda, "Uniform crossover in genetic algorithms", Proceedings of the 3rd
    International Conference on Genetic Algorithms, 2-9, 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import UniformCrossover
    >>> layout, rng = GeneLayout.continuous(4), np.random.default_rng(0)
    >>> UniformCrossover()(np.zeros(4), np.ones(4), layout, rng)
    array([1., 0., 0., 0.])
    """

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        return np.where(rng.random(layout.n_genes) < 0.5, first, second)


@dataclass(frozen=True)
class BlendCrossover:
    """Draw numeric genes from the parents' interval, widened (BLX-alpha).

    Categories, of which there is no interval, are taken from either parent.

    Parameters
    ----------
    alpha : float, default=0.3
        By how much of its length the interval is widened on both sides.

    References
    ----------
    L. J. Eshelman and J. D. Schaffer, "Real-coded genetic algorithms and
    interval-schemata", Foundations of Genetic Algorithms 2, 187-202, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import BlendCrossover
    >>> layout, rng = GeneLayout.continuous(2), np.random.default_rng(0)
    >>> child = BlendCrossover(alpha=0.0)(np.zeros(2), np.ones(2), layout, rng)
    >>> bool(((0 <= child) & (child <= 1)).all())
    True
    """

    alpha: float = 0.3

    def __post_init__(self) -> None:
        if not self.alpha >= 0:
            raise ValueError(
                f"BlendCrossover got alpha={self.alpha!r}: the interval cannot be "
                "narrowed below the parents', pass a float >= 0."
            )

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        low, high = np.minimum(first, second), np.maximum(first, second)
        margin = self.alpha * (high - low)
        blended = rng.uniform(low - margin, high + margin)
        exchanged = np.where(rng.random(layout.n_genes) < 0.5, first, second)
        # Reflected, not clipped: clipping would pile children up on the bounds.
        return np.where(layout.is_numeric, reflect(blended), exchanged)


@dataclass(frozen=True)
class MixedCrossover:
    """Blend or exchange, as the coin falls for each child.

    Blending moves along the scale between two parents, exchanging keeps values that
    have proved good: a population needs both.

    Parameters
    ----------
    alpha : float, default=0.3
        The widening of `BlendCrossover`.
    """

    alpha: float = 0.3

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        if rng.random() < 0.5:
            return BlendCrossover(self.alpha)(first, second, layout, rng)
        return UniformCrossover()(first, second, layout, rng)


def reflect(genes: FloatArray) -> FloatArray:
    """Fold the real line into [0, 1] at both bounds."""
    folded = np.abs(np.mod(genes + 1.0, 2.0) - 1.0)
    return np.asarray(folded, dtype=np.float64)
