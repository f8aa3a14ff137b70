"""Running the fits of a search."""

from skopt_evo.evaluation._evaluator import Evaluator

__all__ = ["Evaluator"]
