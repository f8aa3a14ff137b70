"""When two genomes are the same one but for rounding."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo._rounding import ROUNDING, are_rounded_alike


@pytest.mark.parametrize(
    ("difference", "is_alike"),
    [(0.0, True), (1e-16, True), (1e-9, True), (1e-4, False), (0.5, False)],
)
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_numbers_of_a_continuum_may_differ_by_rounding(
    difference: float, is_alike: bool, sign: float
) -> None:
    first, n_levels = np.array([0.5]), np.array([0])
    second = first + sign * difference
    assert are_rounded_alike(first, second, n_levels).tolist() == [is_alike]
    assert are_rounded_alike(second, first, n_levels).tolist() == [is_alike]


def test_the_limit_lies_between_rounding_and_the_shortest_step() -> None:
    # Sums and systems of equations make differences of up to 1e-9; steps begin at 1e-4.
    assert 100 * 1e-9 <= ROUNDING <= 1e-4 / 100


@pytest.mark.parametrize("n_levels", [1, 2, 1000])
def test_genes_of_levels_have_to_be_equal(n_levels: int) -> None:
    first = np.array([0.25, 0.25])
    second = np.array([0.25, np.nextafter(0.25, 1.0)])
    found = are_rounded_alike(first, second, np.array([n_levels] * 2))
    assert found.tolist() == [True, False]


def test_many_genomes_are_compared_with_one() -> None:
    genomes = np.array([[0.1, 0.5], [0.1 + 1e-8, 0.5], [0.1, 0.5 + 1e-8], [0.2, 0.5]])
    found = are_rounded_alike(genomes, genomes[0], n_levels=np.array([0, 4]))
    assert found.tolist() == [[True, True], [True, True], [True, False], [False, True]]


def test_genes_that_are_no_numbers_are_not_alike() -> None:
    genome = np.array([np.nan, np.nan])
    assert not are_rounded_alike(genome, genome, np.array([0, 3])).any()
