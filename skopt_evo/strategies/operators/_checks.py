"""Check the settings of operators, and what users' own operators return."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from skopt_evo.strategies._base import FloatArray, GeneLayout


def check_setting(
    name: str,
    value: Any,
    kind: type,
    allowed: str,
    is_allowed: Callable[[Any], bool],
) -> None:
    """Require a number of some kind that lies in a range.

    Parameters
    ----------
    name : str
        The setting, with the operator that it belongs to.
    value : object
        What was passed.
    kind : type
        An abstract class of `numbers`.
    allowed : str
        The kind and the range in words.
    is_allowed : callable
        Whether a number lies in the range.

    Raises
    ------
    TypeError
        If `value` is no number of this kind.
    ValueError
        If it is outside of the range.
    """
    message = f"{name}={value!r} makes no sense: pass {allowed}."
    # bool is an Integral to Python, but True as a size is a slip, not a setting.
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(message)
    if not is_allowed(value):
        raise ValueError(message)


def check_child(child: Any, operator: Any, layout: GeneLayout) -> FloatArray:
    """Return the canonical form of a child; ValueError if it is no genome."""
    genome = np.asarray(child, dtype=np.float64)
    if genome.shape != (layout.n_genes,) or not np.all(np.isfinite(genome)):
        raise ValueError(
            f"The operator {operator!r} returned {child!r}: expected a genome of "
            f"{layout.n_genes} finite numbers in [0, 1]."
        )
    return layout.snap(genome)


def check_rows(
    rows: Any, operator: Any, n_members: int, *, fewest: int, most: int
) -> None:
    """Raise a ValueError if an operator has not chosen members by their numbers."""
    # A mask of booleans would be taken for the numbers 0 and 1.
    are_numbers = all(
        isinstance(row, Integral) and not isinstance(row, bool) for row in rows
    )
    are_rows = are_numbers and all(0 <= row < n_members for row in rows)
    if not are_rows or not fewest <= len(rows) <= most:
        number = most if fewest == most else f"at most {most}"
        raise ValueError(
            f"The operator {operator!r} returned {rows!r}: expected {number} row "
            f"numbers from 0 to {n_members - 1}."
        )
