"""Operators of evolution: objects that a user can set, replace or write.

Each is a callable on arrays and a `numpy.random.Generator`; the protocols
`Selection`, `Crossover`, `Mutation` and `Survival` say what it is called with. One of
your own need not inherit from anything. As a parameter of a search it should be
comparable and picklable, which a frozen dataclass is.

Examples
--------
>>> from dataclasses import dataclass
>>> import numpy as np
>>> from skopt_evo.strategies.operators import Crossover
>>> @dataclass(frozen=True)
... class Midpoint:
...     def __call__(self, first, second, layout, rng):
...         categories = np.where(rng.random(layout.n_genes) < 0.5, first, second)
...         return np.where(layout.is_numeric, (first + second) / 2, categories)
>>> isinstance(Midpoint(), Crossover)
True
"""

from skopt_evo.strategies.operators._crossover import (
    BlendCrossover,
    MixedCrossover,
    UniformCrossover,
)
from skopt_evo.strategies.operators._mutation import GaussianMutation
from skopt_evo.strategies.operators._protocols import (
    Crossover,
    Mutation,
    Selection,
    Survival,
)
from skopt_evo.strategies.operators._reflect import reflect
from skopt_evo.strategies.operators._resolve import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    resolve_operator,
)
from skopt_evo.strategies.operators._selection import TournamentSelection
from skopt_evo.strategies.operators._survival import ElitistSurvival

__all__ = [
    "CROSSOVERS",
    "MUTATIONS",
    "SELECTIONS",
    "SURVIVALS",
    "BlendCrossover",
    "Crossover",
    "ElitistSurvival",
    "GaussianMutation",
    "MixedCrossover",
    "Mutation",
    "Selection",
    "Survival",
    "TournamentSelection",
    "UniformCrossover",
    "reflect",
    "resolve_operator",
]
