"""One parameter of a search space, on its own scale in the unit interval.

A dimension maps a gene, a number in [0, 1], to a value of its parameter and back.
Discrete dimensions cut [0, 1] into one bin per value; the centre of the bin is the
gene's canonical form, which `snap` returns.
"""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Where a distribution's support is open or infinite, its extreme quantiles are not
# values one would ever draw (C=0, an infinite penalty): the scale ends just inside.
TAIL = 1e-6

# A distribution that can only be sampled is represented by this many draws, each made
# from a seed of its own when it is first needed.
N_DRAWS = 2**16

FloatArray = NDArray[np.float64]


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
    """

    n_levels: int = 0
    is_numeric: bool = True

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def is_finite(self) -> bool:
        """Whether all values can be listed."""
        return self.n_levels > 0

    @abstractmethod
    def decode(self, gene: float) -> Any:
        """Return the value that `gene` stands for."""

    @abstractmethod
    def encode(self, value: Any) -> float:
        """Return the gene of `value`; ValueError if it is not one of ours."""

    @abstractmethod
    def snap(self, genes: FloatArray) -> FloatArray:
        """Return the canonical genes of the values that `genes` stand for."""

    @abstractmethod
    def signature(self) -> tuple[Any, ...]:
        """Return what two dimensions have to share to be the same one."""

    def values(self) -> list[Any]:
        """List every value in order, for a finite dimension."""
        raise TypeError(f"{self.name!r} has infinitely many values.")

    def slope(self, gene: float) -> float:
        """Return d(gene)/d(value) at `gene`, NaN where it has no meaning."""
        return math.nan

    def _refuse(self, value: Any) -> ValueError:
        return ValueError(f"{value!r} is not a value of parameter {self.name!r}.")


class Continuous(Dimension):
    """Real values on the scale that spreads a distribution evenly.

    Parameters
    ----------
    name : str
        The parameter's name.
    ppf, cdf : callable
        Gene to value and back, both increasing.
    bounds : tuple of float
        The smallest and the largest gene.
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
        bounds: tuple[float, float] = (0.0, 1.0),
        identity: tuple[Any, ...],
        pdf: Callable[[float], float] | None = None,
    ) -> None:
        super().__init__(name)
        self._ppf, self._cdf, self._pdf = ppf, cdf, pdf
        self._bounds = bounds
        self._identity = identity
        self._low, self._high = float(ppf(bounds[0])), float(ppf(bounds[1]))

    def decode(self, gene: float) -> float:
        gene = min(max(float(gene), self._bounds[0]), self._bounds[1])
        # Rounding in the last digit must not lead out of the space.
        return min(max(float(self._ppf(gene)), self._low), self._high)

    def encode(self, value: Any) -> float:
        # isinstance with an ABC is slow, but this is called a few times a search.
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
            raise self._refuse(value)
        number = float(value)
        if not self._low <= number <= self._high:
            raise self._refuse(value)
        gene = float(self._cdf(number))
        return min(max(gene, self._bounds[0]), self._bounds[1])

    def snap(self, genes: FloatArray) -> FloatArray:
        return np.clip(genes, *self._bounds)

    def slope(self, gene: float) -> float:
        if self._pdf is not None:
            return float(self._pdf(self.decode(gene)))
        below = max(gene - TAIL, self._bounds[0])
        above = min(gene + TAIL, self._bounds[1])
        rise = self.decode(above) - self.decode(below)
        return (above - below) / rise if rise > 0 else math.nan

    def signature(self) -> tuple[Any, ...]:
        return ("continuous", *self._identity)


