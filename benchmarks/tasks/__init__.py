"""Tuning tasks: a search space, the scores of its candidates, and their scale."""

from tasks._scores import normalised_scores, pairwise_rank, score_and_error
from tasks._space import Choice, Integer, Real, Space
from tasks._task import TASKS, Task, load_task

__all__ = [
    "TASKS",
    "Choice",
    "Integer",
    "Real",
    "Space",
    "Task",
    "load_task",
    "normalised_scores",
    "pairwise_rank",
    "score_and_error",
]
