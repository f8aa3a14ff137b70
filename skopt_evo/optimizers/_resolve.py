"""The optimizers as users name them: the table of names and the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from skopt_evo._messages import did_you_mean, shown
from skopt_evo.optimizers._alias import LBFGS, SGD, Adam, Momentum, RMSProp
from skopt_evo.optimizers._transforms import GradientTransformation


@runtime_checkable
class Optimizer(Protocol):
    """Describe what an object must have to be used as an optimizer.

    The settings objects of this package follow it; one of your own may too, without
    inheriting from anything. As a parameter of an estimator it should be comparable
    and picklable, which a frozen dataclass is.

    Attributes
    ----------
    is_quasi_newton : bool
        True if updates have a length of their own from the second one on, so that a
        learning rate of 1 is the step that the optimizer means.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from skopt_evo.optimizers import (
    ...     GradientTransformation,
    ...     Optimizer,
    ...     chain,
    ...     scale_by_learning_rate,
    ... )
    >>> @dataclass(frozen=True)
    ... class SignDescent:
    ...     is_quasi_newton = False
    ...
    ...     def transformation(self, learning_rate):
    ...         sign = GradientTransformation(
    ...             init=lambda params: (),
    ...             update=lambda grads, state, params: (np.sign(grads), state),
    ...         )
    ...         return chain(sign, scale_by_learning_rate(learning_rate))
    >>> isinstance(SignDescent(), Optimizer)
    True
    """

    @property
    def is_quasi_newton(self) -> bool:
        """Whether updates have a length of their own."""

    def transformation(self, learning_rate: float) -> GradientTransformation:
        """Return the transformation of gradients into steps downhill."""


OPTIMIZERS: Mapping[str, type[Optimizer]] = MappingProxyType(
    {
        "sgd": SGD,
        "momentum": Momentum,
        "rmsprop": RMSProp,
        "adam": Adam,
        "lbfgs": LBFGS,
    }
)


def resolve_optimizer(optimizer: str | Optimizer) -> Optimizer:
    """Return the optimizer a name stands for, or the object itself.

    Parameters
    ----------
    optimizer : str or Optimizer
        A key of `OPTIMIZERS`, which stands for the default settings, or an object
        that follows `Optimizer`.

    Returns
    -------
    Optimizer

    Raises
    ------
    ValueError
        If no optimizer has this name.
    TypeError
        If it is a class, or does not follow `Optimizer`.

    Examples
    --------
    >>> from skopt_evo.optimizers import Adam, resolve_optimizer
    >>> resolve_optimizer("adam")
    Adam(beta_1=0.9, beta_2=0.999, eps=1e-08)
    >>> resolve_optimizer(Adam(beta_1=0.5))
    Adam(beta_1=0.5, beta_2=0.999, eps=1e-08)
    """
    if isinstance(optimizer, str):
        return _by_name(optimizer)
    # Before the protocol: a class has the attributes of its instances.
    if isinstance(optimizer, type):
        raise TypeError(
            f"optimizer must be an instance, got the class {optimizer.__name__}; "
            f"pass {optimizer.__name__}() instead."
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be one of {list(OPTIMIZERS)} or an object with "
            "`transformation(learning_rate)` and `is_quasi_newton`, got "
            f"{shown(optimizer)} of type {type(optimizer).__name__}; pass a name, or "
            "settings such as skopt_evo.optimizers.Adam()."
        )
    return optimizer


def _by_name(name: str) -> Optimizer:
    if name in OPTIMIZERS:
        return OPTIMIZERS[name]()
    raise unknown_name(name, OPTIMIZERS)


def unknown_name(name: str, table: Mapping[str, object]) -> ValueError:
    """Return the error for a name that is not in the table."""
    hint = did_you_mean(name.lower(), table) or " Pass one of these."
    return ValueError(f"optimizer must be one of {list(table)}, got {name!r}.{hint}")
