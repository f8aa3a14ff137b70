"""First-order optimizers on arrays: pure updates, composed from small pieces.

Settings (`Adam(beta_1=0.8)`) make a `GradientTransformation` for a learning rate; its
`update` turns gradients of a loss into steps downhill, the state going in and coming
out.
"""

from __future__ import annotations

from skopt_evo.optimizers._adam import scale_by_adam
from skopt_evo.optimizers._alias import LBFGS, SGD, Adam, Momentum, RMSProp
from skopt_evo.optimizers._box import minimise_quadratic
from skopt_evo.optimizers._lbfgs import scale_by_lbfgs
from skopt_evo.optimizers._resolve import OPTIMIZERS, Optimizer, resolve_optimizer
from skopt_evo.optimizers._rms import scale_by_rms
from skopt_evo.optimizers._trace import trace
from skopt_evo.optimizers._transforms import (
    GradientTransformation,
    apply_updates,
    chain,
    project,
    scale,
    scale_by_learning_rate,
)

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "GradientTransformation",
    "Momentum",
    "Optimizer",
    "RMSProp",
    "apply_updates",
    "chain",
    "minimise_quadratic",
    "project",
    "resolve_optimizer",
    "scale",
    "scale_by_adam",
    "scale_by_lbfgs",
    "scale_by_learning_rate",
    "scale_by_rms",
    "trace",
]
