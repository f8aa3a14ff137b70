"""What a search prints while it runs."""

from __future__ import annotations

import numpy as np

from skopt_evo.results import Front, Objective
from skopt_evo.strategies import non_dominated_ranks
from skopt_evo.trials import Trial

# Digits of a score.
DIGITS = 6


class Progress:
    """Prints a line each time the best score improves, and one at the end.

    Parameters
    ----------
    verbose : int
        0 for no line.
    n_candidates : int
        How many candidates there will be at most.
    objective : Objective
        What is to improve. It has learnt of a candidate before this is told of it.
    """

    def __init__(self, verbose: int, n_candidates: int, objective: Objective) -> None:
        self._is_on = verbose > 0
        self._n_candidates = n_candidates
        self._objective = objective
        self._n_changes = objective.n_changes
        self._front = Front()
        self._n_told = 0

    def begin(self, n_splits: int) -> None:
        """Say how much there is to do, in the words of scikit-learn's searches."""
        if self._is_on:
            n_candidates = self._n_candidates
            print(
                f"Fitting {n_splits} folds for each of {n_candidates} candidates, "
                f"totalling {n_candidates * n_splits} fits"
            )

    def tell(self, trial: Trial) -> None:
        """Say so if a candidate is the best so far.

        One that was pruned is not: its mean is of other splits, or of less data.
        """
        self._n_told += 1
        if not self._is_on or trial.is_pruned:
            return
        if self._n_changes != self._objective.n_changes:
            # Other splits count now: the scores before do not compare with these.
            self._n_changes, self._front = self._objective.n_changes, Front()
        if self._front.add(self._objective.losses(trial)):
            is_one = len(self._objective.losses(trial)) == 1
            what = "new best score" if is_one else "new on the Pareto front, scores"
            params = ", ".join(f"{name}={trial.params[name]}" for name in trial.params)
            print(
                f"[candidate {self._n_told}/{self._n_candidates}] {what}: "
                f"{self._scores(trial)} ({trial.origin}: {params})"
            )

    def end(self, stop_reason: str) -> None:
        """Say what became of the search, if it is to be told."""
        if not self._is_on:
            return
        trials = self._objective.trials
        losses = np.array([self._objective.losses(trial) for trial in trials])
        losses[[trial.is_pruned for trial in trials]] = np.nan
        if losses.shape[1] > 1:
            n_best = int(np.sum(non_dominated_ranks(losses) == 0))
            best = f"{n_best} on the Pareto front"
        else:
            first = np.where(np.isnan(losses[:, 0]), np.inf, losses[:, 0])
            best = f"best score: {self._scores(trials[int(np.argmin(first))])}"
        n_failed = sum(trial.status not in ("ok", "raced") for trial in trials)
        print(
            f"[end of the search] {len(trials)} candidates, {n_failed} failed, {best}, "
            f"stop_reason: {stop_reason}"
        )

    def _scores(self, trial: Trial) -> str:
        """Return the mean scores of a candidate, without its penalty."""
        scores = trial.penalty - self._objective.losses(trial)
        return ", ".join(f"{score:.{DIGITS}g}" for score in scores)
