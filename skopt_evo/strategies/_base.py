"""What every strategy is: a proposer of genomes that learns from their losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


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
    """

    n_levels: NDArray[np.int64]
    is_numeric: BoolArray
    active: BoolArray
    snap: Callable[[FloatArray], FloatArray]

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
        )

    @property
    def n_genes(self) -> int:
        """The length of a genome."""
        return len(self.n_levels)

    @property
    def n_branches(self) -> int:
        """The number of branches of the space."""
        return len(self.active)

    def active_in(self, genomes: FloatArray) -> BoolArray:
        """Return which genes matter in each genome: shape (..., n_genes)."""
        if self.n_branches == 1:
            return np.broadcast_to(self.active[0], genomes.shape)
        branches = np.floor(genomes[..., 0] * self.n_branches).astype(int)
        return np.asarray(self.active[np.clip(branches, 0, self.n_branches - 1)])

    def key(self, genome: FloatArray) -> bytes:
        """Return what two genomes of the same candidate share, and no others."""
        return np.where(self.active_in(genome), self.snap(genome), -1.0).tobytes()


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

    origins: list[str]

    def ask(self, n: int) -> FloatArray:
        """Return at most `n` new genomes: shape (m, n_genes), m <= n."""

    def tell(self, genomes: FloatArray, losses: FloatArray) -> None:
        """Learn the losses, shape (m, n_objectives), of genomes; NaN means failed."""

    def state_dict(self) -> dict[str, Any]:
        """Return all that `ask` depends on, as plain data."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Return to a state that `state_dict` gave."""
