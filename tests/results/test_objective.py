import numpy as np
import pytest

from skopt_evo.results import Objective
from skopt_evo.trials import FoldResult, Trial, Unit

NAN = np.nan


def trial_of(*scores, error=None, **options):
    """Return a candidate; a fit without a score has raised."""
    folds = [FoldResult(score, "E: x" if score is NAN else None) for score in scores]
    return Trial({}, 0, "initial", **options).complete(folds)


def learnt(trials, **options):
    objective = Objective(options.pop("metric", None), **options)
    for trial in trials:
        objective.learn(trial)
    return objective


def test_the_loss_is_minus_the_mean_score_and_the_penalty():
    trial = trial_of(0.5, 0.75, penalty=0.25)
    assert learnt([trial]).loss(trial) == -0.625 + 0.25


def test_a_split_that_no_candidate_has_a_score_on_does_not_count():
    trials = [trial_of(NAN, 1.0, 2.0), trial_of(NAN, 2.0, 3.0), trial_of(NAN, 3.0, 5.0)]
    objective = learnt(trials[:2])
    assert np.isnan(objective.loss(trials[0]))
    objective.learn(trials[2])
    assert objective.left_out() == {"score": [0]}
    assert objective.n_changes == 1
    assert [objective.loss(trial) for trial in trials] == [-1.5, -2.5, -4.0]


def test_it_counts_again_with_the_first_score_on_it():
    trials = [trial_of(NAN, 1.0)] * 4
    objective = learnt(trials)
    objective.learn(last := trial_of(5.0, 7.0))
    assert objective.left_out() == {}
    assert objective.n_changes == 2
    assert np.isnan(objective.loss(trials[0]))
    assert objective.loss(last) == -6.0


def test_candidates_that_have_no_score_at_all_say_nothing_of_splits():
    dead, alive = trial_of(NAN, NAN, NAN), trial_of(NAN, 1.0, 1.0)
    objective = learnt([dead] * 20 + [alive] * 3)
    assert objective.left_out() == {"score": [0]}
    assert np.isnan(objective.loss(dead))


def test_where_candidates_share_no_split_all_of_them_count():
    trials = [trial_of(1.0, NAN, NAN, NAN), trial_of(NAN, 1.0, NAN, NAN)] * 3
    objective = learnt(trials)
    assert objective.left_out() == {}
    assert all(np.isnan(objective.loss(trial)) for trial in trials)


def test_each_metric_has_splits_of_its_own():
    trial = trial_of({"a": 1.0, "b": NAN}, {"a": 3.0, "b": 5.0})
    objective = learnt([trial] * 3, every_metric=True)
    assert objective.left_out() == {"b": [0]}
    assert objective.losses(trial).tolist() == [-2.0, -5.0]


@pytest.mark.parametrize("metric", [None, "a"])
def test_other_metrics_do_not_matter(metric):
    trial = trial_of({"a": 1.0, "b": NAN}, {"a": 3.0, "b": NAN})
    assert learnt([trial] * 5, metric=metric).left_out() == {}


def test_there_is_one_nan_until_a_function_has_told_its_metrics():
    failed, scored = trial_of(NAN), trial_of({"a": 1.0, "b": 2.0})
    objective = learnt([failed], every_metric=True)
    assert np.isnan(objective.losses(failed)).tolist() == [True]
    objective.learn(scored)
    assert np.isnan(objective.losses(failed)).tolist() == [True, True]
    assert objective.losses(scored).tolist() == [-1.0, -2.0]


@pytest.mark.parametrize("is_ended", [False, True])
def test_a_split_that_pruned_candidates_never_came_to_counts(is_ended):
    """That the only one evaluated there has no score may be its own fault."""
    objective = Objective(None)
    complete = Trial({}, 0, "initial")
    folds = [FoldResult(1.0), FoldResult(1.0), FoldResult(np.nan)]
    objective.learn(complete.complete(folds))
    for _ in range(4):
        results = {Unit(0): FoldResult(0.5)}
        pruned = Trial({}, 0, "initial", n_splits=3, results=results, is_pruned=True)
        objective.learn(pruned)
    if is_ended:
        objective.end()
    assert objective.left_out() == {}
    assert np.isnan(objective.loss(complete))
    assert objective.loss(pruned) == -0.5
