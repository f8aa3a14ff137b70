"""The exhaustive proposer."""

from __future__ import annotations

from scipy.stats import randint
from sklearn.model_selection import ParameterGrid

from skopt_evo.proposers import GridProposer
from skopt_evo.space import SearchSpace
from tests.proposers.driving import run

GRID = [{"b": [3, 1], "a": ["x", None]}, {"c": [2, 2]}, {}]


def test_the_whole_grid_comes_as_one_batch_in_the_order_of_scikit_learn() -> None:
    [batch] = run(GridProposer(SearchSpace(GRID)), lambda params: 0.0, n_iter=100)
    assert [trial.params for trial in batch] == list(ParameterGrid(GRID))
    assert {(trial.origin, trial.iteration) for trial in batch} == {("grid", 0)}


def test_distributions_of_finitely_many_values_are_listed() -> None:
    [batch] = run(GridProposer(SearchSpace({"n": randint(2, 5)})), lambda _: 0.0, 10)
    assert [trial.params for trial in batch] == [{"n": 2}, {"n": 3}, {"n": 4}]


def test_there_is_nothing_left_after_the_first_batch() -> None:
    proposer = GridProposer(SearchSpace({"a": [1, 2]}))
    proposer.observe(proposer.propose(2))
    assert proposer.propose(10) == []
    assert proposer.finish([]) == []
