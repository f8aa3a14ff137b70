"""Predictions for rows that an estimator was not fitted on, and scores of them.

A search can keep what its candidates predicted for the test sets. Here is what such
predictions look like, how they are kept, and how a scorer is called with them. What is
made of them is in `skopt_evo.ensemble` and `skopt_evo.selection`.
"""

from skopt_evo.predictions._out_of_fold import OutOfFoldPredictions, as_row_numbers
from skopt_evo.predictions._pool import MOST_CALLS, Pool
from skopt_evo.predictions._predict import predict
from skopt_evo.predictions._scores import NotFromPredictionsError, PredictionScorer
from skopt_evo.predictions._stand_in import stand_in
from skopt_evo.predictions._store import Store
from skopt_evo.predictions._targets import Targets, targets_of

__all__ = [
    "MOST_CALLS",
    "NotFromPredictionsError",
    "OutOfFoldPredictions",
    "Pool",
    "PredictionScorer",
    "Store",
    "Targets",
    "as_row_numbers",
    "predict",
    "stand_in",
    "targets_of",
]
