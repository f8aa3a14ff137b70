"""The mixture of crossovers: a die for each child."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import (
    BlendCrossover,
    Crossover,
    MixedCrossover,
    UniformCrossover,
)
from tests.strategies.operators.laws import assert_shares, assert_uniform, children


def constant(value: float) -> Crossover:
    return lambda first, second, layout, rng: np.full_like(first, value)


def test_each_crossover_is_used_as_often_as_the_others() -> None:
    mixture = MixedCrossover(tuple(constant(value) for value in (0.1, 0.2, 0.3)))
    found = children(mixture, [0.0], [1.0], GeneLayout.continuous(1))
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [0.1, 0.2, 0.3]
    assert_uniform(counts)


def test_every_crossover_gets_the_pairs_of_its_children() -> None:
    def first_of(first: Any, second: Any, layout: Any, rng: Any) -> Any:
        np.testing.assert_array_equal(second, -first)
        return first

    mixture, rng = MixedCrossover((first_of, first_of)), np.random.default_rng(0)
    first = rng.random((50, 3))
    found = mixture(first, -first, GeneLayout.continuous(3), rng)
    np.testing.assert_array_equal(found, first)


def test_a_crossover_without_children_is_not_called() -> None:
    sizes: list[int] = []

    def record(first: Any, second: Any, layout: Any, rng: Any) -> Any:
        sizes.append(len(first))
        return first

    mixture, layout = MixedCrossover((record,) * 5), GeneLayout.continuous(2)
    for n in range(4):
        children(mixture, [0.0, 0.0], [1.0, 1.0], layout, n)
    assert 0 not in sizes
    assert sum(sizes) == 0 + 1 + 2 + 3


def test_half_of_the_children_of_the_default_are_blended() -> None:
    layout = GeneLayout.continuous(2)
    found = children(MixedCrossover(), np.zeros(2), np.ones(2), layout)
    exchanged = np.all((found == 0) | (found == 1), axis=1)
    assert_shares(exchanged.mean(), 0.5)


@pytest.mark.parametrize(
    ("crossovers", "error"),
    [
        ((), ValueError),
        ([BlendCrossover()], TypeError),
        (BlendCrossover(), TypeError),
        (("uniform",), TypeError),
        ((UniformCrossover,), TypeError),
        (None, TypeError),
    ],
    ids=str,
)
def test_what_is_no_tuple_of_crossovers_is_refused(
    crossovers: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"MixedCrossover: crossovers=.* pass a tuple of"):
        MixedCrossover(crossovers)
