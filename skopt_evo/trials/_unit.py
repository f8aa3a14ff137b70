"""One fit of a candidate."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """One fit of a candidate that is to be done: on which split, with how much data.

    Attributes
    ----------
    split : int
        The number of the split, from 0 on.
    fidelity : float
        The share of the resource, e.g. of the training set, in (0, 1]; 1 for all of it.
    """

    split: int
    fidelity: float = 1.0
