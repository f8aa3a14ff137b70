"""What the mutations of single kinds of genes share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout

if TYPE_CHECKING:
    from skopt_evo.strategies.operators._mixed_mutation import MixedMutation


class MutationPart:
    """A mutation of some kinds of genes, which can stand for a whole one.

    Attributes
    ----------
    kinds : tuple of str
        The genes that it can move: parameters of `MixedMutation`.
    """

    kinds: ClassVar[tuple[str, ...]]

    def frame(self) -> MixedMutation:
        """Return the `MixedMutation` that has this part, and defaults for the rest."""
        # Its default parts are subclasses of this class: they come first.
        from skopt_evo.strategies.operators._mixed_mutation import MixedMutation

        parts: dict[str, Any] = dict.fromkeys(self.kinds, self)
        return replace(MixedMutation(), **parts)

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""
        raise NotImplementedError

    def __call__(
        self,
        genomes: FloatArray,
        steps: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        return self.frame()(genomes, steps, layout, rng)


def at_least_one_level(moves: FloatArray, n_levels: IntArray) -> FloatArray:
    """Lengthen moves of discrete genes that are shorter than a level to one level."""
    level = np.where(n_levels > 0, 1.0 / np.maximum(n_levels, 1), 0.0)
    return np.copysign(np.maximum(np.abs(moves), level), moves)
