"""Search spaces: as scikit-learn takes them, as a table's columns, as a list of genes.

A space is a dict or a list of dicts (branches) of lists and frozen distributions.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Choice:
    """One of several options, which optimisers know by their positions."""

    options: tuple[Any, ...]

    @property
    def width(self):
        """The number of a table's columns: none if there is nothing to choose."""
        return {1: 0, 2: 1}.get(len(self.options), len(self.options))

    def decode(self, position):
        return self.options[int(position)]

    def columns(self, option):
        position = self.options.index(option)
        if self.width < 2:
            return np.full(self.width, float(position))
        return np.eye(self.width)[position]


@dataclass(frozen=True)
class Integer:
    """A whole number between two bounds, both included."""

    low: int
    high: int
    width = 1

    def decode(self, number):
        return round(float(number))

    def columns(self, value):
        return np.array([(value - self.low + 0.5) / (self.high - self.low + 1)])


@dataclass(frozen=True)
class Real:
    """A number between two bounds, on a linear or on a logarithmic scale."""

    low: float
    high: float
    log: bool
    width = 1

    def decode(self, number):
        # Optimisers that transform a scale and back can miss its ends by a rounding.
        return min(max(float(number), self.low), self.high)

    def columns(self, value):
        low, value, high = self.low, value, self.high
        if self.log:
            low, value, high = np.log([low, value, high])
        return np.array([(value - low) / (high - low)])


def dimension_of(values):
    if isinstance(values, list):
        return Choice(tuple(values))
    low, high = values.support()
    if values.dist.name == "randint":
        return Integer(int(low), int(high))
    return Real(float(low), float(high), log=values.dist.name == "loguniform")


class Space:
    """A search space.

    Attributes
    ----------
    param_grid : dict or list of dicts
        The space in scikit-learn's form.

    genes : dict of str to Choice, Integer or Real
        What there is to choose, flat, for optimisers that know no branches. A parameter
        that branches share is one gene. If there are branches, the gene "branch" says
        which one counts; the others' own genes are then without effect.
    """

    def __init__(self, param_grid):
        self.param_grid = param_grid
        grids = param_grid if isinstance(param_grid, list) else [param_grid]
        self._branches = [
            {name: dimension_of(grid[name]) for name in sorted(grid)} for grid in grids
        ]
        parameters = dict.fromkeys(
            (name, dimension)
            for branch in self._branches
            for name, dimension in branch.items()
            if dimension.width
        )
        self._labels = {
            parameter: f"gene{number}" for number, parameter in enumerate(parameters)
        }
        self.genes = {label: gene for (_, gene), label in self._labels.items()}
        if len(self._branches) > 1:
            self.genes["branch"] = Choice(tuple(range(len(self._branches))))

    def configuration(self, propose):
        """Return the parameters that an optimiser means.

        `propose` is called with the label of each gene that counts, the branch first,
        and returns a number, or the position of a choice.
        """
        branch = int(propose("branch")) if "branch" in self.genes else 0
        parameters = {}
        for name, dimension in self._branches[branch].items():
            label = self._labels.get((name, dimension))
            parameters[name] = dimension.decode(0 if label is None else propose(label))
        return parameters

    def columns(self, configuration):
        """Return a configuration as a row of a table.

        The columns are: which branch it is, if there are several, then each branch's
        parameters in order of their names. Those of other branches are -1.
        """
        active = self._branch_of(configuration)
        row = []
        if len(self._branches) > 1:
            row.append(np.eye(len(self._branches))[active])
        for number, branch in enumerate(self._branches):
            for name, dimension in branch.items():
                if number == active:
                    row.append(dimension.columns(configuration[name]))
                else:
                    row.append(np.full(dimension.width, -1.0))
        return np.concatenate(row)

    def _branch_of(self, configuration):
        for number, branch in enumerate(self._branches):
            if branch.keys() == configuration.keys() and all(
                dimension.width or dimension.options[0] == configuration[name]
                for name, dimension in branch.items()
            ):
                return number
        raise ValueError(f"{configuration!r} is in no branch of the search space.")
