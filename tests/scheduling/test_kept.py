"""What is kept of fits beyond their scores."""

from dataclasses import replace

import numpy as np
import pytest

from skopt_evo.predictions import Store, Targets
from skopt_evo.scheduling import Kept
from skopt_evo.scheduling import _kept as module
from skopt_evo.trials import FoldResult, Predictions, Trial, Unit

SPLITS = [(np.arange(2, 6), np.arange(2)), (np.arange(3), np.array([3, 4, 5]))]
TARGETS = Targets((np.array([0, 1]),))
MODEL = np.zeros(100, dtype=np.uint8)


def predictions(n_rows, n_columns=2, **options):
    return Predictions("predict_proba", np.full((n_rows, n_columns), 0.5), **options)


def fold(n_rows, **options):
    return FoldResult(0.5, predictions=predictions(n_rows), **options)


def trial(number, model=MODEL):
    made = Trial({}, 0, "initial", number=number)
    return made.complete([fold(2, model=model), fold(3, model=model)])


def has_models(made):
    return [each.model is not None for each in made.folds]


def test_what_is_held_is_the_same():
    kept = Kept(TARGETS, SPLITS, store=Store(max_memory=10))
    held = kept.hold(fold(2, model=MODEL))
    np.testing.assert_array_equal(held.predictions.values, predictions(2).values)
    np.testing.assert_array_equal(held.model, MODEL)
    assert held.test_scores == 0.5


def test_models_beyond_the_bound_of_the_file_are_dropped(monkeypatch):
    monkeypatch.setattr(module, "MAX_MODELS_ON_DISK", 50)
    kept = Kept(TARGETS, SPLITS, store=Store(max_memory=0))
    held = [kept.hold(fold(2, model=MODEL)).model is not None for _ in range(3)]
    assert held == [True, False, False]


@pytest.mark.parametrize("n_best", [None, 0, 1, 2])
def test_models_are_kept_of_the_best_candidates(n_best):
    kept = Kept(TARGETS, SPLITS, n_best=n_best)
    trials = [trial(number) for number in range(4)]
    for made, loss in zip(trials, [3.0, 1.0, np.nan, 2.0], strict=True):
        kept.learn(made, loss)
    order = [1, 3, 0, 2]
    best = order if n_best is None else order[:n_best]
    assert [all(has_models(made)) for made in trials] == [i in best for i in range(4)]
    assert [any(has_models(made)) for made in trials] == [i in best for i in range(4)]
    assert kept.keeps_models == (n_best != 0)


def test_of_equal_candidates_the_first_keeps_its_models():
    kept = Kept(TARGETS, SPLITS, n_best=1)
    first, second = trial(0), trial(1)
    for made in (first, second):
        kept.learn(made, 1.0)
    assert (any(has_models(first)), any(has_models(second))) == (True, False)


def test_memory_of_dropped_models_is_free_again():
    store = Store(max_memory=10_000)
    kept = Kept(TARGETS, SPLITS, n_best=1, store=store)
    for number in range(200):
        folds = [kept.hold(each) for each in trial(number).folds]
        folds = [replace(each, predictions=None) for each in folds]
        made = Trial({}, 0, "initial", number=number).complete(folds)
        kept.learn(made, -float(number))
    assert store.n_on_disk < 50_000


USABLE = {
    "whole": (Unit(0), fold(2), True),
    "failed": (Unit(0), FoldResult(np.nan, fit_error="Traceback"), True),
    "without": (Unit(0), FoldResult(0.5), False),
    "too long": (Unit(0), fold(3), False),
    "of no split": (Unit(2), fold(2), False),
    "columns": (Unit(0), FoldResult(0.5, predictions=predictions(2, 3)), False),
    "labels": (
        Unit(0),
        FoldResult(
            0.5, predictions=predictions(2, labels=np.array([[0], [2]], np.int32))
        ),
        False,
    ),
    "outputs": (
        Unit(0),
        FoldResult(0.5, predictions=predictions(2, labels=np.zeros((2, 2), np.int32))),
        False,
    ),
}


@pytest.mark.parametrize("name", USABLE)
def test_results_without_fitting_predictions_are_left_out(name):
    unit, result, is_usable = USABLE[name]
    assert (unit in Kept(TARGETS, SPLITS).usable({unit: result})) == is_usable


def test_predictions_are_those_of_whole_candidates():
    kept = Kept(TARGETS, SPLITS)
    whole = trial(0)
    assert set(kept.take_predictions(whole)) == {0, 1}
    assert kept.take_predictions(whole) == {}
    assert all(has_models(whole))
    part = trial(0)
    part.n_splits = 3
    assert kept.take_predictions(part) is None
    failed = Trial({}, 0, "initial").complete([FoldResult(np.nan, "Traceback")])
    assert kept.take_predictions(failed) is None
    part = Trial({}, 0, "initial", n_splits=1)
    part.results = {Unit(0, 0.5): fold(2)}
    assert kept.take_predictions(part) is None


def test_memory_of_predictions_that_were_taken_is_free_again():
    store = Store()
    kept = Kept(TARGETS, SPLITS, n_best=0, store=store)
    made = trial(0, model=None).complete(
        [kept.hold(each) for each in (fold(2), fold(3))]
    )
    assert store.n_in_memory == 5 * 2 * 8
    kept.take_predictions(made)
    assert store.n_in_memory == 0


def test_what_cannot_be_kept_is_a_warning_at_the_end(monkeypatch):
    kept = Kept(TARGETS, SPLITS, store=Store(max_memory=0))
    assert kept.postponed() == []

    def full(array):
        error = OSError(28, "No space left on device")
        error.add_note("Set TMPDIR.")
        raise error

    monkeypatch.setattr(kept.store, "hold", full)
    held = kept.hold(fold(2, model=MODEL))
    assert (held.predictions, held.model, held.test_scores) == (None, None, 0.5)
    (warning,) = kept.postponed()
    assert "predictions of 1 fits could not be kept" in str(warning)
    assert "Set TMPDIR." in str(warning)
