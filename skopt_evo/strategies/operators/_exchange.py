"""The exchange of single genes, which several crossovers share."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray


def exchange(
    first: FloatArray, second: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Take every gene from either parent, as a fair coin falls: shape of `first`."""
    return np.where(rng.random(first.shape) < 0.5, first, second)
