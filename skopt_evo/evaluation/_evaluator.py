"""Evaluation of candidates, each split of each one on its own, with no barrier."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sklearn.base import clone

from skopt_evo._sklearn_compat import (
    SearchTask,
    check_method_params,
    fit_and_score,
    safe_split,
)
from skopt_evo.evaluation._checkpoint import Checkpoint
from skopt_evo.evaluation._pool import Pool
from skopt_evo.evaluation._stopping import Deadline
from skopt_evo.hypergrad import Fold
from skopt_evo.hypergrad._exact import FoldDifferentiator
from skopt_evo.results import Trial

# Workers get so many short fits at a time that they are busy for about as long.
BATCH_SECONDS = 0.05

# What takes less than this is done before workers would have it.
SHORT_SECONDS = 0.02


@dataclass(eq=False)
class Flight:
    """A candidate under way.

    Attributes
    ----------
    params : mapping
        The candidate's parameters.
    number : int
        How many candidates of the search came before.
    place : int
        How many candidates of its callback task came before.
    task : SearchTask
        The callback task that the fits belong to.
    folds : list of dict or None
        The results, None for splits that there are none of yet.
    with_workers : bool
        Whether the fits are left to workers; else they are done when waited for.
    """

    params: Any
    number: int
    place: int
    task: SearchTask
    folds: list[dict[str, Any] | None]
    with_workers: bool = False


@dataclass
class Evaluator:
    """Cross-validates candidates on splits that are fixed for the whole search.

    A context manager: workers start when it is entered. What they are still at when it
    is left is dropped.

    Parameters
    ----------
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
    n_jobs : int, default=None
        As for :class:`joblib.Parallel`.
    pre_dispatch : int or str, default="2*n_jobs"
        As for :class:`joblib.Parallel`.
    gradient : FoldDifferentiator, default=None
        Differentiates each score by the parameters, beside the fit.
    checkpoint : Checkpoint, default=None
        Knows results of an earlier run, and keeps those of this one.
    deadline : Deadline, default=Deadline(None)
        When to give up waiting.
    """

    estimator: Any
    X: Any
    y: Any
    splits: Sequence[tuple[Any, Any]]
    n_candidates: int
    fit_and_score_params: dict[str, Any]
    n_jobs: int | None = None
    pre_dispatch: int | str = "2*n_jobs"
    gradient: FoldDifferentiator | None = None
    checkpoint: Checkpoint | None = None
    deadline: Deadline = field(default_factory=lambda: Deadline(None))
    _flights: dict[Trial, Flight] = field(default_factory=dict, init=False)
    _n_submitted: int = field(default=0, init=False)
    _n_fits: int = field(default=0, init=False)
    _seconds: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Choose the workers."""
        self._pool = Pool(_fit_and_score_all, self.n_jobs, self.pre_dispatch)

    def __enter__(self) -> Evaluator:
        """Start the workers."""
        self._pool.__enter__()
        return self

    def __exit__(self, *exc_info: Any) -> None:
        """Release the workers."""
        self._pool.__exit__(*exc_info)

    def submit(self, trials: Sequence[Trial], task: SearchTask) -> None:
        """Begin to evaluate candidates, beside all others that are under way.

        In a single process nothing begins before it is waited for: what nobody wants
        to know any more is never done.

        Parameters
        ----------
        trials : sequence of Trial
            New candidates.
        task : SearchTask
            The callback task that the fits belong to, and no others.
        """
        fits = []
        for place, trial in enumerate(trials):
            number = self._n_submitted + place
            folds = self._recall(number, trial)
            flight = Flight(trial.params, number, place, task, folds)
            self._flights[trial] = flight
            fits += [(flight, split) for split in self._missing(flight)]
        self._n_submitted += len(trials)
        if size := self._batch_size():
            for first in range(0, len(fits), size):
                batch = fits[first : first + size]
                self._pool.submit(batch, partial(self._arguments, batch))
            for flight, _ in fits:
                flight.with_workers = True

    def wait(self, trial: Trial) -> None:
        """Wait for a candidate and fill in its `folds`.

        Parameters
        ----------
        trial : Trial
            A candidate that was submitted, and not waited for before.

        Raises
        ------
        Exception
            What a fit raised, of this candidate or of another one, if `error_score` is
            ``"raise"``; what killed a worker.
        OutOfTimeError
            If the deadline is over, after a fit or within a second.
        """
        flight = self._flights.pop(trial)
        if not flight.with_workers:
            for split in self._missing(flight):
                self.deadline.check()
                batch = [(flight, split)]
                self._note(batch, _fit_and_score_all(**self._arguments(batch)))
        while None in flight.folds:
            self._note(*self._pool.next_done(self.deadline.check))
        trial.folds = [fold for fold in flight.folds if fold is not None]
        # Not among what scikit-learn makes its columns of.
        trial.gradients = [fold.pop("gradient", None) for fold in trial.folds]

    def _recall(self, number: int, trial: Trial) -> list[dict[str, Any] | None]:
        """Return the results of a candidate that are known already, None for others."""
        n_splits = len(self.splits)
        if self.checkpoint is None:
            return [None] * n_splits
        return self.checkpoint.recall(number, trial, n_splits)

    def _missing(self, flight: Flight) -> list[int]:
        return [split for split, fold in enumerate(flight.folds) if fold is None]

    def _batch_size(self) -> int:
        """Return how many fits make a task, 0 if they are not worth sending around.

        Submitting is all the same to a worker: what counts is how much there is to do
        for all of them.
        """
        if self._pool.is_sequential:
            return 0
        if not self._n_fits:
            return 1
        seconds = self._seconds / self._n_fits
        n_under_way = len(self._flights) * len(self.splits)
        if n_under_way * seconds < SHORT_SECONDS:
            return 0
        n_in_time = BATCH_SECONDS / seconds
        n_in_turn = n_under_way / self._pool.n_workers
        return max(1, math.ceil(min(n_in_time, n_in_turn)))

    def _arguments(self, batch: Sequence[tuple[Flight, int]]) -> dict[str, Any]:
        """Return what `_fit_and_score_all` needs to know, made when it is called."""
        fits = []
        for flight, split in batch:
            train, test = self.splits[split]
            fits.append(
                {
                    "estimator": clone(self.estimator),
                    "train": train,
                    "test": test,
                    "parameters": flight.params,
                    "split_progress": (split, len(self.splits)),
                    "candidate_progress": (flight.number, self.n_candidates),
                    **flight.task.leaf(flight.place * len(self.splits) + split),
                }
            )
        # X and y on their own: dask sends each argument of a task around once.
        return {
            "fits": fits,
            "gradient": self.gradient,
            "X": self.X,
            "y": self.y,
            **self.fit_and_score_params,
        }

    def _note(
        self, batch: Sequence[tuple[Flight, int]], results: Sequence[dict[str, Any]]
    ) -> None:
        """Keep results until their candidate is waited for."""
        for (flight, split), fold in zip(batch, results, strict=True):
            self._n_fits += 1
            self._seconds += fold["fit_time"] + fold["score_time"]
            self._seconds += fold.pop("gradient_time", 0.0)
            if self.checkpoint is not None:
                self.checkpoint.note(flight.number, split, fold)
            flight.folds[split] = fold


