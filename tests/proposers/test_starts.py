"""Where descents start."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from scipy.stats import loguniform, randint, uniform

from skopt_evo.proposers import layout_of
from skopt_evo.proposers._starts import Starts
from skopt_evo.space import SearchSpace, Vector


class Draws:
    """A distribution that can only be sampled."""

    def rvs(self, random_state: Any = None) -> float:
        return float(random_state.uniform())


class Making:
    """The starts of a space, as settings; those of earlier rounds count as known."""

    def __init__(
        self,
        param_grid: Any,
        n_iter: int,
        n_restarts: int | None = None,
        params: dict[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        self.space = SearchSpace(param_grid, seed=seed)
        self.layout = layout_of(self.space)
        self.starts = Starts(
            self.space, self.layout, seed, n_iter, n_restarts, params or {}
        )
        self.known: dict[bytes, Any] = {}

    def first(self, n_remaining: int) -> list[dict[str, Any]]:
        return self._settings(self.starts.first(n_remaining))

    def further(self, n_remaining: int) -> list[dict[str, Any]]:
        return self._settings(self.starts.further(n_remaining, self.known))

    def in_place_of_failed(self, n_remaining: int) -> list[dict[str, Any]]:
        return self._settings(self.starts.in_place_of_failed(n_remaining, self.known))

    def _settings(self, genomes: list[Any]) -> list[dict[str, Any]]:
        news = {self.layout.key(genome): genome for genome in genomes}
        assert len(news) == len(genomes)
        assert not news.keys() & self.known.keys()
        self.known.update(news)
        return [self.space.decode(genome) for genome in genomes]


C = loguniform(1e-3, 1e3)
KERNELS = ["rbf", "poly", "sigmoid"]
BRANCHES = [
    {"kernel": ["linear"], "C": C},
    {"kernel": ["rbf"], "C": C, "gamma": C},
    {"kernel": ["poly"], "C": C, "degree": randint(2, 6)},
]


def test_the_first_start_is_the_estimators_own_setting() -> None:
    own = {"C": 7.0, "kernel": "poly", "tol": 1e-3}
    [first, *_] = Making({"C": C, "kernel": KERNELS}, 50, params=own).first(50)
    assert first == {"C": 7.0, "kernel": "poly"}


def test_the_first_start_is_as_near_to_the_own_setting_as_the_space_allows() -> None:
    own = {"C": 7.0, "kernel": "precomputed"}
    [first, *_] = Making({"C": C, "kernel": KERNELS}, 50, params=own).first(50)
    assert first["C"] == 7.0


def test_the_first_start_lies_in_the_branch_of_the_own_setting() -> None:
    own = {"kernel": "poly", "C": 1.0, "degree": 3, "gamma": 1.0}
    [first, *_] = Making(BRANCHES, 50, params=own).first(50)
    assert first == {"kernel": "poly", "C": 1.0, "degree": 3}


def test_an_own_setting_without_a_number_is_tried_beside_the_first_descent() -> None:
    space = [{"C": C}, {"kernel": ["a", "b", "c", "d"], "shrinking": [True, False]}]
    own = {"C": 1e9, "kernel": "c", "shrinking": False}
    first, second, *_ = Making(space, 20, params=own).first(20)
    assert list(first) == ["C"]
    assert second == {"kernel": "c", "shrinking": False}


@pytest.mark.parametrize("n_restarts", [0, 1, 7])
def test_n_restarts_is_the_number_of_starts_beside_the_first(n_restarts: int) -> None:
    making = Making({"C": C}, 50, n_restarts=n_restarts)
    assert len(making.first(50)) == 1 + n_restarts
    assert making.further(20) == []


def test_without_n_restarts_each_round_has_fresh_starts() -> None:
    making = Making({"C": C}, 50)
    assert len(making.first(50)) > 2
    assert len(making.further(20)) >= 2
    assert len(making.further(1)) == 1


@pytest.mark.parametrize("n_remaining", [1, 2, 3])
@pytest.mark.parametrize("n_restarts", [None, 0, 20])
@pytest.mark.parametrize(
    "space", [{"C": C}, BRANCHES, [{"C": C}, {"kernel": KERNELS, "a": KERNELS}]]
)
def test_there_are_no_more_starts_than_candidates_left(
    space: Any, n_restarts: int | None, n_remaining: int
) -> None:
    making = Making(space, n_remaining, n_restarts=n_restarts)
    assert 1 <= len(making.first(n_remaining)) <= n_remaining
    assert len(making.further(1)) <= 1


def test_every_category_is_started_from() -> None:
    space = {"C": C, "kernel": list("abcdefghijklmno"), "other": KERNELS}
    starts = Making(space, 60).first(60)
    assert {start["kernel"] for start in starts} == set("abcdefghijklmno")
    assert {start["other"] for start in starts} == set(KERNELS)


def test_categories_take_turns_on_from_one_round_to_the_next() -> None:
    letters = list("abcdefghijklmnopqrst")
    making = Making({"C": C, "kernel": letters}, 20)
    [_, *filling] = making.first(20)
    filling += making.further(8)
    filling += making.further(4)
    counts = Counter(start["kernel"] for start in filling)
    assert len(filling) < len(letters)
    assert set(counts.values()) == {1}


def test_every_branch_is_started_from_and_as_often_as_the_others() -> None:
    starts = Making(BRANCHES, 50).first(50)[1:]
    counts = Counter(start["kernel"] for start in starts)
    assert counts.keys() == {"linear", "rbf", "poly"}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_branch_with_more_categories_gets_more_starts() -> None:
    space = [{"C": C}, {"gamma": C, "kernel": list("abcdefghij")}]
    starts = Making(space, 40).first(40)[1:]
    assert {start.get("kernel") for start in starts} == {None, *"abcdefghij"}


def test_a_branch_without_numbers_gets_its_share_of_the_budget_at_first() -> None:
    space = [{"C": C}, {"a": list("abcdefgh"), "b": list("abcdefgh")}]
    starts = Making(space, 40).first(40)
    assert sum("a" in start for start in starts) == 20


def test_small_branches_without_numbers_are_tried_whole() -> None:
    space = [{"C": C}, {"a": ["x", "y"]}, {"b": list("abcdefghijklmnopqrstuvwxyz")}]
    starts = Making(space, 30).first(30)
    assert {start["a"] for start in starts if "a" in start} == {"x", "y"}
    assert sum("b" in start for start in starts) == 18


def test_what_descents_leave_goes_to_the_branch_without_numbers() -> None:
    space = [{"n": [1, 2]}, {"a": list("abcdefghijklmnopqrstuvwxyz")}]
    making = Making(space, 24)
    starts = making.first(24)
    assert sum("n" in start for start in starts) == 2
    further = making.further(24 - len(starts))
    assert len(starts) + len(further) == 24
    assert all("a" in start for start in further)


def test_a_used_up_branch_leaves_the_turns_to_the_others() -> None:
    making = Making([{"n": [1, 2]}, {"m": [1, 2]}, {"C": C}], 30)
    making.first(30)
    for _ in range(5):
        further = making.further(10)
        assert further
    assert all("C" in start for start in further)


def test_the_same_seed_makes_the_same_starts() -> None:
    def starts(seed: int) -> list[dict[str, Any]]:
        making = Making(BRANCHES, 30, seed=seed)
        return making.first(30) + making.further(10)

    assert starts(0) == starts(0) != starts(1)


def test_starts_fill_the_space_more_evenly_than_chance() -> None:
    starts = Making({"x": uniform(0, 1)}, 100, n_restarts=16).first(100)[1:]
    cells = {int(16 * start["x"]) for start in starts}
    assert len(cells) == 16


# ---- while nothing has a score


@pytest.mark.parametrize("n_restarts", [0, 1, 7])
def test_starts_that_failed_make_way_for_as_many(n_restarts: int) -> None:
    making = Making({"C": C}, 50, n_restarts=n_restarts)
    making.first(50)
    assert len(making.in_place_of_failed(50)) == 1 + n_restarts
    assert len(making.in_place_of_failed(1)) == 1
    assert making.in_place_of_failed(0) == []


def test_starts_of_all_such_rounds_fill_the_space_as_one_round_would() -> None:
    making = Making({"x": uniform(0, 1), "y": uniform(0, 1)}, 40)
    n_first = len(making.first(40))
    starts: list[dict[str, Any]] = []
    while more := making.in_place_of_failed(40 - n_first - len(starts)):
        starts += more
    assert len(starts) == 32
    for name in ("x", "y"):
        # Of 32 random numbers, a third of these parts would have none.
        assert len({int(32 * start[name]) for start in starts}) == 32


def test_such_starts_take_turns_with_branches_and_categories() -> None:
    making = Making(BRANCHES, 50, n_restarts=2)
    starts = making.first(50) + making.in_place_of_failed(50)
    assert Counter(start["kernel"] for start in starts[1:]).keys() == {
        "linear",
        "rbf",
        "poly",
    }
    making = Making({"C": C, "kernel": KERNELS}, 50, n_restarts=2)
    making.first(50)
    starts = making.in_place_of_failed(50) + making.in_place_of_failed(47)
    assert {start["kernel"] for start in starts} == set(KERNELS)


def test_entries_of_an_array_start_alike_after_failures_too() -> None:
    making = Making({"w": Vector(C, 5)}, 50)
    making.first(50)
    for start in making.in_place_of_failed(50):
        assert len(set(start["w"])) == 1


def test_settings_without_a_number_follow_when_no_start_is_new() -> None:
    making = Making([{"n": [1, 2, 3]}, {"kernel": KERNELS}], 20)
    starts = making.first(20)
    while more := making.in_place_of_failed(20):
        starts += more
    assert len(starts) == 6
