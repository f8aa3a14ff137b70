"""What the operators of evolution are: callables on arrays and a generator."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from skopt_evo.strategies._base import FloatArray, GeneLayout

IntArray = NDArray[np.int64]


@runtime_checkable
class Selection(Protocol):
    """Chooses parents."""

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Choose from a population.

        Parameters
        ----------
        losses : ndarray of shape (n,)
            The smaller the better; NaN is a failure.
        size : int
            How many to choose.
        rng : numpy.random.Generator
            The source of chance.

        Returns
        -------
        rows : ndarray of shape (size,), dtype=int
            Numbers from 0 to n - 1, the same one as often as it is chosen.
        """


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
        """Make one child of two parents.

        Parameters
        ----------
        first, second : ndarray of shape (n_genes,)
            The parents. A gene that is dormant in one of them has the other's value.
        layout : GeneLayout
            The genes.
        rng : numpy.random.Generator
            The source of chance.

        Returns
        -------
        child : ndarray of shape (n_genes,)
            Need not be canonical.
        """


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
        """Change a genome.

        Parameters
        ----------
        genome : ndarray of shape (n_genes,)
            What to change.
        step : float
            The usual size of a change, on the scale of the genes.
        layout : GeneLayout
            The genes.
        rng : numpy.random.Generator
            The source of chance.

        Returns
        -------
        mutant : ndarray of shape (n_genes,)
            Need not be canonical.
        """


@runtime_checkable
class Survival(Protocol):
    """Chooses who stays in the population."""

    def __call__(
        self, losses: FloatArray, size: int, rng: np.random.Generator
    ) -> IntArray:
        """Choose from parents and offspring.

        Parameters
        ----------
        losses : ndarray of shape (n,)
            The smaller the better; NaN is a failure. They are in order of age, the
            eldest first.
        size : int
            How many there is room for.
        rng : numpy.random.Generator
            The source of chance.

        Returns
        -------
        rows : ndarray of shape (m,), dtype=int
            Different numbers from 0 to n - 1, at most `size` of them.
        """
