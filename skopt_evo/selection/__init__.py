"""Honest choice of the winner, and what may be expected of it on new data."""

from skopt_evo.selection._corrected_score import CorrectedScore, corrected_score
from skopt_evo.selection._one_standard_error import OneStandardError

__all__ = ["CorrectedScore", "OneStandardError", "corrected_score"]
