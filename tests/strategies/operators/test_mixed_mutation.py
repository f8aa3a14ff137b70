"""Whole mutations: which genes change, and what never happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from skopt_evo.strategies import GeneLayout, GeneticStrategy
from skopt_evo.strategies.operators import (
    CategoricalMutation,
    GaussianMutation,
    IntegerGeometricMutation,
    MixedMutation,
    PolynomialMutation,
)
from skopt_evo.strategies.operators._mixed_mutation import whole_mutation
from tests.strategies.conformance import even_layout
from tests.strategies.operators.laws import (
    N_DRAWS,
    assert_law,
    assert_shares,
    assert_uniform,
    mutants,
)


@dataclass(frozen=True)
class To:
    """Sets genes to a value that says who has changed them."""

    value: float

    def move(self, genes: Any, steps: Any, n_levels: Any, rng: Any) -> Any:
        return np.full_like(genes, self.value)


MARKED = MixedMutation(To(0.1), To(0.2), To(0.3), resample=0.0)


def chosen_law(n: int, expected: float) -> np.ndarray:
    """Return the chances of 0 .. n chosen ones: binomial, but one in place of none."""
    chances: np.ndarray = stats.binom.pmf(np.arange(n + 1), n, min(expected / n, 1.0))
    chances[1] += chances[0]
    chances[0] = 0.0
    return chances


@pytest.mark.parametrize("n_parameters", [0.5, 1.5, 4.0, 1e9])
def test_the_number_of_changed_parameters_is_binomial_but_never_zero(
    n_parameters: float,
) -> None:
    layout = GeneLayout.continuous(6)
    mutation = MixedMutation(n_parameters=n_parameters)
    found = mutants(mutation, np.full(6, 0.5), layout)
    counts = np.bincount((found != 0.5).sum(axis=1), minlength=7)
    assert_shares(counts / N_DRAWS, chosen_law(6, n_parameters))


def test_every_active_parameter_that_varies_has_the_same_chance() -> None:
    layout = even_layout(
        [0, 7, 3, 1, 0, 0],
        [True, True, False, True, True, True],
        [[True, True, True, True, True, False]],
    )
    found = mutants(MARKED, np.full(6, 0.5), layout)
    changed = (found != 0.5).mean(axis=0)
    p = chosen_law(4, 1.5) @ np.arange(5) / 4
    assert_shares(changed, [p, p, p, 0, p, 0])


def test_which_parameter_has_to_change_is_left_to_chance() -> None:
    # With next to no chance of its own each change is one that has to be.
    found = mutants(
        MixedMutation(n_parameters=1e-9), np.full(5, 0.5), GeneLayout.continuous(5)
    )
    changed = found != 0.5
    assert np.all(changed.sum(axis=1) == 1)
    assert_uniform(changed.sum(axis=0))


def test_every_kind_of_genes_moves_in_its_way() -> None:
    layout = even_layout([0, 7, 3], [True, True, False], [[True] * 3])
    found = mutants(MARKED, np.full(3, 0.5), layout)
    for gene, value in enumerate([0.1, 0.2, 0.3]):
        assert set(found[:, gene]) == {0.5, value}


def test_a_part_gets_genes_steps_and_levels_that_belong_together() -> None:
    @dataclass(frozen=True)
    class Check:
        def move(self, genes: Any, steps: Any, n_levels: Any, rng: Any) -> Any:
            row, column = np.divmod(np.round(1000 * genes).astype(int), 10)
            np.testing.assert_allclose(steps, row)
            np.testing.assert_array_equal(n_levels, np.array([0, 5, 3, 0, 7])[column])
            return genes + 0.5

    # The gene in row i and column j is (10 i + j) / 1000.
    layout = even_layout(
        [0, 5, 3, 0, 7], [True, True, False, True, True], [[True] * 5]
    )._replace(parameters=np.array([0, 1, 2, 0, 1]))
    genomes = (10 * np.arange(40)[:, np.newaxis] + np.arange(5)) / 1000
    mutation = MixedMutation(Check(), Check(), Check(), resample=0.0)
    found = mutation(genomes, np.arange(40.0), layout, np.random.default_rng(0))
    moves = found - genomes
    assert np.all(np.isclose(moves, 0.5) | (moves == 0))
    assert np.all(np.any(moves != 0, axis=1))


@pytest.mark.parametrize("resample", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("n_levels", [0, 10])
def test_a_part_of_the_numbers_is_drawn_anew_from_the_whole_range(
    n_levels: int, resample: float
) -> None:
    layout = even_layout([n_levels], [True], [[True]])
    mutation = MixedMutation(To(2.0), To(2.0), resample=resample)
    found = mutants(mutation, [0.5], layout)[:, 0]
    anew = found[found != 2.0]
    assert_shares(len(anew) / N_DRAWS, resample)
    if resample:
        assert_law(anew, stats.uniform.cdf)


def test_categories_are_never_drawn_anew() -> None:
    layout = even_layout([3], [False], [[True]])
    found = mutants(MixedMutation(category=To(2.0), resample=1.0), [0.5], layout)
    assert np.all(found == 2.0)


@pytest.mark.parametrize("order", ["side by side", "mixed up"])
def test_a_vector_counts_as_one_parameter_and_about_one_of_its_genes_moves(
    order: str,
) -> None:
    size = 30
    parameters = np.array([0] + [1] * size + [2])
    if order == "mixed up":
        parameters = np.random.default_rng(0).permutation(parameters)
    layout = even_layout([2] * 32, [False] * 32, [[True] * 32])
    layout = layout._replace(parameters=parameters)
    changed = mutants(MARKED, np.full(32, 0.25), layout) != 0.25
    in_vector = changed[:, parameters == 1]
    chosen = np.column_stack([changed[:, parameters != 1], in_vector.any(axis=1)])
    counts = np.bincount(chosen.sum(axis=1), minlength=4)
    assert_shares(counts / N_DRAWS, chosen_law(3, 1.5))
    p = chosen_law(3, 1.5) @ np.arange(4) / 3
    assert_shares(chosen.mean(axis=0), [p, p, p])
    of_chosen = in_vector[in_vector.any(axis=1)]
    sizes = np.bincount(of_chosen.sum(axis=1), minlength=size + 1)
    assert_shares(sizes / len(of_chosen), chosen_law(size, 1.0), n=len(of_chosen))
    assert_uniform(of_chosen.sum(axis=0))


def test_inactive_and_constant_genes_of_a_vector_do_not_count() -> None:
    # Two of the vector's five genes can change.
    layout = even_layout(
        [0, 0, 1, 0, 0, 0], [True] * 6, [[True, True, True, True, False, False]]
    )._replace(parameters=np.array([0, 1, 1, 1, 1, 1]))
    changed = mutants(MARKED, np.full(6, 0.5), layout) != 0.5
    assert not changed[:, [2, 4, 5]].any()
    vector = changed[:, [1, 3]]
    p = chosen_law(2, 1.5) @ np.arange(3) / 2
    assert_shares([changed[:, 0].mean(), vector.any(axis=1).mean()], [p, p])
    of_chosen = vector[vector.any(axis=1)]
    sizes = np.bincount(of_chosen.sum(axis=1), minlength=3) / len(of_chosen)
    assert_shares(sizes, chosen_law(2, 1.0), n=len(of_chosen))


def test_the_branch_is_a_category_and_the_genes_it_wakes_stay() -> None:
    layout = even_layout(
        [2, 0, 0], [False, True, True], [[True, True, False], [True, False, True]]
    )
    found = mutants(MixedMutation(), [0.25, 0.3, 0.6], layout)
    assert_shares(np.mean(found[:, 0] == 0.75), chosen_law(2, 1.5) @ [0, 0.5, 1])
    assert np.all(found[:, 2] == 0.6)


def test_the_chances_of_a_genome_are_those_of_its_own_branch() -> None:
    layout = even_layout(
        [2, 0, 0, 0],
        [False, True, True, True],
        [[True, False, False, False], [True, True, True, True]],
    )
    genomes = np.tile([[0.25, 0.5, 0.5, 0.5], [0.75, 0.5, 0.5, 0.5]], (N_DRAWS, 1))
    steps, rng = np.full(len(genomes), 0.1), np.random.default_rng(0)
    changed = MARKED(genomes, steps, layout, rng) != genomes
    assert_shares(changed[::2].mean(axis=0), [1, 0, 0, 0])
    p = chosen_law(4, 1.5) @ np.arange(5) / 4
    assert_shares(changed[1::2].mean(axis=0), [p] * 4)


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        (GaussianMutation(), MixedMutation()),
        (CategoricalMutation(), MixedMutation()),
        (
            PolynomialMutation(10),
            MixedMutation(PolynomialMutation(10), PolynomialMutation(10)),
        ),
        (
            IntegerGeometricMutation(),
            MixedMutation(integer=IntegerGeometricMutation()),
        ),
    ],
    ids=repr,
)
def test_a_part_stands_for_the_whole_mutation_with_it(
    part: Any, whole: MixedMutation
) -> None:
    assert whole_mutation(part) == whole
    assert whole_mutation(whole) is whole


def test_a_strategy_makes_a_part_whole() -> None:
    layout = even_layout([0, 9, 4], [True, True, False], [[True] * 3])
    made = []
    for mutation in (PolynomialMutation(10), whole_mutation(PolynomialMutation(10))):
        strategy = GeneticStrategy(layout, seed=0, n_initial=4, mutation=mutation)
        for _ in range(10):
            genomes = strategy.ask(4)
            strategy.tell(genomes, genomes[:, :1])
        made.append(strategy.known[0])
    np.testing.assert_array_equal(*made)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"n_parameters": 0}, ValueError),
        ({"n_parameters": -1.0}, ValueError),
        ({"n_parameters": np.nan}, ValueError),
        ({"n_parameters": "2"}, TypeError),
        ({"n_parameters": True}, TypeError),
        ({"resample": -0.1}, ValueError),
        ({"resample": 1.1}, ValueError),
        ({"resample": np.nan}, ValueError),
        ({"resample": None}, TypeError),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, Any], error: type[Exception]
) -> None:
    (name,) = settings
    with pytest.raises(error, match=f"MixedMutation: {name}=.* pass a"):
        MixedMutation(**settings)


@pytest.mark.parametrize("kind", ["continuous", "integer", "category"])
@pytest.mark.parametrize("part", ["gaussian", None, np.sum, GaussianMutation])
def test_a_part_that_cannot_move_genes_is_refused(kind: str, part: Any) -> None:
    with pytest.raises(TypeError, match=rf"MixedMutation: {kind}=.* method `move`"):
        MixedMutation(**{kind: part})


@pytest.mark.parametrize(
    ("kind", "part", "remedy"),
    [
        ("continuous", IntegerGeometricMutation(), "integer"),
        ("continuous", CategoricalMutation(), "category"),
        ("integer", CategoricalMutation(), "category"),
        ("category", GaussianMutation(), "continuous"),
    ],
)
def test_a_part_for_genes_of_another_kind_is_refused(
    kind: str, part: Any, remedy: str
) -> None:
    with pytest.raises(
        ValueError, match=rf"{kind}=.* another kind: pass it as {remedy}"
    ):
        MixedMutation(**{kind: part})
