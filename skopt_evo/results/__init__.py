"""What a search remembers of its candidates."""

from skopt_evo.results._cv_results import extra_columns
from skopt_evo.results._front import Front
from skopt_evo.results._gaps import gaps_of
from skopt_evo.results._gradient import TrialGradient, gradient_of
from skopt_evo.results._metrics import fill_in_metrics
from skopt_evo.results._objective import Objective
from skopt_evo.results._trial import Trial

__all__ = [
    "Front",
    "Objective",
    "Trial",
    "TrialGradient",
    "extra_columns",
    "fill_in_metrics",
    "gaps_of",
    "gradient_of",
]
