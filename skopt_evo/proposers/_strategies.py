"""From the settings of a search to the strategy that breeds its candidates."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from skopt_evo._messages import shown
from skopt_evo._typing import FloatArray
from skopt_evo.strategies import (
    DifferentialEvolutionStrategy,
    EvolutionStrategy,
    GeneLayout,
    GeneticStrategy,
    NSGA2Strategy,
    Strategy,
    SurrogateStrategy,
)
from skopt_evo.strategies.operators import CommaSurvival
from skopt_evo.strategies.surrogates import (
    GaussianProcess,
    RegressorSurrogate,
    Surrogate,
)

# Candidates before the first child, if the budget is more than three times as large.
N_INITIAL = 10
INITIAL_SHARE = 1 / 3

# How many members a population has without a model of the losses; and with one, to
# which more parents are of use, since it screens their children.
PLAIN_SIZES = {"steady_state": 3, "generational": 6, "differential_evolution": 10}
SCREENED_SIZE = 12

# A front of several objectives takes some more, however large the budget: the results
# keep all that was ever on the front, and a large population moves on slowly.
FRONT_SIZE = 12

SURROGATES = (
    '"auto" for a Gaussian process, None for evolution without a model, or a regressor '
    "of scikit-learn that predicts its uncertainty: one whose predict takes "
    "return_std=True, a RandomForestRegressor or an ExtraTreesRegressor"
)


@dataclass(frozen=True)
class EvolutionSettings:
    """How to evolve.

    Attributes
    ----------
    strategy : {"steady_state", "generational", "differential_evolution"}
        The algorithm.
    population_size : int or None
        How many members there are; None for what suits the rest.
    surrogate : "auto", regressor or None
        The model that screens offspring.
    operators : dict of str to callable
        Selection, crossover, mutation and survival.
    """

    strategy: str
    population_size: int | None
    surrogate: Any
    operators: dict[str, Any]

    @property
    def is_generational(self) -> bool:
        """Whether children are bred a generation at a time."""
        if self.strategy == "differential_evolution":
            return False  # its members are replaced one by one, whatever `survival`
        is_comma = isinstance(self.operators["survival"], CommaSurvival)
        return self.strategy == "generational" or is_comma

    def make_strategy(
        self,
        layout: GeneLayout,
        *,
        seed: int,
        starts: ArrayLike,
        n_iter: int,
        n_objectives: int | None,
        known: FloatArray | None = None,
    ) -> Strategy:
        """Return a new strategy.

        Parameters
        ----------
        layout : GeneLayout
            The genes.
        seed : int
            Seed of the random number generator.
        starts : array-like of shape (n_starts, n_genes)
            The genomes to begin with; one that comes again is left out.
        n_iter : int
            How many candidates there will be.
        n_objectives : int or None
            The number of losses; None if only the first results will tell.
        known : ndarray of shape (n_known, n_genes), optional
            The genomes that it will be told of before it is asked; each one stands for
            an initial candidate.
        """
        known = np.empty((0, layout.n_genes)) if known is None else known
        size = self.population_size or self._auto_size(n_objectives)
        n_initial = self.population_size or _auto_initial(n_iter)
        common: dict[str, Any] = {
            "seed": seed,
            "starts": _without_known(layout.canonical(starts), known, layout),
            "population_size": size,
            "n_children": size if self.is_generational else 1,
            "n_initial": max(0, n_initial - len(known)),
        }
        evolution: EvolutionStrategy
        if self.strategy == "differential_evolution":
            evolution = DifferentialEvolutionStrategy(layout, **common)
        elif n_objectives == 1:
            evolution = GeneticStrategy(layout, **common, **self.operators)
        else:
            common["n_objectives"] = n_objectives
            evolution = NSGA2Strategy(layout, **common, **self.operators)
        if self.surrogate is None:
            return evolution
        return SurrogateStrategy(evolution, surrogate_of(self.surrogate, layout))

    def _auto_size(self, n_objectives: int | None) -> int:
        if n_objectives != 1:
            return FRONT_SIZE
        if self.surrogate is not None:
            return SCREENED_SIZE
        return PLAIN_SIZES["generational" if self.is_generational else self.strategy]


def _auto_initial(n_iter: int) -> int:
    return max(2, min(N_INITIAL, round(INITIAL_SHARE * n_iter)))


def surrogate_of(surrogate: Any, layout: GeneLayout) -> Surrogate:
    """Return the model that ``"auto"`` or a regressor stands for."""
    if isinstance(surrogate, str):
        return GaussianProcess(layout)
    return RegressorSurrogate(layout, _maker(surrogate))


def check_surrogate(surrogate: Any) -> None:
    """Raise an error for what cannot serve as a surrogate.

    Raises
    ------
    ValueError
        If it is a string other than ``"auto"``.
    TypeError
        If it is no regressor that predicts its uncertainty.
    """
    if surrogate is None or (isinstance(surrogate, str) and surrogate == "auto"):
        return
    message = (
        f"surrogate={shown(surrogate)} cannot screen candidates: pass {SURROGATES}."
    )
    if isinstance(surrogate, str):
        raise ValueError(message)
    if isinstance(surrogate, type):
        raise TypeError(
            f"surrogate={surrogate!r} is a class: pass an instance, e.g. "
            f"{surrogate.__name__}()."
        )
    methods = ("fit", "predict", "get_params")  # get_params: it is cloned
    missing = [name for name in methods if not callable(getattr(surrogate, name, None))]
    if missing:
        raise TypeError(f"{message} This one lacks {' and '.join(missing)}.")
    takes_std = "return_std" in inspect.signature(surrogate.predict).parameters
    if not takes_std and not isinstance(
        surrogate, (RandomForestRegressor, ExtraTreesRegressor)
    ):
        raise TypeError(f"{message} This one does not predict its uncertainty.")


def _without_known(
    genomes: FloatArray, known: FloatArray, layout: GeneLayout
) -> FloatArray:
    """Return genomes that are not known, each one once, in their order."""
    new: dict[bytes, FloatArray] = {}
    for genome in genomes:
        new.setdefault(layout.key(genome), genome)
    for genome in known:
        new.pop(layout.key(genome), None)
    return np.array(list(new.values())).reshape(-1, layout.n_genes)


def _maker(regressor: Any) -> Callable[[int], Any]:
    """Return a function from a seed to an unfitted copy of a regressor."""

    def make(seed: int) -> Any:
        copy = clone(regressor)
        parameters = copy.get_params()
        seeds = {
            name: seed
            for name, value in parameters.items()
            if (name == "random_state" or name.endswith("__random_state"))
            and value is None
        }
        return copy.set_params(**seeds)

    return make
