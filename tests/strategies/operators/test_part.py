"""What mutations of single kinds of genes share."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from skopt_evo.strategies.operators import (
    CategoricalMutation,
    GaussianMutation,
    IntegerGeometricMutation,
    MixedMutation,
    PolynomialMutation,
)
from skopt_evo.strategies.operators._part import MutationPart, at_least_one_level
from tests.strategies.conformance import even_layout

PARTS = [
    CategoricalMutation(),
    GaussianMutation(),
    IntegerGeometricMutation(),
    PolynomialMutation(),
]


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_a_part_stands_for_a_whole_mutation_with_defaults_for_the_rest(
    part: MutationPart,
) -> None:
    frame, plain = part.frame(), MixedMutation()
    assert part.kinds
    for field in fields(MixedMutation):
        expected = part if field.name in part.kinds else getattr(plain, field.name)
        assert getattr(frame, field.name) == expected


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_a_part_mutates_whole_genomes_as_its_frame_does(part: MutationPart) -> None:
    layout = even_layout([0, 7, 3], [True, True, False], [[True] * 3])
    genomes = layout.snap(np.random.default_rng(1).random((40, 3)))
    steps = np.full(40, 0.2)
    found = part(genomes, steps, layout, np.random.default_rng(0))
    expected = part.frame()(genomes, steps, layout, np.random.default_rng(0))
    np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(found, genomes)


@pytest.mark.parametrize(
    ("move", "n_levels", "expected"),
    [
        (0.01, 10, 0.1),
        (-0.01, 10, -0.1),
        (0.3, 10, 0.3),
        (-0.3, 10, -0.3),
        (0.1, 10, 0.1),
        # To both sides of a gene that does not move.
        (0.0, 4, 0.25),
        (-0.0, 4, -0.25),
        # A continuum has no levels.
        (1e-9, 0, 1e-9),
        (0.0, 0, 0.0),
        (0.4, 1, 1.0),
    ],
)
def test_moves_of_levels_are_lengthened_to_one(
    move: float, n_levels: int, expected: float
) -> None:
    found = at_least_one_level(np.array([move]), np.array([n_levels]))
    np.testing.assert_array_equal(found, [expected])
