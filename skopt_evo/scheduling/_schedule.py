"""What of a candidate runs next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from skopt_evo.trials import Trial, Unit


class Verdict(Enum):
    """What a schedule says of a candidate that nothing more of is to be run."""

    DONE = "done"
    PRUNED = "pruned"


@dataclass(frozen=True)
class Snapshot(Sequence[Trial]):
    """The candidates whose results were known when another one was proposed.

    They are those that the proposer had observed then, in order: candidates 0 to
    i - lookahead for candidate i. It does not grow afterwards, whatever ends meanwhile.
    So what a schedule concludes from it follows from the number of the candidate alone,
    not from who was faster, and nobody has to be waited for.

    Parameters
    ----------
    observed : list of Trial
        All candidates that were observed so far; later ones are appended to it.
    n_known : int
        How many of them are part of the snapshot.
    """

    observed: list[Trial]
    n_known: int

    def __len__(self) -> int:
        return self.n_known

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return self.observed[: self.n_known][index]
        return self.observed[range(self.n_known)[index]]

    def __iter__(self) -> Iterator[Trial]:
        return (self.observed[place] for place in range(self.n_known))


class Schedule(Protocol):
    """Chooses the fits of a candidate, possibly after having seen the first of them."""

    def first(self, trial: Trial) -> Sequence[Unit]:
        """Return the fits to begin with: they may run side by side, in any order.

        Parameters
        ----------
        trial : Trial
            A candidate without results. Its `n_splits` says which splits there are.
        """

    def next(self, trial: Trial, known: Snapshot) -> Sequence[Unit] | Verdict:
        """Return further fits, or the verdict that there are none.

        Called when all fits that were asked for before are done. What it returns may
        depend on nothing but its arguments.

        Parameters
        ----------
        trial : Trial
            The candidate, with the results of all those fits.
        known : Snapshot
            The candidates that it may be compared with.
        """


class AllSplits:
    """Runs each candidate on all splits, with the whole resource."""

    def first(self, trial: Trial) -> list[Unit]:
        """Return a unit for each split."""
        return [Unit(split) for split in range(trial.n_splits)]

    def next(self, trial: Trial, known: Snapshot) -> Verdict:
        """Return that the candidate is done."""
        return Verdict.DONE
