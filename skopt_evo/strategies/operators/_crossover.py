"""Recombination of two parents with genes of mixed types."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from numbers import Real

import numpy as np

from skopt_evo.strategies._base import FloatArray, GeneLayout
from skopt_evo.strategies.operators._checks import check_setting
from skopt_evo.strategies.operators._protocols import Crossover
from skopt_evo.strategies.operators._reflect import reflect


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
    >>> UniformCrossover()(np.zeros(4), np.ones(4), layout, rng)
    array([1., 0., 0., 0.])
    """

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        return np.where(rng.random(layout.n_genes) < 0.5, first, second)


@dataclass(frozen=True)
class BlendCrossover:
    """Draw numeric genes from the parents' interval, widened (BLX-alpha).

    Categories, of which there is no interval, are taken from either parent.

    Parameters
    ----------
    alpha : float, default=0.3
        By how much of its length the interval is widened on both sides. What lies
        outside of [0, 1] then is reflected at the bound.

    References
    ----------
    L. J. Eshelman and J. D. Schaffer, "Real-coded genetic algorithms and
    interval-schemata", Foundations of Genetic Algorithms 2, 187-202, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import BlendCrossover
    >>> layout, rng = GeneLayout.continuous(2), np.random.default_rng(0)
    >>> child = BlendCrossover(alpha=0.0)(np.zeros(2), np.ones(2), layout, rng)
    >>> bool(((0 <= child) & (child <= 1)).all())
    True
    """

    alpha: float = 0.3

    def __post_init__(self) -> None:
        check_setting(
            "BlendCrossover: alpha",
            self.alpha,
            Real,
            "a finite float >= 0, for instance 0.3",
            lambda alpha: 0 <= alpha < inf,
        )

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        low, high = np.minimum(first, second), np.maximum(first, second)
        margin = self.alpha * (high - low)
        blended = rng.uniform(low - margin, high + margin)
        exchanged = np.where(rng.random(layout.n_genes) < 0.5, first, second)
        return np.where(layout.is_numeric, reflect(blended), exchanged)


@dataclass(frozen=True)
class MixedCrossover:
    """Use one of several crossovers, as the die falls for each child.

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
    >>> crossover = MixedCrossover((UniformCrossover(), lambda *_: np.full(4, 0.5)))
    >>> crossover(np.zeros(4), np.ones(4), layout, rng)
    array([0.5, 0.5, 0.5, 0.5])
    """

    crossovers: tuple[Crossover, ...] = (BlendCrossover(), UniformCrossover())

    def __call__(
        self,
        first: FloatArray,
        second: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        crossover = self.crossovers[rng.integers(len(self.crossovers))]
        return crossover(first, second, layout, rng)
