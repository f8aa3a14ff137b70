"""Losses as a regression sees them."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray

# Squares of losses smaller than this may be 0, and of those larger than its inverse
# infinite.
LEAST = 1e-150

# A failure counts as a loss that exceeds the worst ones, once these are cut down, by
# this part of their spread. More would drive descents away from optima that lie next to
# failures, as many do (docs/adr/0008).
FAILURE = 0.25


class StandardisedLosses:
    """Losses as the regression sees them: standardised, bad ones cut down.

    Parameters
    ----------
    losses : ndarray of shape (n,)
        The losses; NaN for failed candidates.
    slopes : ndarray of shape (n, n_dimensions)
        Their derivatives, NaN where they are not known.
    cut : float
        The quantile above which they are bad.
    radius : float
        How far slopes are followed.
    """

    def __init__(
        self, losses: FloatArray, slopes: FloatArray, cut: float, radius: float
    ) -> None:
        has_failed = ~np.isfinite(losses)
        known = losses[~has_failed]
        self.best = float(known.min()) if len(known) else 0.0
        limit = float(np.quantile(known, cut)) if len(known) else 0.0
        values = np.minimum(losses, limit) - self.best
        # Where a loss was cut down, its slope is not that of what is left.
        is_cut = has_failed | (losses > limit)
        slopes = np.where(is_cut[:, np.newaxis], np.nan, slopes)
        steepest = float(np.max(np.abs(slopes[np.isfinite(slopes)]), initial=0.0))
        spread = _spread(values[~has_failed]) if len(known) else 0.0
        # Without any difference between losses, that of failures is below their
        # rounding: it tells where to go, but no slope of that size is made up.
        rounding = float(np.spacing(max(abs(self.best), 1.0)))
        least = rounding if has_failed.any() else 1.0
        self.scale = spread or radius * steepest or least
        values[has_failed] = limit - self.best + FAILURE * self.scale
        self.values = values / self.scale
        self.slopes = slopes / self.scale


def _spread(values: FloatArray) -> float:
    """Return the standard deviation, of values of any size."""
    largest = float(np.max(np.abs(values), initial=0.0))
    if LEAST < largest < 1.0 / LEAST:
        return float(values.std())
    return largest * float((values / largest).std()) if largest else 0.0
