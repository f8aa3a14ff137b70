"""Comma survival, (mu, lambda)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skopt_evo._typing import FloatArray, IntArray


@dataclass(frozen=True)
class CommaSurvival:
    """Keep the best of the offspring, no parents: (mu, lambda).

    The best member is not kept, so that the search can leave a local optimum. Where too
    few of the offspring succeeded, the best of the next youngest generation are added,
    and so on. Of equals the younger stays. Failed members never stay.

    References
    ----------
    H.-P. Schwefel, "Numerical Optimization of Computer Models", Wiley, 1981.
    H.-G. Beyer and H.-P. Schwefel, "Evolution strategies: a comprehensive
    introduction", Natural Computing 1, 3-52, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import CommaSurvival
    >>> losses, ages = np.array([0.1, 0.2, 0.5, 0.4, 0.3]), np.array([1, 1, 0, 0, 0])
    >>> CommaSurvival()(losses, ages, 2, np.random.default_rng(0))
    array([4, 3])
    """

    def __call__(
        self,
        losses: FloatArray,
        ages: IntArray,
        size: int,
        rng: np.random.Generator,
    ) -> IntArray:
        order = np.lexsort((-np.arange(len(losses)), losses, ages))
        return np.asarray(order[~np.isnan(losses[order])][:size], dtype=np.int64)
