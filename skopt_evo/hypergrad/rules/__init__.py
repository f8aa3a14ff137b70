"""The rules for scikit-learn's estimators, a file a kind; importing registers."""

from skopt_evo.hypergrad.rules import (
    _pipeline as _pipeline,
)
from skopt_evo.hypergrad.rules import (
    _ridge as _ridge,
)
from skopt_evo.hypergrad.rules import (
    _scalers as _scalers,
)
from skopt_evo.hypergrad.rules import (
    _wrappers as _wrappers,
)
