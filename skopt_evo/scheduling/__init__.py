"""What of a search runs when: the loop, what a candidate needs, when the search ends.

Where fits run is the matter of `skopt_evo.executors`, what they do that of
`skopt_evo.evaluation`.
"""

from skopt_evo.scheduling._callbacks import CallbackTasks
from skopt_evo.scheduling._kept import Kept
from skopt_evo.scheduling._loop import SearchLoop
from skopt_evo.scheduling._progress import Progress
from skopt_evo.scheduling._registry import SCHEDULES
from skopt_evo.scheduling._retry import RetryPolicy
from skopt_evo.scheduling._schedule import AllSplits, Schedule, Snapshot, Verdict
from skopt_evo.scheduling._session import Session
from skopt_evo.scheduling._stopping import (
    Interrupted,
    NoChange,
    StoppingRule,
    Timeout,
)

__all__ = [
    "SCHEDULES",
    "AllSplits",
    "CallbackTasks",
    "Interrupted",
    "Kept",
    "NoChange",
    "Progress",
    "RetryPolicy",
    "Schedule",
    "SearchLoop",
    "Session",
    "Snapshot",
    "StoppingRule",
    "Timeout",
    "Verdict",
]
