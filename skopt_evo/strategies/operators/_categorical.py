"""Mutation of categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._categories import category_of, gene_of
from skopt_evo.strategies.operators._part import MutationPart


@dataclass(frozen=True)
class CategoricalMutation(MutationPart):
    """Replace categories by other ones, each of these as likely as the rest.

    It is a part of a `MixedMutation`, for categories. As the mutation of a search it
    stands for that mutation with this part.

    References
    ----------
    R. Li et al., "Mixed integer evolution strategies for parameter optimization",
    Evolutionary Computation 21(1), 29-64, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import CategoricalMutation
    >>> genes, n_levels = np.full(6, 0.125), np.full(6, 4)
    >>> rng = np.random.default_rng(0)
    >>> CategoricalMutation().move(genes, np.full(6, 0.1), n_levels, rng)
    array([0.875, 0.625, 0.625, 0.375, 0.375, 0.375])
    """

    kinds: ClassVar[tuple[str, ...]] = ("category",)

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""
        here = category_of(genes, n_levels)
        other = (here + rng.integers(1, n_levels)) % n_levels
        return np.asarray(gene_of(other, n_levels), dtype=np.float64)
