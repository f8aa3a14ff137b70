"""Strategies: proposers of genomes that learn from their losses.

They know arrays and a seed only, nothing of estimators, parameters or workers.
"""

from skopt_evo.strategies._base import GeneLayout, Strategy
from skopt_evo.strategies._differential_evolution import DifferentialEvolutionStrategy
from skopt_evo.strategies._evolution import EvolutionStrategy
from skopt_evo.strategies._genetic import GeneticStrategy
from skopt_evo.strategies._nsga2 import NSGA2Strategy
from skopt_evo.strategies._pareto import non_dominated_ranks
from skopt_evo.strategies._surrogate_assisted import SurrogateStrategy

__all__ = [
    "DifferentialEvolutionStrategy",
    "EvolutionStrategy",
    "GeneLayout",
    "GeneticStrategy",
    "NSGA2Strategy",
    "Strategy",
    "SurrogateStrategy",
    "non_dominated_ranks",
]
