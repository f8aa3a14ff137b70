"""What the operators of evolution are: callables on arrays and a generator."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from skopt_evo.strategies._base import GeneLayout

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@runtime_checkable
class Selection(Protocol):
    """Chooses parents."""

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Return `size` row numbers of a population with these losses, shape (n,)."""


@runtime_checkable
class Crossover(Protocol):
    """Recombines two parents."""

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Return one child of two parents: all of shape (n_genes,)."""


@runtime_checkable
class Mutation(Protocol):
    """Changes a genome."""

    def __call__(
        self,
        genome: FloatArray,
        step: float,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Return a changed copy of a genome; `step` is the usual size of a change."""


@runtime_checkable
class Survival(Protocol):
    """Chooses who stays in the population."""

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Return the row numbers, at most `size`, of those that stay.

        The rows of `losses`, shape (n,), are in order of age, the eldest first.
        """
