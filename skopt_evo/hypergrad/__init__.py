"""Gradients of the cross-validated loss with respect to the hyperparameters."""

import skopt_evo.hypergrad.rules as _rules  # noqa: F401  registers what there is
from skopt_evo.hypergrad._check import check_hypergradient
from skopt_evo.hypergrad._finite_difference import SPSA, FiniteDifference
from skopt_evo.hypergrad._local_model import LocalModel
from skopt_evo.hypergrad._protocol import (
    Fold,
    Outputs,
    PredictorRule,
    Pullback,
    TransformerRule,
)
from skopt_evo.hypergrad._registry import register_hypergradient
from skopt_evo.hypergrad._resolve import (
    GRADIENTS,
    GradientEstimator,
    resolve_gradient,
)
from skopt_evo.hypergrad._settings import Automatic, Exact

__all__ = [
    "GRADIENTS",
    "SPSA",
    "Automatic",
    "Exact",
    "FiniteDifference",
    "Fold",
    "GradientEstimator",
    "LocalModel",
    "Outputs",
    "PredictorRule",
    "Pullback",
    "TransformerRule",
    "check_hypergradient",
    "register_hypergradient",
    "resolve_gradient",
]
