"""One candidate of a search: its parameters and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.hypergrad._exact import FoldGradient, pick


@dataclass(eq=False)
class Trial:
    """A candidate, first proposed, then evaluated fold by fold.

    Attributes
    ----------
    params : dict
        The parameter setting.
    iteration : int
        The generation or gradient step that proposed it.
    origin : str
        How it came about, e.g. ``"initial"``, ``"crossover"`` or ``"difference"``.
    genome : ndarray of shape (n_genes,) or None
        Its place in the unit cube; None for a grid point.
    folds : list of dict
        What scikit-learn's ``_fit_and_score`` returned, one a split.
    gradients : list of FoldGradient or None
        The derivatives of each split's loss, None where there are none.
    fault : {"timeout", "crashed"} or None
        Why there are no results: a fit took too long, or ended its worker.
    extras : dict
        Values for further columns of ``cv_results_``.
    """

    params: Mapping[str, Any]
    iteration: int
    origin: str
    genome: NDArray[np.float64] | None = None
    folds: list[dict[str, Any]] = field(default_factory=list)
    gradients: list[FoldGradient | None] = field(default_factory=list)
    fault: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)

    def loss(self, metric: str | None) -> float:
        """Return what the search minimises: minus the mean test score over the folds.

        Parameters
        ----------
        metric : str or None
            Which of several metrics; None for the only one, or the first.

        Returns
        -------
        loss : float
            NaN if a fit raised, whatever its ``error_score``, or if a score is not
            finite; other metrics do not matter.
        """
        if any(fold["fit_error"] is not None for fold in self.folds):
            return np.nan
        scores = [pick(fold["test_scores"], metric) for fold in self.folds]
        # Of huge scores the sum, of tiny ones the mean may be none of a float's.
        with np.errstate(over="ignore", under="ignore"):
            loss = -float(np.mean(scores))
        return loss if np.isfinite(loss) else np.nan

    def losses(self) -> NDArray[np.float64]:
        """Return the loss by each metric, as `loss` does, in the scorers' order.

        Returns
        -------
        losses : ndarray of shape (n_metrics,)
            A single NaN if the scorer is a function and no fit succeeded: only its
            result tells which metrics there are.
        """
        for fold in self.folds:
            if isinstance(fold["test_scores"], dict):
                return np.array([self.loss(metric) for metric in fold["test_scores"]])
        return np.array([self.loss(None)])

    @property
    def status(self) -> str:
        """What became of the candidate, in a word.

        ``"ok"``, ``"failed"`` if a fit raised or a score is not finite, ``"timeout"``
        if one took too long, ``"crashed"`` if one ended its worker.
        """
        if self.fault is not None:
            return self.fault
        for fold in self.folds:
            scores = fold["test_scores"]
            values = list(scores.values()) if isinstance(scores, dict) else [scores]
            if fold["fit_error"] is not None or not np.all(np.isfinite(values)):
                return "failed"
        return "ok"
