"""One candidate of a search: its parameters and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.trials._fault import FaultKind
from skopt_evo.trials._fold_result import FoldResult
from skopt_evo.trials._unit import Unit

# The origin of the probes of a gradient.
PROBE = "difference"


@dataclass(eq=False)
class Trial:
    """A candidate, first proposed, then evaluated one fit after the other.

    Attributes
    ----------
    params : dict
        The parameter setting.
    iteration : int
        The generation or gradient step that proposed it.
    origin : str
        How it was made, e.g. ``"initial"``, ``"crossover"`` or ``"difference"``.
    genome : ndarray of shape (n_genes,) or None
        Its place in the unit cube; None for a grid point.
    penalty : float
        What is added to its loss, whatever its scores are.
    n_splits : int
        On how many splits it may be evaluated.
    results : dict of Unit to FoldResult
        What its fits returned, as far as they are done.
    is_pruned : bool
        Whether its evaluation was ended before all splits were done, since it is not
        promising.
    fault : {"timeout", "crashed"} or None
        Why there are no results: a fit took too long, or its worker died.
    extras : dict
        Values for further columns of ``cv_results_``.
    number : int
        How many candidates of the search were proposed before; -1 until it starts.
    """

    params: Mapping[str, Any]
    iteration: int
    origin: str
    genome: FloatArray | None = None
    penalty: float = 0.0
    n_splits: int = 0
    results: dict[Unit, FoldResult] = field(default_factory=dict)
    is_pruned: bool = False
    fault: FaultKind | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    number: int = -1

    def complete(self, folds: Sequence[FoldResult]) -> Trial:
        """Take the results of all splits at once; return the trial.

        Parameters
        ----------
        folds : sequence of FoldResult
            One a split, all with the whole resource.
        """
        self.n_splits = len(folds)
        self.results = {Unit(split): fold for split, fold in enumerate(folds)}
        return self

    @property
    def fold_of(self) -> dict[int, FoldResult]:
        """The results by split, of the highest fidelity that it was evaluated with.

        Scores of different fidelities must not be compared.
        """
        highest = max((unit.fidelity for unit in self.results), default=1.0)
        return {
            unit.split: self.results[unit]
            for unit in sorted(self.results)
            if unit.fidelity == highest
        }

    @property
    def folds(self) -> list[FoldResult]:
        """The values of `fold_of`, in the order of the splits."""
        return list(self.fold_of.values())

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

    def scores(self, metric: str | None) -> FloatArray:
        """Return the test score of each split, NaN where there is none.

        Parameters
        ----------
        metric : str or None
            Which of several metrics; None for the only one, or the first.

        Returns
        -------
        scores : ndarray of shape (n_splits,)
            NaN if the fit or the scorer raised, whatever the `error_score`, if the
            score is not finite, or if the split was not evaluated.
        """
        scores = np.full(self.n_splits, np.nan)
        for split, fold in self.fold_of.items():
            scores[split] = fold.score(metric)
        return np.where(np.isfinite(scores), scores, np.nan)

    def loss(self, metric: str | None, counts: BoolArray | None = None) -> float:
        """Return minus the mean test score over the splits that were evaluated.

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
            if counts is None and not self.is_pruned:
                return _loss(scores)
            used = np.ones(self.n_splits, dtype=bool) if counts is None else counts
            if self.is_pruned:
                used = used & np.isin(np.arange(self.n_splits), list(self.fold_of))
            return _loss(scores[used])

    @property
    def status(self) -> str:
        """What became of the candidate, in a word.

        ``"ok"``, ``"failed"`` if a fit or a scorer raised or a score is not finite,
        ``"timeout"`` if a fit took too long, ``"crashed"`` if its worker died,
        ``"raced"`` if it was pruned: its evaluation was ended early.
        """
        if self.fault is not None:
            return self.fault
        if self.is_pruned:
            return "raced"
        metrics: Sequence[str | None] = self.metrics or [None]
        has_scores = all(np.isfinite(self.scores(name)).all() for name in metrics)
        return "ok" if has_scores else "failed"


def _loss(scores: FloatArray) -> float:
    """Return minus the mean of some scores, NaN if that is not finite."""
    loss = -float(np.mean(scores)) if len(scores) else np.nan
    return loss if np.isfinite(loss) else np.nan
