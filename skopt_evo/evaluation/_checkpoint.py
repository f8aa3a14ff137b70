"""What a checkpoint knows of candidates, and learns of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from reprlib import repr as shortened
from types import TracebackType
from typing import Any

import numpy as np

from skopt_evo.checkpoint import Journal
from skopt_evo.checkpoint._form import check_form
from skopt_evo.checkpoint._records import (
    check_budget,
    check_candidate,
    check_place,
)
from skopt_evo.exceptions import CheckpointError, CheckpointMismatchError
from skopt_evo.hypergrad._exact import is_differentiable
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FAULTS, Fault, FoldGradient, FoldResult, Trial
from skopt_evo.trials._fold_record import check_number, is_index

# The seeds that are drawn, and those that users may choose.
SEEDS = 2**63


class Checkpoint:
    """Evaluations that are on disk before anybody learns of them.

    The journal has a record for each budget that the search was given, for each
    candidate when it is proposed, and for each of its folds when it is scored. A search
    that is run again proposes the same candidates, since what it proposes follows from
    its seed and from the results in their order, and finds the results here.

    Parameters
    ----------
    path : str or path-like
        The file.
    header : dict
        What the search depends on, from `skopt_evo.checkpoint.make_header`.

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

    def __init__(self, path: str | os.PathLike[str], header: Mapping[str, Any]) -> None:
        self.budgets: list[int] = []
        self._candidates: dict[int, list[float] | None] = {}
        self._folds: dict[tuple[int, int], FoldResult] = {}
        self._faults: dict[int, tuple[int, Fault]] = {}
        self._form = header.get("form")
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
        if self._is_new and not self._candidates:
            # A call that made no sense must not be in the way of the right one.
            with suppress(OSError):
                os.remove(self._journal.path)
        self._journal.close()

    def extend(self, n_iter: int) -> None:
        """Note how many candidates there are to be.

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
            self._journal.append({"n_iter": n_iter})

    def recall(
        self, number: int, trial: Trial, n_splits: int, space: SearchSpace | None = None
    ) -> list[FoldResult | None]:
        """Return what is known of a candidate's folds; note a new candidate.

        A candidate that is known, but for rounding, becomes the one that is known: its
        results are of that one, and what follows from it shall not drift away.

        Parameters
        ----------
        number : int
            How many candidates of the search came before.
        trial : Trial
            The candidate. Its genome and its parameters are replaced by those of the
            checkpoint if they are the same but for rounding.
        n_splits : int
            The number of its folds.
        space : SearchSpace, default=None
            What tells that; None if nothing but the very same genome will do.

        Returns
        -------
        folds : list of (FoldResult or None)
            None for those that have to be evaluated.

        Raises
        ------
        CheckpointError
            If the checkpoint has another candidate in this place, or results that are
            not of this search.
        """
        genome = (
            None if trial.genome is None else [float(gene) for gene in trial.genome]
        )
        if number not in self._candidates:
            self._candidates[number] = genome
            record = {"candidate": number, "genome": genome, "origin": trial.origin}
            self._journal.append(record)
        elif self._candidates[number] != genome:
            self._adopt(number, trial, space)
        folds = [self._folds.get((number, split)) for split in range(n_splits)]
        try:
            self._check(number, trial, folds)
        except ValueError as error:
            raise CheckpointError(
                f"The checkpoint {self._journal.path!r} has a record that no search "
                f"writes, of candidate {number}: {error}. Pass another path to start "
                "afresh."
            ) from error
        return folds

    def note(self, number: int, split: int, fold: FoldResult) -> None:
        """Write down what became of a fold.

        Parameters
        ----------
        number : int
            The candidate's number.
        split : int
            The fold's.
        fold : FoldResult
            What came of it.
        """
        record = {"candidate": number, "split": split, "fold": fold.to_record()}
        self._journal.append(record)

    def recall_fault(self, number: int) -> tuple[int, Fault] | None:
        """Return the split and the fault that a candidate was given up for, if it was.

        Parameters
        ----------
        number : int
            The candidate's number.
        """
        return self._faults.get(number)

    def note_fault(self, number: int, split: int, fault: Fault) -> None:
        """Write down that a candidate is given up.

        Parameters
        ----------
        number : int
            The candidate's number.
        split : int
            The split whose fit it is for.
        fault : Fault
            What became of the fit.
        """
        record = {"candidate": number, "split": split, "fault": asdict(fault)}
        self._journal.append(record)

    def _adopt(self, number: int, trial: Trial, space: SearchSpace | None) -> None:
        """Make a candidate the known one, if it is the same but for rounding."""
        recorded, found = self._candidates[number], None
        if not (recorded is None or trial.genome is None or space is None):
            found = space.reconcile(trial.genome, np.asarray(recorded))
        if found is None:
            raise CheckpointError(
                f"The search proposes another candidate number {number} than the one "
                f"in the checkpoint {self._journal.path!r}, and not only by rounding. "
                "It was written by other versions, or by other code under the same "
                "names: pass another path to start afresh."
            )
        trial.genome, trial.params = found

    def _read(self, record: Mapping[str, Any]) -> None:
        """Take in what a record of the file says, if it is one that a search writes."""
        n_candidates = len(self._candidates)
        if "n_iter" in record:
            self.budgets.append(check_budget(record, self.budgets))
        elif "genome" in record:
            genome = check_candidate(record, n_candidates, self.budgets)
            self._candidates[n_candidates] = genome
        elif "fault" in record:
            number, split = check_place(record, "fault", n_candidates)
            self._faults[number] = split, _fault(record["fault"])
        else:
            place = check_place(record, "fold", n_candidates)
            self._folds[place] = FoldResult.from_record(record["fold"])

    def _check(
        self, number: int, trial: Trial, folds: Sequence[FoldResult | None]
    ) -> None:
        """Raise a ValueError for results that cannot be those of a candidate."""
        if number in self._faults:
            if self._faults[number][0] >= len(folds):
                raise ValueError(f"a fault on one of {len(folds)} splits")
            if self._form is not None and not self._form["errors"]:
                raise ValueError("a fault, which is to end the search")
        for fold in folds:
            if fold is not None and self._form is not None:
                check_form(fold, self._form)
            if fold is not None and fold.gradient is not None:
                _check_gradient(fold.gradient, trial.params)


def _fault(plain: Any) -> Fault:
    fault = Fault(**plain)
    check_number(fault.seconds, "seconds", finite=True)
    if fault.kind not in FAULTS:
        raise ValueError(f"unknown {shortened(fault.kind)}")
    return fault


def _check_gradient(gradient: FoldGradient, params: Mapping[str, Any]) -> None:
    """Raise for derivatives by anything but the parameters of a candidate."""
    for name in (*gradient.params, *gradient.reasons):
        if name not in params or not is_differentiable(params[name]):
            raise ValueError(f"a derivative by {shortened(name)}")
    for name, derivative in gradient.params.items():
        if np.shape(derivative) != np.shape(params[name]):
            raise ValueError(f"the shape of the derivative by {shortened(name)}")
