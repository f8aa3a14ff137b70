"""From an operator's name, or a user's own callable, to the operator."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from skopt_evo.strategies.operators._crossover import (
    BlendCrossover,
    MixedCrossover,
    UniformCrossover,
)
from skopt_evo.strategies.operators._mutation import GaussianMutation
from skopt_evo.strategies.operators._selection import TournamentSelection
from skopt_evo.strategies.operators._survival import ElitistSurvival

Table = Mapping[str, Callable[[], Any]]

SELECTIONS: Table = MappingProxyType({"tournament": TournamentSelection})
CROSSOVERS: Table = MappingProxyType(
    {"auto": MixedCrossover, "uniform": UniformCrossover, "blend": BlendCrossover}
)
MUTATIONS: Table = MappingProxyType(
    {"auto": GaussianMutation, "gaussian": GaussianMutation}
)
SURVIVALS: Table = MappingProxyType({"elitist": ElitistSurvival})


def resolve_operator(parameter: str, operator: Any, table: Table) -> Any:
    """Return an operator by its name, or a user's own one as it is.

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
        close = difflib.get_close_matches(operator, table, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"{parameter}={operator!r} is not known.{hint} Pass one of {sorted(table)} "
            "or an object of skopt_evo.strategies.operators."
        )
    if isinstance(operator, type):
        raise TypeError(
            f"{parameter}={operator!r} is a class, not an operator: pass an instance, "
            f"e.g. {operator.__name__}()."
        )
    if not callable(operator):
        raise TypeError(
            f"{parameter}={operator!r} is not an operator: pass one of "
            f"{sorted(table)} or a callable as skopt_evo.strategies.operators "
            "describes."
        )
    return operator
