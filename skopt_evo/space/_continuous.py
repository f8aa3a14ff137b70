"""Parameters with a continuum of real values."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._values import is_number

# Where a distribution's support is open or infinite, its extreme quantiles are not
# values one would ever draw (C=0, an infinite penalty): the scale ends just inside.
TAIL = 1e-6


# Between the ends of a continuum there may be so few floating-point numbers that draws
# hit the same one again: of more than these hardly any comes twice in a search.
MANY_FLOATS = 2**32


class Continuous(Dimension):
    """Real values on the scale that spreads a distribution evenly.

    On the way to a gene and back a value is rounded. One that was given to `encode` is
    kept, so that its gene stands for exactly this number.

    Parameters
    ----------
    name : str
        The parameter's name.
    ppf, cdf : callable
        Gene to value and back, both increasing.
    ends : tuple of float
        The smallest and the largest value.
    bounds : tuple of float
        Their genes.
    identity : tuple
        What makes it the same dimension as another one.
    pdf : callable, optional
        The derivative of `cdf`; by differences where it is not given.
    """

    def __init__(
        self,
        name: str,
        ppf: Callable[[float], float],
        cdf: Callable[[float], float],
        *,
        ends: tuple[float, float],
        bounds: tuple[float, float] = (0.0, 1.0),
        identity: Hashable,
        pdf: Callable[[float], float] | None = None,
    ) -> None:
        super().__init__(name)
        self._ppf, self._cdf, self._pdf = ppf, cdf, pdf
        self._ends, self._bounds = ends, bounds
        self._identity = identity
        self._given: dict[float, float] = {}
        self._is_coarse = _place(ends[1]) - _place(ends[0]) < MANY_FLOATS

    def decode(self, gene: float) -> float:
        gene, (low, high) = float(gene), self._ends
        if gene in self._given:
            return self._given[gene]
        if gene <= self._bounds[0]:
            return low
        if gene >= self._bounds[1]:
            return high
        with np.errstate(all="ignore"):  # beyond the ends, within which it is kept
            value = float(self._ppf(gene))
        # Rounding in the last digit must not lead out of the space.
        return min(max(value, low), high)

    def encode(self, value: Any) -> float:
        gene = self.locate(value)
        self._given[gene] = float(value)
        return gene

    def share(self, gene: float, other: float) -> None:
        if float(other) in self._given:
            self._given[float(gene)] = self._given[float(other)]

    def locate(self, value: Any) -> float:
        low, high = self._ends
        if not is_number(value) or not low <= value <= high:
            raise self._refuse(value)
        with np.errstate(all="ignore"):
            gene = float(self._cdf(float(value)))
        return min(max(gene, self._bounds[0]), self._bounds[1])

    def holds(self, value: Any) -> bool:
        low, high = self._ends
        return (
            is_number(value)
            and not isinstance(value, numbers.Integral)
            and bool(low <= value <= high)
        )

    def snap(self, genes: FloatArray) -> FloatArray:
        genes = np.clip(genes, *self._bounds)
        if not self._is_coarse:
            return genes
        # Genes of the same number become the same.
        places, where = np.unique(genes, return_inverse=True)
        canonical = np.array([self._canonical(place) for place in places.tolist()])
        return np.asarray(canonical[where].reshape(genes.shape), dtype=np.float64)

    def _canonical(self, gene: float) -> float:
        value = self.decode(gene)
        canonical = self.locate(value)
        self._given.setdefault(canonical, value)  # whatever rounding says
        return canonical

    def slope(self, gene: float) -> float:
        if self._pdf is not None:
            with np.errstate(all="ignore"):  # infinite where the values are too close
                return float(self._pdf(np.float64(self.decode(gene))))
        gene = min(max(gene, self._bounds[0]), self._bounds[1])
        below = max(gene - TAIL, self._bounds[0])
        above = min(gene + TAIL, self._bounds[1])
        rise = self.decode(above) - self.decode(below)
        return (above - below) / rise if rise > 0 else math.nan

    def signature(self) -> Hashable:
        return ("continuous", self._identity)


def _place(value: float) -> int:
    """Return the place of a float among all of them, in their order."""
    # The bits of positive floats, read as integers, are in the order of the floats. Of
    # negative ones the sign bit is set and the order of the others is reversed.
    bits = int(np.float64(value).view(np.int64))
    return bits if bits >= 0 else -(bits + 2**63)
