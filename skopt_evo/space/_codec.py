"""The map between parameter settings and genomes, points of the unit cube."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from sklearn.model_selection import ParameterGrid

from skopt_evo._messages import listed, shown
from skopt_evo._rounding import are_rounded_alike
from skopt_evo._typing import BoolArray, FloatArray, IntArray
from skopt_evo.space._dimension import Dimension, may_overlap
from skopt_evo.space._habits import pair_warning
from skopt_evo.space._levels import Levels
from skopt_evo.space._parse import parse_dimension, parse_grid

# Where in a genome a parameter is: the number of its gene, or the slice of its genes.
Place: TypeAlias = "int | slice"


class SearchSpace:
    """A ``param_grid``, as parameter settings and as the unit cube.

    A genome has one gene per parameter with more than one value; a parameter that is an
    array (`Mask`, `Vector`) has a gene an entry, side by side. Branches (the dicts of a
    list) that have the same parameter with the same values share its genes; where there
    are several branches, the first gene chooses among them. A gene that the
    chosen branch does not have is dormant: it is carried along without effect. Where
    branches overlap, a setting belongs to the first one that has it.

    Parameters
    ----------
    param_grid : dict or list of dicts
        The search space, as `GridSearchCV` and `RandomizedSearchCV` take it.
    seed : int, default=0
        Base of the seeds for distributions that can only be sampled.

    Attributes
    ----------
    genes : list of Dimension
        The dimension of each gene; the branch gene is a `Levels` of branch numbers.
    parameters : ndarray of shape (n_genes,), dtype=int
        The number of the parameter that each gene belongs to: the genes of an array
        share one. The branch gene is a parameter of its own.
    n_branches : int
        The number of dicts.
    active : ndarray of shape (n_branches, n_genes), dtype=bool
        Which genes matter in which branch.
    size : int or math.inf
        The number of grid points, however large, `math.inf` if they cannot be counted.

    Raises
    ------
    SearchSpaceError
        If `param_grid` is no search space.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from skopt_evo.space import SearchSpace
    >>> space = SearchSpace({"C": loguniform(1e-2, 1e2), "kernel": ["rbf", "poly"]})
    >>> space.decode([1.0, 0.9])
    {'C': 100.0, 'kernel': 'poly'}
    >>> space.encode({"C": 1.0, "kernel": "poly"})
    array([0.5 , 0.75])
    """

    def __init__(self, param_grid: Any, *, seed: int = 0) -> None:
        self._grids = parse_grid(param_grid)
        self.n_branches = len(self._grids)
        self.branches: list[dict[str, Dimension]] = [
            {
                # Each parameter has a seed of its own, far from the others'.
                name: parse_dimension(name, grid[name], seed + 1_000_003 * place)
                for place, name in enumerate(sorted(grid))
            }
            for grid in self._grids
        ]
        self.genes: list[Dimension] = []
        self._numbers: list[int] = []
        self._parts: dict[Hashable, tuple[Dimension, Place]] = {}
        if self.n_branches > 1:
            branch_gene = Levels("branch", range(self.n_branches))
            # Without an identity: a parameter may be named "branch" as well.
            self._parts[None] = branch_gene, self._append(branch_gene)
        self._places = [self._assign_genes(branch) for branch in self.branches]
        self.parameters = np.array(self._numbers, dtype=np.int64)
        self.active = np.zeros((self.n_branches, len(self.genes)), dtype=bool)
        for branch_number, places in enumerate(self._places):
            for place in places.values():
                self.active[branch_number, place] = True
            if self.n_branches > 1:
                self.active[branch_number, 0] = True
        self._earlier = {
            branch: earlier
            for branch in range(self.n_branches)
            if (earlier := self._overlapping(branch))
        }
        sizes = [self.branch_size(number) for number in range(self.n_branches)]
        # An int may be too large to be added to a float.
        self.size = math.inf if math.inf in sizes else sum(sizes)

    def warnings(self) -> list[Warning]:
        """Return what there is to warn of in ``param_grid``, before it is searched."""
        pairs = [
            pair_warning(name, values)
            for grid in self._grids
            for name, values in grid.items()
        ]
        return [found for found in pairs if found is not None]

    @property
    def n_genes(self) -> int:
        """The length of a genome."""
        return len(self.genes)

    @property
    def parameter_names(self) -> list[str]:
        """The names of all parameters, sorted."""
        return sorted({name for branch in self.branches for name in branch})

    @property
    def n_levels(self) -> IntArray:
        """The number of values of each gene, 0 for a continuum: shape (n_genes,)."""
        return np.array([gene.n_levels for gene in self.genes], dtype=np.int64)

    @property
    def is_numeric(self) -> BoolArray:
        """Which genes have an order, the branch gene not: shape (n_genes,)."""
        numeric = np.array([gene.is_numeric for gene in self.genes], dtype=bool)
        if self.n_branches > 1:
            numeric[0] = False
        return numeric

    def gene_of(self, branch: int) -> Mapping[str, int]:
        """Return the gene number of each parameter that varies, arrays left out."""
        places = self._places[branch].items()
        return {name: place for name, place in places if not isinstance(place, slice)}

    def places_of(self, branch: int) -> Mapping[str, Place]:
        """Return where in a genome each parameter that varies is, arrays as a slice."""
        return self._places[branch]

    def branch_of(self, genome: Any) -> int:
        """Return which branch a genome lies in."""
        return int(self.genes[0].decode(genome[0])) if self.n_branches > 1 else 0

    def branch_gene(self, branch: int) -> float:
        """Return the value of the branch gene that stands for a branch."""
        return (branch + 0.5) / self.n_branches

    def decode(self, genome: Any) -> dict[str, Any]:
        """Return the parameter setting of a genome, its names sorted."""
        branch = self.branch_of(genome)
        places = self._places[branch]
        return {
            name: dimension.decode(genome[places[name]] if name in places else 0.5)
            for name, dimension in self.branches[branch].items()
        }

    def encode(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the genome of a parameter setting, its dormant genes in the middle.

        It lies in the first branch that has the setting. 1.0 stands for 1, and 1 for
        1.0, where no branch has the one that is given.

        Raises
        ------
        ValueError
            If no branch has these parameters with these values.
        """
        reasons = []
        branches = sorted(
            range(self.n_branches), key=lambda branch: not self._holds(branch, params)
        )
        for branch in branches:
            try:
                return self._encode_in(branch, params)
            except ValueError as error:
                reasons.append(str(error))
        raise ValueError(
            f"The setting {shown(dict(params))} lies outside the search space: "
            + " ".join(dict.fromkeys(reasons))
        )

    def encode_all(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the genome in each branch that has all its parameters in `params`.

        Other than to `encode`, 1.0 does not stand for 1 where a range or a distribution
        is one of integers: max_features=1.0, for instance, are all features.

        Parameters
        ----------
        params : mapping
            Values of these parameters and possibly others, as from ``get_params``.

        Returns
        -------
        genomes : ndarray of shape (n, n_genes)
            Empty if the values lie outside of every branch.
        """
        genomes = []
        for branch, dimensions in enumerate(self.branches):
            if params.keys() >= dimensions.keys():
                setting = {name: params[name] for name in dimensions}
                if any(_is_other(dimensions[name], setting[name]) for name in setting):
                    continue
                try:
                    genomes.append(self._encode_in(branch, setting))
                except ValueError:
                    continue
        return np.reshape(np.array(genomes), (len(genomes), self.n_genes))

    def encode_known(self, params: Mapping[str, Any], branch: int) -> FloatArray:
        """Return a branch's middle genome with the genes that `params` determines."""
        genome = np.full(self.n_genes, 0.5)
        if self.n_branches > 1:
            genome[0] = self.branch_gene(branch)
        for name, place in self._places[branch].items():
            dimension = self.branches[branch][name]
            if name in params and not _is_other(dimension, params[name]):
                try:
                    genome[place] = dimension.encode(params[name])
                except ValueError:
                    continue  # e.g. gamma="scale" where the space is of numbers
        return self._snap_genes(genome)

    def snap(self, genomes: Any) -> FloatArray:
        """Return canonical genomes: what stands for the same setting becomes the same.

        Each discrete gene moves to the centre of its bin, and a genome whose setting an
        earlier branch has as well moves there. Its dormant genes stay as they are.

        Parameters
        ----------
        genomes : array-like of shape (..., n_genes)
            Points of the unit cube.

        Returns
        -------
        snapped : ndarray of shape (..., n_genes)
        """
        snapped = self._snap_genes(genomes)
        if self._earlier:
            for genome in snapped.reshape(-1, self.n_genes):  # views
                self._move_to_first_branch(genome)
        return snapped

    def merge(self, genomes: Any) -> FloatArray:
        """Return canonical genomes, the same ones for draws of the same value as well.

        Those are known to be the same only when they have been made, which `snap` does
        not do.

        Parameters
        ----------
        genomes : array-like of shape (..., n_genes)
            Points of the unit cube.

        Returns
        -------
        merged : ndarray of shape (..., n_genes)
        """
        merged = self.snap(genomes)
        for dimension, place in self._parts.values():
            merged[..., place] = dimension.merge(merged[..., place])
        return merged

    def reconcile(
        self, genome: FloatArray, recorded: FloatArray
    ) -> tuple[FloatArray, dict[str, Any]] | None:
        """Return a genome of an earlier run and its setting, if it is the same one.

        Parameters
        ----------
        genome : ndarray of shape (n_genes,)
            A canonical genome.
        recorded : array-like of shape (n_genes,)
            What it was in the earlier run, whose rounding may have been another one.

        Returns
        -------
        found : tuple of (ndarray of shape (n_genes,), dict) or None
            None if it is another candidate: one of another branch, with another value
            of a list, of a mask or of an integer, or with a number that is further away
            than rounding makes it. Genes that the branch does not have do not count.
        """
        if np.shape(recorded) != genome.shape:
            return None
        recorded = self._snap_genes(recorded)
        active = self.active[self.branch_of(genome)]
        if not are_rounded_alike(recorded, genome, self.n_levels)[active].all():
            return None
        for name, place in self._places[self.branch_of(genome)].items():
            dimension = self.branches[self.branch_of(genome)][name]
            dimension.share(recorded[place], genome[place])
        return recorded, self.decode(recorded)

    def grid(self) -> Iterator[dict[str, Any]]:
        """Iterate over every point of a finite space, in `ParameterGrid` order."""
        if self.size == math.inf:
            raise ValueError("An infinite search space has no grid.")
        yield from ParameterGrid(
            [self._finite_grid(branch) for branch in range(self.n_branches)]
        )

    def branch_size(self, branch: int) -> float:
        """Return how many grid points a branch has, `math.inf` for a continuum."""
        if not all(dim.is_finite for dim in self.branches[branch].values()):
            return math.inf
        return math.prod(
            len(self._grids[branch][name])
            if self._is_listed(branch, name)
            else dimension.n_levels
            for name, dimension in self.branches[branch].items()
        )

    def _snap_genes(self, genomes: Any) -> FloatArray:
        snapped: FloatArray = np.array(genomes, dtype=np.float64, order="C")
        for dimension, place in self._parts.values():
            snapped[..., place] = dimension.snap(snapped[..., place])
        return snapped

    def _move_to_first_branch(self, genome: FloatArray) -> None:
        """Rewrite a genome, in place, for the first branch that has its setting."""
        branch = self.branch_of(genome)
        if branch not in self._earlier:
            return
        params = self.decode(genome)
        for earlier in self._earlier[branch]:
            if self._holds(earlier, params):
                genome[0] = self.branch_gene(earlier)
                for name, place in self._places[earlier].items():
                    if self._places[branch].get(name) != place:
                        dimension = self.branches[earlier][name]
                        genome[place] = dimension.locate(params[name])
                return

    def _holds(self, branch: int, params: Mapping[str, Any]) -> bool:
        """Tell whether a branch has just this setting, int for int, float for float."""
        dimensions = self.branches[branch]
        return params.keys() == dimensions.keys() and all(
            dimension.holds(params[name]) for name, dimension in dimensions.items()
        )

    def _overlapping(self, branch: int) -> list[int]:
        """Return the branches before a branch that may have settings of it as well."""
        dimensions = self.branches[branch]
        return [
            number
            for number, earlier in enumerate(self.branches[:branch])
            if earlier.keys() == dimensions.keys()
            and all(may_overlap(earlier[name], dimensions[name]) for name in earlier)
        ]

    def _assign_genes(self, branch: dict[str, Dimension]) -> dict[str, Place]:
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
        start, size = len(self.genes), len(dimension.elements)
        self._numbers += [len(self._parts)] * size
        self.genes += dimension.elements
        return slice(start, start + size) if dimension.is_vector else start

    def _is_listed(self, branch: int, name: str) -> bool:
        return not hasattr(self._grids[branch][name], "rvs")

    def _finite_grid(self, branch: int) -> dict[str, Any]:
        """Return a branch as `ParameterGrid` takes it, its distributions listed."""
        return {
            name: values
            if self._is_listed(branch, name)
            else self.branches[branch][name].values()
            for name, values in self._grids[branch].items()
        }

    def _encode_in(self, branch: int, params: Mapping[str, Any]) -> FloatArray:
        dimensions = self.branches[branch]
        if params.keys() != dimensions.keys():
            raise ValueError(
                f"its parameters are {listed(sorted(params))}, those of branch "
                f"{branch} are {listed(sorted(dimensions))}."
            )
        genome = self._snap_genes(np.full(self.n_genes, 0.5))
        if self.n_branches > 1:
            genome[0] = self.branch_gene(branch)
        for name, dimension in dimensions.items():
            genes = dimension.encode(params[name])
            if name in self._places[branch]:
                genome[self._places[branch][name]] = genes
        return genome


def _is_other(dimension: Dimension, value: Any) -> bool:
    """Tell whether an estimator has a float for what the space has integers for."""
    entries = np.ravel(value) if dimension.is_vector else [value]
    return dimension.is_integral and any(isinstance(e, float) for e in entries)
