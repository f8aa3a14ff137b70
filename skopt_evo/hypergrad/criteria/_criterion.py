"""What a criterion is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from skopt_evo._typing import FloatArray
from skopt_evo.hypergrad._protocol import Outputs

# From true targets, outputs and weights (None, or one a sample) to the loss and its
# derivative by the values of the outputs.
LossAndSlope: TypeAlias = Callable[
    [Any, Outputs, "FloatArray | None"], tuple[float, FloatArray]
]


def usual_sign(metric: Callable[..., float]) -> int:
    """Return 1 for a metric that is better the greater it is, -1 for the others.

    That is what scikit-learn's names of metrics say.
    """
    return -1 if metric.__name__.endswith(("_error", "_loss", "_deviance")) else 1


class Criterion(NamedTuple):
    """The loss that a descent minimises.

    Attributes
    ----------
    name : str
        What it is.
    is_surrogate : bool
        Whether it stands in for a score that has jumps; else it is minus the score.
    evaluate : callable (y, outputs, sample_weight) -> (loss, slope)
        `slope` has the shape of the outputs' values. Raises `NoHypergradientError`
        where the outputs are not of the right kind.
    depends_on : frozenset of str, default=frozenset()
        The hyperparameters of a final estimator that the loss depends on beside its
        outputs, so that a derivative by them would not be the whole one.
    """

    name: str
    is_surrogate: bool
    evaluate: LossAndSlope
    depends_on: frozenset[str] = frozenset()
