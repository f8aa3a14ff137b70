"""The descents that have names, and how a setting becomes a descent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from skopt_evo.descent._automatic_descent import AutomaticDescent
from skopt_evo.descent._exact_descent import TrustRegionDescent
from skopt_evo.descent._free_genes import Descent
from skopt_evo.descent._gradient_descent import OptimizerDescent
from skopt_evo.descent._model_descent import ModelDescent
from skopt_evo.descent._protocol import DescentMethod, DescentTask
from skopt_evo.optimizers import OPTIMIZERS, Optimizer, resolve_optimizer
from skopt_evo.optimizers._resolve import unknown_name

# A new descent is one line here. An optimizer needs none: it is registered in
# `skopt_evo.optimizers.OPTIMIZERS`.
DESCENTS: Mapping[str, DescentMethod] = MappingProxyType(
    {
        "auto": AutomaticDescent(),
        "trust_region": TrustRegionDescent(),
        "model": ModelDescent(),
        **{name: OptimizerDescent(kind()) for name, kind in OPTIMIZERS.items()},
    }
)


def resolve_descent(optimizer: Any) -> DescentMethod:
    """Return what a name or an object stands for.

    Parameters
    ----------
    optimizer : str, Optimizer or DescentMethod
        A key of `DESCENTS`, an optimizer, whose steps are followed, or an object that
        follows `DescentMethod`.

    Raises
    ------
    ValueError
        If no descent has this name.
    TypeError
        If it is a class, or neither an optimizer nor a descent.

    Examples
    --------
    >>> from skopt_evo.descent import resolve_descent
    >>> from skopt_evo.optimizers import SGD
    >>> resolve_descent("trust_region")
    TrustRegionDescent()
    >>> resolve_descent(SGD())
    OptimizerDescent(optimizer=SGD())
    """
    if isinstance(optimizer, str):
        if optimizer not in DESCENTS:
            raise unknown_name(optimizer, DESCENTS)
        return DESCENTS[optimizer]
    # Before the protocol: a class has the attributes of its instances.
    if isinstance(optimizer, DescentMethod) and not isinstance(optimizer, type):
        return optimizer
    return OptimizerDescent(resolve_optimizer(optimizer))


def make_descent(
    optimizer: str | Optimizer | DescentMethod, task: DescentTask
) -> Descent:
    """Return a descent from a start.

    Parameters
    ----------
    optimizer : str, Optimizer or DescentMethod
        See `resolve_descent`.
    task : DescentTask
        The start, and what there is to make steps of.
    """
    return resolve_descent(optimizer).descend(task)
