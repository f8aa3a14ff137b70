"""The map between parameter settings and genomes, points of the unit cube."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid

from skopt_evo._messages import shown
from skopt_evo._rounding import are_rounded_alike
from skopt_evo._typing import FloatArray
from skopt_evo.space._dimension import Dimension
from skopt_evo.space._encoding import check_names, is_other, write_known, write_setting
from skopt_evo.space._genes import Genes, Place
from skopt_evo.space._grid import finite_grid, grid_size
from skopt_evo.space._habits import pair_warning
from skopt_evo.space._overlaps import earlier_overlaps, holds
from skopt_evo.space._parse import parse_dimension, parse_grid


class SearchSpace:
    """A ``param_grid``, as parameter settings and as the unit cube.

    A genome has one gene per parameter with more than one value; a parameter that is an
    array (`Mask`, `Vector`) has a gene an entry, side by side. Branches (the dicts of a
    list) that have the same parameter with the same values share its genes; where there
    are several branches, the first gene chooses among them. A gene that the
    chosen branch does not have is inactive: it is carried along without effect. Where
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
    n_genes : int
        The length of a genome.
    parameters : ndarray of shape (n_genes,), dtype=int
        The number of the parameter that each gene belongs to: the genes of an array
        share one. The branch gene is a parameter of its own.
    n_branches : int
        The number of dicts.
    n_levels : ndarray of shape (n_genes,), dtype=int
        The number of values of each gene, 0 for a continuum.
    is_numeric : ndarray of shape (n_genes,), dtype=bool
        Which genes have an order, the branch gene not.
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
        self._genes = Genes(self.branches)
        self.genes = self._genes.dimensions
        self.n_genes = len(self.genes)
        self.parameters = self._genes.parameters
        self.active = self._genes.active
        self.n_levels = self._genes.n_levels
        self.is_numeric = self._genes.is_numeric
        self._places = self._genes.places
        self._earlier = earlier_overlaps(self.branches)
        pairs = zip(self._grids, self.branches, strict=True)
        sizes = [grid_size(grid, branch) for grid, branch in pairs]
        # An int may be too large to be added to a float.
        self.size = math.inf if math.inf in sizes else sum(sizes)

    def warnings(self) -> list[Warning]:
        """Return what there is to warn of in ``param_grid``, before it is searched."""
        pairs = (pair for grid in self._grids for pair in grid.items())
        return [found for pair in pairs if (found := pair_warning(*pair)) is not None]

    @property
    def parameter_names(self) -> list[str]:
        """The names of all parameters, sorted."""
        return sorted({name for branch in self.branches for name in branch})

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
        """Return the genome of a parameter setting, its inactive genes in the middle.

        It lies in the first branch that has the setting. 1.0 stands for 1, and 1 for
        1.0, where no branch has the one that is given.

        Raises
        ------
        ValueError
            If no branch has these parameters with these values.
        """
        reasons = []
        branches = sorted(
            range(self.n_branches),
            key=lambda branch: not holds(self.branches[branch], params),
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
                if any(is_other(dimensions[name], setting[name]) for name in setting):
                    continue
                try:
                    genomes.append(self._encode_in(branch, setting))
                except ValueError:
                    continue
        return np.reshape(np.array(genomes), (len(genomes), self.n_genes))

    def encode_known(self, params: Mapping[str, Any], branch: int) -> FloatArray:
        """Return a branch's middle genome with the genes that `params` determines."""
        genome = self._middle(branch)
        write_known(genome, params, self.branches[branch], self._places[branch])
        return self._genes.snap(genome)

    def snap(self, genomes: Any) -> FloatArray:
        """Return canonical genomes: what stands for the same setting becomes the same.

        Each discrete gene moves to the centre of its bin, and a genome whose setting an
        earlier branch has as well moves there. Its inactive genes stay as they are.

        Parameters
        ----------
        genomes : array-like of shape (..., n_genes)
            Points of the unit cube.

        Returns
        -------
        snapped : ndarray of shape (..., n_genes)
        """
        snapped = self._genes.snap(genomes)
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
        return self._genes.merge(self.snap(genomes))

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
        recorded = self._genes.snap(recorded)
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
        pairs = zip(self._grids, self.branches, strict=True)
        yield from ParameterGrid([finite_grid(grid, branch) for grid, branch in pairs])

    def _move_to_first_branch(self, genome: FloatArray) -> None:
        """Rewrite a genome, in place, for the first branch that has its setting."""
        branch = self.branch_of(genome)
        if branch not in self._earlier:
            return
        params = self.decode(genome)
        for earlier in self._earlier[branch]:
            if holds(self.branches[earlier], params):
                genome[0] = self.branch_gene(earlier)
                for name, place in self._places[earlier].items():
                    if self._places[branch].get(name) != place:
                        dimension = self.branches[earlier][name]
                        genome[place] = dimension.locate(params[name])
                return

    def _encode_in(self, branch: int, params: Mapping[str, Any]) -> FloatArray:
        dimensions = self.branches[branch]
        check_names(params, dimensions, branch)
        genome = self._genes.snap(self._middle(branch))
        write_setting(genome, params, dimensions, self._places[branch])
        return genome

    def _middle(self, branch: int) -> FloatArray:
        """Return the genome in the middle of a branch, not in its canonical form."""
        genome = np.full(self.n_genes, 0.5)
        if self.n_branches > 1:
            genome[0] = self.branch_gene(branch)
        return genome
