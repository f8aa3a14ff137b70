"""Where fits run.

An executor gets tasks with keys and hands back what became of them. It knows nothing of
candidates or scores: what to do after a fault, for one, is decided by who uses it.
"""

from skopt_evo.executors._futures import Futures
from skopt_evo.executors._in_process import InProcess
from skopt_evo.executors._joblib import Joblib
from skopt_evo.executors._protocol import Done, Executor
from skopt_evo.executors._resolve import EXECUTORS, resolve_executor
from skopt_evo.executors._workers import Workers

__all__ = [
    "EXECUTORS",
    "Done",
    "Executor",
    "Futures",
    "InProcess",
    "Joblib",
    "Workers",
    "resolve_executor",
]
