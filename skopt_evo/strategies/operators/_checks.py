"""Check the settings of operators, and what users' own operators return."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout


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
    message = f"{name}={shown(value)} makes no sense: pass {allowed}."
    # bool is an Integral to Python, but True as a size is a slip, not a setting.
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(message)
    if not is_allowed(value):
        raise ValueError(message)


def check_children(
    children: Any, operator: Any, layout: GeneLayout, n: int
) -> FloatArray:
    """Return the canonical form of what an operator has made.

    Parameters
    ----------
    children : object
        What the operator returned.
    operator : callable
        The operator, for errors.
    layout : GeneLayout
        The genes.
    n : int
        How many children there should be.

    Returns
    -------
    children : ndarray of shape (n, n_genes)

    Raises
    ------
    ValueError
        If they are not `n` genomes of finite numbers.
    """
    try:
        genomes = np.asarray(children, dtype=np.float64)
    except (TypeError, ValueError):
        genomes = None
    shape = n, layout.n_genes
    if genomes is None or genomes.shape != shape or not np.all(np.isfinite(genomes)):
        found = "" if genomes is None else f" of shape {genomes.shape}"
        raise ValueError(
            f"The operator {operator!r} returned {shown(children)}{found}: expected an "
            f"array of shape {shape}, a genome of finite numbers in [0, 1] in each row."
        )
    return layout.snap(genomes)


def check_rows(
    rows: Any,
    operator: Any,
    n_members: int,
    *,
    fewest: int,
    most: int,
    distinct: bool = False,
) -> IntArray:
    """Return the members that an operator has chosen by their numbers, as an array.

    Parameters
    ----------
    rows : object
        What the operator returned.
    operator : callable
        The operator, for errors.
    n_members : int
        How many there were to choose from.
    fewest, most : int
        How many it may choose.
    distinct : bool, default=False
        Whether it may choose each of them once only.

    Returns
    -------
    rows : ndarray of shape (m,), dtype=int

    Raises
    ------
    ValueError
        If they are no row numbers, or too few or too many.
    """
    numbers = _as_integers(rows)
    if (
        numbers is None
        or not fewest <= len(numbers) <= most
        or (len(numbers) and not 0 <= numbers.min() <= numbers.max() < n_members)
        or (distinct and len(np.unique(numbers)) < len(numbers))
    ):
        number = f"{most}" if fewest == most else f"at most {most}"
        different = "different " if distinct else ""
        raise ValueError(
            f"The operator {operator!r} returned {shown(rows)}: expected {number} "
            f"{different}row numbers from 0 to {n_members - 1}."
        )
    return numbers


def _as_integers(rows: Any) -> IntArray | None:
    """Return a vector of integers, None if `rows` is something else."""
    if not isinstance(rows, np.ndarray):
        # A mask of booleans would be taken for the numbers 0 and 1.
        if not isinstance(rows, list | tuple) or not all(
            isinstance(row, Integral) and not isinstance(row, bool) for row in rows
        ):
            return None
        rows = np.array(rows, dtype=np.int64)
    # An array made of an empty list is one of floats.
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        return None
    return np.asarray(rows, dtype=np.int64)
