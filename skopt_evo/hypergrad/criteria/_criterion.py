"""What a criterion is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from skopt_evo.hypergrad._protocol import FloatArray, Outputs

# From true targets, outputs and weights (None, or one a sample) to the loss and its
# derivative by the values of the outputs.
LossAndSlope: TypeAlias = Callable[
    [Any, Outputs, "FloatArray | None"], tuple[float, FloatArray]
]


class Criterion(NamedTuple):
    """A loss that steers a descent.

    Attributes
    ----------
    name : str
        What it is.
    is_surrogate : bool
        Whether it stands in for a score that has jumps; else it is minus the score.
    evaluate : callable (y, outputs, sample_weight) -> (loss, slope)
        `slope` has the shape of the outputs' values. Raises `NoHypergradientError`
        where the outputs are not of the right kind.
    """

    name: str
    is_surrogate: bool
    evaluate: LossAndSlope
