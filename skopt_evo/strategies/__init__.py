"""Strategies: proposers of genomes that learn from their losses.

They know arrays and a seed only, nothing of estimators, parameters or workers.
"""

from skopt_evo.strategies._base import GeneLayout, Strategy
from skopt_evo.strategies._genetic import GeneticStrategy

__all__ = ["GeneLayout", "GeneticStrategy", "Strategy"]
