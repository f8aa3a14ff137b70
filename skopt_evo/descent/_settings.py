"""Ways to get gradients that need no probes, as users set them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from skopt_evo.descent._local_model import LocalModel


@dataclass(frozen=True)
class Exact:
    """Exact derivatives of the score, where there is a rule for the estimator.

    They come with the fit of a candidate, in about the time of another fit. Without a
    rule for its class, for a numeric parameter or for the scorer there is an error
    before anything is fitted. What only the fit tells is warned of at the end: see
    :class:`~skopt_evo.exceptions.NoHypergradientWarning`.

    References
    ----------
    F. Pedregosa, "Hyperparameter optimization with approximate gradient", ICML 2016.
    """

    name: ClassVar[str] = "exact"


@dataclass(frozen=True)
class Automatic:
    """Exact derivatives where all numeric parameters have one, else a model.

    Parameters
    ----------
    model : LocalModel, default=LocalModel()
        The model, which takes into account those derivatives that are known.
    """

    name: ClassVar[str] = "auto"
    model: LocalModel = field(default_factory=LocalModel)
