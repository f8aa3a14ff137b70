"""Evaluation of candidates, each split of each one on its own, with no barrier."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from sklearn.base import clone

from skopt_evo._messages import shown
from skopt_evo._sklearn_compat import (
    SearchTask,
    check_method_params,
    safe_split,
)
from skopt_evo.checkpoint import Checkpoint
from skopt_evo.evaluation._error_score import scored_fold
from skopt_evo.evaluation._faults import failed_fold
from skopt_evo.evaluation._pool import Pool
from skopt_evo.evaluation._stopping import Deadline, Interruption
from skopt_evo.exceptions import FitTimeoutError, WorkerDiedError
from skopt_evo.hypergrad import Fold
from skopt_evo.space import SearchSpace
from skopt_evo.space._values import ValueTable
from skopt_evo.trials import Fault, FoldGradient, FoldResult, Trial, Unit

# Workers get so many short fits at a time that they are busy for about as long.
BATCH_SECONDS = 0.05

# A candidate is given up when a fit of the same split has ended so many workers. One
# may have come to its end for another reason.
MOST_DEATHS = 2

Fit = tuple["Flight", int]
Differentiate: TypeAlias = Callable[..., FoldGradient]


@dataclass(eq=False)
class Flight:
    """A candidate under way.

    Attributes
    ----------
    trial : Trial
        The candidate.
    place : int
        How many candidates of its callback task came before.
    task : SearchTask
        The callback task that the fits belong to.
    folds : list of FoldResult or None
        The results, None for splits that there are none of yet.
    fault : Fault or None
        What the candidate was given up for.
    deaths : list of int
        The splits whose fits have ended a worker.
    held : list of int
        The splits that are to be fitted one after the other, since a worker has died
        of this candidate.
    original : Trial or None
        An earlier candidate with the same parameters, whose results count for this
        one, too.
    """

    trial: Trial
    place: int
    task: SearchTask
    folds: list[FoldResult | None]
    fault: Fault | None = None
    deaths: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    original: Trial | None = None

    def missing(self) -> list[int]:
        """Return the splits that there are no results of yet."""
        return [split for split, fold in enumerate(self.folds) if fold is None]


@dataclass
class Evaluator:
    """Cross-validates candidates on splits that are fixed for the whole search.

    A candidate that has the parameters of an earlier one, as points of a grid may have,
    gets the results of that one.

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
    gradient : callable, default=None
        Differentiates each score by the parameters, beside the fit.
    checkpoint : Checkpoint, default=None
        Knows results of an earlier run, and keeps those of this one.
    space : SearchSpace, default=None
        Tells candidates of an earlier run that are the same but for rounding.
    deadline : Deadline, default=Deadline(None)
        When to give up waiting.
    interruption : Interruption, default=Interruption()
        Ctrl-C, if somebody takes it.
    fit_timeout : float, default=None
        Seconds that a fit may take with all that belongs to it; None for any time.
    """

    estimator: Any
    X: Any
    y: Any
    splits: Sequence[tuple[Any, Any]]
    n_candidates: int
    fit_and_score_params: dict[str, Any]
    n_jobs: int | None = None
    pre_dispatch: int | str = "2*n_jobs"
    gradient: Differentiate | None = None
    checkpoint: Checkpoint | None = None
    space: SearchSpace | None = None
    deadline: Deadline = field(default_factory=lambda: Deadline(None))
    interruption: Interruption = field(default_factory=Interruption)
    fit_timeout: float | None = None
    _flights: dict[Trial, Flight] = field(default_factory=dict, init=False)
    _n_submitted: int = field(default=0, init=False)
    _n_fits: int = field(default=0, init=False)
    _seconds: float = field(default=0.0, init=False)
    _has_faults: bool = field(default=False, init=False)
    _originals: dict[Hashable, Trial] = field(default_factory=dict, init=False)
    _values: ValueTable = field(default_factory=ValueTable, init=False)

    def __post_init__(self) -> None:
        """Choose the workers."""
        # X and y on their own: dask sends each argument of a task around once.
        self._common = {
            "gradient": self.gradient,
            "X": self.X,
            "y": self.y,
            **self.fit_and_score_params,
        }
        self._pool = Pool(
            _fit_and_score_all,
            self.n_jobs,
            self.pre_dispatch,
            common=self._common,
            limit=self.fit_timeout,
        )

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
        fits, n_splits = [], len(self.splits)
        for place, trial in enumerate(trials):
            trial.number = self._n_submitted + place
            flight = Flight(trial, place, task, [None] * n_splits)
            flight.original = self._original(trial)
            self._recall(flight)
            self._flights[trial] = flight
            if flight.original is None:
                fits += [(flight, split) for split in flight.missing()]
        self._n_submitted += len(trials)
        if not self._pool.is_sequential:
            size = self._batch_size()
            for first in range(0, len(fits), size):
                self._send(fits[first : first + size])

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
            ``"raise"``.
        FitTimeoutError, WorkerDiedError
            Likewise if a fit was stopped, or ended workers.
        OutOfTimeError, KeyboardInterrupt
            If the deadline is over, after a fit or within a second; likewise after
            Ctrl-C, which ends a fit in this process.
        """
        self.interruption.check()
        flight = self._flights[trial]
        if flight.original is not None:
            # It was submitted, and so waited for, before.
            self._repeat(trial, self._flights.pop(trial), flight.original)
            return
        if self._pool.is_sequential:
            for split in flight.missing():
                self.deadline.check()
                batch = [(flight, split)]
                arguments = {**self._arguments(batch), **self._common}
                with self.interruption.at_once():
                    results = _fit_and_score_all(**arguments)
                self._note(batch, results)
        while flight.missing():
            batch, outcome = self._pool.next_done(self._check)
            if isinstance(outcome, Fault):
                self._note_fault(batch, outcome)
            else:
                self._note(batch, outcome)
        _fill_in(trial, self._flights.pop(trial))

    def finished(self) -> list[Trial]:
        """Return the candidates that are evaluated, and were not waited for.

        They come in the order in which they were submitted, with their `folds`.
        """
        finished = []
        for trial, flight in list(self._flights.items()):
            if flight.original is None:
                if flight.missing():
                    continue
                _fill_in(trial, flight)
            elif flight.original.folds:
                self._repeat(trial, flight, flight.original)
            else:
                continue
            del self._flights[trial]
            finished.append(trial)
        return finished

    def _check(self) -> None:
        """Raise if it is no use to wait any longer."""
        self.interruption.check()
        self.deadline.check()

    def _original(self, trial: Trial) -> Trial | None:
        """Return the earlier candidate with the same parameters, if there is one."""
        key = self._values.key(trial.params)
        original = self._originals.setdefault(key, trial)
        return None if original is trial else original

    def _recall(self, flight: Flight) -> None:
        """Fill in what the checkpoint knows of a candidate already."""
        if self.checkpoint is None:
            return
        n_splits = len(self.splits)
        known, given_up = self.checkpoint.recall(flight.trial, n_splits, self.space)
        flight.folds = [known.get(Unit(split)) for split in range(n_splits)]
        if given_up is not None:
            (split, _), fault = given_up
            self._give_up(flight, split, fault)
        self._arm_deadline(flight)

    def _send(self, batch: Sequence[Fit]) -> None:
        """Leave fits to the workers, as one task."""
        self._pool.submit(batch, partial(self._arguments, batch))

    def _batch_size(self) -> int:
        """Return how many fits make a task.

        Submitting is all the same to a worker: what counts is how much there is to do
        for all of them.
        """
        if not self._n_fits or self._has_faults:
            return 1
        n_under_way = len(self._flights) * len(self.splits)
        n_in_time = BATCH_SECONDS * self._n_fits / max(self._seconds, 1e-9)
        n_in_turn = n_under_way / self._pool.n_workers
        return max(1, math.ceil(min(n_in_time, n_in_turn)))

    def _arguments(self, batch: Sequence[Fit]) -> dict[str, Any]:
        """Return what a task alone needs to know, made when it is called."""
        return {"fits": [self._arguments_of_fit(*fit) for fit in batch]}

    def _arguments_of_fit(self, flight: Flight, split: int) -> dict[str, Any]:
        return {
            "estimator": clone(self.estimator),
            "parameters": flight.trial.params,
            **self._progress(flight, split),
            **flight.task.leaf(flight.place * len(self.splits) + split),
        }

    def _progress(self, flight: Flight, split: int) -> dict[str, Any]:
        train, test = self.splits[split]
        return {
            "train": train,
            "test": test,
            "split_progress": (split, len(self.splits)),
            "candidate_progress": (flight.trial.number, self.n_candidates),
        }

    def _note(self, batch: Sequence[Fit], results: Sequence[FoldResult]) -> None:
        """Keep results until their candidate is waited for."""
        for (flight, split), fold in zip(batch, results, strict=True):
            self._n_fits += 1
            self._seconds += fold.fit_time + fold.score_time + fold.gradient_time
            if flight.fault is not None:
                continue  # given up while this fit was under way
            if self.checkpoint is not None:
                self.checkpoint.note(flight.trial, Unit(split), fold)
            flight.folds[split] = fold
            self._go_on(flight)
            self._arm_deadline(flight)

    def _note_fault(self, batch: Sequence[Fit], fault: Fault) -> None:
        """Give a candidate up, or try again what did not come to its end."""
        self._has_faults = True
        # From now on each fit is a task of its own: the next fault tells whose it is.
        again = [fit for other in self._pool.withdraw() for fit in other]
        if len(batch) > 1:
            again = [*batch, *again]
        else:
            ((flight, split),) = batch
            if flight.fault is None:
                self._blame(flight, split, fault)
                again = [(flight, split), *again]
        for flight, split in again:
            if flight.fault is not None:
                continue
            if flight.deaths:
                flight.held.append(split)
                self._go_on(flight)
            else:
                self._send([(flight, split)])

    def _blame(self, flight: Flight, split: int, fault: Fault) -> None:
        """Hold a fault against a candidate."""
        if fault.kind == "crashed":
            flight.deaths.append(split)
            if flight.deaths.count(split) < MOST_DEATHS:
                return
        self._give_up(flight, split, fault)
        if self.checkpoint is not None:
            self.checkpoint.note_fault(flight.trial, Unit(split), fault)

    def _give_up(self, flight: Flight, split: int, fault: Fault) -> None:
        """Let all fits of a candidate count as failed.

        Whatever else there is of it: which fit was the first to fail is chance.
        """
        params = flight.trial.params
        try:
            folds = [
                failed_fold(fault, params, self._progress(flight, place), self._common)
                for place in range(len(self.splits))
            ]
        except (FitTimeoutError, WorkerDiedError) as error:
            error.add_note(
                f"It was split {split} of candidate {flight.trial.number}, "
                f"{shown(dict(params))}, after {fault.seconds:.3g} seconds."
            )
            raise
        folds[split] = replace(folds[split], fit_time=fault.seconds)
        flight.fault, flight.held = fault, []
        flight.folds = list(folds)
        self._arm_deadline(flight)

    def _arm_deadline(self, flight: Flight) -> None:
        """Let the time count from the first candidate on that is evaluated."""
        if not flight.missing():
            self.deadline.arm()

    def _repeat(self, trial: Trial, flight: Flight, original: Trial) -> None:
        """Hand the results of an earlier candidate over to one with its parameters."""
        trial.folds, trial.fault = list(original.folds), original.fault
        for split in range(len(self.splits)):
            flight.task.pass_over(flight.place * len(self.splits) + split)

    def _go_on(self, flight: Flight) -> None:
        """Begin with the next fit of a candidate that has ended a worker, alone."""
        if flight.held and len(flight.missing()) == len(flight.held):
            self._send([(flight, flight.held.pop(0))])


