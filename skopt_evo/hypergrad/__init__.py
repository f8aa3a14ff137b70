"""Exact derivatives of the cross-validated loss with respect to the hyperparameters."""

import skopt_evo.hypergrad.rules as _rules  # noqa: F401  registers what there is
from skopt_evo.hypergrad._check import check_hypergradient
from skopt_evo.hypergrad._protocol import (
    Fold,
    Outputs,
    PredictorRule,
    Pullback,
    TransformerRule,
)
from skopt_evo.hypergrad._registry import register_hypergradient

__all__ = [
    "Fold",
    "Outputs",
    "PredictorRule",
    "Pullback",
    "TransformerRule",
    "check_hypergradient",
    "register_hypergradient",
]
