"""From scorers to losses of outputs, with their derivatives."""

from skopt_evo.hypergrad.criteria._criterion import Criterion
from skopt_evo.hypergrad.criteria._resolve import criterion_of

__all__ = ["Criterion", "criterion_of"]
