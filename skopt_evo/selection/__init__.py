"""Honest choice of the winner, and what may be expected of it on new data."""

from skopt_evo.selection._corrected_score import corrected_score
from skopt_evo.selection._one_standard_error import OneStandardError
from skopt_evo.selection._result import CorrectedScore

__all__ = ["CorrectedScore", "OneStandardError", "corrected_score"]
