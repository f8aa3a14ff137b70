"""The rules for scikit-learn's estimators, a file a kind; importing registers."""

from skopt_evo.hypergrad.rules import (
    _elastic_net as _elastic_net,
)
from skopt_evo.hypergrad.rules import (
    _gaussian_process as _gaussian_process,
)
from skopt_evo.hypergrad.rules import (
    _glm as _glm,
)
from skopt_evo.hypergrad.rules import (
    _huber as _huber,
)
from skopt_evo.hypergrad.rules import (
    _kernel_approximation as _kernel_approximation,
)
from skopt_evo.hypergrad.rules import (
    _kernel_ridge as _kernel_ridge,
)
from skopt_evo.hypergrad.rules import (
    _linear_svm as _linear_svm,
)
from skopt_evo.hypergrad.rules import (
    _logistic as _logistic,
)
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
    _svm as _svm,
)
from skopt_evo.hypergrad.rules import (
    _wrappers as _wrappers,
)
