"""How the search itself computes, whatever a user has set for the models."""

from __future__ import annotations

import numpy as np


def own_arithmetic() -> np.errstate:
    """Return a context in which NumPy's errors are handled as by default.

    ``np.errstate(all="raise")`` is meant for the user's own code, whose errors cost a
    candidate. Where the search compares losses or densities, underflow is no error.
    """
    return np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
