"""Operators of evolution: objects that a user can set, replace or write.

Each is a callable on arrays and a `numpy.random.Generator`; the protocols
`Selection`, `Crossover`, `Mutation` and `Survival` say what it is called with. One of
your own need not inherit from anything. As a parameter of a search it should be
comparable and picklable, which a frozen dataclass is. To change only how genes of one
kind mutate, write a `GeneMutation` and make it a part of a `MixedMutation`.

Examples
--------
>>> from dataclasses import dataclass
>>> import numpy as np
>>> from skopt_evo.strategies.operators import Crossover
>>> @dataclass(frozen=True)
... class Midpoint:
...     def __call__(self, first, second, layout, rng):
...         categories = np.where(rng.random(first.shape) < 0.5, first, second)
...         return np.where(layout.is_numeric, (first + second) / 2, categories)
>>> isinstance(Midpoint(), Crossover)
True
"""

from skopt_evo.strategies.operators._age import AgeSurvival
from skopt_evo.strategies.operators._blend import BlendCrossover
from skopt_evo.strategies.operators._categorical import CategoricalMutation
from skopt_evo.strategies.operators._comma import CommaSurvival
from skopt_evo.strategies.operators._elitist import ElitistSurvival
from skopt_evo.strategies.operators._gaussian import GaussianMutation
from skopt_evo.strategies.operators._integer_geometric import IntegerGeometricMutation
from skopt_evo.strategies.operators._mixed_crossover import MixedCrossover
from skopt_evo.strategies.operators._mixed_mutation import MixedMutation
from skopt_evo.strategies.operators._polynomial import PolynomialMutation
from skopt_evo.strategies.operators._protocols import (
    Crossover,
    GeneMutation,
    Mutation,
    Selection,
    Survival,
)
from skopt_evo.strategies.operators._rank import RankSelection
from skopt_evo.strategies.operators._reflect import reflect
from skopt_evo.strategies.operators._resolve import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    SURVIVALS,
    resolve_operator,
)
from skopt_evo.strategies.operators._simulated_binary import SimulatedBinaryCrossover
from skopt_evo.strategies.operators._tournament import TournamentSelection
from skopt_evo.strategies.operators._truncation import TruncationSelection
from skopt_evo.strategies.operators._two_point import TwoPointCrossover
from skopt_evo.strategies.operators._uniform import UniformCrossover

__all__ = [
    "CROSSOVERS",
    "MUTATIONS",
    "SELECTIONS",
    "SURVIVALS",
    "AgeSurvival",
    "BlendCrossover",
    "CategoricalMutation",
    "CommaSurvival",
    "Crossover",
    "ElitistSurvival",
    "GaussianMutation",
    "GeneMutation",
    "IntegerGeometricMutation",
    "MixedCrossover",
    "MixedMutation",
    "Mutation",
    "PolynomialMutation",
    "RankSelection",
    "Selection",
    "SimulatedBinaryCrossover",
    "Survival",
    "TournamentSelection",
    "TruncationSelection",
    "TwoPointCrossover",
    "UniformCrossover",
    "reflect",
    "resolve_operator",
]
