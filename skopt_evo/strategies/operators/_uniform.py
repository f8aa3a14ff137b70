"""Uniform crossover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._exchange import exchange


@dataclass(frozen=True)
class UniformCrossover:
    """Take every gene from either parent with equal chances.

    References
    ----------
    G. Syswerda, "Uniform crossover in genetic algorithms", Proceedings of the 3rd
    International Conference on Genetic Algorithms, 2-9, 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import UniformCrossover
    >>> layout, rng = GeneLayout.continuous(4), np.random.default_rng(0)
    >>> UniformCrossover()(np.zeros((2, 4)), np.ones((2, 4)), layout, rng)
    array([[1., 0., 0., 0.],
           [1., 1., 1., 1.]])
    """

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        return exchange(first, second, rng)
