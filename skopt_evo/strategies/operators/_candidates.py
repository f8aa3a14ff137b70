"""Which members a selection chooses from."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray, IntArray


def candidates(losses: FloatArray) -> IntArray:
    """Return the rows that have not failed, or all rows if none of them has a loss."""
    rows = np.flatnonzero(~np.isnan(losses))
    return rows if len(rows) else np.arange(len(losses))
