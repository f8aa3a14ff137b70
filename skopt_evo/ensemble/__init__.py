"""Ensembles of the models that a search has fitted."""

from skopt_evo.ensemble._averaged import AveragedClassifier, AveragedRegressor

__all__ = ["AveragedClassifier", "AveragedRegressor"]
