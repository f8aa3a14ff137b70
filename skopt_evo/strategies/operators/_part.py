"""What the mutations of single kinds of genes share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from skopt_evo._typing import FloatArray, IntArray


class MutationPart(ABC):
    """A mutation of some kinds of genes: a part of a `MixedMutation`.

    Attributes
    ----------
    kinds : tuple of str
        The kinds of genes that it can change: parameters of `MixedMutation`.
    """

    kinds: ClassVar[tuple[str, ...]]

    @abstractmethod
    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""


def at_least_one_level(moves: FloatArray, n_levels: IntArray) -> FloatArray:
    """Lengthen moves of discrete genes that are shorter than a level to one level."""
    level = np.where(n_levels > 0, 1.0 / np.maximum(n_levels, 1), 0.0)
    return np.copysign(np.maximum(np.abs(moves), level), moves)
