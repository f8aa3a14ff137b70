"""Evaluation of candidates: every split of every candidate is a joblib task."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone
from sklearn.utils.parallel import Parallel, delayed

from skopt_evo._sklearn_compat import SearchTask, fit_and_score
from skopt_evo.results import Trial


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
        tasks = (
            delayed(fit_and_score)(
                clone(self.estimator),
                self.X,
                self.y,
                train=train,
                test=test,
                parameters=trial.params,
                split_progress=(split, len(self.splits)),
                candidate_progress=(self.n_evaluated + number, self.n_candidates),
                **task.leaf(number * len(self.splits) + split),
                **self.fit_and_score_params,
            )
            for (number, trial), (split, (train, test)) in pairs
        )
        results = iter(self.parallel(tasks))
        for trial in trials:
            trial.folds = list(itertools.islice(results, len(self.splits)))
        self.n_evaluated += len(trials)
