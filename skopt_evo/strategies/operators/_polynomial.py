"""Polynomial mutation of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_evo._checks import check_not_negative
from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies.operators._part import MutationPart, at_least_one_level
from skopt_evo.strategies.operators._reflect import reflect


@dataclass(frozen=True)
class PolynomialMutation(MutationPart):
    """Move numeric genes by steps with a polynomial distribution.

    Up and down are equally likely. The density of a step of size s is proportional to
    (1 - s)^eta, cut off at the bound. `eta` alone says how far genes move, about
    1 / (eta + 2) on average: the steps of the genomes, and so their adaptation, are
    ignored. A discrete gene moves by one level at the least, reflected at the bounds,
    where it may fall back on itself. A gene on a bound moves away from it.

    It is a part of a `MixedMutation`, for continuous and integer genes. As the mutation
    of a search it stands for that mutation with this part.

    Parameters
    ----------
    eta : float, default=20.0
        The larger, the smaller the steps.

    References
    ----------
    K. Deb and M. Goyal, "A combined genetic adaptive search (GeneAS) for engineering
    design", Computer Science and Informatics 26(4), 30-45, 1996.
    K. Deb, "An efficient constraint handling method for genetic algorithms", Computer
    Methods in Applied Mechanics and Engineering 186, 311-338, 2000 (bounds).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies.operators import PolynomialMutation
    >>> genes, n_levels = np.full(4, 0.5), np.zeros(4)
    >>> rng = np.random.default_rng(0)
    >>> mutation = PolynomialMutation(eta=10)
    >>> mutation.move(genes, np.full(4, 0.1), n_levels, rng).round(2)
    array([0.52, 0.49, 0.46, 0.47])
    """

    eta: float = 20.0

    kinds: ClassVar[tuple[str, ...]] = ("continuous", "integer")

    def __post_init__(self) -> None:
        check_not_negative("PolynomialMutation: eta", self.eta, usual=20.0)

    def move(
        self,
        genes: FloatArray,
        steps: FloatArray,
        n_levels: IntArray,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Change genes, every one of them; see `GeneMutation`."""
        down = rng.random(len(genes)) < 0.5
        # Deviation from the paper: there a gene on a bound stays half of the time.
        down = np.where(genes <= 0.0, False, np.where(genes >= 1.0, True, down))
        room = np.where(down, genes, 1.0 - genes)
        power = self.eta + 1.0
        # The inverse of the probability that a step is larger, which for a step as
        # large as the room is 0.
        larger, beyond = rng.random(len(genes)), (1.0 - room) ** power
        sizes = 1.0 - (larger + (1.0 - larger) * beyond) ** (1.0 / power)
        moves = np.where(down, -sizes, sizes)
        return reflect(genes + at_least_one_level(moves, n_levels))
