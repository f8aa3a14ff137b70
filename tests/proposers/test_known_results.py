"""The results of another search, as candidates to begin with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import uniform
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

from skopt_evo.proposers._known_results import checked_metrics, from_results
from skopt_evo.space import SearchSpace

SPACE = SearchSpace({"x": uniform(0, 10)})


def results_of(
    scores: Any, status: Any = None, metrics: str = "a", xs: Any = None
) -> dict[str, Any]:
    """Return a ``cv_results_`` with the scores of shape (n, n_splits, n_metrics)."""
    scores = np.asarray(scores, dtype=float)
    results: dict[str, Any] = {
        "params": [{"x": float(x)} for x in (range(len(scores)) if xs is None else xs)]
    }
    for place, metric in enumerate(metrics):
        columns = scores[:, :, place].T
        for split, column in enumerate(columns):
            results[f"split{split}_test_{metric}"] = column
        results[f"mean_test_{metric}"] = columns.mean(axis=0)
    if status is not None:
        results["status"] = np.array(status)
    return results


def read(
    results: Any,
    space: SearchSpace = SPACE,
    *,
    metrics: Any = ("a",),
    steering: str | None = None,
    n_splits: int = 2,
) -> tuple[list[float], Any]:
    """Return the values of the candidates, and their scores."""
    found = from_results(results, space, metrics, steering, n_splits)
    assert found.has_results
    return [space.decode(genome)["x"] for genome in found.genomes], found.scores


RANDOM = np.random.default_rng(0).random((6, 2, 1))


# ---- metrics


def test_the_metrics_are_those_of_the_search_or_all_there_are() -> None:
    results = results_of(np.zeros((1, 2, 3)), metrics="abc")
    assert list(checked_metrics(results, None, None)) == ["a", "b", "c"]
    assert list(checked_metrics(results, ["c", "a"], "a")) == ["c", "a"]
    assert list(checked_metrics(results, None, "b")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("wanted", "steering"), [(["a", "d"], None), (["d"], "d"), (None, "d")]
)
def test_a_metric_that_is_missing_is_named(wanted: Any, steering: Any) -> None:
    results = results_of(np.zeros((1, 2, 2)), metrics="ab")
    with pytest.raises(ValueError, match=r"metrics \['a', 'b'\], .* needs \['d'\]"):
        checked_metrics(results, wanted, steering)


def test_the_name_of_a_single_metric_does_not_matter() -> None:
    assert list(checked_metrics(results_of(RANDOM), None, "other")) == ["a"]


def test_what_is_no_table_of_results_is_refused_with_its_keys() -> None:
    with pytest.raises(ValueError, match=r"keys \['C', 'gamma'\] is no cv_results_"):
        checked_metrics({"gamma": [1], "C": [2]}, None, None)
    with pytest.raises(ValueError, match="has the metrics"):
        checked_metrics({"params": [{"x": 1.0}]}, None, None)


# ---- candidates


def test_the_best_come_first_with_their_own_scores() -> None:
    xs, scores = read(results_of(RANDOM))
    order = np.argsort(-RANDOM.mean(axis=(1, 2)), kind="stable")
    np.testing.assert_allclose(xs, order)
    np.testing.assert_array_equal(scores, RANDOM[order])


def test_of_several_metrics_one_ranks_and_all_are_kept_in_the_order_of_the_search() -> (
    None
):
    values = np.random.default_rng(1).random((5, 2, 3))
    results = results_of(values, metrics="abc")
    for steering, place in [("b", 1), (None, 2), ("no such metric", 2)]:
        xs, scores = read(results, metrics=["c", "b"], steering=steering)
        order = np.argsort(-values[:, :, place].mean(axis=1))
        np.testing.assert_allclose(xs, order)
        np.testing.assert_array_equal(scores, values[order][:, :, [2, 1]])


@pytest.mark.parametrize("n_splits", [1, 3, 5])
def test_scores_on_another_number_of_splits_rank_and_are_dropped(n_splits: int) -> None:
    xs, scores = read(results_of(RANDOM), n_splits=n_splits)
    assert xs == pytest.approx(read(results_of(RANDOM))[0])
    assert scores is None


def test_failures_come_last_without_scores_whatever_error_score_was() -> None:
    values = np.array([0.1, np.nan, 9.0, 0.3])[:, np.newaxis, np.newaxis]
    results = results_of(
        np.repeat(values, 2, axis=1), ["ok", "failed", "timeout", "ok"]
    )
    xs, scores = read(results)
    assert xs == pytest.approx([3.0, 0.0, 1.0, 2.0])
    assert np.isnan(scores[2:]).all()
    np.testing.assert_array_equal(scores[:2, :, 0], [[0.3, 0.3], [0.1, 0.1]])


def test_without_a_status_numbers_are_scores() -> None:
    xs, _ = read(results_of(np.array([1.0, 9.0]).reshape(2, 1, 1)), n_splits=1)
    assert xs == pytest.approx([1.0, 0.0])


def test_where_all_failed_on_a_split_the_others_rank() -> None:
    values = np.array([[0.1, np.nan], [0.3, np.nan], [0.2, np.nan]])[..., np.newaxis]
    xs, scores = read(results_of(values, ["failed"] * 3))
    assert xs == pytest.approx([1.0, 2.0, 0.0])
    np.testing.assert_array_equal(scores, values[[1, 2, 0]])


def test_candidates_outside_of_the_space_are_left_out_with_their_scores() -> None:
    xs, scores = read(results_of(RANDOM, xs=[0, 50, 2, -1, 4, 5]))
    assert sorted(xs) == pytest.approx([0.0, 2.0, 4.0, 5.0])
    for x, row in zip(xs, scores, strict=True):
        np.testing.assert_array_equal(row, RANDOM[round(x)])


def test_results_of_another_space_are_refused() -> None:
    with pytest.raises(ValueError, match=r"none of the candidates.*\['y'\]"):
        from_results(results_of(RANDOM), SearchSpace({"y": [1]}), ["a"], None, 2)


# ---- tables that are none


@pytest.mark.parametrize(
    ("key", "column", "kind"),
    [
        ("params", 3, TypeError),
        ("mean_test_a", 3, TypeError),
        ("mean_test_a", [0.1] * 5, ValueError),
        ("mean_test_a", ["text"] * 6, ValueError),
        ("split1_test_a", [[0.1, 0.2]] * 6, ValueError),
        ("split1_test_a", [0.1] * 7, ValueError),
    ],
)
def test_a_column_that_is_none_is_named(key: str, column: Any, kind: Any) -> None:
    results = {**results_of(RANDOM), key: column}
    with pytest.raises(kind, match=f"^initial_params: {key}=.* of this cv_results_"):
        read(results)


@pytest.mark.parametrize("convert", [pd.DataFrame, pd.Series, dict])
def test_the_results_of_scikit_learn_are_read(convert: Any) -> None:
    X, y = load_diabetes(return_X_y=True)
    search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0, 10.0]}, cv=2).fit(X, y)
    found = from_results(
        convert(search.cv_results_),
        SearchSpace({"alpha": uniform(0, 20)}),
        ["score"],
        None,
        2,
    )
    order = np.argsort(search.cv_results_["rank_test_score"])
    expected = [search.cv_results_[f"split{split}_test_score"] for split in (0, 1)]
    assert found.scores is not None
    np.testing.assert_array_equal(found.scores[:, :, 0], np.transpose(expected)[order])
