"""Candidates of a search and what their fits returned.

This is what all other parts of a search hand around. It holds data only: who evaluates
candidates, proposes them or compares them is elsewhere.
"""

from skopt_evo.trials._fault import FAULTS, Fault, FaultKind
from skopt_evo.trials._fold_result import FoldGradient, FoldResult, Scores
from skopt_evo.trials._predictions import Predictions
from skopt_evo.trials._proposer import Proposer
from skopt_evo.trials._trial import PROBE, Trial
from skopt_evo.trials._unit import Unit

__all__ = [
    "FAULTS",
    "PROBE",
    "Fault",
    "FaultKind",
    "FoldGradient",
    "FoldResult",
    "Predictions",
    "Proposer",
    "Scores",
    "Trial",
    "Unit",
]
