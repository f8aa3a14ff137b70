"""Dimensions with a list of values, each in a bin of its own."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._values import fingerprint, is_number

# With more bins than this, floating point could not tell their centres apart.
MAX_BINS = 2**50


class Levels(Dimension):
    """Finitely many ordered values, as many bins of equal width."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        super().__init__(name)
        self._values = values
        self.n_levels = len(values)

    def decode(self, gene: float) -> Any:
        return self._value(self._bin(gene))

    def encode(self, value: Any) -> float:
        place = self._places.get(fingerprint(value))
        if place is None and is_number(value):
            place = self._places_of_numbers.get(value)  # 1 for 1.0, if 1.0 is not there
        if place is None:
            raise self._refuse(value)
        return self._centre(place)

    def snap(self, genes: FloatArray) -> FloatArray:
        bins = np.clip(np.floor(genes * self.n_levels), 0, self.n_levels - 1)
        return np.asarray((bins + 0.5) / self.n_levels, dtype=np.float64)

    def values(self) -> list[Any]:
        return list(self._values)

    def slope(self, gene: float) -> float:
        if not self.is_numeric or self.n_levels < 2:
            return math.nan
        here = self._bin(gene)
        below, above = max(here - 1, 0), min(here + 1, self.n_levels - 1)
        rise = float(self._value(above)) - float(self._value(below))
        width = self._centre(above) - self._centre(below)
        return width / rise if rise > 0 else math.nan

    def signature(self) -> Hashable:
        return (type(self).__name__, *self._places)

    @cached_property
    def _places(self) -> dict[Hashable, int]:
        return {fingerprint(value): place for place, value in enumerate(self._values)}

    @cached_property
    def _places_of_numbers(self) -> dict[Any, int]:
        return {v: place for place, v in enumerate(self._values) if is_number(v)}

    def _value(self, place: int) -> Any:
        return self._values[place]

    def _bin(self, gene: float) -> int:
        return min(max(int(gene * self.n_levels), 0), self.n_levels - 1)

    def _centre(self, place: int) -> float:
        return (place + 0.5) / self.n_levels


class Categories(Levels):
    """Finitely many values without an order."""

    is_numeric = False


class Integers(Levels):
    """Evenly spaced integers, each as likely as the next.

    Where there are more of them than `MAX_BINS`, a bin has several, of which it stands
    for the first.
    """

    is_integral = True
    _values: range

    def __init__(self, name: str, values: range) -> None:
        Dimension.__init__(self, name)
        self._values = values
        # len() of a range of this size would be an OverflowError.
        self._n_values = (values[-1] - values[0]) // values.step + 1
        self.n_levels = min(self._n_values, MAX_BINS)

    def encode(self, value: Any) -> float:
        if not is_number(value) or math.isinf(value) or value % 1:
            raise self._refuse(value)
        place, rest = divmod(int(value) - self._values.start, self._values.step)
        if rest or not 0 <= place < self._n_values:
            raise self._refuse(value)
        # Rounded up, the inverse of the division in `_value`, which rounds down.
        place = -(-place * self.n_levels // self._n_values)
        return self._centre(min(place, self.n_levels - 1))

    def _value(self, place: int) -> int:
        return self._values[place * self._n_values // self.n_levels]

    def signature(self) -> Hashable:
        return ("integers", self._values)


class WeightedLevels(Levels):
    """Ordered values in bins of unequal width: a discrete distribution.

    Parameters
    ----------
    name : str
        The parameter's name.
    values : ndarray of shape (n_levels,)
        The values, in order.
    weights : ndarray of shape (n_levels,)
        The widths of their bins, up to a factor.
    is_bounded : bool
        Whether these are all the values that there are.
    """

    def __init__(
        self, name: str, values: NDArray[Any], weights: FloatArray, *, is_bounded: bool
    ) -> None:
        super().__init__(name, values.tolist())
        self.is_integral = values.dtype.kind in "iu"
        self._is_bounded = is_bounded
        edges = np.append(0.0, np.cumsum(weights) / np.sum(weights))
        self._inner_edges = edges[1:-1]
        self._centres = (edges[:-1] + edges[1:]) / 2

    @property
    def is_finite(self) -> bool:
        return self._is_bounded

    def snap(self, genes: FloatArray) -> FloatArray:
        bins = np.searchsorted(self._inner_edges, genes, side="right")
        return np.asarray(self._centres[bins], dtype=np.float64)

    def signature(self) -> Hashable:
        return ("weighted", *self._values, self._centres.tobytes())

    def _bin(self, gene: float) -> int:
        return int(np.searchsorted(self._inner_edges, gene, side="right"))

    def _centre(self, place: int) -> float:
        return float(self._centres[place])
