"""Blend crossover, BLX-alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._checks import check_not_negative
from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._exchange import exchange
from skopt_evo.strategies.operators._reflect import reflect


@dataclass(frozen=True)
class BlendCrossover:
    """Draw numeric genes from the parents' interval, widened (BLX-alpha).

    Categories, of which there is no interval, are taken from either parent.

    Parameters
    ----------
    alpha : float, default=0.3
        By how much of its length the interval is widened on both sides. What lies
        outside of [0, 1] then is reflected at the bound.

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
    >>> first, second = np.full((3, 2), 0.2), np.full((3, 2), 0.6)
    >>> children = BlendCrossover(alpha=0.0)(first, second, layout, rng)
    >>> bool(((first <= children) & (children <= second)).all())
    True
    """

    alpha: float = 0.3

    def __post_init__(self) -> None:
        check_not_negative("BlendCrossover: alpha", self.alpha, usual=0.3)

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
        exchanged = exchange(first, second, rng)
        return np.where(layout.is_numeric, reflect(blended), exchanged)
