"""Losses as the targets of a surrogate."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray

# Losses that exceed the median by more than so many times as much as it exceeds the
# least one are all the same to the search.
TAIL = 2.0

# How much the sum of the losses counts beside the greatest of them.
SUM_WEIGHT = 0.05

# The sums and differences of losses beyond this might overflow, or their squares; the
# squares of what is smaller than its inverse might vanish.
HUGE = 1e150


def winsorised(losses: FloatArray) -> FloatArray:
    """Return losses without their bad tail, failures at its end.

    A model that spends itself on how bad the bad ones are does not see the differences
    between the good ones. The good tail is left as it is.

    Parameters
    ----------
    losses : ndarray of shape (n,)
        The smaller the better; at least one of them is finite, what is not has failed.

    Returns
    -------
    targets : ndarray of shape (n,)

    References
    ----------
    J. W. Tukey, "The future of data analysis", Annals of Mathematical Statistics
    33(1), 1-67, 1962 (winsorising).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies._targets import winsorised
    >>> winsorised(np.array([0.0, 1.0, 2.0, 1e6, np.nan]))
    array([0. , 1. , 2. , 4.5, 4.5])
    """
    losses = _moderate(losses)
    succeeded = losses[np.isfinite(losses)]
    least, median = succeeded.min(), np.median(succeeded)
    if median == least:  # most are the best: go by the others, where there are any
        above = succeeded[succeeded > least]
        median = np.median(above) if len(above) else least + max(abs(least), 1.0)
    greatest = median + TAIL * (median - least)
    cut = np.where(np.isfinite(losses), np.minimum(losses, greatest), greatest)
    return np.asarray(cut)


def scalarised(losses: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return one loss for several, by weights drawn from the generator.

    Each draw stands for another point of the Pareto front.

    Parameters
    ----------
    losses : ndarray of shape (n, n_objectives)
        What has a NaN or an infinity among them has failed.
    rng : numpy.random.Generator
        The random number generator.

    Returns
    -------
    losses : ndarray of shape (n,)
        NaN for what failed.

    References
    ----------
    J. Knowles, "ParEGO: a hybrid algorithm with on-line landscape approximation for
    expensive multiobjective optimization problems", IEEE Transactions on Evolutionary
    Computation 10(1), 50-66, 2006 (augmented Tchebycheff, eq. 2).
    """
    if losses.shape[1] == 1:
        return np.asarray(losses[:, 0])
    losses = np.apply_along_axis(_moderate, 0, losses)
    weights = rng.dirichlet(np.ones(losses.shape[1]))
    succeeded = np.isfinite(losses).all(axis=1)
    least = losses[succeeded].min(axis=0, initial=np.inf)
    width = losses[succeeded].max(axis=0, initial=-np.inf) - least
    scaled = weights * (losses[succeeded] - least) / np.where(width > 0, width, 1.0)
    targets = np.full(len(losses), np.nan)
    targets[succeeded] = scaled.max(axis=1) + SUM_WEIGHT * scaled.sum(axis=1)
    return targets


def _moderate(losses: FloatArray) -> FloatArray:
    """Return losses, on another scale if they are huge or tiny."""
    largest = np.abs(losses[np.isfinite(losses)]).max(initial=0.0)
    is_extreme = largest > HUGE or 0.0 < largest < 1.0 / HUGE
    return losses / largest if is_extreme else losses
