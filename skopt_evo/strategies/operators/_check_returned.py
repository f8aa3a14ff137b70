"""Check what operators return: users may have written them."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout


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
