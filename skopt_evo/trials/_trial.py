"""One candidate of a search: its parameters and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.trials._fold_result import FoldResult

# The origin of the probes of a gradient.
PROBE = "difference"


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
    penalty : float
        What is added to its loss, whatever its scores are.
    folds : list of FoldResult
        What came of it, one a split.
    fault : {"timeout", "crashed"} or None
        Why there are no results: a fit took too long, or ended its worker.
    extras : dict
        Values for further columns of ``cv_results_``.
    number : int
        How many candidates of the search came before; -1 before it is submitted.
    """

    params: Mapping[str, Any]
    iteration: int
    origin: str
    genome: NDArray[np.float64] | None = None
    penalty: float = 0.0
    folds: list[FoldResult] = field(default_factory=list)
    fault: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    number: int = -1

    @property
    def metrics(self) -> list[str] | None:
        """The names of the metrics, in the scorers' order, None if there are none.

        There are none of a single score, nor if the scorer is a function and no fit
        succeeded: only its result tells which metrics there are.
        """
        for fold in self.folds:
            if fold.metrics is not None:
                return fold.metrics
        return None

    def scores(self, metric: str | None) -> NDArray[np.float64]:
        """Return the test score of each split, NaN where there is none.

        Parameters
        ----------
        metric : str or None
            Which of several metrics; None for the only one, or the first.

        Returns
        -------
        scores : ndarray of shape (n_splits,)
            NaN if the fit or the scorer raised, whatever the `error_score`, or if the
            score is not finite.
        """
        scores = np.array([fold.score(metric) for fold in self.folds], dtype=np.float64)
        return np.where(np.isfinite(scores), scores, np.nan)

    def loss(
        self, metric: str | None, counts: NDArray[np.bool_] | None = None
    ) -> float:
        """Return minus the mean test score over the splits.

        Parameters
        ----------
        metric : str or None
            Which of several metrics; None for the only one, or the first.
        counts : ndarray of shape (n_splits,), dtype=bool, default=None
            Which splits count; None for all of them.

        Returns
        -------
        loss : float
            NaN if a split has no score, see `scores`; other metrics do not matter.
        """
        # Of huge scores the sum, of tiny ones the mean may be none of a float's.
        with np.errstate(over="ignore", under="ignore"):
            scores = self.scores(metric)
            loss = -float(np.mean(scores if counts is None else scores[counts]))
        return loss if np.isfinite(loss) else np.nan

    @property
    def status(self) -> str:
        """What became of the candidate, in a word.

        ``"ok"``, ``"failed"`` if a fit or a scorer raised or a score is not finite,
        ``"timeout"`` if a fit took too long, ``"crashed"`` if one ended its worker.
        """
        if self.fault is not None:
            return self.fault
        metrics: Sequence[str | None] = self.metrics or [None]
        has_scores = all(np.isfinite(self.scores(name)).all() for name in metrics)
        return "ok" if has_scores else "failed"
