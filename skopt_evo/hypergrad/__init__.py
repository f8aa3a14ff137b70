"""Gradients of the cross-validated loss with respect to the hyperparameters."""

import skopt_evo.hypergrad.rules as _rules  # noqa: F401  registers what there is
from skopt_evo.hypergrad._check import check_hypergradient
from skopt_evo.hypergrad._exact import FoldDifferentiator, FoldGradient, reasons_against
from skopt_evo.hypergrad._finite_difference import SPSA, FiniteDifference
from skopt_evo.hypergrad._local_model import LocalModel
from skopt_evo.hypergrad._protocol import (
    Fold,
    Outputs,
    PredictorRule,
    Pullback,
    Rule,
    TransformerRule,
)
from skopt_evo.hypergrad._registry import known_types, register_hypergradient
from skopt_evo.hypergrad._resolve import (
    GRADIENTS,
    GradientEstimator,
    Method,
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
    "FoldDifferentiator",
    "FoldGradient",
    "GradientEstimator",
    "LocalModel",
    "Method",
    "Outputs",
    "PredictorRule",
    "Pullback",
    "Rule",
    "TransformerRule",
    "check_hypergradient",
    "known_types",
    "reasons_against",
    "register_hypergradient",
    "resolve_gradient",
]
