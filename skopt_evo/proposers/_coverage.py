"""What of a search space no candidate has tried, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skopt_evo._messages import listed
from skopt_evo._typing import FloatArray
from skopt_evo.exceptions import SpaceCoverageWarning
from skopt_evo.space import SearchSpace
from skopt_evo.strategies._categories import category_of

# Numbers of settings that are larger than this are not printed.
MANY = 2**53


REMEDY = (
    "Raise n_iter (and n_restarts, if it is a number), or use GeneticSearchCV, which "
    "needs no gradient and searches categories as well as numbers."
)


def tried_in_branches(
    space: SearchSpace, settings: Sequence[Mapping[str, Any]]
) -> list[list[FloatArray]]:
    """Return the genomes of settings by branch.

    What branches have in common counts for each of them.
    """
    tried: list[list[FloatArray]] = [[] for _ in range(space.n_branches)]
    for params in settings:
        for genome in space.encode_all(params):
            branch = space.branch_of(genome)
            if params.keys() == space.branches[branch].keys():
                tried[branch].append(genome)
    return tried


def coverage_gaps(
    space: SearchSpace,
    tried: Sequence[Sequence[FloatArray]],
    listed_branches: Sequence[int],
    is_done: Sequence[bool],
) -> list[Warning]:
    """Return a warning if branches, categories or settings were not tried.

    Parameters
    ----------
    space : SearchSpace
        The space.
    tried : sequence of sequences of ndarrays
        The genomes that have been evaluated in each branch.
    listed_branches : sequence of int
        The branches without a gradient, whose settings are tried one by one.
    is_done : sequence of bool
        Which of them have nothing left to try.
    """
    gaps: list[str] = []
    for branch, genomes in enumerate(tried):
        if branch in listed_branches:
            if not is_done[branch]:
                gaps += _untried_settings(space, branch, len(genomes))
        elif genomes:
            gaps += _untried_categories(space, branch, genomes)
        else:
            gaps.append(f"{_name(space, branch)} was not tried.")
    return [SpaceCoverageWarning(f"{' '.join(gaps)} {REMEDY}")] if gaps else []


def _untried_settings(space: SearchSpace, branch: int, n_tried: int) -> Iterator[str]:
    """Yield what to say of a branch without a gradient, nothing if it is done."""
    dimensions = space.branches[branch].values()
    is_finite = all(dimension.is_finite for dimension in dimensions)
    size = math.prod(dimension.n_levels for dimension in dimensions)
    if not is_finite or n_tried < size:
        # The number of masks of many columns has too many digits to be printed.
        total: int | str = size if size < MANY else "very many"
        if not is_finite:
            total = "infinitely many"
        yield (
            f"{_name(space, branch)} has no numeric parameter, so that there is no "
            f"gradient: {n_tried} of its {total} settings were tried."
        )


def _untried_categories(
    space: SearchSpace, branch: int, genomes: Sequence[FloatArray]
) -> Iterator[str]:
    """Yield what to say of each parameter of a branch with untried categories."""
    for name, gene in space.gene_of(branch).items():
        dimension = space.genes[gene]
        if dimension.is_numeric or not dimension.is_finite:
            continue
        n_levels = dimension.n_levels
        tried = {int(category_of(genome[gene], n_levels)) for genome in genomes}
        values = enumerate(dimension.values())
        untried = [value for level, value in values if level not in tried]
        if untried:
            yield (
                f"In {_name(space, branch)} these values of {name!r} were not tried: "
                f"{listed(untried)}."
            )


def _name(space: SearchSpace, branch: int) -> str:
    return "param_grid" if space.n_branches == 1 else f"param_grid[{branch}]"
