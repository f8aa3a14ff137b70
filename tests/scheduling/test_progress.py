"""The lines that a search prints."""

import numpy as np
import pytest

from skopt_evo.results import Objective
from skopt_evo.scheduling import Progress
from skopt_evo.trials import FoldResult, Trial


def trial_of(*scores, penalty=0.0, **params):
    folds = [FoldResult(score) for score in scores]
    return Trial(params, 0, "initial", penalty=penalty).complete(folds)


def lines_of(trials, capsys, *, every_metric=False, verbose=1, reason="n_iter"):
    objective = Objective(None, every_metric)
    progress = Progress(verbose, 10, objective)
    progress.begin(3)
    for trial in trials:
        objective.learn(trial)
        progress.tell(trial)
    progress.end(reason)
    return capsys.readouterr().out.splitlines()


def test_nothing_is_printed_unless_asked_for(capsys):
    assert lines_of([trial_of(1.0, a=1)], capsys, verbose=0) == []


@pytest.mark.parametrize("verbose", [1, 2, 10])
def test_the_best_score_so_far_is_told_once(verbose, capsys):
    trials = [trial_of(s, s, s, a=s) for s in (1.0, 0.5, 2.0, 2.0)]
    assert lines_of(trials, capsys, verbose=verbose) == [
        "Fitting 3 folds for each of 10 candidates, totalling 30 fits",
        "[candidate 1/10] new best score: 1 (initial: a=1.0)",
        "[candidate 3/10] new best score: 2 (initial: a=2.0)",
        "[end of the search] 4 candidates, 0 failed, best score: 2, "
        "stop_reason: n_iter",
    ]


def test_scores_are_without_their_penalty(capsys):
    trials = [trial_of(1.0, a=1), trial_of(1.5, penalty=1.0, a=2)]
    lines = lines_of(trials, capsys)
    assert len(lines) == 3
    assert "best score: 1," in lines[-1]


def test_failures_are_no_best_score_and_are_counted(capsys):
    trials = [trial_of(np.nan, a=1), trial_of(0.5, a=2), trial_of(np.nan, a=3)]
    lines = lines_of(trials, capsys, reason="timeout")
    assert lines[1:] == [
        "[candidate 2/10] new best score: 0.5 (initial: a=2)",
        "[end of the search] 3 candidates, 2 failed, best score: 0.5, "
        "stop_reason: timeout",
    ]


def test_of_several_metrics_there_is_a_front(capsys):
    rows = [{"p": 1.0, "q": 3.0}, {"p": 2.0, "q": 1.0}, {"p": 1.0, "q": 2.0}]
    trials = [trial_of(row, a=number) for number, row in enumerate(rows)]
    lines = lines_of(trials, capsys, every_metric=True)
    assert lines[1:] == [
        "[candidate 1/10] new on the Pareto front, scores: 1, 3 (initial: a=0)",
        "[candidate 2/10] new on the Pareto front, scores: 2, 1 (initial: a=1)",
        "[end of the search] 3 candidates, 0 failed, 2 on the Pareto front, "
        "stop_reason: n_iter",
    ]


def test_what_was_pruned_is_no_best_score_nor_a_failure(capsys):
    """Its mean is of other splits, or of less data."""
    pruned = trial_of(9.0, 9.0, 9.0, a=1)
    pruned.is_pruned = True
    lines = lines_of([pruned, trial_of(1.0, 1.0, 1.0, a=2), pruned], capsys)
    assert lines[1:] == [
        "[candidate 2/10] new best score: 1 (initial: a=2)",
        "[end of the search] 3 candidates, 0 failed, best score: 1, "
        "stop_reason: n_iter",
    ]


def test_other_splits_that_count_are_a_new_beginning(capsys):
    """Nobody has a score on the first split: with the third one it is left out."""
    trials = [trial_of(np.nan, score, a=score) for score in (3.0, 2.0, 1.0, 0.5)]
    lines = lines_of(trials, capsys)
    assert [line for line in lines if line.startswith("[candidate")] == [
        "[candidate 3/10] new best score: 1 (initial: a=1.0)"
    ]
    assert "best score: 3," in lines[-1]
