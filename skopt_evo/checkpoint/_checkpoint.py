"""What a checkpoint knows of candidates, and learns of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np

from skopt_evo.checkpoint._journal import Journal
from skopt_evo.checkpoint._records import (
    BudgetRecord,
    CandidateRecord,
    FaultRecord,
    FoldRecord,
    PartRecord,
    check_results,
)
from skopt_evo.exceptions import CheckpointError, CheckpointMismatchError
from skopt_evo.space import SearchSpace
from skopt_evo.trials import Fault, FoldResult, Trial, Unit
from skopt_evo.trials._fold_record import is_index

# The seeds that are drawn, and those that users may choose.
SEEDS = 2**63


class Checkpoint:
    """Evaluations that are on disk before anybody learns of them.

    The journal has a record for each budget that the search was given, for each
    candidate when it is proposed, and for each of its fits when it is scored. The key
    of a result is the number of the candidate, the split and the fidelity. A search
    that is run again proposes the same candidates, since what it proposes follows from
    its seed and from the results in their order, and finds the results here.

    Parameters
    ----------
    path : str or path-like
        The file.
    header : dict
        What the search depends on, from `skopt_evo.checkpoint.make_header`.
    hold : callable, default=None
        Takes each result that is read, and returns it in a form that takes less memory.
        None to leave predictions out, which nobody asks for.

    Attributes
    ----------
    header : dict
        That of the file.
    budgets : list of int
        How many candidates there were to be, each time the search was extended.

    Raises
    ------
    skopt_evo.exceptions.CheckpointError
        If the file cannot be used.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        header: Mapping[str, Any],
        *,
        hold: Callable[[FoldResult], FoldResult] | None = None,
    ) -> None:
        self.budgets: list[int] = []
        self._hold = hold or _without_predictions
        self._parts: list[PartRecord] = []  # the records of predictions read last
        self._unwritten: list[BudgetRecord] = []
        self._genomes: list[list[float] | None] = []
        self._results: dict[int, dict[Unit, FoldResult]] = {}
        self._faults: dict[int, tuple[Unit, Fault]] = {}
        self._schema = header.get("schema")
        self._journal = Journal(path, header, take=self._read)
        self.header = self._journal.header
        self._is_new = not self.budgets
        if "seed" in header and not is_index(self.header.get("seed"), SEEDS):
            self._journal.close()
            raise CheckpointError(
                f"The checkpoint {self._journal.path!r} has no seed that a search "
                "could have. Pass another path to start afresh."
            )

    @property
    def postponed(self) -> list[Warning]:
        """Warnings that a filter has turned into errors, for the end of the search."""
        return self._journal.postponed

    def __enter__(self) -> Checkpoint:
        """Return the checkpoint, which is open already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file, and remove a new one that no candidate came into."""
        if self._is_new and not self._genomes:
            # A call that made no sense must not be in the way of the right one.
            with suppress(OSError):
                os.remove(self._journal.path)
        self._journal.close()

    def extend(self, n_iter: int) -> None:
        """Note how many candidates there are to be.

        It is written down with the first record that follows: a call that ends before,
        since it made no sense, does not extend the search.

        Parameters
        ----------
        n_iter : int
            No less than before.

        Raises
        ------
        CheckpointMismatchError
            If it is less.
        """
        if self.budgets and n_iter < self.budgets[-1]:
            raise CheckpointMismatchError(
                f"n_iter={n_iter} is less than the {self.budgets[-1]} candidates that "
                "the checkpoint is of. Pass as many, or more to extend the search."
            )
        if not self.budgets or n_iter > self.budgets[-1]:
            self.budgets.append(n_iter)
            self._unwritten.append(BudgetRecord(n_iter))

    def recall(
        self, trial: Trial, n_splits: int, space: SearchSpace | None = None
    ) -> tuple[dict[Unit, FoldResult], tuple[Unit, Fault] | None]:
        """Return what is known of a candidate; note a new one.

        A candidate that is known, but for rounding, becomes the one that is known: its
        results are of that one, and what follows from it shall not drift away.

        Parameters
        ----------
        trial : Trial
            The candidate, with its `number`. Its genome and its parameters are replaced
            by those of the checkpoint if they are the same but for rounding.
        n_splits : int
            The number of splits of the search.
        space : SearchSpace, default=None
            What tells that; None if nothing but the very same genome will do.

        Returns
        -------
        results : dict of Unit to FoldResult
            Those that need not be evaluated again.
        fault : tuple of (Unit, Fault) or None
            What the candidate was given up for, if it was.

        Raises
        ------
        CheckpointError
            If the checkpoint has another candidate in this place, or results that are
            not of this search.
        ValueError
            If candidates were left out before this one.
        """
        number, genome = trial.number, None
        if trial.genome is not None:
            genome = [float(gene) for gene in trial.genome]
        if not 0 <= number <= len(self._genomes):
            # No later search could read that.
            raise ValueError(f"Candidate {number} after {len(self._genomes)} others.")
        if number == len(self._genomes):
            self._genomes.append(genome)
            record = CandidateRecord(number, genome, trial.origin)
            self._write(record)
        elif self._genomes[number] != genome:
            self._adopt(trial, space)
        results, fault = self._results.get(number, {}), self._faults.get(number)
        try:
            check_results(results, fault, trial.params, n_splits, self._schema)
        except ValueError as error:
            raise CheckpointError(
                f"The checkpoint {self._journal.path!r} has a record that no search "
                f"writes, of candidate {number}: {error}. Pass another path to start "
                "afresh."
            ) from error
        return dict(results), fault

    def note(self, trial: Trial, unit: Unit, fold: FoldResult) -> None:
        """Write down what a fit returned.

        Parameters
        ----------
        trial : Trial
            The candidate, after `recall`.
        unit : Unit
            Which fit of it.
        fold : FoldResult
            What came of it.
        """
        record = FoldRecord(trial.number, unit, fold)
        self._write(*record.parts(), record)

    def note_fault(self, trial: Trial, unit: Unit, fault: Fault) -> None:
        """Write down that a candidate is given up.

        Parameters
        ----------
        trial : Trial
            The candidate, after `recall`.
        unit : Unit
            The fit that it is given up for.
        fault : Fault
            What became of this fit.
        """
        self._write(FaultRecord(trial.number, unit, fault))

    def _write(
        self, *records: CandidateRecord | PartRecord | FoldRecord | FaultRecord
    ) -> None:
        while self._unwritten:
            self._journal.append(self._unwritten.pop(0).to_record())
        for record in records:
            self._journal.append(record.to_record())

    def _adopt(self, trial: Trial, space: SearchSpace | None) -> None:
        """Make a candidate the known one, if it is the same but for rounding."""
        recorded, found = self._genomes[trial.number], None
        if not (recorded is None or trial.genome is None or space is None):
            found = space.reconcile(trial.genome, np.asarray(recorded))
        if found is None:
            raise CheckpointError(
                f"The search proposes another candidate number {trial.number} than the "
                f"one in the checkpoint {self._journal.path!r}, and not only by "
                "rounding. It was written by other versions, or by other code under "
                "the same names: pass another path to start afresh."
            )
        trial.genome, trial.params = found

    def _read(self, record: Mapping[str, Any]) -> None:
        """Take in what a record of the file says, if it is one that a search writes."""
        n_before = len(self._genomes)
        if "part" in record:
            self._parts.append(PartRecord.from_record(record, n_before))
            return
        parts, self._parts = self._parts, []
        if "n_iter" in record:
            budget = BudgetRecord.from_record(record, self.budgets)
            self.budgets.append(budget.n_iter)
        elif "genome" in record:
            candidate = CandidateRecord.from_record(record, n_before, self.budgets)
            self._genomes.append(candidate.genome)
        elif "fault" in record:
            given_up = FaultRecord.from_record(record, n_before)
            self._faults[given_up.number] = given_up.unit, given_up.fault
        else:
            fold = FoldRecord.from_record(record, n_before, parts)
            result = self._hold(fold.result)
            self._results.setdefault(fold.number, {})[fold.unit] = result


def _without_predictions(result: FoldResult) -> FoldResult:
    return replace(result, predictions=None)
