"""The tasks by their names."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from tasks._grids import PARAM_GRIDS
from tasks._interpolation import Interpolation
from tasks._real_fits import REAL_FITS, RealFits
from tasks._space import Space

TABLES = Path(__file__).with_name("tables")
TASKS = list(PARAM_GRIDS)


class Task:
    """A search space and the scores on five folds of each of its configurations.

    Attributes
    ----------
    space : Space

    reference : dict
        What :func:`normalised_scores` needs to know of the task.
    """

    def __init__(self, name):
        self.name = name
        self.space = Space(PARAM_GRIDS[name])
        self.reference = json.loads((TABLES / f"{name}.json").read_text())
        self._known = {}
        if name in REAL_FITS:
            self._fit = RealFits(*REAL_FITS[name])
        else:
            self._fit = None
            table = np.load(TABLES / f"{name}.npz")
            self._interpolate = Interpolation(
                table["X"], table["Y"].astype(float), self.reference["theta"]
            )

    def folds(self, configuration):
        """Return the scores, shape (5,); greater is better."""
        row = self.space.columns(configuration)
        key = row.tobytes()
        if key not in self._known:
            self._known[key] = (
                self._fit(configuration) if self._fit else self._interpolate(row)
            )
        return self._known[key]


@cache
def load_task(name):
    return Task(name)
