"""The best losses so far: the least one, or the Pareto front of several."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray


class Front:
    """The losses that no other ones surpass.

    Parameters
    ----------
    tol : float, default=0.0
        What does not count as an improvement, in units of the losses.

    Examples
    --------
    >>> from skopt_evo.results._front import Front
    >>> front = Front()
    >>> [front.add([loss]) for loss in [3.0, 4.0, 2.0, 2.0]]
    [True, False, True, False]
    >>> front = Front()
    >>> [front.add(losses) for losses in [[1.0, 3.0], [2.0, 1.0], [2.0, 2.0]]]
    [True, True, False]
    """

    def __init__(self, tol: float = 0.0) -> None:
        self._tol = tol
        self._members: list[FloatArray] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been added yet."""
        return not self._members

    def add(self, losses: object) -> bool:
        """Add the losses of a candidate if they are an improvement.

        Parameters
        ----------
        losses : array-like of shape (n_objectives,)
            NaN for a candidate that has none, which is no improvement.

        Returns
        -------
        is_better : bool
            Whether they are better than those of each member in some objective, by
            more than `tol`.
        """
        new = np.asarray(losses, dtype=np.float64)
        if np.isnan(new).any():
            return False
        if not all(np.any(new < member - self._tol) for member in self._members):
            return False
        self._members = [member for member in self._members if np.any(member < new)] + [
            new
        ]
        return True
