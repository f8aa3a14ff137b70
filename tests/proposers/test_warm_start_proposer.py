"""Whether known scores hold, and who goes on from there."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import uniform

from skopt_evo.proposers._known import WarmStart
from skopt_evo.proposers._warm_start_proposer import TOLERANCE, WarmStartProposer
from skopt_evo.space import SearchSpace
from skopt_evo.trials import FoldResult, Trial

SPACE = SearchSpace({"x": uniform(0, 1)})
GENOMES = np.array([[0.1], [0.2], [0.3], [0.4]])
# Four candidates, three splits, two metrics.
SCORES = np.random.default_rng(0).random((4, 3, 2)) + 0.1


class Other:
    """Notes what it is made of and what it is told."""

    lookahead = 5

    def __init__(self, genomes: np.ndarray, known: np.ndarray) -> None:
        self.genomes, self.known = genomes.ravel().tolist(), known.ravel().tolist()
        self.observed: list[Trial] = []

    def propose(self, n_remaining: int) -> Any:
        return f"{n_remaining} trials"

    def observe(self, trials: Sequence[Trial]) -> None:
        self.observed += trials

    def finish(self, trials: Sequence[Trial]) -> list[Warning]:
        return [UserWarning(str(len(trials)))]


def folds_of(scores: np.ndarray) -> list[FoldResult]:
    """Return folds with the scores of a candidate: (n_splits, n_metrics)."""
    if scores.shape[1] == 1:
        return [FoldResult(float(row[0])) for row in scores]
    return [FoldResult(dict(zip("ab", map(float, row), strict=True))) for row in scores]


def decided(
    known: np.ndarray | None, found: np.ndarray, n_iter: int = 12
) -> SimpleNamespace:
    """Evaluate the best known candidate; return all there is then."""
    made: list[Other] = []

    def make(*genomes: np.ndarray) -> Any:
        made.append(Other(*genomes))
        return made[-1]

    proposer = WarmStartProposer(SPACE, WarmStart(GENOMES, known, True), n_iter, make)
    (first,) = proposer.propose(n_iter)
    first.complete(folds_of(found))
    proposer.observe([first])
    (other,) = made
    return SimpleNamespace(proposer=proposer, first=first, other=other)


def test_the_best_candidate_is_evaluated_first_and_alone() -> None:
    proposer = WarmStartProposer(SPACE, WarmStart(GENOMES, SCORES, True), 9, Other)
    assert proposer.lookahead == 1
    (first,) = proposer.propose(9)
    assert (dict(first.params), first.origin) == ({"x": 0.1}, "given")
    assert proposer.propose(8) == []
    assert proposer.finish([]) == []


@pytest.mark.parametrize("n_metrics", [1, 2])
def test_scores_that_hold_are_those_of_all_candidates(n_metrics: int) -> None:
    scores = SCORES[:, :, :n_metrics]
    found = decided(scores, scores[0] * (1 + TOLERANCE / 2))
    assert found.other.genomes == []
    assert found.other.known == GENOMES.ravel().tolist()
    # The best one last, as the youngest.
    observed = found.other.observed
    assert [trial.params["x"] for trial in observed] == [0.4, 0.3, 0.2, 0.1]
    assert observed[-1] is found.first
    for trial, expected in zip(observed[:-1], scores[:0:-1], strict=True):
        metrics = ["a", "b"] if n_metrics == 2 else [None]
        given = np.column_stack([trial.scores(metric) for metric in metrics])
        np.testing.assert_array_equal(given, expected)
        assert trial.metrics == (["a", "b"] if n_metrics == 2 else None)


CHANGED = SCORES[0].copy()
CHANGED[2, 1] *= 1 + 10 * TOLERANCE


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (None, SCORES[0]),
        (SCORES, CHANGED),
        (SCORES, SCORES[0][::-1]),
        (SCORES, SCORES[0, :, :1]),
        (np.full_like(SCORES, np.nan), SCORES[0]),
    ],
    ids=["no scores", "one score", "other splits", "a failure", "known failures"],
)
@pytest.mark.parametrize(
    ("n_iter", "retried"), [(1, []), (4, []), (12, [0.2, 0.3]), (100, [0.2, 0.3, 0.4])]
)
def test_a_quarter_of_the_budget_tries_the_best_anew_where_scores_do_not_hold(
    known: Any, found: np.ndarray, n_iter: int, retried: list[float]
) -> None:
    after = decided(known, found, n_iter)
    assert after.other.genomes == retried
    assert after.other.known == [0.1]
    assert after.other.observed == [after.first]


def test_scores_that_are_not_there_hold_if_none_were_known() -> None:
    known = SCORES.copy()
    known[0, 1, 0] = np.nan
    assert decided(known, known[0]).other.genomes == []


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_scores_are_compared_by_their_ratio(size: float) -> None:
    assert decided(size * SCORES, size * SCORES[0]).other.genomes == []
    assert decided(size * SCORES, size * CHANGED).other.genomes != []


def test_the_search_is_left_to_the_other_proposer() -> None:
    found = decided(SCORES, SCORES[0])
    assert found.proposer.propose(7) == "7 trials"
    assert found.proposer.lookahead == Other.lookahead
    later = Trial({"x": 0.5}, 1, "mutation")
    found.proposer.observe([later])
    assert found.other.observed[-1] is later
    (warning,) = found.proposer.finish([later])
    assert str(warning) == "1"
