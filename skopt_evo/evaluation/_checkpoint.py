"""What a checkpoint knows of candidates, and learns of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from types import NoneType, TracebackType
from typing import Any

import numpy as np

from skopt_evo.checkpoint import Journal
from skopt_evo.exceptions import CheckpointError, CheckpointMismatchError
from skopt_evo.hypergrad._exact import FoldGradient
from skopt_evo.results import Trial

# Of a traceback that is longer, no more characters are kept.
MAX_ERROR = 2**17

# What each fold has, whatever else it has.
FOLD: dict[str, tuple[type, ...]] = {
    "fit_error": (str, NoneType),
    "test_scores": (int, float, dict),
    "fit_time": (int, float),
    "score_time": (int, float),
}


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
        self._journal = Journal(path, header)
        self.header = self._journal.header
        self.budgets: list[int] = []
        self._is_new = not self._journal.records
        self._candidates: dict[int, Any] = {}
        self._folds: dict[tuple[int, int], dict[str, Any]] = {}
        try:
            for record in self._journal.records:
                self._read(record)
        except BaseException as error:
            self._journal.close()
            if isinstance(error, (KeyError, TypeError, ValueError)):
                raise CheckpointError(
                    f"The checkpoint {self._journal.path!r} has a record that no "
                    f"search writes: {error!r}. Pass another path to start afresh."
                ) from error
            raise

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
        self, number: int, trial: Trial, n_splits: int
    ) -> list[dict[str, Any] | None]:
        """Return what is known of a candidate's folds; note a new candidate.

        Parameters
        ----------
        number : int
            How many candidates of the search came before.
        trial : Trial
            The candidate.
        n_splits : int
            The number of its folds.

        Returns
        -------
        folds : list of (dict or None)
            None for those that have to be evaluated.

        Raises
        ------
        CheckpointError
            If the checkpoint has another candidate in this place.
        """
        genome = (
            None if trial.genome is None else [float(gene) for gene in trial.genome]
        )
        if number not in self._candidates:
            self._candidates[number] = genome
            record = {"candidate": number, "genome": genome, "origin": trial.origin}
            self._journal.append(record)
        elif self._candidates[number] != genome:
            raise CheckpointError(
                f"The search proposes another candidate number {number} than the one "
                f"in the checkpoint {self._journal.path!r}. It was written by other "
                "versions, or by other code under the same names: pass another path "
                "to start afresh."
            )
        return [self._folds.get((number, split)) for split in range(n_splits)]

    def note(self, number: int, split: int, fold: Mapping[str, Any]) -> None:
        """Write down what became of a fold.

        Parameters
        ----------
        number : int
            The candidate's number.
        split : int
            The fold's.
        fold : mapping
            What `fit_and_score` returned, and the gradient.
        """
        record = {"candidate": number, "split": split, "fold": _plain(fold)}
        self._journal.append(record)

    def _read(self, record: Mapping[str, Any]) -> None:
        if "n_iter" in record:
            budget = record["n_iter"]
            if not isinstance(budget, int) or budget <= max([0, *self.budgets]):
                raise ValueError(f"n_iter={budget!r} after {self.budgets}")
            self.budgets.append(budget)
        elif "genome" in record:
            self._candidates[record["candidate"]] = record["genome"]
        else:
            key = record["candidate"], record["split"]
            self._folds[key] = _fold(record["fold"])


def _plain(fold: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a fold as plain data."""
    plain = {
        name: _plain_value(value) for name, value in fold.items() if name != "gradient"
    }
    if fold["fit_error"] is not None:
        plain["fit_error"] = fold["fit_error"][:MAX_ERROR]
    gradient = fold.get("gradient")
    if gradient is not None:
        plain["gradient"] = asdict(gradient)
        plain["gradient"]["params"] = {
            name: np.asarray(value).tolist() for name, value in gradient.params.items()
        }
    return plain


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain_value(entry) for name, entry in value.items()}
    if value is None or isinstance(value, (str, int)):
        return value
    return float(value)


def _fold(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a fold from what `_plain` made of them."""
    fold = dict(plain)
    for name, kinds in FOLD.items():
        if not isinstance(fold[name], kinds):
            raise TypeError(f"{name} is {fold[name]!r}")
    if fold.get("gradient") is not None:
        gradient = dict(fold["gradient"])
        gradient["params"] = {
            name: np.array(value) if isinstance(value, list) else value
            for name, value in gradient["params"].items()
        }
        fold["gradient"] = FoldGradient(**gradient)
    return fold
