"""Gradients from the losses at probes around a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_evo._checks import check_count, check_number
from skopt_evo._typing import FloatArray

SCHEMES = ("central", "forward")


@dataclass(frozen=True, kw_only=True)
class FiniteDifference:
    """Differences along each coordinate in turn.

    Parameters
    ----------
    scheme : {"central", "forward"}, default="central"
        Probes on both sides of the point, or on one. Forward differences cost half as
        much, and are off by the curvature.
    step : float, default=0.1
        How far the probes are from the point, on the unit scale of a parameter. A
        parameter with few values is moved by one of them at least.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd edition, 2006,
    section 8.1.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.descent import FiniteDifference
    >>> central = FiniteDifference()
    >>> point, rng = np.array([0.5, 0.25]), np.random.default_rng(0)
    >>> probes = central.probes(point, np.full(2, 0.1), rng)
    >>> losses = (probes**2).sum(axis=1)
    >>> central.gradient(point, (point**2).sum(), probes, losses).round(6)
    array([1. , 0.5])
    """

    name: ClassVar[str] = "finite_difference"
    scheme: str = "central"
    step: float = 0.1

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        if self.scheme not in SCHEMES:
            raise ValueError(
                f"FiniteDifference: scheme={self.scheme!r} is not allowed: pass one of "
                f"{SCHEMES}."
            )
        _check_step(self)

    def probes(
        self, point: FloatArray, steps: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Return the points whose losses are needed: shape (n_probes, n_dimensions).

        Parameters
        ----------
        point : ndarray of shape (n_dimensions,)
            Where the gradient is wanted, in the unit cube.
        steps : ndarray of shape (n_dimensions,)
            How far to go along each coordinate.
        rng : numpy.random.Generator
            Not used.
        """
        ahead, behind = point + steps, point - steps
        if self.scheme == "central":
            moved = np.concatenate([ahead, behind])
        else:
            # Where there is no room ahead, the difference is taken backward.
            moved = np.where((ahead < 1.0) | (point <= 0.5), ahead, behind)
        # One array, without others of its size: of many parameters it is large.
        probes = np.tile(point, (len(moved), 1))
        rows = np.arange(len(moved))
        probes[rows, rows % max(len(point), 1)] = moved
        return np.clip(probes, 0.0, 1.0, out=probes)

    def gradient(
        self, point: FloatArray, loss: float, probes: FloatArray, losses: FloatArray
    ) -> FloatArray:
        """Return the gradient, NaN along coordinates of which nothing is known.

        Parameters
        ----------
        point : ndarray of shape (n_dimensions,)
            Where the gradient is wanted.
        loss : float
            The loss there; NaN if it failed.
        probes : ndarray of shape (n_probes, n_dimensions)
            The points of `probes`, moved to values that the parameters can take.
        losses : ndarray of shape (n_probes,)
            Their losses; NaN where they failed: a central difference then becomes a
            one-sided one.

        Returns
        -------
        gradient : ndarray of shape (n_dimensions,)
        """
        n_dimensions = len(point)
        return np.array(
            [
                _derivative(
                    loss,
                    probes[j::n_dimensions, j] - point[j],
                    losses[j::n_dimensions],
                )
                for j in range(n_dimensions)
            ]
        )


@dataclass(frozen=True, kw_only=True)
class SPSA:
    """Simultaneous perturbation: differences along random diagonals.

    A pair of probes gives an unbiased, noisy estimate of the whole gradient, however
    many parameters there are.

    Parameters
    ----------
    step : float, default=0.1
        How far the probes are from the point along each coordinate, on the unit scale
        of a parameter.
    n_pairs : int, default=1
        How many pairs of probes are averaged.

    References
    ----------
    J. C. Spall, "Multivariate stochastic approximation using a simultaneous
    perturbation gradient approximation", IEEE Transactions on Automatic Control 37(3),
    332-341, 1992.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.descent import SPSA
    >>> spsa, point, rng = SPSA(), np.array([0.5]), np.random.default_rng(0)
    >>> probes = spsa.probes(point, np.array([0.1]), rng)
    >>> spsa.gradient(point, 0.25, probes, probes[:, 0] ** 2).round(6)
    array([1.])
    """

    name: ClassVar[str] = "spsa"
    step: float = 0.1
    n_pairs: int = 1

    def __post_init__(self) -> None:
        """Refuse settings outside their ranges."""
        _check_step(self)
        check_count("SPSA: n_pairs", self.n_pairs, usual=1)

    def probes(
        self, point: FloatArray, steps: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Return the points whose losses are needed: shape (n_probes, n_dimensions).

        Parameters
        ----------
        point : ndarray of shape (n_dimensions,)
            Where the gradient is wanted, in the unit cube.
        steps : ndarray of shape (n_dimensions,)
            How far to go along each coordinate.
        rng : numpy.random.Generator
            Draws the diagonals.
        """
        signs = rng.choice([-1.0, 1.0], size=(self.n_pairs, len(point)))
        moves = signs * steps
        return np.clip(np.vstack([point + moves, point - moves]), 0.0, 1.0)

    def gradient(
        self, point: FloatArray, loss: float, probes: FloatArray, losses: FloatArray
    ) -> FloatArray:
        """Return the gradient, NaN along coordinates of which nothing is known.

        Parameters
        ----------
        point : ndarray of shape (n_dimensions,)
            Where the gradient is wanted.
        loss : float
            The loss there; NaN if it failed.
        probes : ndarray of shape (n_probes, n_dimensions)
            The points of `probes`, moved to values that the parameters can take.
        losses : ndarray of shape (n_probes,)
            Their losses; NaN where they failed: `point` then takes their place.

        Returns
        -------
        gradient : ndarray of shape (n_dimensions,)
        """
        total, n_known = np.zeros(len(point)), np.zeros(len(point))
        for number in range(self.n_pairs):
            rows = [number, number + self.n_pairs]
            places, values = probes[rows], losses[rows]
            failed = ~np.isfinite(values)
            places[failed], values[failed] = point, loss
            if np.all(np.isfinite(values)):
                # Spall 1992, section II, with the gaps that were really made.
                gaps = places[0] - places[1]
                moved = gaps != 0
                total[moved] += (values[0] - values[1]) / gaps[moved]
                n_known += moved
        return np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)


def _derivative(loss: float, gaps: FloatArray, losses: FloatArray) -> float:
    """Return the derivative at 0 of a function with these values at 0 and at `gaps`."""
    known = np.isfinite(losses) & (gaps != 0)
    gaps, losses = gaps[known], losses[known]
    if not np.isfinite(loss):
        two = len(gaps) == 2
        return float((losses[0] - losses[1]) / (gaps[0] - gaps[1])) if two else np.nan
    slopes = (losses - loss) / gaps
    if len(slopes) < 2:
        return float(slopes[0]) if len(slopes) else np.nan
    # The parabola through the three points: next to a bound, or for values that are
    # spaced unevenly, its gaps differ.
    return float((slopes[0] * gaps[1] - slopes[1] * gaps[0]) / (gaps[1] - gaps[0]))


def _check_step(method: FiniteDifference | SPSA) -> None:
    check_number(
        f"{type(method).__name__}: step",
        method.step,
        "a part of a parameter's whole range, a float in (0, 0.5]",
        lambda step: 0 < step <= 0.5,
        usual=0.1,
    )
