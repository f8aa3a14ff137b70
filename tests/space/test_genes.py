"""Which genes parameters have."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import uniform

from skopt_evo.space import Mask
from skopt_evo.space._genes import Genes
from skopt_evo.space._parse import parse_dimension


def genes_of(*branches: dict[str, Any]) -> Genes:
    return Genes(
        [
            {name: parse_dimension(name, values, 0) for name, values in branch.items()}
            for branch in branches
        ]
    )


def test_constants_have_no_gene_and_arrays_have_one_an_entry() -> None:
    genes = genes_of({"a": uniform(), "b": [7], "m": Mask(3)})
    assert genes.places == [{"a": 0, "m": slice(1, 4)}]
    np.testing.assert_array_equal(genes.parameters, [0, 1, 1, 1])
    assert genes.active.all()


def test_branches_share_the_genes_of_equal_dimensions() -> None:
    genes = genes_of(
        {"a": ["x", "y"]}, {"a": ["x", "y"], "b": [1, 2]}, {"a": ["z", "x"]}
    )
    assert genes.places == [{"a": 1}, {"a": 1, "b": 2}, {"a": 3}]
    np.testing.assert_array_equal(
        genes.active,
        [
            [True, True, False, False],
            [True, True, True, False],
            [True, False, False, True],
        ],
    )
    np.testing.assert_array_equal(genes.is_numeric, [False, False, True, False])
    np.testing.assert_array_equal(genes.n_levels, [3, 2, 2, 2])


def test_a_parameter_may_be_named_like_the_branch_gene() -> None:
    assert genes_of({"branch": [1, 2]}, {"b": [1, 2]}).places == [
        {"branch": 1},
        {"b": 2},
    ]


def test_snapping_returns_a_copy() -> None:
    genes, points = genes_of({"a": ["x", "y"], "b": uniform()}), np.array([[0.1, 0.3]])
    np.testing.assert_array_equal(genes.snap(points), [[0.25, 0.3]])
    np.testing.assert_array_equal(points, [[0.1, 0.3]])
