"""A descent on a local model: its steps, and when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import randint, uniform

from skopt_evo.descent import LocalModel
from skopt_evo.descent._free_genes import Evaluations, FreeGenes, Place
from skopt_evo.descent._local_data import Known
from skopt_evo.descent._model_descent import TrustRegion, descend_by_model
from skopt_evo.proposers import layout_of
from skopt_evo.space import SearchSpace

Loss = Callable[[Mapping[str, Any]], float]

PLANE = {"x": uniform(0, 1), "y": uniform(0, 1)}
MIXED = {
    "x": uniform(0, 1),
    "level": randint(0, 6),
    "size": [1, 2, 4, 8],
    "kind": ["a", "b", "c"],
}


@dataclass
class Run:
    """What a descent has evaluated, and the gradients it has recorded."""

    params: list[dict[str, Any]] = field(default_factory=list)
    genomes: list[np.ndarray] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    gradients: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    is_over: bool = False


def descend(
    param_grid: Any,
    loss: Loss,
    known: Sequence[dict[str, Any]],
    *,
    n_iter: int = 60,
    seed: int = 0,
    slopes: Callable[[np.ndarray], np.ndarray] | None = None,
    model: LocalModel | None = None,
    region: TrustRegion | None = None,
) -> Run:
    """Descend from the first of the known candidates, for `n_iter` steps at most."""
    space = SearchSpace(param_grid, seed=0)
    run = Run()

    def evaluate(genome: np.ndarray) -> float:
        run.genomes.append(genome)
        run.params.append(space.decode(genome))
        run.losses.append(loss(run.params[-1]))
        return run.losses[-1]

    def history() -> Known:
        genomes = np.array(run.genomes)
        exact = None if slopes is None else slopes(genomes)
        return Known(genomes, np.array(run.losses), exact)

    def record(genome: np.ndarray, gradient: np.ndarray, method: str) -> None:
        assert method == "model"
        run.gradients.append((genome, gradient))

    for params in known:
        evaluate(next(iter(space.encode_all(params))))
    genes = FreeGenes(layout_of(space), run.genomes[0], record)
    first = np.inf if np.isnan(run.losses[0]) else run.losses[0]
    nothing = np.full(len(genes.free), np.nan)
    descent = descend_by_model(
        genes,
        Place(genes.start_point, first, nothing, True),
        model or LocalModel(),
        history,
        np.random.default_rng(seed),
        region,
    )
    try:
        batch = next(descent)
        for _ in range(n_iter):
            losses = np.array([evaluate(genome) for genome in batch.genomes])
            unknown = np.full(batch.genomes.shape, np.nan)
            are_converged = np.ones(len(losses), dtype=bool)
            batch = descent.send(
                Evaluations(
                    losses, unknown[:, 0], unknown, are_converged, batch.genomes
                )
            )
    except StopIteration:
        run.is_over = True
    return run


def place(params: Mapping[str, float]) -> np.ndarray:
    return np.array([params[name] for name in sorted(params)])


def bowl(params: Mapping[str, float]) -> float:
    return float(((place(params) - 0.37) ** 2).sum())


def mixed(params: Mapping[str, Any]) -> float:
    ordered = (params["level"] - 4) ** 2 / 36 + (np.log2(params["size"]) - 1) ** 2 / 9
    other = {"a": 0.3, "b": 0.0, "c": 0.5}[params["kind"]]
    return float((params["x"] - 0.7) ** 2 + ordered + other)


def flat(params: Mapping[str, Any]) -> float:
    return 1.0


def cube(d: int) -> dict[str, Any]:
    return {f"x{i:02d}": uniform(0, 1) for i in range(d)}


def corner(d: int) -> dict[str, Any]:
    return {f"x{i:02d}": 0.9 for i in range(d)}


# ---- where it leads


@pytest.mark.parametrize(("d", "n_iter"), [(1, 6), (2, 12), (4, 20), (8, 35)])
def test_the_minimum_of_a_bowl_is_found_in_few_steps(d: int, n_iter: int) -> None:
    run = descend(cube(d), bowl, [corner(d)], n_iter=n_iter)
    assert min(run.losses) < 0.02 * run.losses[0]


@pytest.mark.parametrize("angle", [0.3, 0.8, 2.0])
def test_a_rotated_valley_is_followed(angle: float) -> None:
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def valley(params: Mapping[str, float]) -> float:
        along, across = axes @ (place(params) - [0.4, 0.6])
        return float(along**2 + 20 * across**2)

    run = descend(PLANE, valley, [{"x": 0.9, "y": 0.1}], n_iter=25)
    assert min(run.losses) < 0.01 * run.losses[0]


def test_the_minimum_may_lie_on_a_bound() -> None:
    def slope(params: Mapping[str, float]) -> float:
        return params["x"] - 2 * params["y"]

    run = descend(PLANE, slope, [{"x": 0.5, "y": 0.5}], n_iter=12)
    assert run.params[int(np.argmin(run.losses))] == {"x": 0.0, "y": 1.0}


def test_what_others_have_evaluated_is_made_use_of() -> None:
    others = [{"x": x, "y": y} for x in (0.1, 0.5, 0.9) for y in (0.1, 0.5, 0.9)]
    sure = LocalModel(noise=1e-4, cut=1.0)
    run = descend(PLANE, bowl, [{"x": 0.5, "y": 0.6}, *others], n_iter=1, model=sure)
    np.testing.assert_allclose(place(run.params[-1]), 0.37, atol=0.01)


def test_exact_slopes_are_made_use_of() -> None:
    def exact(genomes: np.ndarray) -> np.ndarray:
        return np.asarray(2 * (genomes - 0.37))

    start = [{"x": 0.6, "y": 0.6}]
    first, second = (
        descend(PLANE, bowl, start, n_iter=1, slopes=slopes) for slopes in (exact, None)
    )
    assert first.losses[1] < first.losses[0]
    np.testing.assert_allclose(first.gradients[0][1], [0.46, 0.46], rtol=0.05)
    assert not np.array_equal(first.genomes[1], second.genomes[1])


def test_integers_and_ordered_lists_and_categories_are_searched() -> None:
    start = {"x": 0.1, "level": 0, "size": 8, "kind": "c"}
    run = descend(MIXED, mixed, [start], n_iter=60)
    assert min(run.losses) < 0.1 * run.losses[0]
    assert run.params[int(np.argmin(run.losses))]["kind"] == "b"


def test_the_gradient_at_the_centre_is_recorded_as_it_gets_better() -> None:
    run = descend(PLANE, bowl, [{"x": 0.9, "y": 0.2}], n_iter=20)
    genome, gradient = run.gradients[-1]
    assert run.losses[[*map(tuple, run.genomes)].index(tuple(genome))] == min(
        run.losses
    )
    np.testing.assert_allclose(gradient, 2 * (genome - 0.37), atol=0.1)
    mixed_run = descend(
        MIXED, mixed, [{"x": 0.1, "level": 0, "size": 8, "kind": "c"}], n_iter=3
    )
    n_known = np.isfinite(mixed_run.gradients[-1][1]).sum()
    assert n_known == len(MIXED) - 1  # a category has none


# ---- what it asks for


@given(seed=st.integers(0, 1000), has_failures=st.booleans())
@settings(deadline=None, max_examples=10)
def test_nothing_is_evaluated_twice(seed: int, has_failures: bool) -> None:
    def loss(params: Mapping[str, Any]) -> float:
        return np.nan if has_failures and params["x"] < 0.5 else mixed(params)

    start = {"x": 0.4, "level": 0, "size": 8, "kind": "a"}
    other = {"x": 0.6, "level": 3, "size": 8, "kind": "b"}
    run = descend(MIXED, loss, [start, other], n_iter=40, seed=seed)
    assert len({genome.tobytes() for genome in run.genomes}) == len(run.genomes)
    assert np.all((np.array(run.genomes) >= 0) & (np.array(run.genomes) <= 1))


def test_a_descent_stays_in_its_branch() -> None:
    space = [{"x": uniform(0, 1), "one": ["a"]}, {"x": uniform(0, 1), "two": ["b"]}]
    starts = [{"x": 0.9, "one": "a"}, {"x": 0.37, "two": "b"}]

    def loss(params: Mapping[str, Any]) -> float:
        return float((params["x"] - 0.37) ** 2) - ("two" in params)

    run = descend(space, loss, starts, n_iter=12)
    assert all("one" in params for params in run.params[2:])
    assert min(run.losses[2:]) < 1e-3


def test_the_same_seed_gives_the_same_descent() -> None:
    start = {"x": 0.1, "level": 0, "size": 8, "kind": "c"}
    first, same, other = (
        descend(MIXED, mixed, [start], n_iter=15, seed=seed) for seed in (0, 0, 1)
    )
    assert first.params == same.params
    assert first.params != other.params


# ---- when it is over


@pytest.mark.parametrize("value", [1.0, np.nan])
@pytest.mark.parametrize("param_grid", [PLANE, MIXED], ids=["numbers", "mixed"])
def test_a_plateau_ends_it(param_grid: Any, value: float) -> None:
    starts = {"x": 0.5, "y": 0.5, "level": 2, "size": 2, "kind": "a"}
    start = {name: starts[name] for name in param_grid}
    region = TrustRegion(first=0.4, smallest=0.05, shrinkage=0.5)
    run = descend(param_grid, lambda _: value, [start], region=region)
    # Radii 0.4, 0.2, 0.1 and 0.05: no step leads downhill.
    assert run.is_over
    assert len(run.losses) == 1 + 4


def test_it_is_over_when_nothing_is_left_in_the_region() -> None:
    run = descend({"n": randint(0, 4)}, flat, [{"n": 1}])
    assert run.is_over
    assert len(run.losses) <= 4


def test_without_a_number_there_is_no_descent() -> None:
    run = descend({"kind": ["a", "b"]}, flat, [{"kind": "a"}])
    assert run.is_over
    assert len(run.losses) == 1


def test_a_failed_start_is_left_for_whatever_succeeds() -> None:
    def loss(params: Mapping[str, float]) -> float:
        return np.nan if params["x"] > 0.8 else bowl(params)

    run = descend(PLANE, loss, [{"x": 0.9, "y": 0.5}], n_iter=40)
    assert np.nanmin(run.losses) < 0.05
