"""What every strategy does, whatever its algorithm.

A strategy joins with a class that says how it is made::

    class TestGenetic(StrategyConformance):
        def make(self, layout, seed=0, starts=()):
            return GeneticStrategy(layout, seed=seed, starts=starts)
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import binom, loguniform, poisson, randint, uniform

from skopt_evo import proposers
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import EvolutionStrategy, GeneLayout, Strategy

U = uniform()

SPACES = {
    "no gene": {"a": [1]},
    "one gene": {"a": U},
    "two levels": {"a": [0.1, 10]},
    "numbers": {"a": U, "b": loguniform(1e-3, 1e3), "c": randint(1, 1000)},
    "unequal bins": {"a": poisson(3), "b": binom(12, 0.5), "c": U},
    "categories": {"a": ["x", "y"], "b": list("pqrst"), "c": [None, True, False, 1]},
    "mixed": {"a": U, "n": [1, 2, 5, 10], "k": ["x", "y", "z"], "flag": [True, False]},
    "branches": [
        {"model": ["A"], "a": U, "shared": U},
        {"model": ["B"], "shared": U, "n": [1, 2, 3], "k": ["x", "y"]},
        {"model": ["C", "D"]},
    ],
}

# Whose points can be counted, improbable ones too: of 10,000 draws from this binom
# two are 0.
FINITE = {
    "two levels": {"a": [0.1, 10]},
    "grid": {"a": [1, 2, 3, 4], "b": ["x", "y", "z"], "c": [0.1, 1.0]},
    "unequal bins": {"a": binom(12, 0.5)},
    "branches": [
        {"model": ["A"], "a": [1, 2, 3, 4, 5], "shared": [1, 2]},
        {"model": ["B"], "shared": [1, 2], "k": ["x", "y", "z"]},
        {"model": ["C"]},
    ],
}


def layout_of(param_grid: Any) -> GeneLayout:
    return proposers.layout_of(SearchSpace(param_grid))


def even_layout(
    n_levels: list[int], is_numeric: list[bool], active: list[list[bool]]
) -> GeneLayout:
    """Return a layout whose discrete genes have bins of equal width."""
    levels = np.array(n_levels, dtype=np.int64)

    def snap(genomes: np.ndarray) -> np.ndarray:
        genomes = np.clip(genomes, 0.0, 1.0)
        some = np.maximum(levels, 1)
        bins = np.clip(np.floor(genomes * some), 0, some - 1)
        return np.where(levels > 0, (bins + 0.5) / some, genomes)

    mask = np.array(active, dtype=bool).reshape(len(active), len(levels))
    numeric = np.array(is_numeric, dtype=bool)
    return GeneLayout(levels, numeric, mask, snap, np.arange(len(levels)))


@st.composite
def layouts(draw: Any) -> GeneLayout:
    """Draw a layout: any kinds of genes, any branches, constant genes too."""
    kinds = [(0, True), (1, True), (2, True), (7, True), (1, False), (3, False)]
    genes = draw(st.lists(st.sampled_from(kinds), max_size=4))
    n_branches = draw(st.integers(1, 3)) if genes else 1
    if n_branches > 1:
        genes[0] = (n_branches, False)
    mask = st.lists(st.booleans(), min_size=len(genes), max_size=len(genes))
    active = [draw(mask) for _ in range(n_branches)]
    for row in active[: n_branches if genes else 0]:
        row[0] = True
    n_levels, is_numeric = zip(*genes, strict=True) if genes else ((), ())
    return even_layout(list(n_levels), list(is_numeric), active)


@functools.cache
def known_layout(name: str) -> GeneLayout:
    """Return the layout of one of the spaces: it is only read, and slow to make."""
    return layout_of(SPACES[name])


def keys_of(layout: GeneLayout, genomes: Iterable[np.ndarray]) -> set[bytes]:
    return {layout.key(genome) for genome in genomes}


def n_points(layout: GeneLayout) -> float:
    """Return how many candidates there are, branch by branch."""
    total = 0.0
    for active in layout.active:
        genes = np.flatnonzero(active)[1 if layout.n_branches > 1 else 0 :]
        levels = layout.n_levels[genes]
        total += float(np.prod(levels)) if np.all(levels) else np.inf
    return total


def ask_many(strategy: Strategy, n: int) -> np.ndarray:
    """Ask again and again, without telling anything, until there are `n` genomes."""
    asked = [strategy.ask(n)]
    while len(asked[-1]) and sum(map(len, asked)) < n:
        asked.append(strategy.ask(n - sum(map(len, asked))))
    return np.concatenate(asked)


def run(
    strategy: Strategy,
    loss: Callable[[np.ndarray], np.ndarray],
    n: int,
    batch: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Ask and tell until `n` genomes are known or nothing is left to ask.

    `loss` maps genomes of shape (m, n_genes) to losses of shape (m, n_objectives).
    """
    nothing = strategy.ask(0)
    genomes, losses = [nothing], [loss(nothing)]
    n_left = n
    while len(asked := strategy.ask(min(n_left, batch or n_left))):
        genomes.append(asked)
        losses.append(loss(asked))
        strategy.tell(asked, losses[-1])
        n_left -= len(asked)
    return np.concatenate(genomes), np.concatenate(losses)


