"""What one search consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skopt_evo._interruption import Interruption
from skopt_evo.checkpoint import Checkpoint
from skopt_evo.executors import Executor
from skopt_evo.results import Objective
from skopt_evo.scheduling._callbacks import CallbackTasks
from skopt_evo.scheduling._kept import Kept
from skopt_evo.scheduling._progress import Progress
from skopt_evo.scheduling._retry import RetryPolicy
from skopt_evo.scheduling._schedule import AllSplits, Schedule
from skopt_evo.scheduling._stopping import StoppingRule
from skopt_evo.space import SearchSpace
from skopt_evo.trials import Proposer


@dataclass
class Session:
    """All parts of one search, chosen before it starts.

    Attributes
    ----------
    space : SearchSpace
        Where candidates come from.
    proposer : Proposer
        Proposes candidates and learns from them.
    objective : Objective
        What is to improve.
    executor : Executor
        Runs the fits.
    common : mapping
        The arguments of `skopt_evo.evaluation.evaluate` that all fits share.
    budgets : sequence of int
        How many candidates there may be in all. If there are several, the search was
        extended: each is used up before the next one counts.
    callbacks : CallbackTasks
        What scikit-learn's callbacks see.
    progress : Progress
        What is printed.
    interruption : Interruption
        Ctrl-C.
    rules : sequence of StoppingRule
        What may end the search before that. The first reason counts.
    schedule : Schedule
        Chooses the fits of each candidate.
    retry : RetryPolicy
        Decides what is done again after a fault.
    checkpoint : Checkpoint or None
        Knows the results of an earlier run, and keeps those of this one.
    kept : Kept or None
        Keeps predictions and models; None if nobody asks for them.
    """

    space: SearchSpace
    proposer: Proposer
    objective: Objective
    executor: Executor
    common: Mapping[str, Any]
    budgets: Sequence[int]
    callbacks: CallbackTasks
    progress: Progress
    interruption: Interruption
    rules: Sequence[StoppingRule]
    schedule: Schedule = field(default_factory=AllSplits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    checkpoint: Checkpoint | None = None
    kept: Kept | None = None

    @property
    def n_splits(self) -> int:
        """The number of splits."""
        return len(self.common["splits"])

    def postponed(self) -> list[Warning]:
        """Return warnings that are to be given when the search is over."""
        late = [] if self.checkpoint is None else self.checkpoint.postponed
        return late if self.kept is None else late + self.kept.postponed()
