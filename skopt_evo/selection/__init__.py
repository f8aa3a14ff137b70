"""Honest choice of the winner: functions for the `refit` of a search."""

from skopt_evo.selection._one_standard_error import OneStandardError

__all__ = ["OneStandardError"]
