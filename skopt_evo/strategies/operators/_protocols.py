"""What the operators of evolution are: callables on arrays and a generator."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout


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
            The random number generator.

        Returns
        -------
        rows : ndarray of shape (size,), dtype=int
            Numbers from 0 to n - 1, the same one as often as it is chosen.
        """


@runtime_checkable
class Crossover(Protocol):
    """Recombines pairs of parents."""

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Make one child of each pair of parents.

        Parameters
        ----------
        first, second : ndarray of shape (n, n_genes)
            The parents, a pair in each row. A gene that is inactive in one of them has
            the other's value. They are not to be changed.
        layout : GeneLayout
            The genes.
        rng : numpy.random.Generator
            The random number generator.

        Returns
        -------
        children : ndarray of shape (n, n_genes)
            Need not be canonical.
        """


@runtime_checkable
class Mutation(Protocol):
    """Changes genomes."""

    def __call__(
        self,
        genomes: FloatArray,
        steps: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genomes.

        Parameters
        ----------
        genomes : ndarray of shape (n, n_genes)
            What to change, in its canonical form. The array itself is not to be
            changed.
        steps : ndarray of shape (n,)
            The usual size of a change of each genome, on the scale of the genes.
        layout : GeneLayout
            The genes.
        rng : numpy.random.Generator
            The random number generator.

        Returns
        -------
        mutants : ndarray of shape (n, n_genes)
            Need not be canonical.
        """


@runtime_checkable
class GeneMutation(Protocol):
    """Changes genes of one kind: a part of a `MixedMutation`."""

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them.

        Parameters
        ----------
        genes : ndarray of shape (m,)
            Genes of any genomes.
        steps : ndarray of shape (m,)
            The usual size of a change of each.
        n_levels : ndarray of shape (m,), dtype=int
            The number of values that each may have, 0 for a continuum.
        rng : numpy.random.Generator
            The random number generator.

        Returns
        -------
        moved : ndarray of shape (m,)
            Need not be canonical.
        """


@runtime_checkable
class Survival(Protocol):
    """Chooses who stays in the population."""

    def __call__(
        self,
        losses: FloatArray,
        ages: IntArray,
        size: int,
        rng: np.random.Generator,
    ) -> IntArray:
        """Choose from parents and offspring.

        Parameters
        ----------
        losses : ndarray of shape (n,)
            The smaller the better; NaN is a failure. They are in order of age, the
            eldest first.
        ages : ndarray of shape (n,), dtype=int
            How many generations ago each was born, 0 for the newborn.
        size : int
            How many there is room for.
        rng : numpy.random.Generator
            The random number generator.

        Returns
        -------
        rows : ndarray of shape (m,), dtype=int
            Different numbers from 0 to n - 1, at most `size` of them.
        """
