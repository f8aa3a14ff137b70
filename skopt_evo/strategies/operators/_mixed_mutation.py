"""The whole of a mutation: which genes of mixed types change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from skopt_evo._checks import check_number
from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.strategies._base import GeneLayout
from skopt_evo.strategies.operators._categorical import CategoricalMutation
from skopt_evo.strategies.operators._gaussian import GaussianMutation
from skopt_evo.strategies.operators._part import MutationPart
from skopt_evo.strategies.operators._protocols import GeneMutation, Mutation

DEFAULTS: dict[str, GeneMutation] = {
    "continuous": GaussianMutation(),
    "integer": GaussianMutation(),
    "category": CategoricalMutation(),
}


@dataclass(frozen=True)
class MixedMutation:
    """Choose the parameters that change, and move their genes each in its way.

    Every active parameter that varies is chosen with the same chance; where none is,
    one has to be. Of a chosen parameter with several genes, a vector, each gene is
    chosen likewise, one on average or the one that has to be. A chosen numeric gene
    moves or, now and then, is drawn anew from its whole range; a chosen category
    becomes another one. Inactive genes never change.

    Parameters
    ----------
    continuous : GeneMutation, default=GaussianMutation()
        How a continuous gene moves.
    integer : GeneMutation, default=GaussianMutation()
        How a discrete gene moves whose values have an order.
    category : GeneMutation, default=CategoricalMutation()
        How a category changes.
    n_parameters : float, default=1.5
        How many parameters are chosen on average, but for the one that has to be.
    resample : float, default=0.05
        The chance that a chosen numeric gene is drawn anew.

    References
    ----------
    R. Li et al., "Mixed integer evolution strategies for parameter optimization",
    Evolutionary Computation 21(1), 29-64, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.operators import MixedMutation, PolynomialMutation
    >>> layout, rng = GeneLayout.continuous(3), np.random.default_rng(0)
    >>> mutation = MixedMutation(continuous=PolynomialMutation(eta=10), n_parameters=1)
    >>> genomes, steps = np.full((2, 3), 0.5), np.array([0.1, 0.3])
    >>> mutants = mutation(genomes, steps, layout, rng)
    >>> (mutants != genomes).any(axis=1)
    array([ True,  True])
    """

    continuous: GeneMutation = DEFAULTS["continuous"]
    integer: GeneMutation = DEFAULTS["integer"]
    category: GeneMutation = DEFAULTS["category"]
    n_parameters: float = 1.5
    resample: float = 0.05

    def __post_init__(self) -> None:
        for kind in DEFAULTS:
            _check_part(kind, getattr(self, kind))
        check_number(
            "MixedMutation: n_parameters",
            self.n_parameters,
            "a float > 0",
            lambda n_parameters: n_parameters > 0,
            usual=1.5,
        )
        check_number(
            "MixedMutation: resample",
            self.resample,
            "a probability in [0, 1]",
            lambda resample: 0 <= resample <= 1,
            usual=0.05,
        )

    def __call__(
        self,
        genomes: FloatArray,
        steps: FloatArray,
        layout: GeneLayout,
        rng: np.random.Generator,
    ) -> FloatArray:
        mutants = genomes.copy()
        rows, columns = np.nonzero(self._chosen(genomes, layout, rng))
        genes, n_levels = genomes[rows, columns], layout.n_levels[columns]
        is_numeric = layout.is_numeric[columns]
        anew = is_numeric & (rng.random(len(genes)) < self.resample)
        moved = np.where(anew, rng.random(len(genes)), genes)
        for part, of_kind in (
            (self.continuous, is_numeric & (n_levels == 0)),
            (self.integer, is_numeric & (n_levels > 0)),
            (self.category, ~is_numeric),
        ):
            some = np.flatnonzero(of_kind & ~anew)
            if len(some):
                of_some = genes[some], steps[rows[some]], n_levels[some]
                moved[some] = part.move(*of_some, rng)
        mutants[rows, columns] = moved
        return mutants

    def _chosen(
        self, genomes: FloatArray, layout: GeneLayout, rng: np.random.Generator
    ) -> BoolArray:
        """Return which genes change: shape (n, n_genes)."""
        varying: BoolArray = layout.active_in(genomes) & (layout.n_levels != 1)
        if not varying.any():
            return varying
        # Genes in order of their parameters, and where each of these begins.
        order = np.argsort(layout.parameters, kind="stable")
        begins = np.flatnonzero(np.diff(layout.parameters[order], prepend=-1))
        if len(begins) == layout.n_genes:
            return _at_least_one(varying, self.n_parameters, rng)
        may_change = np.logical_or.reduceat(varying[:, order], begins, axis=1)
        parameters = _at_least_one(may_change, self.n_parameters, rng)
        # As for the parameters, but a smallest draw for each of them.
        draws = np.where(varying, rng.random(varying.shape), inf)
        smallest = np.minimum.reduceat(draws[:, order], begins, axis=1)
        n_varying = np.add.reduceat(varying[:, order], begins, axis=1, dtype=np.int64)
        limits = np.maximum(smallest, 1.0 / np.maximum(n_varying, 1))
        limits = np.where(parameters, limits, -inf)
        return np.asarray(varying & (draws <= limits[:, layout.parameters]))


def whole_mutation(mutation: Mutation | MutationPart) -> Mutation:
    """Return the `MixedMutation` with a part, or a mutation that is whole as it is.

    Examples
    --------
    >>> from skopt_evo.strategies.operators import GaussianMutation, MixedMutation
    >>> from skopt_evo.strategies.operators._mixed_mutation import whole_mutation
    >>> whole_mutation(GaussianMutation()) == MixedMutation()
    True
    """
    if isinstance(mutation, MutationPart):
        parts: dict[str, Any] = dict.fromkeys(mutation.kinds, mutation)
        return replace(MixedMutation(), **parts)
    return mutation


def _at_least_one(
    eligible: BoolArray, expected: float, rng: np.random.Generator
) -> BoolArray:
    """Choose among the eligible ones of each row, all with the same chance.

    That chance is `expected` divided by their number. Where none is chosen, the one
    with the smallest draw is, which may be any of them with the same chance.
    """
    draws = np.where(eligible, rng.random(eligible.shape), inf)
    n_eligible = np.maximum(eligible.sum(axis=1, keepdims=True), 1)
    limits = np.maximum(draws.min(axis=1, keepdims=True), expected / n_eligible)
    return np.asarray(eligible & (draws <= limits))


def _check_part(kind: str, part: Any) -> None:
    """Raise an error if this is no mutation of genes of that kind."""
    name = f"MixedMutation: {kind}={part!r}"
    if isinstance(part, type) or not callable(getattr(part, "move", None)):
        raise TypeError(
            f"{name} is not allowed: pass an object with a method `move`, for instance "
            f"{DEFAULTS[kind]!r}."
        )
    if isinstance(part, MutationPart) and kind not in part.kinds:
        raise ValueError(
            f"{name} moves genes of another kind: pass it as {part.kinds[0]}=, or here "
            f"an object like {DEFAULTS[kind]!r}."
        )
