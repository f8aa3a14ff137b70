"""Ensembles of the models that a search has fitted.

To choose weights of candidates is here, and the estimators that average models. That
predictions are kept for it is the matter of `skopt_evo.predictions`.
"""

from skopt_evo.ensemble._averaged import AveragedClassifier, AveragedRegressor
from skopt_evo.ensemble._candidates import Candidates
from skopt_evo.ensemble._greedy import GreedyEnsemble
from skopt_evo.ensemble._protocol import Ensemble, weights_of
from skopt_evo.ensemble._resolve import resolve_ensemble
from skopt_evo.ensemble._top import FoldsEnsemble, TopEnsemble

__all__ = [
    "AveragedClassifier",
    "AveragedRegressor",
    "Candidates",
    "Ensemble",
    "FoldsEnsemble",
    "GreedyEnsemble",
    "TopEnsemble",
    "resolve_ensemble",
    "weights_of",
]
