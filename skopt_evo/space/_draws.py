"""Parameters whose values can only be sampled."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._values import fingerprint, is_number

# A distribution that can only be sampled is represented by this many draws, each made
# from a seed of its own when it is first needed.
N_DRAWS = 2**16


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
