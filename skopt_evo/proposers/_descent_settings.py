"""How to descend: what `GradientSearchCV` makes of its parameters."""

from __future__ import annotations

from dataclasses import dataclass

from skopt_evo.descent import (
    DescentMethod,
    GradientEstimator,
    Method,
)
from skopt_evo.optimizers import Optimizer


@dataclass(frozen=True)
class Settings:
    """How to descend.

    Attributes
    ----------
    method : Method
        Where gradients come from.
    optimizer : str, Optimizer or DescentMethod, default="auto"
        What makes steps of them, see `resolve_descent`.
    learning_rate : float or None, default=None
        The optimizer's learning rate; None for step lengths that adapt.
    n_restarts : int or None, default=None
        How many starts there are beside the first one; None for as many as the
        budget allows.
    hyper_l2 : float, default=0.0
        What holds hyperparameters back, see `HyperPenalty`.
    is_exact : bool, default=False
        Whether exact derivatives are to be expected at the first start: then it
        descends to the end before there are others.
    verbose : bool, default=False
        Whether to print why there is no exact derivative.
    """

    method: Method
    optimizer: str | Optimizer | DescentMethod = "auto"
    learning_rate: float | None = None
    n_restarts: int | None = None
    hyper_l2: float = 0.0
    is_exact: bool = False
    verbose: bool = False

    @property
    def has_probes(self) -> bool:
        """Whether gradients take candidates of their own."""
        return isinstance(self.method, GradientEstimator)
