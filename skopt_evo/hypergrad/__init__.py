"""Gradients of the cross-validated loss with respect to the hyperparameters."""

from skopt_evo.hypergrad._finite_difference import SPSA, FiniteDifference
from skopt_evo.hypergrad._resolve import (
    GRADIENTS,
    GradientEstimator,
    resolve_gradient,
)

__all__ = [
    "GRADIENTS",
    "SPSA",
    "FiniteDifference",
    "GradientEstimator",
    "resolve_gradient",
]
