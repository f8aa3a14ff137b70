"""The penalty on the distance from the estimator's own hyperparameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform, norm, randint, uniform

from skopt_evo.proposers._hyper_penalty import HyperPenalty
from skopt_evo.space import Mask, SearchSpace, Vector


def penalty(
    param_grid: Any, params: Any, setting: Any, *, strength: float = 1.0
) -> float:
    """Return the penalty of a setting where the estimator has `params`."""
    space = SearchSpace(param_grid)
    return HyperPenalty(space, strength, params).penalty(space.encode(setting))


@pytest.mark.parametrize("value", [1e-3, 0.1, 1.0, 5.0, 1e3])
@pytest.mark.parametrize("own", [1e-2, 1.0])
def test_on_a_logarithmic_scale_distances_are_differences_of_logarithms(
    value: float, own: float
) -> None:
    found = penalty({"C": loguniform(1e-4, 1e4)}, {"C": own}, {"C": value})
    assert found == pytest.approx(np.log(value / own) ** 2, rel=1e-9)


@pytest.mark.parametrize(
    "distribution",
    [uniform(2.0, 8.0), uniform(-3.0, 8.0), uniform(2.0, 1e-3), uniform(1e3, 1.0)],
)
def test_on_a_linear_scale_distances_are_parts_of_the_range(distribution: Any) -> None:
    low, high = distribution.support()
    own, value = low + 0.25 * (high - low), low + 0.75 * (high - low)
    found = penalty({"p": distribution}, {"p": own}, {"p": value})
    assert found == pytest.approx(0.25, rel=1e-6)


def test_on_a_scale_of_quantiles_distances_are_differences_of_quantiles() -> None:
    found = penalty({"p": norm(3.0, 2.0)}, {"p": 3.0}, {"p": 3.0 + 2.0})
    assert found == pytest.approx((norm.cdf(1.0) - 0.5) ** 2, rel=1e-6)


@pytest.mark.parametrize("n", [2, 3, 4, 7, 8])
def test_a_list_may_be_logarithmic(n: int) -> None:
    values = np.logspace(-3, 3, n).tolist()
    found = penalty({"C": values}, {"C": values[0]}, {"C": values[1]})
    assert found == pytest.approx(np.log(values[1] / values[0]) ** 2, rel=1e-6)


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [0, 1, 10], [0.1, 1.0, 5.0]])
def test_any_other_list_has_distances_between_its_places(values: list[float]) -> None:
    found = penalty({"p": values}, {"p": values[0]}, {"p": values[2]})
    assert found == pytest.approx((2 / 3) ** 2)


def test_integers_have_parts_of_their_range() -> None:
    found = penalty({"depth": randint(1, 11)}, {"depth": 3}, {"depth": 8})
    assert found == pytest.approx(0.25)


def test_the_estimator_s_own_setting_is_free() -> None:
    grid = {"C": loguniform(1e-3, 1e3), "tol": uniform(0.0, 1.0)}
    own = {"C": 7.0, "tol": 0.2, "kernel": "rbf"}
    assert penalty(grid, own, {"C": 7.0, "tol": 0.2}, strength=3.0) == 0.0


@pytest.mark.parametrize("own", [{}, {"C": "scale"}, {"C": 1e9}])
def test_without_a_value_of_its_own_the_middle_is_free(own: Any) -> None:
    grid = {"C": loguniform(1e-2, 1e4)}
    assert penalty(grid, own, {"C": 10.0}) == pytest.approx(0.0, abs=1e-12)
    assert penalty(grid, own, {"C": 100.0}) == pytest.approx(np.log(10.0) ** 2)


def test_categories_and_masks_are_free() -> None:
    grid = {"kernel": ["rbf", "poly"], "mask": Mask(3)}
    setting = {"kernel": "poly", "mask": np.array([True, False, False])}
    assert penalty(grid, {"kernel": "rbf"}, setting) == 0.0


def test_each_number_of_an_array_is_held_back() -> None:
    grid = {"weights": Vector(loguniform(1e-2, 1e2), 3)}
    own = {"weights": np.ones(3)}
    setting = {"weights": np.array([1.0, 10.0, 0.1])}
    expected = 2.0 * np.log(10.0) ** 2
    assert penalty(grid, own, setting) == pytest.approx(expected)


def test_a_branch_has_its_own_distances() -> None:
    grid = [{"C": loguniform(1e-2, 1e2)}, {"gamma": uniform(0.0, 1.0)}]
    own = {"C": 1.0, "gamma": 0.5}
    space = SearchSpace(grid)
    hyper_penalty = HyperPenalty(space, 1.0, own)
    for setting, expected in (
        ({"C": 10.0}, np.log(10.0) ** 2),
        ({"gamma": 0.9}, 0.16),
    ):
        genome = space.encode(setting)
        # What is inactive there has no part in it.
        active = space.active[space.branch_of(genome)]
        for inactive in (0.0, 1.0):
            moved = np.where(active, genome, inactive)
            assert hyper_penalty.penalty(moved) == pytest.approx(expected)
            np.testing.assert_array_equal(hyper_penalty.gradient(moved)[~active], 0.0)
        assert hyper_penalty.gradient(genome)[0] == 0.0  # the gene of the branch


@pytest.mark.parametrize("strength", [0.0, 0.01, 5.0])
def test_the_strength_multiplies(strength: float) -> None:
    grid, own, setting = {"C": loguniform(1e-2, 1e2)}, {"C": 1.0}, {"C": 10.0}
    found = penalty(grid, own, setting, strength=strength)
    assert found == pytest.approx(strength * np.log(10.0) ** 2)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("branch", [0, 1])
def test_the_gradient_is_that_of_the_penalty(branch: int, seed: int) -> None:
    space = SearchSpace(
        [
            {
                "C": loguniform(1e-3, 1e3),
                "tol": uniform(0.0, 2.0),
                "kernel": ["rbf", "poly"],
                "weights": Vector(loguniform(1e-2, 1e2), 2),
            },
            {"C": loguniform(1e-3, 1e3), "shrinking": uniform(1.0, 3.0)},
        ]
    )
    hyper_penalty = HyperPenalty(space, 0.3, {"C": 2.0, "tol": 0.3, "shrinking": 3.0})
    genome = np.random.default_rng(seed).random(space.n_genes)
    genome[0] = space.branch_gene(branch)
    step = 1e-6
    expected = [
        (
            hyper_penalty.penalty(genome + change)
            - hyper_penalty.penalty(genome - change)
        )
        / (2.0 * step)
        for change in step * np.eye(space.n_genes)
    ]
    gradient = hyper_penalty.gradient(genome)
    assert np.count_nonzero(gradient) == (4 if branch == 0 else 2)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)
