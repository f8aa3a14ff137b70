"""Where descents start, so that no part of the space is left out unsaid."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.exceptions import SpaceCoverageWarning
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._base import FloatArray
from skopt_evo.strategies._design import space_filling, unseen

# A round of restarts has one start for so many candidates of the budget, within these
# limits, unless there are more categories to try.
CANDIDATES_PER_START = 5
FEWEST, MOST = 2, 20

REMEDY = (
    "Raise n_iter, or use GeneticSearchCV, which needs no gradient and searches "
    "categories as well as numbers."
)


class Starts:
    """Makes starts: the estimator's own parameters, then points that fill the space.

    Every branch and every category gets as many starts as the others. A branch without
    a numeric parameter has no gradient: its settings are starts that lead nowhere, all
    of them if its share of the budget allows.

    Parameters
    ----------
    space : SearchSpace
        The space.
    layout : GeneLayout
        Its genes.
    seed : int
        The source of chance.
    n_iter : int
        How many candidates there will be in all.
    params : dict
        The estimator's own parameters.
    """

    def __init__(
        self,
        space: SearchSpace,
        layout: GeneLayout,
        seed: int,
        n_iter: int,
        params: dict[str, Any],
    ) -> None:
        self._space = space
        self._layout = layout
        self._seed = seed
        self._params = params
        self._round = 0
        has_number = (layout.active & layout.is_numeric).any(axis=1)
        self._descending = np.flatnonzero(has_number)
        self._listed = np.flatnonzero(~has_number)
        # What the branches without a gradient may take of the budget.
        self._share = n_iter * len(self._listed) // layout.n_branches

    def make(
        self, n_restarts: int | None, n_remaining: int, known: Mapping[bytes, Any]
    ) -> list[FloatArray]:
        """Return the starts of the next round: genomes that are not known yet.

        Parameters
        ----------
        n_restarts : int or None
            How many descents there are beside the first one; None for as many as suit
            the budget.
        n_remaining : int
            How many candidates may still be evaluated.
        known : mapping
            Has the keys of the genomes that have been evaluated.
        """
        key = (self._round, 0)
        rng = np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))
        is_first, self._round = self._round == 0, self._round + 1
        starts: list[FloatArray] = []
        if len(self._descending) and (is_first or n_restarts is None):
            n = self._n_auto(n_remaining) if n_restarts is None else n_restarts
            starts += self._own() if is_first else []
            starts += self._filling(n, rng)
        if is_first and len(self._listed):
            starts += self._settings_without_gradient(rng)
        new: dict[bytes, FloatArray] = {}
        for wanted in starts:
            start: FloatArray | None = wanted
            if self._layout.key(wanted) in (known.keys() | new.keys()):
                branch = [self._space.branch_of(wanted)]
                start = unseen(self._layout, known.keys() | new.keys(), rng, branch)
            if start is not None:
                new[self._layout.key(start)] = start
        return list(new.values())[:n_remaining]

    def warn_of_gaps(self, genomes: Sequence[FloatArray]) -> None:
        """Warn if categories, or settings without a gradient, have not been tried.

        Parameters
        ----------
        genomes : sequence of ndarray of shape (n_genes,)
            What has been evaluated.
        """
        gaps = []
        # What branches have in common counts for each of them.
        genomes = [
            alias
            for genome in genomes
            for alias in self._space.encode_all(self._space.decode(genome))
        ]
        for branch in range(self._layout.n_branches):
            here = [g for g in genomes if self._space.branch_of(g) == branch]
            if branch in self._listed:
                size = self._space.branch_size(branch)
                if len(here) < size:
                    gaps.append(
                        f"{self._name(branch)} has no numeric parameter, so that there "
                        f"is no gradient: {len(here)} of its "
                        f"{'endless' if size == math.inf else int(size)} settings were "
                        "tried."
                    )
            else:
                gaps += self._untried_categories(branch, here)
        if gaps:
            warnings.warn(
                f"{' '.join(gaps)} {REMEDY}", SpaceCoverageWarning, stacklevel=2
            )

    def _untried_categories(
        self, branch: int, genomes: Sequence[FloatArray]
    ) -> list[str]:
        gaps = []
        for name, gene in self._space.gene_of(branch).items():
            dimension = self._space.genes[gene]
            if dimension.is_numeric or not dimension.is_finite:
                continue
            tried = {
                round(genome[gene] * dimension.n_levels - 0.5) for genome in genomes
            }
            untried = [
                value
                for number, value in enumerate(dimension.values())
                if number not in tried
            ]
            if untried:
                gaps.append(
                    f"In {self._name(branch)} these values of {name!r} were not tried: "
                    f"{untried!r}."
                )
        return gaps

    def _name(self, branch: int) -> str:
        if self._layout.n_branches == 1:
            return "param_grid"
        return f"param_grid[{branch}]"

    def _n_auto(self, n_remaining: int) -> int:
        """Return how many starts suit the budget, and the categories there are."""
        n_starts = int(np.clip(n_remaining // CANDIDATES_PER_START, FEWEST, MOST))
        n_needed = sum(self._n_needed(int(branch)) for branch in self._descending)
        return max(n_starts, min(n_needed, n_remaining // 2))

    def _n_needed(self, branch: int) -> int:
        """Return how many starts it takes to try each category of a branch once."""
        genes = self._layout.active[branch] & ~self._layout.is_numeric
        genes[0] &= self._layout.n_branches == 1
        finite = [self._space.genes[gene].is_finite for gene in np.flatnonzero(genes)]
        return int(max([1, *self._layout.n_levels[genes][finite]]))

    def _own(self) -> list[FloatArray]:
        """Return the estimator's own setting, or what comes nearest to it."""
        inside = self._space.encode_all(self._params)
        descending = [g for g in inside if self._space.branch_of(g) in self._descending]
        if descending:
            return descending[:1]
        return [self._space.encode_known(self._params, int(self._descending[0]))]

    def _filling(self, n: int, rng: np.random.Generator) -> list[FloatArray]:
        """Return points that fill the branches with a gradient."""
        if n < 1:
            return []
        genomes = space_filling(n, self._layout, rng)
        branches = self._branches_in_turn(n, rng)
        if self._layout.n_branches > 1:
            genomes[:, 0] = [self._space.branch_gene(branch) for branch in branches]
        for branch in map(int, self._descending):
            rows = np.flatnonzero(branches == branch)
            for gene in self._space.gene_of(branch).values():
                if not self._layout.is_numeric[gene]:
                    n_levels = self._layout.n_levels[gene]
                    turns = np.resize(rng.permutation(n_levels), len(rows))
                    genomes[rows, gene] = (turns + 0.5) / n_levels
        return list(self._layout.snap(genomes))

    def _branches_in_turn(self, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the branches of `n` starts: one with more categories comes more often.

        Parameters
        ----------
        n : int
            The number of starts.
        rng : numpy.random.Generator
            Draws the order of the branches.
        """
        order = rng.permutation(self._descending)
        n_needed = np.array([self._n_needed(int(branch)) for branch in order])
        rounds = [order[n_needed > turn] for turn in range(n_needed.max())]
        return np.concatenate([*rounds, np.resize(order, n)])[:n]

    def _settings_without_gradient(self, rng: np.random.Generator) -> list[FloatArray]:
        """Return settings of the branches that have no numeric parameter."""
        settings: dict[bytes, FloatArray] = {}
        while len(settings) < max(self._share, len(self._listed)):
            genome = unseen(self._layout, settings, rng, self._listed)
            if genome is None:
                break
            settings[self._layout.key(genome)] = genome
        return list(settings.values())
