"""Comparison of candidates by several losses at once."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray, IntArray


def non_dominated_ranks(losses: FloatArray) -> IntArray:
    """Return the front that each candidate lies on, 0 for the Pareto front.

    One candidate dominates another one if it is better in one loss and worse in none.
    Front 0 is what no other candidate dominates, front 1 what only front 0 dominates,
    and so on.

    Parameters
    ----------
    losses : ndarray of shape (n, n_objectives)
        The smaller the better. A candidate with a NaN among its losses is dominated by
        every one without.

    Returns
    -------
    ranks : ndarray of shape (n,), dtype=int

    References
    ----------
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan, "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2),
    182-197, 2002 (section III.A).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import non_dominated_ranks
    >>> losses = [[0.0, 3.0], [1.0, 1.0], [2.0, 2.0], [0.0, np.nan]]
    >>> non_dominated_ranks(np.array(losses))
    array([0, 0, 1, 2])
    """
    losses = np.asarray(losses, dtype=np.float64)
    has_failed = np.isnan(losses).any(axis=1)
    ranks = np.zeros(len(losses), dtype=np.int64)
    ranks[~has_failed] = _chain_lengths(losses[~has_failed])
    ranks[has_failed] = ranks.max(initial=-1, where=~has_failed) + 1
    return ranks


def _chain_lengths(losses: FloatArray) -> IntArray:
    """Return, for each candidate, the length of the longest chain of dominators."""
    # In lexicographic order dominators come first. They are no worse in the first loss
    # then, and of distinct losses the one that is no worse in the others dominates.
    distinct, inverse = np.unique(losses, axis=0, return_inverse=True)
    others = distinct[:, 1:]
    lengths = np.zeros(len(distinct), dtype=np.int64)
    for row in range(1, len(distinct)):
        dominates = (others[:row] <= others[row]).all(axis=1)
        lengths[row] = lengths[:row].max(initial=-1, where=dominates) + 1
    # numpy 2.0 gives the inverse a second axis.
    return lengths[inverse.reshape(-1)]


def crowding_distances(losses: FloatArray) -> FloatArray:
    """Return how far apart the neighbours of each candidate of a front are.

    Parameters
    ----------
    losses : ndarray of shape (n, n_objectives)
        The losses of candidates on one front.

    Returns
    -------
    distances : ndarray of shape (n,)
        The sum, over the losses, of the gaps between the two neighbours as shares of
        the range; infinity at the ends of the front.

    References
    ----------
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan, "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2),
    182-197, 2002 (section III.B).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies._pareto import crowding_distances
    >>> crowding_distances(np.array([[0.0, 4.0], [1.0, 1.0], [4.0, 0.0]]))
    array([inf,  2., inf])
    """
    losses = np.asarray(losses, dtype=np.float64)
    distances = np.zeros(len(losses))
    if not len(losses):
        return distances
    for values in losses.T:
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        distances[order[[0, -1]]] = np.inf
        # Of two infinities the width is NaN, of two huge losses infinite.
        with np.errstate(over="ignore", invalid="ignore"):
            width = ordered[-1] - ordered[0]
        if 0 < width < np.inf:
            distances[order[1:-1]] += (ordered[2:] - ordered[:-2]) / width
    return distances


def crowded_order(losses: FloatArray) -> FloatArray:
    """Return the place of each candidate by front, then by crowding: 0 is the best.

    Parameters
    ----------
    losses : ndarray of shape (n, n_objectives)
        NaN for a candidate that failed.

    Returns
    -------
    places : ndarray of shape (n,)
        Of equals the later one comes first. NaN for a candidate that failed.

    References
    ----------
    K. Deb, A. Pratap, S. Agarwal and T. Meyarivan, "A fast and elitist multiobjective
    genetic algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6(2),
    182-197, 2002 (the crowded comparison of section III.B).
    """
    ranks = non_dominated_ranks(losses)
    crowding = np.zeros(len(losses))
    for front in np.unique(ranks):
        rows = np.flatnonzero(ranks == front)
        crowding[rows] = crowding_distances(losses[rows])
    order = np.lexsort((-np.arange(len(losses)), -crowding, ranks))
    places = np.empty(len(losses))
    places[order] = np.arange(len(losses))
    return np.where(np.isnan(losses).any(axis=1), np.nan, places)
