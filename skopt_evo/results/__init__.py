"""From evaluated candidates to losses and to ``cv_results_``."""

from skopt_evo.results._cv_results import extra_columns, metrics_of
from skopt_evo.results._front import Front
from skopt_evo.results._gaps import gaps_of
from skopt_evo.results._gradient import TrialGradient, gradient_of
from skopt_evo.results._metrics import fill_in_metrics
from skopt_evo.results._objective import Objective

__all__ = [
    "Front",
    "Objective",
    "TrialGradient",
    "extra_columns",
    "fill_in_metrics",
    "gaps_of",
    "gradient_of",
    "metrics_of",
]
