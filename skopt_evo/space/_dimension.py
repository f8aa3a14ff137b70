"""One parameter of a search space, on its own scale in the unit interval.

A dimension maps a gene, a number in [0, 1], to a value of its parameter and back. Where
the values are arrays, there is a gene an entry (see `VectorDimension`).
Discrete dimensions cut [0, 1] into one bin per value; the centre of the bin is the
gene's canonical form, which `snap` returns.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.space._values import same_value


class Dimension(ABC):
    """A parameter's values, ordered along [0, 1].

    Attributes
    ----------
    name : str
        The parameter's name, as in ``param_grid``.
    n_levels : int
        How many values there are; 0 if there is a continuum of them.
    is_numeric : bool
        Whether neighbouring genes stand for neighbouring values, so that a local
        step (and a derivative) has a meaning.
    is_vector : bool
        Whether the values are arrays: where others have a gene, this one has an array
        of them.
    is_integral : bool
        Whether the scale is one of integers: not a list, where 1 may be short for 1.0.
    """

    n_levels: int = 0
    is_numeric: bool = True
    is_vector: bool = False
    is_integral: bool = False

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def is_finite(self) -> bool:
        """Whether all values can be listed."""
        return self.n_levels > 0

    @property
    def elements(self) -> list[Dimension]:
        """The dimension of each gene."""
        return [self]

    @abstractmethod
    def decode(self, gene: Any) -> Any:
        """Return the value that `gene` stands for."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Return the gene of `value`; ValueError if the dimension has no such value.

        An equal number stands for a value: 1.0 for 1, and 1 for 1.0.
        """

    @abstractmethod
    def snap(self, genes: FloatArray) -> FloatArray:
        """Return the canonical genes of the values that `genes` stand for."""

    def merge(self, genes: FloatArray) -> FloatArray:
        """Return canonical genes, the same ones wherever the value is the same.

        Other than `snap` it may have to make draws.
        """
        return genes

    @abstractmethod
    def signature(self) -> Hashable:
        """Return what two dimensions have to share to be the same one."""

    def locate(self, value: Any) -> Any:
        """Return the gene of `value`, as `encode` does, and keep nothing of it."""
        return self.encode(value)

    def holds(self, value: Any) -> bool:
        """Tell whether the dimension has a value: it has not 1.0 if it has 1."""
        try:
            return same_value(self.decode(self.locate(value)), value)
        except ValueError:
            return False

    def share(self, gene: Any, other: Any) -> None:  # noqa: B027, nothing is given
        """Let a gene stand for the value that was given for another one, if any was.

        For genes that are equal but for rounding.
        """

    def values(self) -> list[Any]:
        """List every value in order, for a finite dimension."""
        raise TypeError(f"{self.name!r} has infinitely many values.")

    def slope(self, gene: float) -> float:
        """Return d(gene)/d(value) at `gene`, NaN where it has no meaning."""
        return math.nan

    def _refuse(self, value: Any) -> ValueError:
        return ValueError(f"{shown(value)} is not a value of parameter {self.name!r}.")
