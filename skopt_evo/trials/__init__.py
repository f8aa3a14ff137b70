"""Candidates of a search and what their fits returned.

This is what all other parts of a search hand around. It holds data only: who evaluates
candidates, proposes them or compares them is elsewhere.
"""

from skopt_evo.trials._fold_result import FoldGradient, FoldResult
from skopt_evo.trials._proposer import Proposer
from skopt_evo.trials._trial import PROBE, Trial

__all__ = ["PROBE", "FoldGradient", "FoldResult", "Proposer", "Trial"]
