"""What one fit is: fitting, scoring, differentiating, and results where it failed.

Where fits run is the matter of `skopt_evo.executors`, which of them run and when is
that of `skopt_evo.scheduling`.
"""

from skopt_evo.evaluation._evaluate import evaluate
from skopt_evo.evaluation._faults import error_of, failed_results
from skopt_evo.evaluation._fit import FitSettings
from skopt_evo.evaluation._outputs import Outputs
from skopt_evo.evaluation._rows import share_of

__all__ = [
    "FitSettings",
    "Outputs",
    "error_of",
    "evaluate",
    "failed_results",
    "share_of",
]
