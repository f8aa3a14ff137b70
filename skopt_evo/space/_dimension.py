"""One parameter of a search space, on its own scale in the unit interval.

A dimension maps a gene, a number in [0, 1], to a value of its parameter and back. Where
the values are arrays, there is a gene an entry (see `VectorDimension`).
Discrete dimensions cut [0, 1] into one bin per value; the centre of the bin is the
gene's canonical form, which `snap` returns.
"""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.space._values import fingerprint, is_number, same_value

# Where a distribution's support is open or infinite, its extreme quantiles are not
# values one would ever draw (C=0, an infinite penalty): the scale ends just inside.
TAIL = 1e-6

# A distribution that can only be sampled is represented by this many draws, each made
# from a seed of its own when it is first needed.
N_DRAWS = 2**16

# Between the ends of a continuum there may be so few floating-point numbers that draws
# hit the same one again: of more than these hardly any comes twice in a search.
MANY_FLOATS = 2**32


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
        """Return the gene of `value`; ValueError if it is not one of ours.

        An equal number stands for one of ours: 1.0 for 1, and 1 for 1.0.
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
        """Tell whether `value` is one of ours: 1.0 is not if 1 is."""
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


class Continuous(Dimension):
    """Real values on the scale that spreads a distribution evenly.

    On the way to a gene and back a value is rounded. One that was given to `encode` is
    kept, so that its gene stands for the very number.

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


class Draws(Dimension):
    """Values of a distribution that can only be sampled: numbered draws, no order.

    Where the same value is drawn again, the first draw of it stands for all: see
    `merge`.
    """

    is_numeric = False

    def __init__(self, name: str, distribution: Any, seed: int) -> None:
        super().__init__(name)
        self._distribution = distribution
        self._seed = seed
        # The draw that stands for each one, -1 for those not made yet, and its value.
        self._first = np.full(N_DRAWS, -1, dtype=np.int64)
        self._drawn: dict[int, Any] = {}
        self._numbers: dict[Hashable, int] = {}
        self.n_levels = N_DRAWS

    @property
    def is_finite(self) -> bool:
        return False

    def decode(self, gene: float) -> Any:
        return self._drawn[self._draw(min(max(int(gene * N_DRAWS), 0), N_DRAWS - 1))]

    def encode(self, value: Any) -> float:
        number = self._numbers.get(fingerprint(value))
        if number is None and is_number(value):
            equal = (n for n, v in self._drawn.items() if is_number(v) and v == value)
            number = next(equal, None)
        if number is None:
            raise self._refuse(value)
        return (number + 0.5) / N_DRAWS

    def snap(self, genes: FloatArray) -> FloatArray:
        bins = np.clip(np.floor(genes * N_DRAWS), 0, N_DRAWS - 1)
        return np.asarray((bins + 0.5) / N_DRAWS, dtype=np.float64)

    def merge(self, genes: FloatArray) -> FloatArray:
        numbers = (genes * N_DRAWS).astype(np.int64)
        for number in np.unique(numbers[self._first[numbers] < 0]).tolist():
            self._draw(number)
        return np.asarray((self._first[numbers] + 0.5) / N_DRAWS, dtype=np.float64)

    def signature(self) -> Hashable:
        return ("draws", id(self._distribution))

    def _draw(self, number: int) -> int:
        """Make a draw, the first time; return which one stands for it."""
        if self._first[number] < 0:
            # scipy's and users' rvs methods are promised a RandomState.
            sequence = np.random.SeedSequence(self._seed, spawn_key=(number,))
            random_state = np.random.RandomState(np.random.MT19937(sequence))
            value = self._distribution.rvs(random_state=random_state)
            first = self._numbers.setdefault(fingerprint(value), number)
            self._first[number] = first
            if first == number:
                self._drawn[number] = value
        return int(self._first[number])


def may_overlap(first: Dimension, second: Dimension) -> bool:
    """Tell, without listing many numbers, whether two dimensions may share a value."""
    if first is second:
        return True
    if first.is_vector and second.is_vector:
        ours, others = first.elements, second.elements
        return len(ours) == len(others) and may_overlap(ours[0], others[0])
    if first.is_numeric and second.is_numeric:
        if first.is_vector or second.is_vector:
            return False
        ends = [(dim.decode(0.0), dim.decode(1.0)) for dim in (first, second)]
        return bool(max(low for low, _ in ends) <= min(high for _, high in ends))
    for one, other in ((first, second), (second, first)):
        if one.is_finite and not one.is_numeric and not one.is_vector:
            return any(map(other.holds, one.values()))
    return False  # draws are shared by what is drawn from the same object alone


def _place(value: float) -> int:
    """Return the place of a float among all of them, in their order."""
    # The bits of positive floats, read as integers, are in the order of the floats. Of
    # negative ones the sign bit is set and the order of the others is reversed.
    bits = int(np.float64(value).view(np.int64))
    return bits if bits >= 0 else -(bits + 2**63)
