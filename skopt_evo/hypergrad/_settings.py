"""Ways to get gradients that need no probes, as users set them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Exact:
    """Exact derivatives of the score, where there is a rule for the estimator.

    They come with the fit of a candidate, for a part of its price. Without a rule there
    is an error before anything is fitted.

    References
    ----------
    F. Pedregosa, "Hyperparameter optimization with approximate gradient", ICML 2016.
    """

    name: ClassVar[str] = "exact"


@dataclass(frozen=True)
class Model:
    """The gradient of a quadratic regression on the evaluations around.

    It takes no candidate of its own.

    References
    ----------
    A. R. Conn, K. Scheinberg and L. N. Vicente, "Introduction to derivative-free
    optimization", 2009.
    """

    name: ClassVar[str] = "model"


@dataclass(frozen=True)
class Automatic:
    """`Exact` where it can be had for all numeric parameters, else `Model`.

    The model takes those derivatives into account that are known.
    """

    name: ClassVar[str] = "auto"
