"""What every strategy is: a proposer of genomes that learns from their losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._messages import shown
from skopt_evo._typing import BoolArray, FloatArray, IntArray


class Kinship(NamedTuple):
    """What the branches of a conditional space have in common.

    Attributes
    ----------
    places : ndarray of shape (n_genes,), dtype=int
        Which entry of its parameter a gene is: 0, but for vectors. Genes of the same
        parameter and the same place belong to different branches.
    categories : tuple of n_genes ndarrays or None
        The number, within its parameter, of the category that each level of a gene
        stands for: equal ones have the same number whatever the branch. None for
        numeric genes, and for categories without numbers.
    constants : ndarray of shape (n_branches, n_parameters), dtype=int
        The number of the category that a parameter always has in a branch, -1 if it
        varies there or is absent.
    """

    places: IntArray
    categories: tuple[IntArray | None, ...]
    constants: IntArray


class GeneLayout(NamedTuple):
    """What a strategy knows of the genes, points of the unit cube.

    Attributes
    ----------
    n_levels : ndarray of shape (n_genes,), dtype=int
        The number of values of a gene, 0 if there is a continuum of them.
    is_numeric : ndarray of shape (n_genes,), dtype=bool
        Whether neighbouring values of a gene are alike; else it is a category.
    active : ndarray of shape (n_branches, n_genes), dtype=bool
        The genes that matter in each branch of a conditional space. Where there is
        more than one branch, gene 0 chooses among them.
    snap : callable
        Maps genomes of shape (..., n_genes) to their canonical form, discrete genes at
        the centre of their bin.
    parameters : ndarray of shape (n_genes,), dtype=int
        The number of the parameter that a gene belongs to: the genes of a vector-valued
        parameter share one, and so do those of a parameter that has other values in
        another branch.
    kinship : Kinship or None, default=None
        What branches have in common, beside the genes that they share; None for
        nothing.
    merge : callable or None, default=None
        Does what `snap` does, and makes the genes the same of different draws with the
        same value; None where there are no draws.
    """

    n_levels: IntArray
    is_numeric: BoolArray
    active: BoolArray
    snap: Callable[[FloatArray], FloatArray]
    parameters: IntArray
    kinship: Kinship | None = None
    merge: Callable[[FloatArray], FloatArray] | None = None

    @classmethod
    def continuous(cls, n_genes: int) -> GeneLayout:
        """Return the layout of a plain unit cube.

        Examples
        --------
        >>> from skopt_evo.strategies import GeneLayout
        >>> GeneLayout.continuous(3).n_genes
        3
        """
        return cls(
            n_levels=np.zeros(n_genes, dtype=np.int64),
            is_numeric=np.ones(n_genes, dtype=bool),
            active=np.ones((1, n_genes), dtype=bool),
            snap=lambda genomes: np.clip(genomes, 0.0, 1.0),
            parameters=np.arange(n_genes),
        )

    @property
    def n_genes(self) -> int:
        """The length of a genome."""
        return len(self.n_levels)

    @property
    def n_branches(self) -> int:
        """The number of branches of the space."""
        return len(self.active)

    def branch_of(self, genomes: FloatArray) -> IntArray:
        """Return the branch that each genome lies in: shape (...)."""
        if self.n_branches == 1:
            return np.zeros(genomes.shape[:-1], dtype=np.int64)
        branches = np.floor(genomes[..., 0] * self.n_branches).astype(np.int64)
        return np.clip(branches, 0, self.n_branches - 1)

    def branch_gene(self, branches: ArrayLike) -> FloatArray:
        """Return the value of gene 0 that stands for each branch: shape (...)."""
        return (np.asarray(branches, dtype=np.float64) + 0.5) / self.n_branches

    def active_in(self, genomes: FloatArray) -> BoolArray:
        """Return which genes matter in each genome: shape (..., n_genes)."""
        return np.asarray(self.active[self.branch_of(genomes)])

    def movable_in(self, genomes: FloatArray) -> BoolArray:
        """Return which numbers matter in each genome: shape (..., n_genes)."""
        return np.asarray(self.active_in(genomes) & self.is_numeric)

    def canonical(self, genomes: ArrayLike) -> FloatArray:
        """Return genomes in their canonical form, after a check.

        Parameters
        ----------
        genomes : array-like of shape (n, n_genes), or empty
            Numbers outside of [0, 1] are moved to its bounds.

        Returns
        -------
        genomes : ndarray of shape (n, n_genes)

        Raises
        ------
        ValueError
            If the shape is another one, or if a gene is not finite.
        """
        array = np.asarray(genomes, dtype=np.float64)
        if array.shape == (0,):
            array = array.reshape(0, self.n_genes)
        if array.ndim != 2 or array.shape[1] != self.n_genes:
            raise ValueError(
                f"Expected genomes of shape (n, {self.n_genes}), got {array.shape}."
            )
        if not np.all(np.isfinite(array)):
            raise ValueError(
                f"Expected genomes of finite numbers, got {shown(genomes)}."
            )
        return self.snap(array)

    def merged(self, genomes: FloatArray) -> FloatArray:
        """Return canonical genomes, draws of the same value being the same gene."""
        return self.snap(genomes) if self.merge is None else self.merge(genomes)

    def key(self, genome: FloatArray) -> bytes:
        """Return what two genomes of the same candidate share, and no others."""
        # 0.0 is added for -0.0, which has other bytes.
        canonical = self.merged(genome) + 0.0
        return np.where(self.active_in(canonical), canonical, -1.0).tobytes()


@runtime_checkable
class Strategy(Protocol):
    """Proposes genomes and is told their losses, in any order and number.

    `tell` may be given any subset of what was asked, in any order, and genomes that
    were never asked: that alone makes warm starts, asynchronous evaluation and
    resuming possible.

    Attributes
    ----------
    origins : list of str
        One word a row of the last `ask`: how that genome came about.
    """

    @property
    def origins(self) -> list[str]:
        """How each genome of the last `ask` came about."""

    def ask(self, n: int) -> FloatArray:
        """Return new genomes, in their canonical form.

        Parameters
        ----------
        n : int
            How many are wanted at most.

        Returns
        -------
        genomes : ndarray of shape (m, n_genes)
            None of them asked or told before; m is 0 only if `n` is, or if nothing new
            is left in a finite space.
        """

    def tell(self, genomes: ArrayLike, losses: ArrayLike) -> None:
        """Learn the losses of genomes.

        Parameters
        ----------
        genomes : array-like of shape (m, n_genes)
            Asked or not; of one that is told again the last losses count.
        losses : array-like of shape (m, n_objectives)
            The smaller the better; NaN for a candidate that failed.

        Raises
        ------
        ValueError
            If the shapes do not fit, or if a gene is not finite.
        """
