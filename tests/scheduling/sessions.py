"""Sessions for tests: fits are quick, and run in an order and fail as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.metrics import check_scoring
from sklearn.model_selection import KFold

from skopt_evo._interruption import Interruption
from skopt_evo._sklearn_callbacks import SearchTask
from skopt_evo.evaluation import FitSettings, evaluate
from skopt_evo.executors import Done
from skopt_evo.results import Objective
from skopt_evo.scheduling import (
    AllSplits,
    CallbackTasks,
    Interrupted,
    Progress,
    Session,
    Snapshot,
)
from skopt_evo.scheduling._pending import PendingTrials
from skopt_evo.space import SearchSpace
from skopt_evo.trials import Fault, Trial

X, y = load_iris(return_X_y=True)
NO_TASK = SearchTask(None, None)
SETTINGS = [each.name for each in fields(FitSettings)]
NOTHING_KNOWN = Snapshot([], 0)


class Numbered(ClassifierMixin, BaseEstimator):
    """Its score is its number; it cannot be fitted with a negative one."""

    def __init__(self, number: float = 0) -> None:
        self.number = number

    def fit(self, X: Any, y: Any) -> Numbered:
        if self.number < 0:
            raise ValueError("negative")
        self.classes_ = np.unique(y)
        return self

    def score(self, X: Any, y: Any) -> float:
        return float(self.number)


class Scripted:
    """An executor that does tasks in this process, and lets some of them fail.

    Parameters
    ----------
    fates : mapping of (candidate, split) to a list of Fault or Done
        What becomes of a fit at first, one after the other; then it is done. Of a
        `Done` the fault counts, and whether it was alone.
    most_running : int
        How many tasks the workers are at.
    seed : int, default=None
        Tasks end in a random order with this seed; None for that of their submission.

    Attributes
    ----------
    ended : list of (candidate, split)
        The fits that came to an end, one way or another.
    seen : list of list of (candidate, split)
        All fits that were submitted and had not ended, before each of these ends.
    most_candidates : int
        Of how many candidates fits were submitted at a time.
    """

    n_workers = 2

    def __init__(
        self,
        fates: Mapping[tuple[int, int], Sequence[Any]] | None = None,
        most_running: int = 3,
        seed: int | None = None,
    ) -> None:
        self.fates = {fit: list(faults) for fit, faults in (fates or {}).items()}
        self.most_running = most_running
        self.rng = None if seed is None else np.random.default_rng(seed)
        self.ended: list[tuple[int, int]] = []
        self.seen: list[list[tuple[int, int]]] = []
        self.keys: list[Any] = []
        self.affinities: list[Any] = []
        self.most_candidates = 0

    @contextmanager
    def open(self, call: Any, common: Mapping[str, Any]) -> Iterator[Scripted]:
        self.call, self.common = call, common
        self.tasks: list[tuple[Any, Mapping[str, Any]]] = []
        try:
            yield self
        finally:
            self.tasks.clear()

    def submit(
        self, key: Any, arguments: Mapping[str, Any], affinity: Any = None
    ) -> None:
        assert key not in [known for known, _ in self.tasks]
        self.tasks.append((key, arguments))
        self.keys.append(key)
        self.affinities.append(affinity)
        n_candidates = len({number for (number, _), _ in self.tasks})
        self.most_candidates = max(self.most_candidates, n_candidates)

    def next_done(self, timeout: float | None) -> Done | None:
        if not self.tasks:
            raise AssertionError("somebody waits for nothing")
        self.seen.append([fit_of(key) for key, _ in self.tasks])
        n_running = min(self.most_running, len(self.tasks))
        place = 0 if self.rng is None else int(self.rng.integers(n_running))
        key, arguments = self.tasks.pop(place)
        self.ended.append(fit_of(key))
        if self.fates.get(fit_of(key)):
            fate = self.fates[fit_of(key)].pop(0)
            if isinstance(fate, Fault):
                return Done(key, fault=fate)
            return Done(key, fault=fate.fault, is_alone=fate.is_alone)
        try:
            return Done(key, self.call(**self.common, **arguments))
        except Exception as error:
            return Done(key, error=error)

    def withdraw(self) -> list[Any]:
        # A worker that has just lost its task is not given the next one before.
        n_running = self.most_running - 1
        waiting = [key for key, _ in self.tasks[n_running:]]
        del self.tasks[n_running:]
        return waiting


def fit_of(key: Any) -> tuple[int, int]:
    """Return the candidate and the split of a fit."""
    number, unit = key
    return number, unit.split


def settings_of(estimator: Any, **options: Any) -> FitSettings:
    """Return how to fit and score, with those of some options that belong to it."""
    given = {name: options[name] for name in options if name in SETTINGS}
    return FitSettings(
        **{
            "scorer": check_scoring(estimator),
            "fit_params": {},
            "score_params": {},
            **given,
        }
    )


def make_session(
    executor: Any = None,
    *,
    proposer: Any = None,
    estimator: Any = None,
    n_splits: int = 3,
    budgets: Sequence[int] = (100,),
    task: Any = NO_TASK,
    has_generations: bool = False,
    rules: Sequence[Any] = (),
    schedule: Any = None,
    checkpoint: Any = None,
    **common: Any,
) -> Session:
    """Return a session of some candidates of `Numbered`."""
    estimator = Numbered() if estimator is None else estimator
    objective, interruption = Objective(None), Interruption()
    callbacks = CallbackTasks(task, n_splits, has_generations=has_generations)
    return Session(
        space=SearchSpace({"number": range(1000)}),
        proposer=proposer,
        objective=objective,
        executor=Scripted() if executor is None else executor,
        common={
            "estimator": estimator,
            "X": X,
            "y": y,
            "splits": list(KFold(n_splits, shuffle=True, random_state=0).split(X)),
            "n_candidates": 4,
            "seed": 0,
            **{name: common[name] for name in common if name not in SETTINGS},
            "settings": settings_of(estimator, **common),
        },
        budgets=budgets,
        callbacks=callbacks,
        progress=Progress(0, budgets[-1], objective),
        interruption=interruption,
        rules=[Interrupted(interruption), *rules, callbacks],
        schedule=AllSplits() if schedule is None else schedule,
        checkpoint=checkpoint,
    )


def trials_of(*values: Any, name: str = "number") -> list[Trial]:
    """Return a candidate for each value of a parameter."""
    return [Trial({name: value}, 0, "initial") for value in values]


def wait(session: Session, pending: PendingTrials, trial: Trial) -> None:
    """Wait for a candidate, as a loop does."""
    while not pending.is_done(trial):
        done = session.executor.next_done(None)
        assert done is not None
        pending.take(done)
    pending.hand_over(trial)


def evaluate_all(session: Session, trials: Sequence[Trial]) -> None:
    """Evaluate candidates, one beside the other."""
    pending = PendingTrials(session)
    with session.executor.open(evaluate, session.common):
        pending.start(trials, NOTHING_KNOWN)
        for trial in trials:
            wait(session, pending, trial)


def scores_of(trials: Sequence[Trial]) -> list[list[Any]]:
    """Return the score of each candidate on each split, in order."""
    return [[fold.test_scores for fold in trial.folds] for trial in trials]
