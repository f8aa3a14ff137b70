"""Which row is the best one."""

import numpy as np
import pytest

from skopt_evo.results import Objective, index_of_best, index_of_callable
from skopt_evo.trials import FoldResult, Trial, Unit


def trial_of(*scores, penalty=0.0):
    """Return a candidate; None is a split whose fit failed."""
    folds = [
        FoldResult(-9.0, "Traceback") if score is None else FoldResult(score)
        for score in scores
    ]
    return Trial({}, 0, "initial", penalty=penalty).complete(folds)


def pruned_of(*scores, n_splits=3, fidelity=1.0):
    results = {Unit(k, fidelity): FoldResult(score) for k, score in enumerate(scores)}
    return Trial({}, 0, "initial", n_splits=n_splits, results=results, is_pruned=True)


def best_of(*trials, metric=None, **options):
    objective = Objective(metric, **options)
    for trial in trials:
        objective.learn(trial)
    objective.end()
    means = [
        np.mean(
            [
                fold.test_scores if metric is None else fold.test_scores[metric]
                for fold in trial.folds
            ]
        )
        for trial in trials
    ]
    return index_of_best(means, metric, objective)


def test_it_has_the_highest_mean_and_was_the_first_to_have_it():
    assert best_of(trial_of(1.0, 2.0), trial_of(3.0, 1.0), trial_of(2.0, 2.0)) == 1


def test_the_penalty_counts():
    assert best_of(trial_of(2.0, 2.0, penalty=1.0), trial_of(1.5, 1.5)) == 1


@pytest.mark.parametrize("score", [None, np.nan, np.inf])
def test_a_candidate_that_failed_somewhere_is_not_the_best(score):
    assert best_of(trial_of(score, 99.0), trial_of(1.0, 1.0)) == 1


def test_if_all_have_failed_the_splits_decide_that_they_have_in_common():
    trials = [trial_of(None, 1.0), trial_of(None, 3.0), trial_of(None, 2.0)]
    assert best_of(*trials) == 1


def test_there_may_be_none():
    assert best_of(trial_of(None, None), trial_of(np.nan, np.nan)) is None
    assert best_of(trial_of(None, 1.0), trial_of(2.0, None)) is None


def test_of_several_metrics_one_decides():
    rows = [{"p": 1.0, "q": 3.0}, {"p": 2.0, "q": np.nan}]
    trials = [trial_of(row, row) for row in rows]
    assert best_of(*trials, metric="p") == 1
    assert best_of(*trials, metric="q") == 0


# ---- candidates that were pruned


@pytest.mark.parametrize("n_evaluated", [1, 2, 3])
@pytest.mark.parametrize("fidelity", [0.5, 1.0])
def test_a_candidate_that_was_pruned_is_not_the_best(n_evaluated, fidelity):
    pruned = pruned_of(*[99.0] * n_evaluated, fidelity=fidelity)
    assert best_of(pruned, trial_of(1.0, 1.0, 1.0)) == 1


@pytest.mark.parametrize("fidelity", [0.5, 1.0])
def test_nor_if_all_others_have_failed_on_a_split(fidelity):
    others = [trial_of(None, 1.0, 1.0), trial_of(None, 2.0, 2.0)]
    pruned = pruned_of(np.nan, 99.0, fidelity=fidelity)
    assert best_of(pruned, *others) == 2


def test_of_none_but_such_candidates_it_has_the_highest_mean():
    assert best_of(pruned_of(1.0), pruned_of(2.0), pruned_of(1.5)) == 1


# ---- a function


RESULTS = {"params": [{"a": 1}, {"a": 2}], "mean_test_score": [1.0, 2.0]}


@pytest.mark.parametrize("index", [0, 1, np.int64(1)])
def test_a_function_chooses_a_row(index):
    assert index_of_callable(lambda results: index, RESULTS) == index


@pytest.mark.parametrize("index", [1.0, "0", None, [0]])
def test_what_is_no_int_is_an_error(index):
    with pytest.raises(
        TypeError, match=r"best_index_ returned is not an integer.*0 to 1"
    ):
        index_of_callable(lambda results: index, RESULTS)


@pytest.mark.parametrize("index", [-1, 2])
def test_what_is_no_row_is_an_error(index):
    with pytest.raises(IndexError, match=rf"out of range.*returned {index}.*0 to 1"):
        index_of_callable(lambda results: index, RESULTS)


def test_an_error_of_the_function_says_where_it_is_from():
    def choose(results):
        return results["mean_test_missing"]

    with pytest.raises(KeyError) as caught:
        index_of_callable(choose, RESULTS)
    (note,) = caught.value.__notes__
    assert "raised by refit=<function" in note
