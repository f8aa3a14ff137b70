"""The rules for scikit-learn's estimators, a file a kind; importing registers."""

from skopt_evo.hypergrad.rules import (
    _ridge as _ridge,
)
