"""From derivatives by parameters to derivatives by genes, and back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.results import TrialGradient
from skopt_evo.space import SearchSpace
from skopt_evo.space._genes import Place
from skopt_evo.strategies import GeneLayout
from skopt_evo.trials import Trial


class ScoreGradients:
    """Derivatives of scores by parameters, and of losses by genes.

    Parameters
    ----------
    space : SearchSpace
        The space.
    layout : GeneLayout
        Its genes.
    verbose : bool
        Whether to print why there is no exact derivative.

    Attributes
    ----------
    reasons : dict of str to str
        Why there is no exact derivative, by parameter: the first reason of each.
    """

    def __init__(
        self, space: SearchSpace, layout: GeneLayout, *, verbose: bool
    ) -> None:
        self._space = space
        self._layout = layout
        self._verbose = verbose
        self.reasons: dict[str, str] = {}

    def explain(self, found: TrialGradient) -> None:
        """Keep why there is no derivative by a parameter, and print it once."""
        for name, reason in found.reasons.items():
            if name not in self.reasons:
                self.reasons[name] = reason
                if self._verbose:
                    print(f"No exact derivative by {name!r}: {reason}")

    def slopes(self, genome: FloatArray, found: TrialGradient) -> FloatArray:
        """Return derivatives of the loss by the genes, NaN where there is none."""
        slopes = np.full(self._layout.n_genes, np.nan)
        places = self._space.places_of(self._space.branch_of(genome))
        for name, derivative in found.params.items():
            if name in places:
                with np.errstate(over="ignore", invalid="ignore"):
                    rates = self._rates(genome, places[name])
                    slopes[places[name]] = derivative / rates
        return slopes

    def is_whole(self, genome: FloatArray, slopes: FloatArray) -> bool:
        """Tell whether there are derivatives by all numbers of a candidate."""
        return bool(np.all(np.isfinite(slopes[self._layout.movable_in(genome)])))

    @staticmethod
    def note_exact(trial: Trial, found: TrialGradient, *, is_whole: bool) -> None:
        """Note exact derivatives of the score with their candidate."""
        if found.params and is_whole:
            trial.extras["gradient_method"] = "exact"
        for name, derivative in found.params.items():
            trial.extras[f"grad_{name}"] = -derivative

    def note_estimate(
        self,
        trial: Trial,
        genome: FloatArray,
        gradient: FloatArray,
        method: str,
        exact: Collection[str],
    ) -> None:
        """Note a gradient of the loss by the genes as derivatives of the score.

        Parameters
        ----------
        trial : Trial
            The candidate.
        genome : ndarray of shape (n_genes,)
            Its genome.
        gradient : ndarray of shape (n_genes,)
            The gradient.
        method : str
            Where it comes from.
        exact : collection of str
            The parameters whose derivatives are known better.
        """
        trial.extras["gradient_method"] = method
        branch = self._space.branch_of(genome)
        for name, place in self._space.places_of(branch).items():
            if name not in exact and self._space.branches[branch][name].is_numeric:
                rates = self._rates(genome, place)
                # Per unit of a parameter it may be too large for a float.
                with np.errstate(over="ignore", invalid="ignore"):
                    derivative = -gradient[place] * rates
                trial.extras[f"grad_{name}"] = derivative

    def _rates(self, genome: FloatArray, place: Place) -> Any:
        """Return d(gene)/d(value) of a parameter, an array if it is one."""
        if isinstance(place, slice):
            genes = range(self._layout.n_genes)[place]
            return np.array([self._rates(genome, gene) for gene in genes])
        return self._space.genes[place].slope(genome[place])
