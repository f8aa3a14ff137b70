"""What strategies know of a search space."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from skopt_evo.space import SearchSpace
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._values import fingerprint
from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._base import Kinship
from skopt_evo.strategies.surrogates._features import MOST_CATEGORIES


def layout_of(space: SearchSpace) -> GeneLayout:
    """Return the layout of the genes of a space.

    Parameters of the same name are one parameter to a strategy, whatever the branch: of
    C in one branch and C, on another scale, in another one it is known that they are
    alike, and likewise of two lists of categories, or of branches that have the same
    constant.
    """
    layout = GeneLayout(
        n_levels=space.n_levels,
        is_numeric=space.is_numeric,
        active=space.active,
        snap=space.snap,
        parameters=space.parameters,
        merge=space.merge,
    )
    if space.n_branches == 1:
        return layout
    return _Family(space).join(layout)


class _Family:
    """Finds the parameters, and their categories, that branches share.

    Parameters
    ----------
    space : SearchSpace
        A space of several branches.
    """

    def __init__(self, space: SearchSpace) -> None:
        self._space = space
        # A name stands for two parameters if it has numbers here and categories there.
        self._numbers: dict[tuple[str, bool], int] = {}
        self._categories: dict[tuple[int, Hashable], int] = {}
        self._sizes: dict[int, int] = {}

    def join(self, layout: GeneLayout) -> GeneLayout:
        """Return the layout with what the branches share."""
        space, n_genes = self._space, layout.n_genes
        parameters = np.zeros(n_genes, dtype=np.int64)  # 0 is the branch
        places = np.zeros(n_genes, dtype=np.int64)
        categories: list[np.ndarray | None] = [None] * n_genes
        categories[0] = np.arange(space.n_branches)
        constants: list[tuple[int, str, Dimension]] = []
        for branch, dimensions in enumerate(space.branches):
            where = space.places_of(branch)
            for name, dimension in dimensions.items():
                if name not in where:
                    constants.append((branch, name, dimension))
                    continue
                genes = np.atleast_1d(np.arange(n_genes)[where[name]])
                parameters[genes] = number = self._number(name, dimension)
                places[genes] = np.arange(len(genes))
                if len(genes) == 1 and not dimension.is_numeric:
                    categories[genes[0]] = self._ids(number, dimension)
        # Parameters without a gene come last, so that those of genes have no gaps.
        cells = [
            (
                branch,
                number := self._number(name, dimension),
                self._ids(number, dimension),
            )
            for branch, name, dimension in constants
        ]
        table = np.full((space.n_branches, len(self._numbers) + 1), -1)
        for branch, number, ids in cells:
            if ids is not None:
                table[branch, number] = ids[0]
        kinship = Kinship(places, tuple(categories), table)
        return layout._replace(parameters=parameters, kinship=kinship)

    def _number(self, name: str, dimension: Dimension) -> int:
        """Return the number of the parameter."""
        is_numeric = dimension.is_numeric and dimension.n_levels != 1
        key = (name, is_numeric)
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def _ids(self, number: int, dimension: Dimension) -> np.ndarray | None:
        """Return the numbers of a dimension's categories, None if they are too many."""
        if not 0 < dimension.n_levels <= MOST_CATEGORIES:
            return None
        ids = []
        for value in dimension.values():
            key = (number, fingerprint(value))
            if key not in self._categories:
                self._categories[key] = self._sizes.get(number, 0)
                self._sizes[number] = self._categories[key] + 1
            ids.append(self._categories[key])
        return np.array(ids, dtype=np.int64)
