"""Two-point crossover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout


@dataclass(frozen=True)
class TwoPointCrossover:
    """Take a stretch of genes from one parent and the rest from the other.

    The genes are seen as a ring, cut at two different places: neighbours tend to stay
    together, and no place of the ring is favoured. Genes are in the order of the
    layout, those of a vector-valued parameter side by side.

    References
    ----------
    K. A. De Jong, "An analysis of the behavior of a class of genetic adaptive systems",
    PhD thesis, University of Michigan, 1975.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import TwoPointCrossover
    >>> layout, rng = GeneLayout.continuous(6), np.random.default_rng(0)
    >>> TwoPointCrossover()(np.zeros((2, 6)), np.ones((2, 6)), layout, rng)
    array([[0., 0., 1., 1., 1., 0.],
           [0., 0., 0., 1., 1., 0.]])
    """

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        n, n_genes = first.shape
        # A ring of one gene has only one place to cut: that gene comes from either.
        n_places = max(n_genes, 1)
        one = rng.integers(n_places, size=(n, 1))
        other = (one + rng.integers(1, max(n_places, 2), size=(n, 1))) % n_places
        genes = np.arange(n_genes)
        in_stretch = (genes >= np.minimum(one, other)) & (
            genes < np.maximum(one, other)
        )
        # The last gene is in no stretch; the coin makes the parents equal.
        from_first = in_stretch ^ (rng.random((n, 1)) < 0.5)
        return np.where(from_first, first, second)
