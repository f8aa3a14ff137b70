"""The proposer between a strategy and the search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform

from skopt_evo.proposers import EvolutionProposer, layout_of
from skopt_evo.results import Objective
from skopt_evo.space import SearchSpace
from skopt_evo.strategies import GeneticStrategy
from skopt_evo.trials import FoldResult
from tests.proposers.driving import evaluate, run

SPACE = {"C": loguniform(1e-2, 1e2), "kernel": ["rbf", "poly"]}


class Recorder:
    """A strategy that asks for the same two genomes and keeps what it is told."""

    def __init__(self) -> None:
        self.origins = ["initial", "crossover"]
        self.asked: list[int] = []
        self.told: list[tuple[Any, Any]] = []

    def ask(self, n: int) -> Any:
        self.asked.append(n)
        return np.array([[0.5, 0.25], [1.0, 0.75]])

    def tell(self, genomes: Any, losses: Any) -> None:
        self.told.append((genomes, losses))


def test_genomes_become_candidates_with_their_generation_and_origin() -> None:
    strategy = Recorder()
    proposer = EvolutionProposer(SearchSpace(SPACE), strategy, Objective(None))
    first, second = proposer.propose(7), proposer.propose(5)
    assert strategy.asked == [7, 5]
    assert [trial.params for trial in first] == [
        {"C": pytest.approx(1.0), "kernel": "rbf"},
        {"C": pytest.approx(100.0), "kernel": "poly"},
    ]
    assert [trial.origin for trial in first] == ["initial", "crossover"]
    assert [trial.iteration for trial in first + second] == [0, 0, 1, 1]
    np.testing.assert_array_equal(second[1].genome, [1.0, 0.75])


def test_the_strategy_is_told_one_loss_a_genome_and_nan_for_failures() -> None:
    strategy = Recorder()
    proposer = EvolutionProposer(SearchSpace(SPACE), strategy, Objective(None))
    trials = proposer.propose(2)
    evaluate(trials, lambda params: np.nan if params["kernel"] == "poly" else 0.25)
    proposer.observe(trials)
    [(genomes, losses)] = strategy.told
    np.testing.assert_array_equal(genomes, [[0.5, 0.25], [1.0, 0.75]])
    np.testing.assert_array_equal(losses, [[0.25], [np.nan]])


def test_the_loss_is_minus_the_mean_score_of_the_steering_metric() -> None:
    strategy = Recorder()
    proposer = EvolutionProposer(SearchSpace(SPACE), strategy, Objective("recall"))
    trials = proposer.propose(2)
    for trial in trials:
        trial.complete(
            [FoldResult({"f1": 0.9, "recall": recall}) for recall in (0.25, 0.75)]
        )
    proposer.observe(trials)
    [(_, losses)] = strategy.told
    np.testing.assert_array_equal(losses, [[-0.5], [-0.5]])


def test_a_search_with_a_real_strategy_uses_up_its_budget_and_gets_better() -> None:
    space = SearchSpace(SPACE)
    strategy = GeneticStrategy(layout_of(space), seed=0)
    proposer = EvolutionProposer(space, strategy, Objective(None))
    batches = run(proposer, lambda params: abs(np.log(params["C"] / 3)), n_iter=60)
    assert sum(map(len, batches)) == 60
    losses = [[trial.loss(None) for trial in batch] for batch in batches]
    assert min(map(min, losses[1:])) < min(0.1, *losses[0])


def test_the_strategy_is_told_of_candidates_while_others_are_in_flight() -> None:
    strategy = Recorder()
    space = SearchSpace(SPACE)
    proposer = EvolutionProposer(space, strategy, Objective(None), lookahead=3)
    assert proposer.lookahead == 3
    trials = proposer.propose(9) + proposer.propose(7)
    evaluate(trials[:3], lambda params: params["C"])
    proposer.observe(trials[:3])
    [(genomes, losses)] = strategy.told
    assert len(genomes) == 3
    np.testing.assert_allclose(losses, [[1.0], [100.0], [1.0]])


def test_a_whole_generation_is_waited_for_unless_told_otherwise() -> None:
    proposer = EvolutionProposer(SearchSpace(SPACE), Recorder(), Objective(None))
    assert proposer.lookahead == 1
