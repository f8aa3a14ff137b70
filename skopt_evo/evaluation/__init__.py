"""Running the fits of a search."""

from skopt_evo.evaluation._evaluator import Evaluator
from skopt_evo.evaluation._loop import SearchLoop

__all__ = ["Evaluator", "SearchLoop"]
