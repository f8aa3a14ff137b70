"""New genomes, in columns and one by one."""

from __future__ import annotations

import numpy as np

from skopt_evo.strategies._offspring import Offspring, Proposal


def offspring(n: int, origin: str) -> Offspring:
    genomes = np.random.default_rng(n).random((n, 2))
    return Offspring(genomes, np.arange(n) / 10, np.full(n, origin))


def test_a_row_is_a_genome_with_all_that_belongs_to_it() -> None:
    children = offspring(3, "mutation")
    found = children.row(2)
    assert isinstance(found, Proposal)
    assert (found.step, found.origin) == (0.2, "mutation")
    assert (type(found.step), type(found.origin)) == (float, str)
    np.testing.assert_array_equal(found.genome, children.genomes[2])


def test_rows_of_both_come_one_after_the_other() -> None:
    # A longer word, which must not be cut to the length of the shorter one.
    first, second = offspring(2, "swap"), offspring(3, "crossover")
    for one, other in [(first, second), (second, first)]:
        both = one.then(other)
        rows = [each.row(n) for each in (one, other) for n in range(len(each.steps))]
        assert len(both.steps) == 5
        for number, expected in enumerate(rows):
            found = both.row(number)
            assert found[1:] == expected[1:]
            np.testing.assert_array_equal(found.genome, expected.genome)


def test_nothing_may_come_after_and_before_something() -> None:
    some, nothing = offspring(2, "mutation"), offspring(0, "mutation")
    for both in (some.then(nothing), nothing.then(some)):
        np.testing.assert_array_equal(both.genomes, some.genomes)
