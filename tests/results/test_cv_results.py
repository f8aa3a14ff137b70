"""The columns that a search adds to those of scikit-learn."""

import numpy as np
import pytest

from skopt_evo.results import extra_columns, metrics_of
from skopt_evo.trials import FoldResult, Trial


def evaluated(*scores, **fields):
    trial = Trial({}, **{"iteration": 0, "origin": "initial", **fields})
    return trial.complete([FoldResult(score) for score in scores])


def test_the_own_columns_come_first_and_have_an_entry_a_candidate():
    trials = [
        evaluated(0.5, 0.25),
        evaluated(0.5, np.nan, iteration=3, origin="crossover"),
        evaluated(np.nan, np.nan, iteration=3, origin="mutation", fault="timeout"),
    ]
    columns = extra_columns(trials, {})
    assert list(columns) == ["iter", "origin", "n_splits_evaluated", "status"]
    assert columns["iter"].tolist() == [0, 3, 3]
    assert columns["origin"].tolist() == ["initial", "crossover", "mutation"]
    assert columns["n_splits_evaluated"].tolist() == [2, 2, 2]
    assert columns["status"].tolist() == ["ok", "failed", "timeout"]


def test_further_columns_have_a_value_where_a_candidate_has_none():
    trials = [evaluated(0.5), evaluated(0.5), evaluated(0.5)]
    trials[1].extras = {"restart": 2, "loss": 0.5, "unknown": 1}
    columns = extra_columns(trials, {"loss": np.nan, "restart": -1})
    assert list(columns)[4:] == ["loss", "restart"]
    assert columns["restart"].tolist() == [-1, 2, -1]
    np.testing.assert_array_equal(columns["loss"], [np.nan, 0.5, np.nan])
    assert columns["restart"].dtype.kind == "i"
    assert columns["loss"].dtype == np.float64


@pytest.mark.parametrize("shape", [(3,), (2, 2), (0,)])
def test_arrays_are_one_entry_each(shape):
    trials = [evaluated(0.5), evaluated(0.5), evaluated(0.5)]
    values = [np.full(shape, float(number)) for number in range(3)]
    for trial, value in zip(trials, values, strict=True):
        trial.extras = {"grad_weights": value}
    column = extra_columns(trials, {"grad_weights": None})["grad_weights"]
    assert column.shape == (3,)
    assert column.dtype == object
    assert all(entry is value for entry, value in zip(column, values, strict=True))


def test_there_is_none_where_no_object_is():
    trials = [evaluated(0.5), evaluated(0.5)]
    trials[0].extras = {"note": "flat"}
    column = extra_columns(trials, {"note": None})["note"]
    assert column.tolist() == ["flat", None]


def test_no_candidates_are_no_entries():
    columns = extra_columns([], {"loss": np.nan, "note": None})
    assert {name: len(column) for name, column in columns.items()} == dict.fromkeys(
        ["iter", "origin", "n_splits_evaluated", "status", "loss", "note"], 0
    )


def test_metrics_are_told_from_the_names_of_columns_in_order():
    names = ["params", "mean_test_b", "std_test_b", "mean_train_a", "mean_test_a"]
    assert metrics_of(names) == ["b", "a"]
    assert metrics_of(["mean_test_score", "mean_test_mean_test_x"]) == [
        "score",
        "mean_test_x",
    ]
    assert metrics_of([]) == []
