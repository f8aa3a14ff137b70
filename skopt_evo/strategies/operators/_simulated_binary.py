"""Simulated binary crossover, SBX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._checks import check_not_negative
from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._exchange import exchange

# Parents' genes that are closer than this are the same one; the spread factor of a
# child, a multiple of their distance, would overflow.
LEAST_DISTANCE = 1e-14


@dataclass(frozen=True)
class SimulatedBinaryCrossover:
    """Draw numeric genes near one of the parents, the nearer the closer these are.

    Children are spread around their parents as one-point crossover spreads binary
    numbers. The distribution is cut off at the bounds of the genes. Every numeric gene
    takes part, each near either parent with equal chances; categories are taken from
    either parent.

    Parameters
    ----------
    eta : float, default=15.0
        The larger, the nearer children are to their parents.

    References
    ----------
    K. Deb and R. B. Agrawal, "Simulated binary crossover for continuous search space",
    Complex Systems 9(2), 115-148, 1995.
    K. Deb, "An efficient constraint handling method for genetic algorithms", Computer
    Methods in Applied Mechanics and Engineering 186, 311-338, 2000 (bounds).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import SimulatedBinaryCrossover
    >>> layout, rng = GeneLayout.continuous(4), np.random.default_rng(0)
    >>> first, second = np.full((1, 4), 0.2), np.full((1, 4), 0.8)
    >>> SimulatedBinaryCrossover()(first, second, layout, rng).round(2)
    array([[0.82, 0.17, 0.2 , 0.19]])
    """

    eta: float = 15.0

    def __post_init__(self) -> None:
        check_not_negative("SimulatedBinaryCrossover: eta", self.eta, usual=15.0)

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        low, high = np.minimum(first, second), np.maximum(first, second)
        distance = high - low
        spreads = layout.is_numeric & (distance > LEAST_DISTANCE)
        distance = np.where(spreads, distance, 1.0)
        near_low = rng.random(first.shape) < 0.5
        room = np.where(near_low, low, 1.0 - high)
        spread = self._spread(1.0 + 2.0 * room / distance, rng)
        away = np.where(near_low, -0.5, 0.5) * spread * distance
        children = np.clip((low + high) / 2 + away, 0.0, 1.0)
        return np.where(spreads, children, exchange(first, second, rng))

    def _spread(self, largest: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Draw distances from the parents' middle, in halves of the parents' distance.

        Their density is proportional to b^eta up to 1, the parent, and to b^-(eta + 2)
        from there to `largest`, the bound (Deb & Agrawal 1995).
        """
        power = self.eta + 1.0
        # Twice the probability of the density that is cut off at the bound.
        twice = rng.random(largest.shape) * (2.0 - largest**-power)
        base = np.where(twice <= 1.0, twice, 1.0 / (2.0 - np.maximum(twice, 1.0)))
        return np.asarray(base ** (1.0 / power), dtype=np.float64)
