"""Candidates whose fits are under way."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from skopt_evo.evaluation import failed_results
from skopt_evo.executors import Done
from skopt_evo.scheduling._schedule import Snapshot, Verdict
from skopt_evo.scheduling._session import Session
from skopt_evo.space import ValueTable
from skopt_evo.trials import Fault, FoldResult, Trial, Unit

# The key of a fit, for the executor: the number of the candidate, and the unit.
Fit: TypeAlias = tuple[int, Unit]


@dataclass(eq=False)
class PendingTrial:
    """A candidate under way.

    Attributes
    ----------
    trial : Trial
        The candidate.
    known : Snapshot
        What its schedule may compare it with.
    recalled : dict of Unit to FoldResult
        Results of an earlier run that its schedule has not asked for yet.
    open : set of Unit
        The fits that its schedule has asked for and that are not done.
    held : list of Unit
        Those of them that wait for the others, since they are to run one at a time.
    original : PendingTrial or None
        An earlier candidate with the same parameters, whose results are taken.
    copies : list of PendingTrial
        Later candidates with the same parameters, which wait for the results.
    is_done : bool
        Whether nothing more of it is to be run.
    """

    trial: Trial
    known: Snapshot
    recalled: dict[Unit, FoldResult] = field(default_factory=dict)
    open: set[Unit] = field(default_factory=set)
    held: list[Unit] = field(default_factory=list)
    original: PendingTrial | None = None
    copies: list[PendingTrial] = field(default_factory=list)
    is_done: bool = False


class PendingTrials:
    """Has candidates evaluated, whatever becomes of their fits.

    A candidate with the parameters of an earlier one, as points of a grid may have
    them, gets the results of that one.

    Parameters
    ----------
    session : Session
        The search.

    Attributes
    ----------
    has_results : bool
        Whether there has been a candidate whose fits are all done.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pending: dict[int, PendingTrial] = {}
        self._first_with: dict[Hashable, PendingTrial] = {}
        self._values = ValueTable()
        self._n_started = 0
        self.has_results = False

    def start(self, trials: Sequence[Trial], known: Snapshot) -> None:
        """Begin to evaluate candidates, beside all others that are under way.

        Parameters
        ----------
        trials : sequence of Trial
            New candidates, which get their numbers here.
        known : Snapshot
            What is known when they are proposed.
        """
        for trial in trials:
            trial.number, trial.n_splits = self._n_started, self._session.n_splits
            self._n_started += 1
        self._session.callbacks.open(trials)
        for trial in trials:
            self._start(PendingTrial(trial, known))

    def take(self, done: Done) -> None:
        """Take note of what became of a fit; raise what it has raised."""
        if done.error is not None:
            raise done.error
        number, unit = cast(Fit, done.key)
        pending = self._pending.get(number)
        if pending is not None and unit not in pending.open:
            pending = None  # it was given up while this fit was under way
        if done.fault is not None:
            self._take_fault(done, pending)
        elif pending is not None:
            if self._session.checkpoint is not None:
                self._session.checkpoint.note(pending.trial, unit, done.result)
            kept, fold = self._session.kept, done.result
            self._take_result(pending, unit, fold if kept is None else kept.hold(fold))

    def is_done(self, trial: Trial) -> bool:
        """Tell whether all fits of a candidate are done."""
        return self._pending[trial.number].is_done

    def hand_over(self, trial: Trial) -> None:
        """Remove a candidate that is done."""
        pending = self._pending.pop(trial.number)
        if pending.original is not None:
            self._session.callbacks.pass_over(trial, trial.results)

    def finished(self) -> list[Trial]:
        """Remove all candidates that are done; return them in order."""
        finished = [each.trial for each in self._pending.values() if each.is_done]
        for trial in finished:
            self.hand_over(trial)
        return finished

    def _start(self, pending: PendingTrial) -> None:
        trial = pending.trial
        self._pending[trial.number] = pending
        key = self._values.key(trial.params)
        original = self._first_with.setdefault(key, pending)
        pending.original = None if original is pending else original
        fault = self._recall(pending)
        if fault is not None:
            self._give_up(pending, *fault)
        elif pending.original is None:
            self._run(pending, self._session.schedule.first(trial))
        elif pending.original.is_done:
            self._copy(pending, pending.original)
        else:
            pending.original.copies.append(pending)

    def _recall(self, pending: PendingTrial) -> tuple[Unit, Fault] | None:
        """Look up what the checkpoint knows of a candidate."""
        checkpoint, kept = self._session.checkpoint, self._session.kept
        if checkpoint is None:
            return None
        results, fault = checkpoint.recall(
            pending.trial, self._session.n_splits, self._session.space
        )
        pending.recalled = results if kept is None else kept.usable(results)
        return fault

    def _run(self, pending: PendingTrial, units: Sequence[Unit] | Verdict) -> None:
        """Run the fits that a schedule has asked for, and those that follow them."""
        while not isinstance(units, Verdict):
            known = [unit for unit in units if unit in pending.recalled]
            missing = [unit for unit in units if unit not in pending.recalled]
            for unit in known:
                pending.trial.results[unit] = pending.recalled.pop(unit)
            self._session.callbacks.pass_over(pending.trial, known)
            pending.open = set(missing)
            for unit in missing:
                self._submit(pending, unit)
            if missing:
                return
            units = self._session.schedule.next(pending.trial, pending.known)
        pending.trial.is_pruned = units is Verdict.PRUNED
        self._end(pending)

    def _submit(self, pending: PendingTrial, unit: Unit) -> None:
        """Have a fit done; later if it is to run alone and others are under way."""
        trial = pending.trial
        if self._session.retry.is_suspect(trial.number):
            pending.held.append(unit)
            self._run_held(pending)
            return
        self._send(pending, unit)

    def _send(self, pending: PendingTrial, unit: Unit) -> None:
        trial = pending.trial
        arguments = {
            "number": trial.number,
            "params": trial.params,
            "unit": unit,
            "callbacks": self._session.callbacks.leaf(trial, unit),
        }
        self._session.executor.submit((trial.number, unit), arguments, unit.split)

    def _run_held(self, pending: PendingTrial) -> None:
        """Begin with the next fit of a candidate whose fits run one at a time."""
        if pending.held and len(pending.open) == len(pending.held):
            self._send(pending, pending.held.pop(0))

    def _take_result(self, pending: PendingTrial, unit: Unit, fold: FoldResult) -> None:
        pending.trial.results[unit] = fold
        pending.open.remove(unit)
        if pending.open:
            self._run_held(pending)
        else:
            schedule = self._session.schedule
            self._run(pending, schedule.next(pending.trial, pending.known))

    def _take_fault(self, done: Done, pending: PendingTrial | None) -> None:
        """Give a candidate up, or have done again what did not come to its end."""
        assert done.fault is not None
        # What waits must not start before it is known what is worth it.
        again = cast(list[Fit], [done.key, *self._session.executor.withdraw()])
        _, unit = again[0]
        if pending is not None and done.is_alone:
            number = pending.trial.number
            if self._session.retry.gives_up(number, unit, done.fault):
                self._give_up(pending, unit, done.fault)
                if self._session.checkpoint is not None:
                    self._session.checkpoint.note_fault(pending.trial, unit, done.fault)
        for number, unit in again:
            other = self._pending.get(number)
            if other is not None and unit in other.open:
                self._submit(other, unit)

    def _give_up(self, pending: PendingTrial, unit: Unit, fault: Fault) -> None:
        """Let all fits of a candidate count as failed."""
        trial = pending.trial
        trial.results = failed_results(fault, trial, unit, self._session.common)
        trial.fault = fault.kind
        self._end(pending)

    def _end(self, pending: PendingTrial) -> None:
        """Close a candidate, and all others that have its parameters."""
        pending.is_done = self.has_results = True
        pending.open, pending.held = set(), []
        while pending.copies:
            self._copy(pending.copies.pop(), pending)

    def _copy(self, pending: PendingTrial, original: PendingTrial) -> None:
        """Give a candidate the results of an earlier one with its parameters."""
        trial, first = pending.trial, original.trial
        trial.results = dict(first.results)
        trial.fault, trial.is_pruned = first.fault, first.is_pruned
        pending.is_done = True
