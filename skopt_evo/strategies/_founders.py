"""The genomes that a strategy begins with: starts, then points that fill the space."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies._design import space_filling

# As long as all have failed, the space is filled by so many genomes at a time: a power
# of 2, for Sobol sequences of that length are the most even.
N_LATE = 32


class Founders:
    """The first generation, and what goes on filling the space after it.

    Parameters
    ----------
    layout : GeneLayout
        The genes.
    starts : ndarray of shape (n_starts, n_genes)
        The genomes that come first, canonical.
    n_initial : int
        The size of the first generation, unless there are more starts.
    make_rng : callable
        Called with some numbers, returns the generator of that name.

    Attributes
    ----------
    genomes : ndarray of shape (n, n_genes)
        The first generation.
    """

    def __init__(
        self,
        layout: GeneLayout,
        starts: FloatArray,
        n_initial: int,
        make_rng: Callable[..., np.random.Generator],
    ) -> None:
        self._layout = layout
        self._make_rng = make_rng
        n_filling = max(n_initial - len(starts), 0)
        filling = space_filling(n_filling, layout, make_rng(0, 1))
        self.genomes: FloatArray = np.vstack([starts, filling])

    def later(self, number: int) -> FloatArray:
        """Return the genome of a number after the first generation.

        It goes on filling the space: random genomes would leave larger gaps.
        """
        block, row = divmod(number - len(self.genomes), N_LATE)
        filling = space_filling(N_LATE, self._layout, self._make_rng(0, 2, block))
        return np.asarray(filling[row])
