"""Integer mutation by geometric steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._part import MutationPart
from skopt_evo.strategies.operators._reflect import reflect


@dataclass(frozen=True)
class IntegerGeometricMutation(MutationPart):
    """Move discrete numbers by the difference of two geometric variables.

    Of all distributions on the integers with a given mean size this one has the largest
    entropy. The mean size is the step of the genome, in levels; a difference of 0
    becomes one level up or down. Genes are reflected at the bounds, where one may fall
    back on itself.

    It is a part of a `MixedMutation`, for integer genes. As the mutation of a search it
    stands for that mutation with this part.

    References
    ----------
    G. Rudolph, "An evolutionary algorithm for integer programming", Parallel Problem
    Solving from Nature III, Lecture Notes in Computer Science 866, 139-148, 1994.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import IntegerGeometricMutation
    >>> genes, steps, n_levels = np.full(6, 0.45), np.full(6, 0.1), np.full(6, 10)
    >>> rng = np.random.default_rng(0)
    >>> IntegerGeometricMutation().move(genes, steps, n_levels, rng).round(2)
    array([0.35, 0.35, 0.55, 0.15, 0.55, 0.65])
    """

    kinds: ClassVar[tuple[str, ...]] = ("integer",)

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""
        mean = steps * n_levels
        # Rudolph 1994: p = 1 - mean / (1 + sqrt(1 + mean^2)), without cancellation.
        root = np.hypot(1.0, mean)
        p = (1.0 + 1.0 / (root + mean)) / (1.0 + root)
        moves = rng.geometric(p) - rng.geometric(p)
        one = rng.choice([-1, 1], size=len(genes))
        return reflect(genes + np.where(moves == 0, one, moves) / n_levels)
