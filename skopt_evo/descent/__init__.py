"""Descents: from a start downhill, by gradients or by a model of the losses.

It has what `gradient` and `optimizer` of :class:`~skopt_evo.GradientSearchCV` stand
for. A descent yields the genomes that it needs evaluated; it knows neither the budget
nor the other descents. Exact derivatives themselves are in :mod:`skopt_evo.hypergrad`.
"""

from skopt_evo.descent._automatic_descent import AutomaticDescent
from skopt_evo.descent._exact_descent import TrustRegionDescent
from skopt_evo.descent._finite_difference import SPSA, FiniteDifference
from skopt_evo.descent._free_genes import (
    Batch,
    Descent,
    Evaluations,
    FreeGenes,
    Place,
)
from skopt_evo.descent._gradient_descent import OptimizerDescent
from skopt_evo.descent._local_data import Known
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._model_descent import ModelDescent, TrustRegion
from skopt_evo.descent._protocol import DescentMethod, DescentTask
from skopt_evo.descent._registry import DESCENTS, make_descent, resolve_descent
from skopt_evo.descent._resolve import (
    GRADIENTS,
    GradientEstimator,
    Method,
    resolve_gradient,
)
from skopt_evo.descent._settings import Automatic, Exact

__all__ = [
    "DESCENTS",
    "GRADIENTS",
    "SPSA",
    "Automatic",
    "AutomaticDescent",
    "Batch",
    "Descent",
    "DescentMethod",
    "DescentTask",
    "Evaluations",
    "Exact",
    "FiniteDifference",
    "FreeGenes",
    "GradientEstimator",
    "Known",
    "LocalModel",
    "Method",
    "ModelDescent",
    "OptimizerDescent",
    "Place",
    "TrustRegion",
    "TrustRegionDescent",
    "make_descent",
    "resolve_descent",
    "resolve_gradient",
]