def member_rows(strategy: EvolutionStrategy, genomes: np.ndarray) -> list[int]:
    """Return which of these genomes the members of the population are."""
    return [
        int(np.flatnonzero((genomes == member).all(axis=1))[0])
        for member in strategy.parents.genomes
    ]


def layouts_of(*names: str) -> Any:
    """Return a fixture: the layouts of these spaces, one by one."""

    @pytest.fixture(params=names)
    def layout(self: Any, request: pytest.FixtureRequest) -> GeneLayout:
        return known_layout(request.param)

    return layout


# None, all kinds of them, and some that sleep.
FEW_LAYOUTS = layouts_of("no gene", "mixed", "branches")


class StrategyConformance:
    """The tests; a subclass defines `make`, and maybe the attributes.

    Attributes
    ----------
    n_objectives : int
        The number of losses of a genome.
    budget : int
        The candidates of a run, a third of those that it learns from: fewer for a
        strategy that thinks longer.
    n_seeds : int
        The number of runs whose median is looked at.
    forgets : bool
        Whether what survives depends on which losses are told together.
    layout : fixture
        All the spaces. For another setting of a strategy that is tested on them,
        `FEW_LAYOUTS` will do: how it treats genes is the same.
    """

    n_objectives = 1
    budget = 30
    n_seeds = 7
    forgets = False
    layout = layouts_of(*SPACES)

    def make(self, layout: GeneLayout, seed: int = 0, starts: Any = ()) -> Strategy:
        raise NotImplementedError

    def loss(self, genomes: np.ndarray) -> np.ndarray:
        """Return the distances to as many different points as there are objectives."""
        targets = 0.3 + 0.2 * np.arange(self.n_objectives)[:, np.newaxis]
        gaps = genomes[:, np.newaxis, :] - targets
        losses: np.ndarray = (gaps**2).sum(axis=2)
        return losses

    def noise(self, seed: int = 0) -> Callable[[np.ndarray], np.ndarray]:
        """Return a loss that has nothing to do with the genomes."""
        rng = np.random.default_rng(seed)
        return lambda genomes: rng.random((len(genomes), self.n_objectives))

    def test_follows_the_protocol(self) -> None:
        assert isinstance(self.make(GeneLayout.continuous(2)), Strategy)

    @pytest.mark.parametrize("n", [0, 1, 7, 1000])
    def test_asks_at_most_what_is_wanted(self, layout: GeneLayout, n: int) -> None:
        strategy = self.make(layout)
        for _ in range(3):
            genomes = strategy.ask(n)
            assert genomes.shape == (len(genomes), layout.n_genes)
            assert genomes.dtype == np.float64
            assert len(strategy.origins) == len(genomes) <= n
            assert all(isinstance(origin, str) for origin in strategy.origins)
            strategy.tell(genomes, self.loss(genomes))

    def test_asks_canonical_genomes(self, layout: GeneLayout) -> None:
        genomes, _ = run(self.make(layout), self.loss, self.budget)
        assert np.all((genomes >= 0) & (genomes <= 1))
        np.testing.assert_array_equal(genomes, layout.snap(genomes))

    @pytest.mark.parametrize("batch", [1, None])
    def test_no_candidate_is_asked_twice(
        self, layout: GeneLayout, batch: int | None
    ) -> None:
        genomes, _ = run(self.make(layout), self.loss, self.budget, batch)
        assert len(keys_of(layout, genomes)) == len(genomes)

    @pytest.mark.parametrize("batch", [1, None])
    @pytest.mark.parametrize("name", FINITE)
    def test_the_whole_of_a_finite_space_is_asked(
        self, name: str, batch: int | None
    ) -> None:
        space = SearchSpace(FINITE[name])
        strategy = self.make(layout_of(FINITE[name]))
        genomes, _ = run(strategy, self.noise(), 1000, batch)
        assert len(genomes) == space.size
        grid = sorted(repr(setting) for setting in space.grid())
        assert sorted(repr(space.decode(genome)) for genome in genomes) == grid
        assert strategy.ask(3).shape == (0, space.n_genes)
        assert strategy.origins == []

    def test_the_only_point_of_a_space_without_genes_is_asked(self) -> None:
        strategy = self.make(GeneLayout.continuous(0))
        assert strategy.ask(5).shape == (1, 0)
        strategy.tell(np.empty((1, 0)), np.zeros((1, self.n_objectives)))
        assert strategy.ask(5).shape == (0, 0)

    def test_a_thousand_genes_are_no_obstacle(self) -> None:
        layout, n = GeneLayout.continuous(1000), self.budget
        genomes, _ = run(self.make(layout), self.loss, n)
        assert len(np.unique(genomes, axis=0)) == n

    def test_asking_goes_on_while_nothing_is_told(self, layout: GeneLayout) -> None:
        strategy = self.make(layout)
        genomes = ask_many(strategy, 20)
        assert len(keys_of(layout, genomes)) == len(genomes)
        assert len(genomes) == min(20, n_points(layout))
        strategy.tell(genomes[::2], self.loss(genomes[::2]))
        later = ask_many(strategy, 10)
        assert not keys_of(layout, later) & keys_of(layout, genomes)

    @pytest.mark.parametrize("name", FINITE)
    def test_tell_accepts_genomes_never_asked(self, name: str) -> None:
        space, layout = SearchSpace(FINITE[name]), layout_of(FINITE[name])
        told = np.array([space.encode(setting) for setting in space.grid()][::2])
        strategy = self.make(layout)
        strategy.tell(told, self.loss(told))
        genomes, _ = run(strategy, self.loss, 1000)
        assert len(genomes) == space.size - len(told)
        assert not keys_of(layout, told) & keys_of(layout, genomes)

    def test_tell_accepts_any_subset_in_any_order(self, layout: GeneLayout) -> None:
        rng, strategy = np.random.default_rng(0), self.make(layout)
        pending = np.empty((0, layout.n_genes))
        known: set[bytes] = set()
        for _ in range(self.budget // 2):
            asked = strategy.ask(int(rng.integers(1, 8)))
            assert not known & keys_of(layout, asked)
            known |= keys_of(layout, asked)
            assert len(asked) or len(known) == n_points(layout)
            pending = rng.permutation(np.concatenate([pending, asked]))
            n = int(rng.integers(len(pending) + 1))
            strategy.tell(pending[:n], self.loss(pending[:n]))
            pending = pending[n:]

    def test_telling_again_changes_nothing(self, layout: GeneLayout) -> None:
        once, twice = self.make(layout), self.make(layout)
        for _ in range(4):
            genomes = once.ask(5)
            np.testing.assert_array_equal(twice.ask(5), genomes)
            losses = self.loss(genomes)
            once.tell(genomes, losses)
            twice.tell(np.repeat(genomes, 2, axis=0), np.repeat(losses, 2, axis=0))
            twice.tell(genomes, losses)

    def test_telling_nothing_changes_nothing(self, layout: GeneLayout) -> None:
        plain, other = self.make(layout), self.make(layout)
        for _ in range(4):
            other.tell(plain.ask(0), np.empty((0, self.n_objectives)))
            other.tell([], np.empty((0, self.n_objectives)))
            genomes = plain.ask(5)
            np.testing.assert_array_equal(other.ask(5), genomes)
            plain.tell(genomes, self.loss(genomes))
            other.tell(genomes, self.loss(genomes))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 1e308])
    def test_losses_that_say_nothing_are_no_obstacle(
        self, layout: GeneLayout, value: float
    ) -> None:
        def constant(genomes: np.ndarray) -> np.ndarray:
            return np.full((len(genomes), self.n_objectives), value)

        genomes, _ = run(self.make(layout), constant, self.budget)
        assert len(keys_of(layout, genomes)) == len(genomes)
        assert len(genomes) == min(self.budget, n_points(layout))

    def assert_it_learns(self, loss: Callable[[np.ndarray], np.ndarray]) -> None:
        """Require the median best sum of losses to be clearly better than by chance.

        The least possible sum, at the mean of their optima, is taken off.
        """
        optima = 0.3 + 0.2 * np.arange(self.n_objectives)
        least = 3 * ((optima - optima.mean()) ** 2).sum()

        def best(losses: np.ndarray) -> float:
            total = losses.sum(axis=1)
            return float(total[np.isfinite(total)].min() - least)

        n, found, drawn = 3 * self.budget, [], []
        for seed in range(self.n_seeds):
            strategy = self.make(GeneLayout.continuous(3), seed)
            found.append(best(run(strategy, loss, n)[1]))
            drawn.append(best(loss(np.random.default_rng(seed).random((n, 3)))))
        assert np.median(found) < np.median(drawn) / 2

    def test_it_learns(self) -> None:
        self.assert_it_learns(self.loss)

    @pytest.mark.parametrize("failure", [np.nan, np.inf])
    def test_it_learns_although_half_of_the_candidates_fail(
        self, failure: float
    ) -> None:
        self.assert_it_learns(
            lambda genomes: np.where(genomes[:, :1] > 0.5, failure, self.loss(genomes))
        )

    def test_what_is_told_together_may_be_told_in_any_order(
        self, layout: GeneLayout
    ) -> None:
        self.assert_tells_are_alike(layout, n_parts=1)

    def test_telling_one_by_one_is_telling_all_at_once(
        self, layout: GeneLayout
    ) -> None:
        if not self.forgets:
            self.assert_tells_are_alike(layout, n_parts=4)

    def assert_tells_are_alike(self, layout: GeneLayout, n_parts: int) -> None:
        """Compare a strategy that is told in order with one that is told in parts."""
        rng = np.random.default_rng(0)
        in_order, shuffled = self.make(layout), self.make(layout)
        for _ in range(self.budget // 3):
            genomes = ask_many(in_order, 4)
            np.testing.assert_array_equal(ask_many(shuffled, 4), genomes)
            some = [0.0, 1.0, 2.0, np.nan, np.inf]  # with ties
            losses = rng.choice(some, (len(genomes), self.n_objectives))
            in_order.tell(genomes, losses)
            order = rng.permutation(len(genomes))
            for part in np.array_split(order, n_parts):
                shuffled.tell(genomes[part], losses[part])

    def test_one_ask_equals_many_small_ones(self, layout: GeneLayout) -> None:
        at_once, one_by_one = self.make(layout), self.make(layout)
        for _ in range(4):
            genomes = at_once.ask(100)
            singles = [one_by_one.ask(1) for _ in genomes]
            np.testing.assert_array_equal(np.reshape(singles, genomes.shape), genomes)
            for strategy in (at_once, one_by_one):
                strategy.tell(genomes, self.loss(genomes))

    def test_the_starts_come_first(self, layout: GeneLayout) -> None:
        starts = ask_many(self.make(layout, seed=1), 3)
        strategy = self.make(layout, seed=2, starts=starts)
        asked = np.concatenate([strategy.ask(1), ask_many(strategy, len(starts) - 1)])
        np.testing.assert_array_equal(asked, starts)

    def test_a_start_that_is_listed_twice_is_asked_once(self) -> None:
        layout = GeneLayout.continuous(2)
        start = np.array([0.25, 0.5])
        strategy = self.make(layout, starts=[start, start, [0.75, 0.5]])
        genomes = ask_many(strategy, 10)
        assert len(keys_of(layout, genomes)) == 10
        assert [0.75, 0.5] in genomes[:3].tolist()

    def test_the_seed_determines_everything(self, layout: GeneLayout) -> None:
        genomes, _ = run(self.make(layout, seed=3), self.loss, self.budget)
        again, _ = run(self.make(layout, seed=3), self.loss, self.budget)
        np.testing.assert_array_equal(again, genomes)

    def test_another_seed_gives_other_genomes(self) -> None:
        layout = GeneLayout.continuous(2)
        genomes, _ = run(self.make(layout, seed=3), self.loss, 20)
        others, _ = run(self.make(layout, seed=4), self.loss, 20)
        assert not keys_of(layout, others) & keys_of(layout, genomes)

    def test_global_random_states_are_left_alone(self) -> None:
        before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
        run(self.make(layout_of(SPACES["mixed"])), self.loss, self.budget)
        after = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
        assert after == before

    def test_arrays_are_not_shared_with_the_caller(self, layout: GeneLayout) -> None:
        plain, other = self.make(layout), self.make(layout)
        for _ in range(5):
            genomes, scribbled = plain.ask(5), other.ask(5)
            np.testing.assert_array_equal(scribbled, genomes)
            losses = self.loss(genomes)
            plain.tell(genomes, losses)
            scribbled[:] = -1.0
            told, told_losses = genomes.copy(), losses.copy()
            other.tell(told, told_losses)
            np.testing.assert_array_equal(told, genomes)
            np.testing.assert_array_equal(told_losses, losses)
            told[:] = 0.9
            told_losses[:] = -1.0

    @pytest.mark.parametrize(
        ("genomes", "n_losses"),
        [
            ([[0.1, 0.2, 0.3]], 1),
            ([[0.1]], 1),
            ([0.1, 0.2], 1),
            ([[0.1, np.nan]], 1),
            ([[0.1, np.inf]], 1),
            ([[0.1, 0.2]], 2),
            ([[0.1, 0.2], [0.3, 0.4]], 1),
        ],
    )
    def test_tell_refuses_what_does_not_fit(
        self, genomes: list[Any], n_losses: int
    ) -> None:
        layout = GeneLayout.continuous(2)
        strategy, control = self.make(layout), self.make(layout)
        for each in (strategy, control):
            run(each, self.loss, self.budget // 2)
        with pytest.raises(ValueError, match=r"[Ee]xpected"):
            strategy.tell(genomes, np.zeros((n_losses, self.n_objectives)))
        np.testing.assert_array_equal(strategy.ask(5), control.ask(5))

    @pytest.mark.parametrize("extra", [(), (2,), (1, 1)])
    def test_tell_refuses_another_number_of_losses(
        self, extra: tuple[int, ...]
    ) -> None:
        strategy = self.make(GeneLayout.continuous(2))
        genomes = strategy.ask(3)
        shape = (3, *extra) if extra != (2,) else (3, self.n_objectives + 1)
        with pytest.raises(ValueError, match="expected losses"):
            strategy.tell(genomes, np.zeros(shape))

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(layout=layouts(), seed=st.integers(0, 2**32 - 1), data=st.data())
    def test_any_conversation_keeps_the_promises(
        self, layout: GeneLayout, seed: int, data: st.DataObject
    ) -> None:
        strategy = self.make(layout, seed)
        rng = np.random.default_rng(seed)
        known: set[bytes] = set()
        pending = np.empty((0, layout.n_genes))
        actions = st.sampled_from(["ask", "tell", "tell unasked"])
        for action in data.draw(st.lists(actions, max_size=12)):
            if action == "ask":
                n = data.draw(st.integers(0, 9))
                asked = strategy.ask(n)
                keys = keys_of(layout, asked)
                assert len(keys) == len(asked) <= n
                assert not keys & known
                assert len(asked) or not n or len(known) == n_points(layout)
                np.testing.assert_array_equal(asked, layout.snap(asked))
                known |= keys
                pending = np.concatenate([pending, asked])
            else:
                told = rng.permutation(pending)[
                    :4
                ]  # some of them not for the first time
                if action == "tell unasked":
                    told = rng.random((2, layout.n_genes))
                    known |= keys_of(layout, told)
                some = [0.0, 1.0, np.nan, np.inf]
                strategy.tell(told, rng.choice(some, (len(told), self.n_objectives)))
