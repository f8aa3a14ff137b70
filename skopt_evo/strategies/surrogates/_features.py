"""Genomes as the features of a regression."""

from __future__ import annotations

import numpy as np

from skopt_evo._typing import FloatArray, IntArray
from skopt_evo.strategies._base import GeneLayout, Kinship
from skopt_evo.strategies._categories import category_of

# Values without order that are more than this are draws of a distribution that can only
# be sampled: hardly one of them comes twice, so that there is nothing to learn.
MOST_CATEGORIES = 64

SQRT_HALF = np.sqrt(0.5)


class FeatureMap:
    """Maps genomes to features whose squared distances add up parameter by parameter.

    A numeric parameter is a feature as it is, whichever gene it has in a branch. Two
    categories are at a distance of 1 if they differ: each one is a feature that is
    either 0 or the square root of one half. Branches are categories, and so are values
    that are constant in one branch and others in another. A vector-valued parameter
    counts as much as any other one. A number that a branch does not have is in the
    middle of its scale, a category is none.

    Parameters
    ----------
    layout : GeneLayout
        The genes.

    Attributes
    ----------
    n_parameters : int
        How many parameters there are.
    parameters : ndarray of shape (n_features,), dtype=int
        The parameter that each feature belongs to.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.strategies import GeneLayout
    >>> from skopt_evo.strategies.surrogates._features import FeatureMap
    >>> FeatureMap(GeneLayout.continuous(2))(np.array([[0.1, 0.9]]))
    array([[0.1, 0.9]])
    """

    def __init__(self, layout: GeneLayout) -> None:
        self._layout = layout
        self._kinship = kinship = layout.kinship or _no_kinship(layout)
        self.n_parameters = kinship.constants.shape[1]
        # The first feature of each parameter and place, and how many there are.
        self._begins: dict[tuple[int, int], int] = {}
        widths = self._widths()
        owners: list[int] = []
        for key in sorted(widths):
            self._begins[key] = len(owners)
            owners += [key[0]] * widths[key]
        self.parameters: IntArray = np.array(owners, dtype=np.int64)
        sizes = np.bincount([p for p, _ in widths], minlength=self.n_parameters)
        self._scales = 1 / np.sqrt(sizes[self.parameters])
        self._middles = np.zeros(len(owners))
        for gene in np.flatnonzero(layout.is_numeric).tolist():
            self._middles[self._begins[self._key(gene)]] = 0.5
        self._traits = self._features_of_constants()
        self._is_category = np.array(
            [ids is not None for ids in kinship.categories], dtype=bool
        )
        self._is_category &= ~layout.is_numeric
        self._columns = self._columns_of_levels()

    def __call__(self, genomes: FloatArray) -> FloatArray:
        """Return the features of genomes.

        Parameters
        ----------
        genomes : ndarray of shape (n, n_genes)
            In their canonical form.

        Returns
        -------
        features : ndarray of shape (n, n_features)
        """
        layout = self._layout
        branches = layout.branch_of(genomes)
        features = self._middles + self._traits[branches]
        for branch in np.unique(branches):
            rows = np.flatnonzero(branches == branch)[:, np.newaxis]
            active = layout.active[branch]
            genes = np.flatnonzero(active & layout.is_numeric)
            features[rows, self._columns[genes, 0]] = genomes[rows, genes]
            genes = np.flatnonzero(active & self._is_category)
            levels = category_of(genomes[rows, genes], layout.n_levels[genes])
            features[rows, self._columns[genes, levels]] = SQRT_HALF
        return features * self._scales

    def _key(self, gene: int) -> tuple[int, int]:
        return int(self._layout.parameters[gene]), int(self._kinship.places[gene])

    def _widths(self) -> dict[tuple[int, int], int]:
        """Return how many features each parameter has at each place."""
        widths: dict[tuple[int, int], int] = {}
        for gene in range(self._layout.n_genes):
            categories = self._kinship.categories[gene]
            width = 1 if categories is None else int(categories.max(initial=0)) + 1
            widths[self._key(gene)] = max(width, widths.get(self._key(gene), 0))
        for parameter, ids in enumerate(self._kinship.constants.T):
            if ids.max(initial=-1) >= 0:
                key = (parameter, 0)
                widths[key] = max(int(ids.max()) + 1, widths.get(key, 0))
        return widths

    def _columns_of_levels(self) -> IntArray:
        """Return the feature of each category of a gene; of a number in the first one.

        The shape is (n_genes, number of categories, of the gene that has most).
        """
        ids = [np.zeros(1, int) if c is None else c for c in self._kinship.categories]
        columns = np.zeros((len(ids), max(map(len, ids), default=1)), dtype=np.int64)
        for gene, numbers in enumerate(ids):
            columns[gene, : len(numbers)] = self._begins[self._key(gene)] + numbers
        return columns

    def _features_of_constants(self) -> FloatArray:
        """Return what each branch adds to the features of its genomes."""
        constants = self._kinship.constants
        traits = np.zeros((len(constants), len(self.parameters)))
        for branch, parameter in np.argwhere(constants >= 0):
            begin = self._begins[int(parameter), 0]
            traits[branch, begin + constants[branch, parameter]] = SQRT_HALF
        return traits


def _no_kinship(layout: GeneLayout) -> Kinship:
    """Return the kinship of branches that have nothing in common but shared genes."""
    seen: dict[int, int] = {}
    places = np.zeros(layout.n_genes, dtype=np.int64)
    for gene, parameter in enumerate(map(int, layout.parameters)):
        places[gene] = seen.get(parameter, 0)
        seen[parameter] = places[gene] + 1
    categories = tuple(
        np.arange(n) if not numeric and n <= MOST_CATEGORIES else None
        for n, numeric in zip(layout.n_levels, layout.is_numeric, strict=True)
    )
    n_parameters = int(layout.parameters.max(initial=-1)) + 1
    constants = np.full((layout.n_branches, n_parameters), -1)
    return Kinship(places, categories, constants)
