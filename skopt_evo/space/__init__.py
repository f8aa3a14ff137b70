"""The search space: from ``param_grid`` to the unit cube and back."""

from skopt_evo.space._arrays import Mask, Vector
from skopt_evo.space._check import check_parameter_names
from skopt_evo.space._codec import SearchSpace
from skopt_evo.space._constraints import check_parameter_values
from skopt_evo.space._values import ValueTable

__all__ = [
    "Mask",
    "SearchSpace",
    "ValueTable",
    "Vector",
    "check_parameter_names",
    "check_parameter_values",
]
