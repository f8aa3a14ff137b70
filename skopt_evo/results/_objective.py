"""What the search minimises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skopt_evo._sklearn_compat import ONLY_METRIC, check_refit
from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.trials import Trial

# Of so many candidates none has a score on a split before the split is left out. Fewer
# may all fail by chance, more are evaluated without any guidance. When the search is
# over, there are no more to come.
FEWEST_CANDIDATES, FEWEST_IN_ALL = 3, 2

# At least this share of the candidates has a score on one of the other splits.
SHARE = 0.5


@dataclass
class Objective:
    """The losses of candidates: minus their mean scores over the splits that count.

    Every split counts but those that no candidate has a score on, such as the first
    split of a time series whose training set has one class only. These say nothing of a
    candidate. With them nobody would have a loss. A split that only few candidates were
    evaluated on, since the others were pruned before, counts.

    Which splits count follows from the candidates that it was told of. When that
    changes, so do the losses of earlier candidates, and `n_changes` grows.

    Parameters
    ----------
    metric : str or None
        The metric whose mean test score is maximised, None for the first one.
    every_metric : bool, default=False
        Whether there is a loss for each metric instead.
    refit : bool, str or callable, default=False
        That of the search. A function as `scoring` shows only by its results which
        metrics there are, and so whether `refit` is possible.

    Attributes
    ----------
    trials : list of Trial
        The candidates that it was told of, in order.
    n_changes : int
        How often it has changed which splits count.
    """

    metric: str | None
    every_metric: bool = False
    refit: Any = False
    trials: list[Trial] = field(default_factory=list, init=False)
    n_changes: int = field(default=0, init=False)
    _names: list[str] = field(default_factory=list, init=False)
    _tallies: dict[str | None, _Tally] = field(default_factory=dict, init=False)

    def learn(self, trial: Trial) -> None:
        """Take note of an evaluated candidate.

        Parameters
        ----------
        trial : Trial
            The candidate.

        Raises
        ------
        ValueError
            If `refit` is not possible with the metrics that it has.
        """
        if trial.metrics is not None:
            check_refit(self.refit, trial.metrics)
        self.trials.append(trial)
        if self.every_metric and not self._names:
            self._names = trial.metrics or []
        before = self.left_out()
        for name in self._metrics():
            tally = self._tallies.setdefault(name, _Tally(trial.n_splits))
            tally.add(trial.scores(name), list(trial.fold_of))
        self.n_changes += before != self.left_out()

    def losses(self, trial: Trial) -> FloatArray:
        """Return the losses of a candidate.

        Parameters
        ----------
        trial : Trial
            An evaluated candidate, told of or not.

        Returns
        -------
        losses : ndarray of shape (n_objectives,)
            NaN where it has no score on a split that counts. A single NaN as long as
            only the result of a function can tell which metrics there are.
        """
        return np.array([self._loss(trial, name) for name in self._metrics()])

    def loss(self, trial: Trial) -> float:
        """Return the loss of a candidate by the first metric, or the only one."""
        return float(self.losses(trial)[0])

    def end(self) -> None:
        """Decide which splits count for all the candidates that there are."""
        for tally in self._tallies.values():
            tally.fewest = FEWEST_IN_ALL

    def counts(self) -> BoolArray | None:
        """Return which splits count by the first metric; None for all of them."""
        tally = self._tallies.get(self._metrics()[0])
        return None if tally is None else tally.counts

    def left_out(self) -> dict[str, list[int]]:
        """Return the splits that do not count, for each metric that has such ones."""
        left_out = {}
        for name, tally in self._tallies.items():
            if len(splits := np.flatnonzero(~tally.counts)):
                left_out[ONLY_METRIC if name is None else name] = splits.tolist()
        return left_out

    def _metrics(self) -> list[str | None]:
        if self.every_metric and self._names:
            return list(self._names)
        return [None if self.every_metric else self.metric]

    def _loss(self, trial: Trial, name: str | None) -> float:
        tally = self._tallies.get(name)
        return trial.loss(name, None if tally is None else tally.counts) + trial.penalty


class _Tally:
    """How many candidates were evaluated and have a score by one metric, a split."""

    def __init__(self, n_splits: int) -> None:
        self._n_candidates = 0
        self._n_scored = np.zeros(n_splits, dtype=np.int64)
        self._n_evaluated = np.zeros(n_splits, dtype=np.int64)
        self.fewest = FEWEST_CANDIDATES

    def add(self, scores: FloatArray, evaluated: list[int]) -> None:
        """Count a candidate, unless it has no score at all, which is its own fault."""
        has_score = np.isfinite(scores)
        if has_score.any():
            self._n_candidates += 1
            self._n_evaluated[evaluated] += 1
            self._n_scored += has_score

    @property
    def counts(self) -> BoolArray:
        """Which splits count: shape (n_splits,)."""
        has_most = self._n_scored.max() > SHARE * self._n_candidates
        if self._n_candidates < self.fewest or not has_most:
            return np.ones(len(self._n_scored), dtype=bool)
        return np.asarray((self._n_scored > 0) | (self._n_evaluated < self.fewest))
