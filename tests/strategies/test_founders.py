"""The first generation, and what goes on filling the space."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import qmc

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies._founders import N_LATE, Founders

LAYOUT = GeneLayout.continuous(3)
STARTS = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]])


def rng_of(*numbers: int) -> np.random.Generator:
    return np.random.default_rng([7, *numbers])


def founders(starts: Any = STARTS, n_initial: int = 10) -> Founders:
    return Founders(LAYOUT, starts, n_initial, rng_of)


def test_starts_come_first_and_the_space_is_filled_up() -> None:
    genomes = founders().genomes
    assert genomes.shape == (10, 3)
    np.testing.assert_array_equal(genomes[:2], STARTS)
    assert len(np.unique(genomes, axis=0)) == 10
    chance = [qmc.discrepancy(rng_of(n).random((8, 3))) for n in range(200)]
    assert qmc.discrepancy(genomes[2:]) < np.quantile(chance, 0.2)


@pytest.mark.parametrize("n_initial", [0, 1, 2])
def test_no_start_is_left_out(n_initial: int) -> None:
    np.testing.assert_array_equal(founders(n_initial=n_initial).genomes, STARTS)


def test_there_may_be_no_start() -> None:
    assert founders(np.empty((0, 3)), 4).genomes.shape == (4, 3)


def test_later_genomes_depend_on_their_number_alone() -> None:
    numbers = [10, 11, 10 + N_LATE, 10 + 5 * N_LATE + 3]
    found = [founders().later(number) for number in numbers]
    again = founders()
    for number, genome in reversed(list(zip(numbers, found, strict=True))):
        np.testing.assert_array_equal(again.later(number), genome)


def test_later_genomes_are_new_and_fill_the_space_block_by_block() -> None:
    each = founders()
    later = np.array([each.later(n) for n in range(10, 10 + 2 * N_LATE)])
    both = np.vstack([each.genomes, later])
    assert len(np.unique(both, axis=0)) == len(both)
    for block in (later[:N_LATE], later[N_LATE:]):
        # Sobol points: one in each interval of that many, whatever the gene.
        bins = np.sort(np.floor(block * N_LATE).astype(int), axis=0)
        np.testing.assert_array_equal(bins, np.tile(np.arange(N_LATE)[:, None], 3))


def test_another_seed_gives_other_genomes() -> None:
    other = Founders(LAYOUT, STARTS, 10, lambda *n: np.random.default_rng([8, *n]))
    assert not np.any(other.genomes[2:] == founders().genomes[2:])
    assert not np.any(other.later(10) == founders().later(10))
