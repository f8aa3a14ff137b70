"""Running the fits of a search."""

from skopt_evo.evaluation._arithmetic import own_arithmetic
from skopt_evo.evaluation._evaluator import Evaluator
from skopt_evo.evaluation._loop import SearchLoop
from skopt_evo.evaluation._progress import Progress
from skopt_evo.evaluation._stopping import (
    Deadline,
    Interruption,
    NoChange,
    OutOfTimeError,
    is_part_of_more,
)

__all__ = [
    "Deadline",
    "Evaluator",
    "Interruption",
    "NoChange",
    "OutOfTimeError",
    "Progress",
    "SearchLoop",
    "is_part_of_more",
    "own_arithmetic",
]