def _fit_and_score_all(
    fits: Sequence[dict[str, Any]], gradient: FoldDifferentiator | None, **common: Any
) -> list[dict[str, Any]]:
    """Fit and score one candidate on one split after the other."""
    if gradient is None:
        return [fit_and_score(**fit, **common) for fit in fits]
    return [_fit_score_and_differentiate(fit, gradient, common) for fit in fits]


def _fit_score_and_differentiate(
    fit: dict[str, Any], gradient: FoldDifferentiator, common: dict[str, Any]
) -> dict[str, Any]:
    """Fit and score, and differentiate the score while there is a fitted estimator."""
    result: dict[str, Any] = fit_and_score(**fit, **common, return_estimator=True)
    estimator = result.pop("estimator")
    if result["fit_error"] is not None:
        return result
    start = time.time()
    X, y, train, test = common["X"], common["y"], fit["train"], fit["test"]
    X_train, y_train = safe_split(estimator, X, y, train)
    X_test, y_test = safe_split(estimator, X, y, test, train)
    result["gradient"] = gradient(
        estimator,
        Fold(
            X_train,
            y_train,
            X_test,
            check_method_params(X, params=common["fit_params"], indices=train),
        ),
        y_test,
        check_method_params(X, params=common["score_params"], indices=test),
        result["test_scores"],
        fit["parameters"],
    )
    result["gradient_time"] = time.time() - start
    return result
