"""What operators do with genes that they have moved out of the unit interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skopt_evo._typing import FloatArray


def reflect(genes: ArrayLike) -> FloatArray:
    """Fold the real line into [0, 1] at both bounds.

    Clipping instead would pile genes up on the bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import reflect
    >>> reflect(np.array([0.25, 1.25, -0.25, 2.25]))
    array([0.25, 0.75, 0.25, 0.25])
    """
    folded = np.mod(np.abs(genes), 2.0)
    return np.asarray(np.minimum(folded, 2.0 - folded), dtype=np.float64)
