"""From the name of a way to get gradients, or a user's own one, to the object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from skopt_evo._messages import did_you_mean, shown
from skopt_evo._typing import FloatArray
from skopt_evo.descent._finite_difference import SPSA, FiniteDifference
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._settings import Automatic, Exact


@runtime_checkable
class GradientEstimator(Protocol):
    """Estimates gradients from the losses at probes around a point.

    Attributes
    ----------
    name : str
        What ``cv_results_["gradient_method"]`` says.
    step : float
        How far probes usually are from the point, on the unit scale of a parameter.
    """

    @property
    def name(self) -> str:
        """The name of the method."""

    @property
    def step(self) -> float:
        """The usual distance of the probes from the point."""

    def probes(
        self, point: FloatArray, steps: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        """Return the probes around `point`, at these distances a coordinate."""

    def gradient(
        self, point: FloatArray, loss: float, probes: FloatArray, losses: FloatArray
    ) -> FloatArray:
        """Return the gradient at `point`; failed losses are NaN."""


Method: TypeAlias = "Automatic | Exact | LocalModel | GradientEstimator"

GRADIENTS: Mapping[str, Callable[[], Method]] = MappingProxyType(
    {
        "auto": Automatic,
        "exact": Exact,
        "finite_difference": FiniteDifference,
        "model": LocalModel,
        "spsa": SPSA,
    }
)


def resolve_gradient(gradient: Any) -> Method:
    """Return the object that a name stands for, or the object itself.

    Parameters
    ----------
    gradient : str, Automatic, Exact, LocalModel or GradientEstimator
        A key of `GRADIENTS`, or an object of this package, or one that follows
        `GradientEstimator`.

    Raises
    ------
    ValueError
        If no way to get gradients has this name.
    TypeError
        If it is a class, or does not follow `GradientEstimator`.

    Examples
    --------
    >>> from skopt_evo.descent import resolve_gradient
    >>> resolve_gradient("finite_difference")
    FiniteDifference(scheme='central', step=0.1)
    """
    if isinstance(gradient, str):
        if gradient in GRADIENTS:
            return GRADIENTS[gradient]()
        hint = did_you_mean(gradient.lower(), GRADIENTS)
        raise ValueError(
            f"gradient={gradient!r} is not known.{hint} Pass one of "
            f"{sorted(GRADIENTS)} or an object of skopt_evo.descent."
        )
    if isinstance(gradient, type):
        raise TypeError(
            f"gradient={gradient!r} is a class: pass an instance, e.g. "
            f"{gradient.__name__}()."
        )
    if not isinstance(gradient, (Automatic, Exact, LocalModel, GradientEstimator)):
        raise TypeError(
            f"gradient={shown(gradient)} cannot estimate gradients: pass one of "
            f"{sorted(GRADIENTS)} or an object of skopt_evo.descent, e.g. "
            "FiniteDifference(scheme='forward')."
        )
    return gradient