class Levels(Dimension):
    """Finitely many ordered values, as many bins of equal width."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        super().__init__(name)
        self._values = values
        self.n_levels = len(values)

    def index(self, gene: float) -> int:
        """Return the number of the bin that `gene` lies in."""
        return min(max(int(gene * self.n_levels), 0), self.n_levels - 1)

    def decode(self, gene: float) -> Any:
        return self._values[self.index(gene)]

    def encode(self, value: Any) -> float:
        return (index_of(value, self._values, self._refuse) + 0.5) / self.n_levels

    def snap(self, genes: FloatArray) -> FloatArray:
        bins = np.clip(np.floor(genes * self.n_levels), 0, self.n_levels - 1)
        return np.asarray((bins + 0.5) / self.n_levels, dtype=np.float64)

    def values(self) -> list[Any]:
        return list(self._values)

    def slope(self, gene: float) -> float:
        if not self.is_numeric or self.n_levels < 2:
            return math.nan
        here = self.index(gene)
        below, above = max(here - 1, 0), min(here + 1, self.n_levels - 1)
        rise = float(self._values[above]) - float(self._values[below])
        return (above - below) / self.n_levels / rise if rise > 0 else math.nan

    def signature(self) -> tuple[Any, ...]:
        return (type(self).__name__, tuple(self._values))


class Categories(Levels):
    """Finitely many values without an order."""

    is_numeric = False


class Integers(Levels):
    """Consecutive integers, each as likely as the next."""

    def __init__(self, name: str, low: int, high: int) -> None:
        super().__init__(name, range(low, high + 1))
        self._low = low

    def encode(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise self._refuse(value)
        if value not in self._values:
            raise self._refuse(value)
        return (int(value) - self._low + 0.5) / self.n_levels

    def signature(self) -> tuple[Any, ...]:
        return ("integers", self._values[0], self._values[-1])


class QuantileIntegers(Dimension):
    """Integers on the quantile scale of a discrete distribution: unequal bins."""

    def __init__(
        self,
        name: str,
        ppf: Callable[[float], float],
        cdf: Callable[[float], float],
        *,
        support: tuple[float, float],
        identity: tuple[Any, ...],
    ) -> None:
        super().__init__(name)
        self._ppf, self._cdf, self._identity = ppf, cdf, identity
        self._unbounded = not all(math.isfinite(end) for end in support)
        self._low = int(max(support[0], ppf(TAIL)))
        self._high = int(min(support[1], ppf(1 - TAIL)))
        self.n_levels = self._high - self._low + 1

    @property
    def is_finite(self) -> bool:
        return not self._unbounded

    def decode(self, gene: float) -> int:
        value = int(self._ppf(min(max(float(gene), TAIL), 1 - TAIL)))
        return min(max(value, self._low), self._high)

    def encode(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise self._refuse(value)
        number = int(value)
        if not self._low <= number <= self._high:
            raise self._refuse(value)
        return self._centre(number)

    def snap(self, genes: FloatArray) -> FloatArray:
        centres = [self._centre(self.decode(gene)) for gene in np.ravel(genes)]
        return np.asarray(centres, dtype=np.float64).reshape(np.shape(genes))

    def values(self) -> list[Any]:
        return list(range(self._low, self._high + 1))

    def slope(self, gene: float) -> float:
        here = self.decode(gene)
        below, above = max(here - 1, self._low), min(here + 1, self._high)
        if below == above:
            return math.nan
        return (self._centre(above) - self._centre(below)) / (above - below)

    def _centre(self, value: int) -> float:
        return (float(self._cdf(value - 1)) + float(self._cdf(value))) / 2

    def signature(self) -> tuple[Any, ...]:
        return ("quantile integers", *self._identity)


class Draws(Dimension):
    """Values of a distribution that can only be sampled: numbered draws, no order."""

    is_numeric = False

    def __init__(self, name: str, distribution: Any, seed: int) -> None:
        super().__init__(name)
        self._distribution = distribution
        self._seed = seed
        self._drawn: dict[int, Any] = {}
        self.n_levels = N_DRAWS

    @property
    def is_finite(self) -> bool:
        return False

    def decode(self, gene: float) -> Any:
        number = min(max(int(gene * N_DRAWS), 0), N_DRAWS - 1)
        if number not in self._drawn:
            # scipy's and users' rvs methods are promised a RandomState.
            random_state = np.random.RandomState((self._seed + number) % 2**32)
            self._drawn[number] = self._distribution.rvs(random_state=random_state)
        return self._drawn[number]

    def encode(self, value: Any) -> float:
        numbers_, values = list(self._drawn), list(self._drawn.values())
        return (numbers_[index_of(value, values, self._refuse)] + 0.5) / N_DRAWS

    def snap(self, genes: FloatArray) -> FloatArray:
        bins = np.clip(np.floor(genes * N_DRAWS), 0, N_DRAWS - 1)
        return np.asarray((bins + 0.5) / N_DRAWS, dtype=np.float64)

    def signature(self) -> tuple[Any, ...]:
        return ("draws", id(self._distribution))


def same_value(first: Any, second: Any) -> bool:
    """Tell whether two parameter values are the same, whatever their types.

    Arrays, NaN and estimators, which ``==`` cannot compare, are compared by content.
    """
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, (list, tuple)):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(same_value(a, b) for a, b in pairs)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(
            same_value(first[key], second[key]) for key in first
        )
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    if hasattr(first, "get_params") and not isinstance(first, type):
        return same_value(first.get_params(deep=False), second.get_params(deep=False))
    try:
        return bool(first == second) or bool(first != first and second != second)
    except Exception:
        return False  # values that refuse to be compared are equal to themselves only


def index_of(
    value: Any, values: Sequence[Any], refuse: Callable[[Any], ValueError]
) -> int:
    """Return the place of `value` among `values`; numbers match across their types."""
    for index, candidate in enumerate(values):
        if same_value(candidate, value):
            return index
    if is_number(value):
        for index, candidate in enumerate(values):
            if is_number(candidate) and candidate == value:
                return index
    raise refuse(value)


def is_number(value: Any) -> bool:
    """Tell whether `value` is a real number that has a place on a scale."""
    return (
        isinstance(value, numbers.Real)
        and not isinstance(value, (bool, np.bool_))
        and not math.isnan(value)
    )
