"""Which genes the parameters of a search space have, and where in a genome they are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np

from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._levels import Levels

# Where in a genome a parameter is: the number of its gene, or the slice of its genes.
Place: TypeAlias = "int | slice"


class Genes:
    """The genes of all branches of a space.

    Branches that have the same parameter with the same values share its genes. Where
    there are several branches, gene 0 chooses among them.

    Parameters
    ----------
    branches : sequence of dict of str to Dimension
        The dimensions of each branch. Equal ones are replaced, in place, by a single
        one.

    Attributes
    ----------
    dimensions : list of Dimension
        The dimension of each gene.
    parameters : ndarray of shape (n_genes,), dtype=int
        The number of the parameter that each gene belongs to.
    n_levels : ndarray of shape (n_genes,), dtype=int
        The number of values of each gene, 0 for a continuum.
    is_numeric : ndarray of shape (n_genes,), dtype=bool
        Which genes have an order, the branch gene not.
    places : list of dict of str to int or slice
        Where in a genome the parameters of each branch are that vary.
    active : ndarray of shape (n_branches, n_genes), dtype=bool
        Which genes matter in which branch.
    """

    def __init__(self, branches: Sequence[dict[str, Dimension]]) -> None:
        self.dimensions: list[Dimension] = []
        self._numbers: list[int] = []
        self._parts: dict[Hashable, tuple[Dimension, Place]] = {}
        if len(branches) > 1:
            branch_gene = Levels("branch", range(len(branches)))
            # Without an identity: a parameter may be named "branch" as well.
            self._parts[None] = branch_gene, self._append(branch_gene)
        self.places = [self._assign(branch) for branch in branches]
        self.parameters = np.array(self._numbers, dtype=np.int64)
        self.n_levels = np.array(
            [gene.n_levels for gene in self.dimensions], dtype=np.int64
        )
        self.is_numeric = np.array(
            [gene.is_numeric for gene in self.dimensions], dtype=bool
        )
        if len(branches) > 1:
            self.is_numeric[0] = False
        self.active = np.zeros((len(branches), len(self.dimensions)), dtype=bool)
        for number, places in enumerate(self.places):
            for place in places.values():
                self.active[number, place] = True
            if len(branches) > 1:
                self.active[number, 0] = True

    def snap(self, genomes: Any) -> FloatArray:
        """Return genomes, each discrete gene in the centre of its bin."""
        snapped: FloatArray = np.array(genomes, dtype=np.float64, order="C")
        for dimension, place in self._parts.values():
            snapped[..., place] = dimension.snap(snapped[..., place])
        return snapped

    def merge(self, genomes: FloatArray) -> FloatArray:
        """Give draws of the same value the same gene, in place; return the genomes."""
        for dimension, place in self._parts.values():
            genomes[..., place] = dimension.merge(genomes[..., place])
        return genomes

    def _assign(self, branch: dict[str, Dimension]) -> dict[str, Place]:
        """Give varying dimensions of a branch their genes, shared ones if it can be."""
        places = {}
        for name, dimension in branch.items():
            if dimension.n_levels != 1:
                branch[name], places[name] = self._part(dimension)
        return places

    def _part(self, dimension: Dimension) -> tuple[Dimension, Place]:
        """Return a dimension's equal and its place in genomes, a new one if need be."""
        identity = (dimension.name, dimension.signature())
        if identity not in self._parts:
            self._parts[identity] = dimension, self._append(dimension)
        return self._parts[identity]

    def _append(self, dimension: Dimension) -> Place:
        """Append the genes of a dimension, and return their place."""
        start, size = len(self.dimensions), len(dimension.elements)
        self._numbers += [len(self._parts)] * size
        self.dimensions += dimension.elements
        return slice(start, start + size) if dimension.is_vector else start
