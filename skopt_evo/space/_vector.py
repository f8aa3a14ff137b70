"""Dimensions of several genes: arrays of values, an entry a gene."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._levels import Categories

# With more values than this, a list of them would not be of use to anybody.
MAX_LISTED = 2**20


class VectorDimension(Dimension):
    """Arrays whose entries have one scale in common.

    Where a dimension of one gene has a number, this one has an array of shape (size,):
    `decode` takes it, `encode` and `locate` return it. An array of real numbers that
    was given to `encode` is kept to the last digit, as one number is.

    Parameters
    ----------
    name : str
        The parameter's name.
    element : Dimension
        The scale of an entry.
    size : int
        The number of entries.
    """

    is_vector = True

    def __init__(self, name: str, element: Dimension, size: int) -> None:
        super().__init__(name)
        self._element = element
        self._size = int(size)  # a numpy integer would overflow
        self.n_levels = element.n_levels**self._size
        self.is_numeric = element.is_numeric
        self.is_integral = element.is_integral
        self._given: dict[bytes, FloatArray] = {}

    @property
    def is_finite(self) -> bool:
        return self._element.is_finite

    @property
    def elements(self) -> list[Dimension]:
        return [self._element] * self._size

    def decode(self, gene: FloatArray | float) -> NDArray[Any]:
        genes = np.broadcast_to(gene, self._size)
        given = self._given.get(_key(genes))
        if given is not None:
            return given.copy()
        return np.array([self._element.decode(entry) for entry in genes])

    def encode(self, value: Any) -> FloatArray:
        genes = self.locate(value)
        if not self.n_levels:
            # Not by the element: entries that differ in the last digit share a gene.
            self._given[_key(genes)] = self._entries(value).astype(np.float64)
        return genes

    def share(self, gene: FloatArray, other: FloatArray) -> None:
        if (given := self._given.get(_key(other))) is not None:
            self._given[_key(gene)] = given

    def locate(self, value: Any) -> FloatArray:
        return np.array([self._element.locate(entry) for entry in self._entries(value)])

    def holds(self, value: Any) -> bool:
        try:
            entries = self._entries(value)
        except ValueError:
            return False
        return isinstance(value, np.ndarray) and all(map(self._element.holds, entries))

    def snap(self, genes: FloatArray) -> FloatArray:
        return self._element.snap(genes)

    def values(self) -> list[Any]:
        if not self.is_finite:
            return super().values()
        if self.n_levels > MAX_LISTED:
            raise TypeError(f"{self.name!r} has too many values to list them.")
        return list(self._listed())

    def signature(self) -> Hashable:
        return (type(self).__name__, self._size, self._element.signature())

    def _listed(self) -> Iterator[NDArray[Any]]:
        """Iterate over all values, the last entry changing fastest."""
        entries = self._element.values()
        return map(np.array, itertools.product(entries, repeat=self._size))

    def _entries(self, value: Any) -> NDArray[Any]:
        """Return a value as an array of the right shape."""
        try:
            entries = np.asarray(value)
        except ValueError:  # lists of several lengths
            raise self._refuse(value) from None
        if entries.shape != (self._size,):
            raise self._refuse(value)
        return entries


class MaskDimension(VectorDimension):
    """Arrays of booleans that are not all False.

    Parameters
    ----------
    name : str
        The parameter's name.
    size : int
        The number of entries.
    """

    def __init__(self, name: str, size: int) -> None:
        super().__init__(name, Categories(name, [False, True]), size)
        self.n_levels -= 1

    def decode(self, gene: FloatArray | float) -> BoolArray:
        return np.asarray(self.snap(np.full(self._size, gene)) > 0.5)

    def encode(self, value: Any) -> FloatArray:
        return _genes(self._entries(value))

    def locate(self, value: Any) -> FloatArray:
        return _genes(self._entries(value))

    def snap(self, genes: FloatArray) -> FloatArray:
        """Return canonical genes; the greatest of those that select nothing is moved.

        It is the one that came closest; of equal ones the first.
        """
        selected = genes >= 0.5
        is_empty = ~selected.any(axis=-1, keepdims=True)
        greatest = np.argmax(genes, axis=-1)[..., np.newaxis]
        selected |= is_empty & (np.arange(self._size) == greatest)
        return _genes(selected)

    def _listed(self) -> Iterator[BoolArray]:
        """Iterate over all masks: those that select few first, then leftmost first."""
        places = range(self._size)
        for n_selected in range(1, self._size + 1):
            for selected in itertools.combinations(places, n_selected):
                yield np.isin(places, selected)

    def _entries(self, value: Any) -> BoolArray:
        """Return a mask as an array; None, all that there is, as the full one."""
        if value is None:
            return np.ones(self._size, dtype=bool)
        entries = super()._entries(value)
        if entries.dtype != bool or not entries.any():
            raise self._refuse(value)
        return entries


def _key(genes: FloatArray) -> bytes:
    # 0.0 is added for -0.0, which has other bytes.
    return (genes + 0.0).tobytes()


def _genes(selected: BoolArray) -> FloatArray:
    """Return the canonical genes of booleans, the centres of two bins."""
    return np.where(selected, 0.75, 0.25)
