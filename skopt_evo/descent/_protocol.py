"""What every descent is: the protocol, and what a descent is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from skopt_evo.descent._free_genes import Descent, FreeGenes
from skopt_evo.descent._local_data import Known
from skopt_evo.descent._local_model import LocalModel
from skopt_evo.descent._resolve import GradientEstimator, Method
from skopt_evo.descent._settings import Automatic


@dataclass(frozen=True)
class DescentTask:
    """What a descent is given.

    Attributes
    ----------
    genes : FreeGenes
        The start, and the genes that move.
    method : Automatic, Exact, LocalModel or GradientEstimator
        Where gradients come from.
    learning_rate : float or None
        The learning rate; None for step lengths that adapt.
    history : callable () -> Known
        Returns all that is known when it is called.
    rng : numpy.random.Generator
        The random number generator of this descent alone.
    """

    genes: FreeGenes
    method: Method
    learning_rate: float | None
    history: Callable[[], Known]
    rng: np.random.Generator

    @property
    def has_probes(self) -> bool:
        """Whether gradients take candidates of their own."""
        return isinstance(self.method, GradientEstimator)

    @property
    def model(self) -> LocalModel | None:
        """What stands in for exact derivatives, None if nothing does."""
        if isinstance(self.method, Automatic):
            return self.method.model
        return self.method if isinstance(self.method, LocalModel) else None


@runtime_checkable
class DescentMethod(Protocol):
    """Leads from a start downhill: what `optimizer` stands for.

    An object of your own may be the `optimizer` of
    :class:`~skopt_evo.GradientSearchCV` if it follows this protocol; it need not
    inherit from anything. As a parameter of an estimator it should be comparable and
    picklable, which a frozen dataclass is.

    Examples
    --------
    A descent that halves the range of one gene after the other:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from skopt_evo.descent import DescentMethod
    >>> @dataclass(frozen=True)
    ... class Halving:
    ...     def check(self, method, learning_rate):
    ...         pass
    ...
    ...     def descend(self, task):
    ...         genes = task.genes
    ...         here = yield from genes.visit(
    ...             genes.start_point, "start", 0, begins=False
    ...         )
    ...         for iteration, step in enumerate([0.25, 0.125], start=1):
    ...             for moves in step * np.eye(len(here.point)):
    ...                 there = np.clip(here.point - moves, 0.0, 1.0)
    ...                 place = yield from genes.visit(
    ...                     there, "step", iteration, begins=True
    ...                 )
    ...                 here = min(here, place, key=lambda place: place.loss)
    >>> isinstance(Halving(), DescentMethod)
    True
    """

    def check(self, method: Method, learning_rate: float | None) -> None:
        """Raise a ValueError if this cannot descend by such gradients.

        Parameters
        ----------
        method : Automatic, Exact, LocalModel or GradientEstimator
            Where gradients come from.
        learning_rate : float or None
            The learning rate; None for step lengths that adapt.
        """

    def descend(self, task: DescentTask) -> Descent:
        """Return a generator that yields batches and is sent their evaluations.

        The first batch is the start alone, with ``begins_iteration=False``. What is
        asked for is canonical, and is the same for the same answers.
        """


def check_settings(
    optimizer: str,
    method: Method,
    learning_rate: float | None,
    allowed: dict[str, type],
) -> None:
    """Raise if a descent whose steps have their own length cannot use the settings.

    Parameters
    ----------
    optimizer : str
        Its name.
    method : Automatic, Exact, LocalModel or GradientEstimator
        Where gradients come from.
    learning_rate : float or None
        The learning rate that was set.
    allowed : dict of str to type
        Where its gradients may come from, by the names that users pass.
    """
    if learning_rate is not None:
        raise ValueError(
            f"learning_rate={learning_rate!r} cannot be used with "
            f"optimizer={optimizer!r}, whose steps have a length of their own; pass "
            "learning_rate='auto', or another optimizer such as 'adam'."
        )
    if not isinstance(method, tuple(allowed.values())):
        raise ValueError(
            f"gradient={method.name!r} cannot be used with optimizer={optimizer!r}; "
            f"pass gradient={' or '.join(map(repr, allowed))}, or optimizer='auto', "
            "which takes gradients of every kind."
        )
