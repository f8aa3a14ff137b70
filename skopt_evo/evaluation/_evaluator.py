"""Evaluation of candidates: every split of every candidate is a joblib task."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from joblib import effective_n_jobs
from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from skopt_evo._sklearn_compat import SearchTask, fit_and_score
from skopt_evo.results import Trial

# Workers get so many short fits at a time that they are busy for about as long.
BATCH_SECONDS = 0.05

# What takes less than this is done before workers would have it.
SHORT_SECONDS = 0.02


@dataclass
class Evaluator:
    """Cross-validates candidates on splits that are fixed for the whole search.

    Parameters
    ----------
    parallel : Parallel
        An open pool of workers, kept between batches.
    estimator : estimator
        The estimator to clone for each fit.
    X, y : array-like
        The data, `y` None if there is none.
    splits : list of (train, test) index arrays
        The folds.
    n_candidates : int
        How many candidates there will be in all, for progress messages.
    fit_and_score_params : dict
        Further arguments of scikit-learn's ``_fit_and_score``.
    """

    parallel: Parallel
    estimator: Any
    X: Any
    y: Any
    splits: Sequence[tuple[Any, Any]]
    n_candidates: int
    fit_and_score_params: dict[str, Any]
    n_evaluated: int = 0
    seconds: float = 0.0

    def evaluate(self, trials: Sequence[Trial], task: SearchTask) -> None:
        """Fill in the `folds` of the trials, all of them side by side.

        Parameters
        ----------
        trials : sequence of Trial
            New candidates.
        task : SearchTask
            The callback task that the fits belong to.
        """
        pairs = itertools.product(enumerate(trials), enumerate(self.splits))
        fits = (
            {
                "estimator": clone(self.estimator),
                "X": self.X,
                "y": self.y,
                "train": train,
                "test": test,
                "parameters": trial.params,
                "split_progress": (split, len(self.splits)),
                "candidate_progress": (self.n_evaluated + number, self.n_candidates),
                **task.leaf(number * len(self.splits) + split),
                **self.fit_and_score_params,
            }
            for (number, trial), (split, (train, test)) in pairs
        )
        n_fits = len(trials) * len(self.splits)
        size = self._batch_size(n_fits)
        batches = iter(lambda: list(itertools.islice(fits, size)), [])
        if size == n_fits:
            done = map(_fit_and_score_all, batches)
        else:
            done = self.parallel(map(delayed(_fit_and_score_all), batches))
        results = itertools.chain.from_iterable(done)
        for trial in trials:
            trial.folds = list(itertools.islice(results, len(self.splits)))
            self.seconds += sum(
                fold["fit_time"] + fold["score_time"] for fold in trial.folds
            )
        self.n_evaluated += len(trials)

    def _batch_size(self, n_fits: int) -> int:
        """Return how many fits make a joblib task: more than one if they are short.

        joblib batches short tasks by itself, but learns how anew with every call, which
        is with every generation.
        """
        if not self.n_evaluated:
            return 1
        seconds = self.seconds / (self.n_evaluated * len(self.splits))
        if n_fits * seconds < SHORT_SECONDS:
            return n_fits
        n_in_time = BATCH_SECONDS / seconds
        n_in_turn = n_fits / int(effective_n_jobs(self.parallel.n_jobs))
        return max(1, math.ceil(min(n_in_time, n_in_turn)))


def _fit_and_score_all(batch: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fit and score one candidate on one split after the other."""
    return [fit_and_score(**arguments) for arguments in batch]
