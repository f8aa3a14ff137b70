"""Operators of evolution: objects that a user can set, replace or write.

Each is a callable on arrays and a `numpy.random.Generator`; the protocols
`Selection`, `Crossover`, `Mutation` and `Survival` say what it is called with.
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
    "resolve_operator",
]
