"""Step lengths that adapt."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.optimizers import Optimizer

# With learning_rate="auto": the largest change of a parameter in the first step and in
# any step, on its unit scale; by how much a step grows after a success and shrinks
# after a failure.
FIRST_LENGTH, GREATEST_LENGTH = 0.25, 0.4
GROWTH, SHRINKAGE = 1.3, 0.4

# What makes a step of the smallest gradients: their inverses might overflow.
GREATEST_RATE = 1e300


class AdaptiveSteps:
    """Step lengths that adapt: longer after a success, shorter after a failure.

    Parameters
    ----------
    optimizer : Optimizer
        Gives the directions.
    point : ndarray of shape (n,)
        The start.
    """

    def __init__(self, optimizer: Optimizer, point: FloatArray) -> None:
        self._rule = optimizer.transformation(1.0)
        self._is_quasi_newton = optimizer.is_quasi_newton
        self._state = self._next_state = self._rule.init(point)
        self._rate: float | None = None  # what makes the next step `length` long
        self.length = FIRST_LENGTH

    def direction(self, point: FloatArray, gradient: FloatArray) -> FloatArray:
        """Return the step from a point, and remember it for `accept` or `refuse`."""
        updates, self._next_state = self._rule.update(gradient, self._state, point)
        greatest = float(np.max(np.abs(updates)))
        if self._is_quasi_newton and not np.array_equal(updates, -gradient):
            self._rate = 1.0  # curvature is known: the step has its own length
        elif self._rate is None:
            rate = self.length / greatest if greatest > 0 else 0.0
            self._rate = min(rate, GREATEST_RATE)
        with np.errstate(over="ignore"):
            step = self._rate * updates
        step = np.clip(step, -GREATEST_LENGTH, GREATEST_LENGTH)
        self.length = min(self._rate * greatest, GREATEST_LENGTH)
        return np.asarray(step, dtype=np.float64)

    def accept(self) -> None:
        """Go on from the end of the last step; the next one is longer."""
        self._state = self._next_state
        self.length *= GROWTH
        if self._is_quasi_newton or self._rate is None:
            self._rate = None
        else:
            self._rate = min(GROWTH * self._rate, GREATEST_RATE)

    def refuse(self, point: FloatArray) -> None:
        """Forget what led to the last step; the next one is shorter."""
        self._state = self._rule.init(point)
        self._rate, self.length = None, self.length * SHRINKAGE

    def restart(self, point: FloatArray, at_least: float) -> None:
        """Start again from a point found otherwise, with steps of some length."""
        self._state = self._rule.init(point)
        self._rate, self.length = None, max(self.length, at_least)