def _fill_in(trial: Trial, flight: Flight) -> None:
    """Hand the results over to the candidate that they are of."""
    trial.folds = [fold for fold in flight.folds if fold is not None]
    trial.fault = None if flight.fault is None else flight.fault.kind


def _fit_and_score_all(
    fits: Sequence[dict[str, Any]], gradient: Differentiate | None, **common: Any
) -> list[FoldResult]:
    """Fit and score one candidate on one split after the other."""
    if gradient is None:
        return [scored_fold(**fit, **common)[0] for fit in fits]
    return [_fit_score_and_differentiate(fit, gradient, common) for fit in fits]


def _fit_score_and_differentiate(
    fit: dict[str, Any], gradient: Differentiate, common: dict[str, Any]
) -> FoldResult:
    """Fit and score, and differentiate the score while there is a fitted estimator."""
    fold, estimator = scored_fold(**fit, **common, return_estimator=True)
    if fold.fit_error is not None:
        return fold
    start = time.time()
    X, y, train, test = common["X"], common["y"], fit["train"], fit["test"]
    X_train, y_train = safe_split(estimator, X, y, train)
    X_test, y_test = safe_split(estimator, X, y, test, train)
    found = gradient(
        estimator,
        Fold(
            X_train,
            y_train,
            X_test,
            check_method_params(X, params=common["fit_params"], indices=train),
        ),
        y_test,
        check_method_params(X, params=common["score_params"], indices=test),
        fold.computed_scores(),
        fit["parameters"],
    )
    return replace(fold, gradient=found, gradient_time=time.time() - start)
