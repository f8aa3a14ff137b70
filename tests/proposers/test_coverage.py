"""What of a space was not tried, in words."""

from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import loguniform, randint

from skopt_evo.exceptions import SpaceCoverageWarning
from tests.proposers.driving import descent_proposer, run, search

C = loguniform(1e-3, 1e3)
KERNELS = ["rbf", "poly", "sigmoid"]


class Draws:
    """A distribution that can only be sampled."""

    def rvs(self, random_state: Any = None) -> float:
        return float(random_state.uniform())


def said_of(space: Any, n_iter: int, **settings: Any) -> str:
    """Return what a search warns of, "" if of nothing."""
    proposer = descent_proposer(space, n_iter=n_iter, **settings)
    batches = run(proposer, lambda params: 0.0, n_iter)
    found = proposer.finish([trial for batch in batches for trial in batch])
    assert all(type(each) is SpaceCoverageWarning for each in found)
    return " ".join(map(str, found))


def test_a_space_without_numbers_is_enumerated_within_the_budget() -> None:
    space = {"a": list("abcdef"), "b": [None, "x", "y"]}
    trials = search(space, lambda params: 0.0, n_iter=17)
    assert len({tuple(trial.params.values()) for trial in trials}) == 17


def test_what_the_enumeration_leaves_is_said_with_the_name_of_the_other_search() -> (
    None
):
    said = said_of({"a": list("abcdef"), "b": [None, "x", "y"]}, 17)
    assert "param_grid has no numeric parameter" in said
    assert "17 of its 18 settings were tried" in said
    assert "GeneticSearchCV" in said


@pytest.mark.parametrize("n_restarts", [None, 0, 2])
def test_nothing_is_said_of_a_branch_without_numbers_that_was_tried_whole(
    n_restarts: int | None,
) -> None:
    space = [{"C": C}, {"a": list("abcdefghijkl")}]
    assert said_of(space, 40, n_restarts=n_restarts) == ""
    said = said_of(space, 6, n_restarts=n_restarts)
    assert "param_grid[1] has no numeric parameter" in said


def test_a_list_with_a_value_twice_has_been_tried_whole_all_the_same() -> None:
    assert said_of([{"C": C}, {"a": ["x", "x", "y"]}], 20) == ""


def test_a_branch_that_can_only_be_sampled_has_no_end() -> None:
    assert "10 of its infinitely many settings" in said_of({"a": Draws()}, 10)


def test_untried_categories_are_named() -> None:
    said = said_of({"C": C, "kernel": KERNELS}, 20, n_restarts=0)
    assert "In param_grid these values of 'kernel' were not tried: [" in said
    assert said.count("'rbf'") + said.count("'poly'") + said.count("'sigmoid'") == 2
    assert "n_restarts" in said
    assert said_of({"C": C, "kernel": KERNELS}, 20) == ""


def test_untried_branches_are_named_even_if_all_their_parameters_are_numbers() -> None:
    space = [{"a": C}, {"b": C}, {"c": C}]
    assert said_of(space, 20) == ""
    said = said_of(space, 20, n_restarts=0)
    assert "param_grid[1] was not tried. param_grid[2] was not tried." in said
    assert "param_grid[0]" not in said


def test_what_branches_have_in_common_counts_for_each_of_them() -> None:
    space = [{"C": C, "kernel": ["rbf"]}, {"C": C, "kernel": ["rbf", "poly"]}]
    assert said_of(space, 30) == ""


def test_a_setting_does_not_count_for_a_branch_with_fewer_parameters() -> None:
    space = [{"kernel": list("abcdefghij")}, {"kernel": list("abcdefghij"), "C": C}]
    trials = search(space, lambda params: 0.0, n_iter=15, n_restarts=3)
    tried = {trial.params["kernel"] for trial in trials if "C" not in trial.params}
    said = said_of(space, 15, n_restarts=3)
    assert ("param_grid[0]" in said) == (len(tried) < 10)
    assert f"{len(tried)} of its 10 settings" in said


def test_numbers_that_no_descent_needed_are_no_gap() -> None:
    assert said_of({"n": list(range(200)), "m": randint(0, 100)}, 10) == ""
