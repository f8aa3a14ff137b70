"""Losses of a size that descents can compute with."""

from __future__ import annotations

import math

# The squares of losses beyond this, and of their slopes, might overflow.
HUGE = 1e140


def moderate(loss: float) -> float:
    """Return a loss; its size beyond `HUGE` grows with the logarithm only.

    The order of losses stays the same, and up to `HUGE` they stay what they are.

    Examples
    --------
    >>> from skopt_evo.descent._moderate import moderate
    >>> moderate(-2.5), moderate(1e300) < moderate(1.7e308) < 1e143
    (-2.5, True)
    """
    size = abs(loss)
    if not HUGE < size < math.inf:
        return loss
    return math.copysign(HUGE * (1.0 + math.log(size / HUGE)), loss)


def slope_of_moderate(loss: float) -> float:
    """Return what slopes of a loss are multiplied by for those of `moderate`."""
    return HUGE / abs(loss) if HUGE < abs(loss) < math.inf else 1.0
