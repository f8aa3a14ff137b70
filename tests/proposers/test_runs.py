"""Descents that compete for a budget, played step by step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from skopt_evo.descent import Batch, Evaluations
from skopt_evo.proposers._known_candidates import Evaluated, KnownCandidates
from skopt_evo.proposers._runs import (
    ETA,
    MAX_KNOWN_BATCHES,
    RUNGS,
    SAME_END,
    Run,
    Runs,
)
from skopt_evo.strategies import GeneLayout

LINE = GeneLayout.continuous(1)

Loss = Callable[[float], float]


def itself(x: float) -> float:
    return x


class Race:
    """Descents along given places, and what they know.

    Attributes
    ----------
    sent : dict of int to list of float
        The losses that each descent was sent.
    """

    def __init__(self, *ways: Iterable[float], loss: Loss = itself) -> None:
        self.known = KnownCandidates(LINE)
        self.runs = Runs(LINE, self.known)
        self.loss = loss
        self.sent: dict[int, list[float]] = {}
        self.n_evaluated = 0
        started = [self._run(number, way) for number, way in enumerate(ways)]
        self.has_begun = self.runs.begin(started)

    def _run(self, number: int, way: Iterable[float]) -> Run:
        self.sent[number] = []
        descent = self._walk(number, iter(way))
        batch = next(descent)
        return Run(number, descent, batch, batch.genomes[0])

    def _walk(self, number: int, way: Iterator[float]) -> Iterator[Batch]:
        for iteration, x in enumerate(way):
            batch = Batch(np.array([[x]]), ["step"], iteration, iteration > 0)
            evaluations: Evaluations = yield batch
            self.sent[number].append(float(evaluations.losses[0]))

    def waiting(self) -> list[int]:
        return [run.number for run, _ in self.runs.waiting()]

    def evaluate(self) -> None:
        """Evaluate what is waited for, once."""
        for _, batch in self.runs.waiting():
            for genome in batch.genomes:
                loss = self.loss(float(genome[0]))
                evaluated = Evaluated(genome, loss, loss, np.array([np.nan]), True)
                self.n_evaluated += not self.known.has(genome)
                self.known.add(genome, evaluated)
        self.runs.advance()

    def go_on(self) -> None:
        """Evaluate all that this rung waits for."""
        while self.waiting():
            self.evaluate()

    def n_steps(self) -> list[int]:
        """Return how many steps each descent has made beyond its start."""
        return [max(len(losses) - 1, 0) for losses in self.sent.values()]


def from_start(start: float) -> Iterable[float]:
    """Return a way that leads down by small steps, for ever."""
    return (start * 0.999**step for step in itertools.count())


def test_a_round_without_descents_does_not_begin() -> None:
    assert not Race().has_begun
    assert Race([0.5]).has_begun


def test_all_starts_come_first() -> None:
    race = Race(from_start(0.9), from_start(0.3), from_start(0.6))
    assert race.waiting() == [0, 1, 2]
    race.go_on()
    assert race.n_steps() == [0, 0, 0]
    assert race.n_evaluated == 3


@pytest.mark.parametrize("n", [2, ETA, ETA + 1, ETA**2, 100])
def test_the_best_eighth_of_each_rung_goes_on_to_the_next(n: int) -> None:
    starts = np.random.default_rng(n).permutation(np.linspace(0.1, 0.9, n))
    race = Race(*map(from_start, starts))
    race.go_on()
    left, n_steps = np.argsort(starts), np.zeros(n)
    for most in RUNGS[1:]:
        left = left[: math.ceil(len(left) / ETA)]
        assert race.runs.next_rung()
        assert sorted(race.waiting()) == sorted(left)
        if len(left) == 1:
            break  # it does not wait for others any more
        race.go_on()
        n_steps[left] = most
        np.testing.assert_array_equal(race.n_steps(), n_steps)


def test_a_single_descent_never_waits_for_others() -> None:
    way = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    race = Race(way)
    race.go_on()
    assert race.sent[0] == way
    assert not race.runs.next_rung()


def test_what_is_known_is_not_waited_for() -> None:
    race = Race([0.5, 0.4, 0.3])
    for x in (0.5, 0.4):
        place = np.array([x])
        race.known.add(place, Evaluated(place, x, x, place * np.nan, True))
    race.runs.advance()
    ((_, batch),) = race.runs.waiting()
    assert batch.genomes[0] == 0.3
    assert race.sent[0] == [0.5, 0.4]


def test_a_descent_that_is_sent_nothing_but_known_losses_is_ended() -> None:
    race = Race(itertools.cycle([0.5, 0.4]))
    race.go_on()
    assert race.n_evaluated == 2
    assert MAX_KNOWN_BATCHES <= len(race.sent[0]) <= MAX_KNOWN_BATCHES + 2
    assert not race.runs.next_rung()


def test_new_losses_in_between_keep_a_descent_going() -> None:
    n = MAX_KNOWN_BATCHES - 10
    race = Race([*[0.9] * n, 0.8, *[0.9] * n, 0.7])
    race.go_on()
    assert len(race.sent[0]) == 2 * n + 2


def test_a_descent_whose_start_fails_ends_and_leaves_no_end() -> None:
    def loss(x: float) -> float:
        return math.nan if x > 0.5 else x

    race = Race([0.7, 0.1], [0.4, 0.3], loss=loss)
    race.go_on()
    assert race.runs.next_rung()
    assert race.waiting() == [1]
    assert not race.runs.is_near_an_end(np.array([0.7]), 0.01)


def test_a_failure_on_the_way_is_no_end_of_a_descent() -> None:
    def loss(x: float) -> float:
        return math.nan if x == 0.5 else x

    race = Race([0.7, 0.5, 0.3], loss=loss)
    race.go_on()
    np.testing.assert_array_equal(race.sent[0], [0.7, math.nan, 0.3])


@pytest.mark.parametrize(("place", "expected"), [(0.35, True), (0.45, False)])
def test_where_a_descent_has_ended_is_kept(place: float, expected: bool) -> None:
    race = Race([0.5, 0.3])
    assert not race.runs.is_near_an_end(np.array([0.3]), 0.1)
    race.go_on()
    assert race.runs.is_near_an_end(np.array([place]), 0.1) is expected
    race.runs.begin([])
    assert race.runs.is_near_an_end(np.array([place]), 0.1) is expected


def test_a_descent_that_comes_to_the_end_of_another_one_is_ended() -> None:
    race = Race([0.5, 0.3])
    race.go_on()
    near = 0.3 + SAME_END / 2
    race.runs.begin([race._run(1, [0.9, 0.8, near, 0.1, 0.05])])
    race.go_on()
    assert race.sent[1] == [0.9, 0.8, near]


def test_dropped_descents_wait_for_nothing() -> None:
    race = Race([0.5, 0.3], [0.6, 0.2])
    race.runs.drop()
    assert race.waiting() == []
    assert not race.runs.next_rung()


def test_near_is_of_numbers_alone_and_of_those_that_matter() -> None:
    # Gene 0 is the branch, gene 1 a category, gene 2 a number of branch 0 alone.
    layout = GeneLayout(
        n_levels=np.array([2, 3, 0]),
        is_numeric=np.array([False, False, True]),
        active=np.array([[True, True, True], [True, True, False]]),
        snap=lambda genomes: genomes,
        parameters=np.arange(3),
    )
    known = KnownCandidates(layout)
    runs = Runs(layout, known)

    def end_at(genome: np.ndarray) -> None:
        def descent() -> Iterator[Batch]:
            yield Batch(genome[np.newaxis], ["start"], 0, False)

        known.add(genome, Evaluated(genome, 1.0, 1.0, genome * np.nan, True))
        generator = descent()
        runs.begin([Run(0, generator, next(generator), genome)])
        runs.advance()

    end_at(np.array([0.25, 0.5, 0.3]))
    end_at(np.array([0.75, 0.5, 0.9]))
    for genome, expected in [
        ([0.25, 0.5, 0.39], True),
        ([0.25, 0.5, 0.41], False),
        ([0.25, 5 / 6, 0.3], False),
        ([0.75, 0.5, 0.1], True),
        ([0.75, 1 / 6, 0.9], False),
    ]:
        assert runs.is_near_an_end(np.array(genome), 0.1) is expected
