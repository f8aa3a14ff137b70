"""What a loss of the outputs of a classifier is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.hypergrad._protocol import Outputs

# From outputs, the numbers of the true classes, and weights that add up to 1, to the
# loss and its derivative by the values of the outputs.
OutputLoss: TypeAlias = Callable[
    [Outputs, IntArray, FloatArray], tuple[float, FloatArray]
]
