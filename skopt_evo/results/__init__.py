"""From evaluated candidates to losses and to ``cv_results_``."""

from skopt_evo.results._cv_results import extra_columns, metrics_of
from skopt_evo.results._front import Front
from skopt_evo.results._gaps import gaps_of
from skopt_evo.results._gradient import TrialGradient, gradient_of
from skopt_evo.results._metrics import fill_in_metrics
from skopt_evo.results._objective import Objective
from skopt_evo.results._pruned import folds_of, mark_gaps
from skopt_evo.results._winner import index_of_best, index_of_callable

__all__ = [
    "Front",
    "Objective",
    "TrialGradient",
    "extra_columns",
    "fill_in_metrics",
    "folds_of",
    "gaps_of",
    "gradient_of",
    "index_of_best",
    "index_of_callable",
    "mark_gaps",
    "metrics_of",
]
