"""A crossover that is one of several, child by child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._blend import BlendCrossover
from skopt_evo.strategies.operators._protocols import Crossover
from skopt_evo.strategies.operators._uniform import UniformCrossover


@dataclass(frozen=True)
class MixedCrossover:
    """Use one of several crossovers, drawn at random for each child.

    Blending moves along the scale between two parents, exchanging keeps values that
    have proved good: a population needs both.

    Parameters
    ----------
    crossovers : tuple of Crossover, default=(BlendCrossover(), UniformCrossover())
        The crossovers, each as likely as the others.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import MixedCrossover, UniformCrossover
    >>> layout, rng = GeneLayout.continuous(4), np.random.default_rng(0)
    >>> crossover = MixedCrossover((UniformCrossover(), lambda first, *_: first + 0.5))
    >>> crossover(np.zeros((3, 4)), np.ones((3, 4)), layout, rng)
    array([[0.5, 0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5, 0.5]])
    """

    crossovers: tuple[Crossover, ...] = (BlendCrossover(), UniformCrossover())

    def __post_init__(self) -> None:
        message = (
            f"MixedCrossover: crossovers={self.crossovers!r} is not allowed: pass a "
            "tuple of one or more crossovers, for instance (BlendCrossover(), "
            "UniformCrossover())."
        )
        if not isinstance(self.crossovers, tuple) or any(
            isinstance(crossover, type) or not callable(crossover)
            for crossover in self.crossovers
        ):
            raise TypeError(message)
        if not self.crossovers:
            raise ValueError(message)

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        children = np.empty_like(first)
        chosen = rng.integers(len(self.crossovers), size=len(first))
        for number, crossover in enumerate(self.crossovers):
            rows = np.flatnonzero(chosen == number)
            if len(rows):
                children[rows] = crossover(first[rows], second[rows], layout, rng)
        return children
