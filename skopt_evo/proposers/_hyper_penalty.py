"""What holds hyperparameters back, against overfitting the cross-validated score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.space import SearchSpace
from skopt_evo.space._dimension import Dimension


class HyperPenalty:
    """A penalty on the distance from the estimator's own hyperparameters.

    It is `strength` times the sum of the squared distances of the numeric parameters.
    Distances are differences of logarithms where the scale is logarithmic, and parts of
    the range elsewhere.

    Parameters
    ----------
    space : SearchSpace
        The space.
    strength : float
        The penalty of a distance of 1, in units of the score.
    params : mapping
        The estimator's own parameters; for those that the space does not have, the
        middle of its ranges.
    """

    def __init__(
        self, space: SearchSpace, strength: float, params: Mapping[str, Any]
    ) -> None:
        self._space = space
        self._strength = strength
        self._centres = [
            space.encode_known(params, branch) for branch in range(space.n_branches)
        ]
        widths = [_width(dimension) for dimension in space.genes]
        self._widths = np.where(space.is_numeric, widths, 0.0)

    def penalty(self, genome: FloatArray) -> float:
        """Return the penalty of a genome."""
        if not self._strength:
            return 0.0
        return float(self._strength * np.sum(self._distances(genome) ** 2))

    def gradient(self, genome: FloatArray) -> FloatArray:
        """Return its derivatives by the genes: shape (n_genes,)."""
        return 2.0 * self._strength * self._widths * self._distances(genome)

    def _distances(self, genome: FloatArray) -> FloatArray:
        branch = self._space.branch_of(genome)
        moved = np.where(self._space.active[branch], genome - self._centres[branch], 0)
        return np.asarray(self._widths * moved)


def _width(dimension: Dimension) -> float:
    """Return how long the range of a gene is: in logarithms if its scale is."""
    if not dimension.is_numeric:
        return 0.0
    # A list has values in the middle of its bins alone.
    genes = dimension.snap(np.linspace(0.0, 1.0, 5))
    values = np.array([dimension.decode(gene) for gene in genes], dtype=np.float64)
    if values[0] <= 0.0:
        return 1.0
    with np.errstate(over="ignore"):
        ratios = values / values[0]
    logs = np.log(np.where(np.isfinite(ratios), ratios, 1.0))
    logs += np.where(np.isfinite(ratios), 0.0, np.log(values) - np.log(values[0]))
    rate = float(logs[-1] / (genes[-1] - genes[0]))
    is_logarithmic = np.allclose(
        logs, rate * (genes - genes[0]), rtol=0, atol=1e-6 * rate
    )
    return rate if is_logarithmic else 1.0
