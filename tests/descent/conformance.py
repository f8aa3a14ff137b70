"""What every descent does, whatever makes its steps.

A descent that is registered in `skopt_evo.descent.DESCENTS` joins by itself, with every
kind of gradient that its `check` accepts. Any other one joins with a class::

    class TestHalving(DescentConformance):
        cases = cases_of(Halving())
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import randint, uniform

from skopt_evo.descent import (
    GRADIENTS,
    Batch,
    DescentMethod,
    DescentTask,
    Evaluations,
    FreeGenes,
    Known,
    make_descent,
    resolve_descent,
    resolve_gradient,
)
from skopt_evo.proposers import layout_of
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneLayout

U = uniform()
NUMBERS = {"x": U, "y": U}
SPACES: dict[str, Any] = {
    "numbers": NUMBERS,
    "mixed": {"x": U, "n": randint(0, 6), "size": [1, 2, 4], "kind": ["a", "b", "c"]},
    "branches": [{"model": ["A"], "x": U, "n": [1, 2, 3]}, {"model": ["B"], "z": U}],
}

# Descents that have not ended by then are stopped.
MOST_BATCHES = 40

# How many other candidates are known, as those of other starts are in a search.
N_OTHERS = 4

Loss = Callable[[np.ndarray], float]


class Case(NamedTuple):
    """A descent, and what its steps are made of."""

    optimizer: Any
    gradient: str
    learning_rate: float | None
    has_slopes: bool

    def __str__(self) -> str:
        """Return an id for pytest."""
        rate = "auto" if self.learning_rate is None else self.learning_rate
        slopes = "slopes" if self.has_slopes else "no slopes"
        return f"{self.optimizer}, {self.gradient}, {rate}, {slopes}"


def accepts(method: DescentMethod, gradient: str, rate: float | None) -> bool:
    """Tell whether a descent takes such gradients."""
    try:
        method.check(resolve_gradient(gradient), rate)
    except ValueError:
        return False
    return True


def cases_of(optimizer: Any) -> list[Case]:
    """Return a descent with every kind of gradient that it takes.

    What "auto" does is the same as "exact" with all slopes, as "model" without any.
    """
    method = resolve_descent(optimizer)
    gradients = {name: [False] for name in GRADIENTS}
    gradients |= {"exact": [True], "auto": [True, False]}
    if accepts(method, "auto", None):
        del gradients["exact"], gradients["model"]
    return [
        Case(optimizer, gradient, rate, has_slopes)
        for gradient in gradients
        for rate in (None, 0.1)
        if accepts(method, gradient, rate)
        for has_slopes in gradients[gradient]
    ]


@dataclass
class Walk:
    """What a descent has asked for, and what is known, other candidates first."""

    batches: list[Batch] = field(default_factory=list)
    genomes: list[np.ndarray] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    slopes: list[np.ndarray] = field(default_factory=list)
    recorded: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    is_over: bool = False

    @property
    def asked(self) -> np.ndarray:
        """All genomes that were asked for, in order."""
        return np.vstack([batch.genomes for batch in self.batches])


@functools.cache
def layout(space: str) -> GeneLayout:
    return layout_of(SearchSpace(SPACES[space], seed=0))


def bowl(genome: np.ndarray) -> float:
    return float(((genome - 0.37) ** 2).sum())


def slope_of_bowl(genome: np.ndarray) -> np.ndarray:
    return np.asarray(2.0 * (genome - 0.37))


def uneven(genome: np.ndarray) -> float:
    return float(np.exp(2.0 * genome).sum() - 5.0 * genome.sum())


def slope_of_uneven(genome: np.ndarray) -> np.ndarray:
    return np.asarray(2.0 * np.exp(2.0 * genome) - 5.0)


def flat(genome: np.ndarray) -> float:
    return 1.0


def walk(
    case: Case,
    space: str,
    loss: Loss = bowl,
    slope: Callable[[np.ndarray], np.ndarray] = slope_of_bowl,
    *,
    seed: int = 0,
    start: Sequence[float] | None = None,
    n_batches: int = MOST_BATCHES,
    answered: Callable[[np.ndarray], np.ndarray] = lambda genomes: genomes,
) -> Walk:
    """Let a descent go until it ends, or for some batches."""
    genes, done = layout(space), Walk()
    first = genes.snap(np.full(genes.n_genes, 0.8) if start is None else start)

    def evaluate(genomes: np.ndarray) -> Evaluations:
        losses = [loss(genome) for genome in genomes]
        slopes = np.array([slope(genome) for genome in genomes])
        if not case.has_slopes:
            slopes[:] = np.nan
        slopes[np.isnan(losses)] = np.nan
        done.genomes += list(genomes)
        done.losses += losses
        done.slopes += list(slopes)
        converged = np.ones(len(genomes), dtype=bool)
        known = np.array(losses)
        return Evaluations(known, known, slopes, converged, genomes)

    def history() -> Known:
        return Known(*map(np.array, (done.genomes, done.losses, done.slopes)))

    def record(genome: np.ndarray, gradient: np.ndarray, method: str) -> None:
        done.recorded.append((genome, gradient))

    others = np.random.default_rng(7).random((N_OTHERS, genes.n_genes))
    evaluate(genes.snap(others))
    task = DescentTask(
        FreeGenes(genes, first, record),
        resolve_gradient(case.gradient),
        case.learning_rate,
        history,
        np.random.default_rng(seed),
    )
    descent = make_descent(case.optimizer, task)
    try:
        batch = next(descent)
        while len(done.batches) < n_batches:
            done.batches.append(batch)
            batch = descent.send(evaluate(answered(batch.genomes)))
    except StopIteration:
        done.is_over = True
    return done


def check_requests(done: Walk, space: str) -> None:
    """Raise where a request is not one that a search can evaluate."""
    genes = layout(space)
    for batch in done.batches:
        assert batch.genomes.shape == (len(batch.origins), genes.n_genes)
        assert len(batch.origins) > 0
        assert set(batch.origins) <= {"start", "step", "difference"}
        assert np.all((batch.genomes >= 0.0) & (batch.genomes <= 1.0))
        np.testing.assert_array_equal(genes.snap(batch.genomes), batch.genomes)


class DescentConformance:
    """The suite: the pairs of `cases` are checked one by one."""

    cases: Sequence[Case] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=str)

    # ---- what it asks for

    @pytest.mark.parametrize("space", SPACES)
    def test_it_asks_for_canonical_genomes_in_the_cube(
        self, case: Case, space: str
    ) -> None:
        def outside(genome: np.ndarray) -> float:
            return float(((genome - [-3.0]) ** 2).sum())

        def slope(genome: np.ndarray) -> np.ndarray:
            return np.asarray(2.0 * (genome + 3.0))

        check_requests(walk(case, space), space)
        check_requests(walk(case, space, outside, slope), space)

    def test_it_stays_in_the_branch_of_its_start(self, case: Case) -> None:
        done = walk(case, "branches")
        genes = layout("branches")
        assert len(set(genes.branch_of(done.asked).tolist())) == 1

    @pytest.mark.parametrize("space", SPACES)
    def test_the_first_batch_is_the_start_alone(self, case: Case, space: str) -> None:
        first = walk(case, space, n_batches=1).batches[0]
        expected = layout(space).snap(np.full(layout(space).n_genes, 0.8))
        np.testing.assert_array_equal(first.genomes, [expected])
        assert first.origins == ["start"]
        assert first.iteration == 0
        assert not first.begins_iteration

    @pytest.mark.parametrize("space", SPACES)
    def test_it_can_be_paused_at_every_step(self, case: Case, space: str) -> None:
        batches = walk(case, space).batches
        for before, after in itertools.pairwise(batches):
            assert before.begins_iteration or after.begins_iteration
            if after.origins != ["start"]:  # it goes on by other means
                assert 0 <= after.iteration - before.iteration <= 1

    def test_it_leads_downhill(self, case: Case) -> None:
        # How far it leads in how many steps is tested with each descent.
        done = walk(case, "numbers", start=[0.9, 0.1])
        losses = done.losses[N_OTHERS:]
        assert min(losses) < 0.5 * losses[0]

    # ---- when it is over

    @pytest.mark.parametrize("space", SPACES)
    def test_on_a_flat_function_it_ends_or_asks_for_nothing_new(
        self, case: Case, space: str
    ) -> None:
        done = walk(case, space, flat, np.zeros_like, n_batches=100)
        if case.learning_rate is None or done.is_over:
            assert done.is_over
            return
        # With a rate that is set, an optimizer is followed until the budget is used up.
        # The prior of a model may say that it is not flat there.
        if case.has_slopes or case.gradient != "auto":
            asked = [batch.genomes.tobytes() for batch in done.batches]
            assert set(asked[50:]) <= set(asked[:50])

    # ---- failures

    @given(seed=st.integers(0, 10_000), share=st.sampled_from([0.1, 0.5, 1.0]))
    @settings(
        deadline=None,
        max_examples=4,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @pytest.mark.parametrize("space", ["numbers", "mixed"])
    def test_fits_may_fail_anywhere(
        self, case: Case, space: str, seed: int, share: float
    ) -> None:
        rng = np.random.default_rng(seed)

        def failing(genome: np.ndarray) -> float:
            return np.nan if rng.random() < share else bowl(genome)

        done = walk(case, space, failing, seed=seed)
        check_requests(done, space)

    # ---- nothing but the answers counts

    @pytest.mark.parametrize("space", SPACES)
    def test_the_same_answers_lead_to_the_same_requests(
        self, case: Case, space: str
    ) -> None:
        first, second = walk(case, space, seed=3), walk(case, space, seed=3)
        assert len(first.batches) == len(second.batches)
        for one, other in zip(first.batches, second.batches, strict=True):
            np.testing.assert_array_equal(one.genomes, other.genomes)
            assert one[1:] == other[1:]
        for one, other in zip(first.recorded, second.recorded, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_nothing_that_it_was_sent_is_changed(self, case: Case) -> None:
        sent: list[tuple[np.ndarray, np.ndarray]] = []

        def keep(genomes: np.ndarray) -> np.ndarray:
            sent.append((genomes.copy(), answer := genomes.copy()))
            return answer

        walk(case, "numbers", answered=keep)
        for copy, answer in sent:
            np.testing.assert_array_equal(copy, answer)

    @pytest.mark.parametrize("space", SPACES)
    def test_genomes_may_come_back_rounded_otherwise(
        self, case: Case, space: str
    ) -> None:
        def rounded(genomes: np.ndarray) -> np.ndarray:
            return np.asarray(layout(space).snap(genomes * (1.0 - 1e-13)))

        # Not a bowl, whose minimum quasi-Newton steps hit: there the direction of the
        # gradient is that of rounding. Differences add up with the steps, too.
        plain, other = (
            walk(case, space, uneven, slope_of_uneven, n_batches=6, answered=answered)
            for answered in (lambda genomes: genomes, rounded)
        )
        check_requests(other, space)
        assert len(plain.batches) == len(other.batches)
        np.testing.assert_allclose(other.asked, plain.asked, atol=1e-6)
