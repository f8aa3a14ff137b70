"""Gaussian mutation of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._part import MutationPart, at_least_one_level
from skopt_evo.strategies.operators._reflect import reflect


@dataclass(frozen=True)
class GaussianMutation(MutationPart):
    """Move numeric genes by Gaussian steps.

    The standard deviation is the step of the genome. A discrete gene moves by one level
    at the least. Genes are reflected at the bounds, where a discrete one may fall back
    on itself.

    It is a part of a `MixedMutation`, for continuous and integer genes. As the mutation
    of a search it stands for that mutation with this part.

    References
    ----------
    T. Bäck and H.-P. Schwefel, "An overview of evolutionary algorithms for parameter
    optimization", Evolutionary Computation 1(1), 1-23, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import GaussianMutation
    >>> genes, n_levels = np.full(4, 0.5), np.zeros(4)
    >>> rng = np.random.default_rng(0)
    >>> GaussianMutation().move(genes, np.full(4, 0.1), n_levels, rng).round(2)
    array([0.51, 0.49, 0.56, 0.51])
    """

    kinds: ClassVar[tuple[str, ...]] = ("continuous", "integer")

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""
        return reflect(genes + at_least_one_level(rng.normal(scale=steps), n_levels))
