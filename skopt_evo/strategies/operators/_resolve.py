"""From an operator's name, or a user's own callable, to the operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from skopt_evo._messages import did_you_mean, shown
from skopt_evo.strategies.operators._age import AgeSurvival
from skopt_evo.strategies.operators._blend import BlendCrossover
from skopt_evo.strategies.operators._categorical import CategoricalMutation
from skopt_evo.strategies.operators._comma import CommaSurvival
from skopt_evo.strategies.operators._elitist import ElitistSurvival
from skopt_evo.strategies.operators._gaussian import GaussianMutation
from skopt_evo.strategies.operators._integer_geometric import IntegerGeometricMutation
from skopt_evo.strategies.operators._mixed_crossover import MixedCrossover
from skopt_evo.strategies.operators._mixed_mutation import MixedMutation, whole_mutation
from skopt_evo.strategies.operators._polynomial import PolynomialMutation
from skopt_evo.strategies.operators._rank import RankSelection
from skopt_evo.strategies.operators._simulated_binary import SimulatedBinaryCrossover
from skopt_evo.strategies.operators._tournament import TournamentSelection
from skopt_evo.strategies.operators._truncation import TruncationSelection
from skopt_evo.strategies.operators._two_point import TwoPointCrossover
from skopt_evo.strategies.operators._uniform import UniformCrossover

Table = Mapping[str, Callable[[], Any]]

SELECTIONS: Table = MappingProxyType(
    {
        "tournament": TournamentSelection,
        "truncation": TruncationSelection,
        "rank": RankSelection,
    }
)
CROSSOVERS: Table = MappingProxyType(
    {
        "auto": MixedCrossover,
        "uniform": UniformCrossover,
        "two_point": TwoPointCrossover,
        "blend": BlendCrossover,
        "simulated_binary": SimulatedBinaryCrossover,
    }
)
# The name of a part stands for the whole mutation that has it.
MUTATIONS: Table = MappingProxyType(
    {
        "auto": MixedMutation,
        "gaussian": partial(whole_mutation, GaussianMutation()),
        "polynomial": partial(whole_mutation, PolynomialMutation()),
        "integer_geometric": partial(whole_mutation, IntegerGeometricMutation()),
        "categorical": partial(whole_mutation, CategoricalMutation()),
    }
)
SURVIVALS: Table = MappingProxyType(
    {"elitist": ElitistSurvival, "age": AgeSurvival, "comma": CommaSurvival}
)


def resolve_operator(parameter: str, operator: Any, table: Table) -> Any:
    """Return an operator by its name, or a user's own one as it is.

    Of a mutation of single kinds of genes the whole mutation is returned that has it.

    Parameters
    ----------
    parameter : str
        The constructor parameter, for errors.
    operator : str or callable
        A name in `table`, or an operator object.
    table : mapping of str to callable
        The operators that have names.

    Returns
    -------
    operator : callable

    Raises
    ------
    ValueError
        If `operator` is an unknown name.
    TypeError
        If `operator` is neither a name nor an operator object.

    Examples
    --------
    >>> from skopt_evo.strategies.operators import SELECTIONS, resolve_operator
    >>> resolve_operator("selection", "tournament", SELECTIONS)
    TournamentSelection(size=2)
    """
    if isinstance(operator, str):
        if operator in table:
            return table[operator]()
        hint = did_you_mean(operator, table)
        raise ValueError(
            f"{parameter}={operator!r} is not known.{hint} Pass one of {sorted(table)} "
            "or an object of skopt_evo.strategies.operators."
        )
    if isinstance(operator, type):
        raise TypeError(
            f"{parameter}={operator!r} is a class, not an operator: pass an instance, "
            f"e.g. {operator.__name__}()."
        )
    if table is MUTATIONS:
        operator = whole_mutation(operator)
    if not callable(operator):
        raise TypeError(
            f"{parameter}={shown(operator)} is not an operator: pass one of "
            f"{sorted(table)} or a callable as skopt_evo.strategies.operators "
            "describes."
        )
    return operator
