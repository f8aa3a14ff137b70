"""Where descents start, so that no part of the space is left out unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.proposers._coverage import coverage_gaps, tried_in_branches
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._categories import gene_of
from skopt_evo.strategies._design import space_filling, unseen

# A round of restarts has one start for so many candidates of the budget, within these
# limits, unless there are more categories to try.
CANDIDATES_PER_START = 5
FEWEST, MOST = 2, 20

# Where descents take no candidates but their steps, a few starts are enough.
FIRST_STARTS, MORE_STARTS = 8, 5


class Starts:
    """Makes starts: the estimator's own parameters, then points that fill the space.

    Branches and categories take turns, on from one round to the next. A branch without
    a numeric parameter has no gradient: its settings are starts without a descent. They
    get their share of the budget in the first round, and what the descents leave of it
    in the end.

    Parameters
    ----------
    space : SearchSpace
        The space.
    layout : GeneLayout
        Its genes.
    seed : int
        Seed of the random number generator.
    n_iter : int
        How many candidates there will be in all.
    n_restarts : int or None
        How many starts there are beside the first one; None for as many as the budget
        allows.
    params : dict
        The estimator's own parameters.
    given : sequence of ndarrays of shape (n_genes,)
        The user's own starts, which come first.
    alone : bool, default=False
        Whether the first round has no other starts than the user's and the estimator's
        own, if there are no branches and categories that take turns.
    has_probes : bool, default=True
        Whether the gradients of a descent take candidates of their own.
    """

    def __init__(
        self,
        space: SearchSpace,
        layout: GeneLayout,
        seed: int,
        n_iter: int,
        n_restarts: int | None,
        params: dict[str, Any],
        given: Sequence[FloatArray] = (),
        *,
        alone: bool = False,
        has_probes: bool = True,
    ) -> None:
        self._space = space
        self._layout = layout
        self._rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
        self._n_restarts = n_restarts
        self._params = params
        self._given = given
        self._has_probes = has_probes
        self._n_rounds = 0
        self._reserve: Iterator[FloatArray] | None = None
        has_number = (layout.active & layout.is_numeric).any(axis=1)
        self._descending = [int(branch) for branch in np.flatnonzero(has_number)]
        self._listed = [int(branch) for branch in np.flatnonzero(~has_number)]
        share = n_iter * len(self._listed) // layout.n_branches
        self._share = max(share, len(self._listed))
        self._n_untried = sum(self._n_needed(branch) for branch in self._descending)
        self._alone = alone and self._n_untried == 1 and not self._listed
        self._branches = self._branches_in_turn()
        # All entries of an array are equal at a start: if they are independent draws,
        # hardly any start has a good score.
        _, first, numbers = np.unique(
            space.parameters, return_index=True, return_inverse=True
        )
        self._first = first[numbers]
        self._levels = {
            (branch, gene): _in_turn(int(layout.n_levels[gene]), self._rng)
            for branch in self._descending
            for gene in self._categories(branch)
        }

    def first(self, n_remaining: int) -> list[FloatArray]:
        """Return the starts of the first round.

        Parameters
        ----------
        n_remaining : int
            How many candidates may be evaluated.
        """
        seen: set[bytes] = set()
        first = [*self._given, *self._own()]
        starts = self._new(first[:n_remaining], seen)
        if self._alone and starts:
            return starts
        return starts + self._others(n_remaining - len(starts), seen)

    def further(self, n_remaining: int, known: Iterable[bytes]) -> list[FloatArray]:
        """Return the starts of a later round, none if there is nothing left to start.

        Parameters
        ----------
        n_remaining : int
            How many candidates may still be evaluated.
        known : iterable of bytes
            The keys of the genomes that have been evaluated.
        """
        seen = set(known)
        if self._alone:
            self._alone = False
            return self._others(n_remaining, seen)
        self._descending = [b for b in self._descending if self._has_new(b, seen)]
        n = self._n_auto(n_remaining) if self._n_restarts is None else 0
        return self._new(self._filling(n), seen) or self._settings(n_remaining, seen)

    def in_place_of_failed(
        self, n_remaining: int, known: Iterable[bytes]
    ) -> list[FloatArray]:
        """Return the starts of a later round, if no start has a score yet.

        They take the place of starts that failed: there are some whatever `n_restarts`
        is. Those of all such rounds fill the space as evenly as if there were one round
        of them, which independent rounds would not.

        Parameters
        ----------
        n_remaining : int
            How many candidates may still be evaluated.
        known : iterable of bytes
            The keys of the genomes that have been evaluated.
        """
        seen, self._alone = set(known), False
        self._descending = [b for b in self._descending if self._has_new(b, seen)]
        if self._reserve is None:
            self._reserve = iter(self._filling(n_remaining))
        n = MORE_STARTS if self._n_restarts is None else 1 + self._n_restarts
        starts: list[FloatArray] = []
        while len(starts) < min(n, n_remaining):
            start = next(self._reserve, None)
            if start is None:
                break
            starts += self._new([start], seen)
        # Branches without a new point leave fewer starts than were planned.
        more = [] if starts else self._new(self._filling(min(n, n_remaining)), seen)
        return starts or more or self._settings(n_remaining, seen)

    def _others(self, n_remaining: int, seen: set[bytes]) -> list[FloatArray]:
        """Return what starts beside the first ones, settings without gradient first."""
        starts = self._settings(min(self._share, n_remaining), seen)
        n_remaining -= len(starts)
        n = self._n_auto(n_remaining) if self._n_restarts is None else self._n_restarts
        return starts + self._new(self._filling(min(n, n_remaining)), seen)

    def gaps(self, settings: Sequence[Mapping[str, Any]]) -> list[Warning]:
        """Return a warning if branches, categories or settings were not tried.

        Parameters
        ----------
        settings : sequence of mappings
            The parameters of each candidate that has been evaluated.
        """
        tried = tried_in_branches(self._space, settings)
        is_done = [
            branch in self._listed
            # Where draws repeat known values there may be nothing left to try.
            and not self._has_new(branch, {self._layout.key(g) for g in genomes})
            for branch, genomes in enumerate(tried)
        ]
        return coverage_gaps(self._space, tried, self._listed, is_done)

    def _new(self, wanted: Iterable[FloatArray], seen: set[bytes]) -> list[FloatArray]:
        """Return starts, others of the same branch in place of seen ones; add to seen.

        There are fewer of them where a branch has nothing new.
        """
        starts = []
        for genome in wanted:
            start: FloatArray | None = genome
            if self._layout.key(genome) in seen:
                branch = self._space.branch_of(genome)
                start = unseen(self._layout, seen, self._rng, [branch])
            if start is not None:
                starts.append(start)
                seen.add(self._layout.key(start))
        return starts

    def _has_new(self, branch: int, seen: set[bytes]) -> bool:
        return unseen(self._layout, seen, self._rng, [branch]) is not None

    def _own(self) -> list[FloatArray]:
        """Return the estimator's own setting, in a branch with a gradient if possible.

        If it lies in no such branch, what comes nearest to it in one comes first.
        """
        inside = list(self._space.encode_all(self._params))
        descending = [g for g in inside if self._space.branch_of(g) in self._descending]
        listed = [g for g in inside if self._space.branch_of(g) in self._listed]
        if self._descending and not descending:
            nearest = self._space.encode_known(self._params, self._descending[0])
            descending = [nearest]
        return descending[:1] + listed[:1]

    def _settings(self, n: int, seen: set[bytes]) -> list[FloatArray]:
        """Return new settings of the branches without a gradient, at most `n`."""
        settings: list[FloatArray] = []
        branches = [int(branch) for branch in self._rng.permutation(self._listed)]
        while branches and len(settings) < n:
            branch = branches.pop(0)
            setting = unseen(self._layout, seen, self._rng, [branch])
            if setting is not None:
                settings.append(setting)
                seen.add(self._layout.key(setting))
                branches.append(branch)
        return settings

    def _n_auto(self, n_remaining: int) -> int:
        """Return how many starts suit the budget, and the categories to try."""
        if not self._descending:
            return 0
        self._n_rounds += 1
        n_starts = int(np.clip(n_remaining // CANDIDATES_PER_START, FEWEST, MOST))
        if not self._has_probes:
            n_starts = min(
                n_starts, FIRST_STARTS if self._n_rounds == 1 else MORE_STARTS
            )
        n_starts = max(n_starts, min(self._n_untried, n_remaining // 2))
        return min(n_starts, n_remaining)

    def _n_needed(self, branch: int) -> int:
        """Return how many starts it takes to try each category of a branch once."""
        dimensions = [self._space.genes[gene] for gene in self._categories(branch)]
        return max([1, *(dim.n_levels for dim in dimensions if dim.is_finite)])

    def _categories(self, branch: int) -> list[int]:
        """Return the genes of a branch that have no order."""
        genes = self._space.gene_of(branch).values()
        return [gene for gene in genes if not self._layout.is_numeric[gene]]

    def _filling(self, n: int) -> list[FloatArray]:
        """Return points that fill the branches with a gradient."""
        if n < 1 or not self._descending:
            return []
        self._n_untried = max(0, self._n_untried - n)
        genomes = space_filling(n, self._layout, self._rng)
        for genome, branch in zip(genomes, self._branches, strict=False):
            if self._layout.n_branches > 1:
                genome[0] = self._space.branch_gene(branch)
            for gene in self._categories(branch):
                level = next(self._levels[branch, gene])
                genome[gene] = gene_of(level, self._layout.n_levels[gene])
            genome[:] = np.where(self._layout.is_numeric, genome[self._first], genome)
        return list(self._layout.snap(genomes))

    def _branches_in_turn(self) -> Iterator[int]:
        """Yield branches without end: one with more categories comes more often."""
        while self._descending:
            order = [int(branch) for branch in self._rng.permutation(self._descending)]
            n_needed = [self._n_needed(branch) for branch in order]
            for turn in range(max(n_needed)):
                for branch, n in zip(order, n_needed, strict=True):
                    if turn < n and branch in self._descending:
                        yield branch


def _in_turn(n: int, rng: np.random.Generator) -> Iterator[int]:
    """Yield 0 to n - 1 without end, in random order, each as often as the others."""
    while True:
        yield from map(int, rng.permutation(n))
