"""The results of another search, as candidates to begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from typing import Any

import numpy as np

from skopt_evo._messages import listed, shown
from skopt_evo._typing import BoolArray, FloatArray
from skopt_evo.proposers._known import ALLOWED, WarmStart
from skopt_evo.proposers._tables import read_candidates
from skopt_evo.results import metrics_of
from skopt_evo.space import SearchSpace


def checked_metrics(
    results: Mapping[str, Any], wanted: Sequence[str] | None, steering: str | None
) -> Sequence[str]:
    """Return the metrics of a ``cv_results_``, after a check that it has the wanted."""
    if "params" not in results:
        raise ValueError(
            "initial_params: a dict or table with the keys "
            f"{sorted(map(str, results))[:5]} is no cv_results_, which has 'params': "
            f"{ALLOWED}."
        )
    found = metrics_of(results)
    needed = wanted or []
    if wanted is None and steering is not None and len(found) > 1:
        needed = [steering]
    missing = [metric for metric in needed if metric not in found]
    if missing or not found:
        raise ValueError(
            f"initial_params: this cv_results_ has the metrics {listed(found)}, but "
            f"the search needs {listed(missing)}. Pass the results of a search with "
            "the same scoring, or only the candidates: "
            "initial_params=list(results['params'][:10])."
        )
    return wanted or found


def from_results(
    results: Mapping[str, Any],
    space: SearchSpace,
    metrics: Sequence[str],
    steering: str | None,
    n_splits: int,
) -> WarmStart:
    """Return the candidates of a ``cv_results_`` that lie in the space."""
    # Lists: the rows of a pandas.Series have names, which may be in any order.
    candidates = read_candidates(results, _rows(results, "params"), space)
    has_failed = _has_failed(results, metrics)
    means = _comparable_means(results, _steering(metrics, steering), has_failed)
    genomes, rows = [], []
    # The best first, failures last: there is no order among these.
    for row in np.argsort(-means, kind="stable"):
        params = candidates[row]
        if params is None:
            continue
        try:
            genomes.append(space.encode(params))
        except ValueError:
            continue  # the space may have become smaller
        rows.append(row)
    if not genomes:
        raise ValueError(
            "initial_params: none of the candidates of this cv_results_ is a point of "
            f"param_grid, whose parameters are {listed(space.parameter_names)}. Pass "
            "the results of a search of a similar space."
        )
    scores = _scores(results, metrics, n_splits)
    if scores is not None:
        scores = np.where(has_failed[:, np.newaxis, np.newaxis], np.nan, scores)[rows]
    return WarmStart(np.array(genomes), scores, has_results=True)


def _scores(
    results: Mapping[str, Any], metrics: Sequence[str], n_splits: int
) -> FloatArray | None:
    """Return scores of shape (n, n_splits, n_metrics), None for other splits."""
    keys = [
        [f"split{split}_test_{metric}" for metric in metrics]
        for split in range(n_splits)
    ]
    has_splits = (
        all(key in results for row in keys for key in row)
        and f"split{n_splits}_test_{metrics[0]}" not in results
    )
    if not has_splits:
        return None
    known = np.array([[_column(results, key) for key in row] for row in keys])
    return known.transpose(2, 0, 1)


def _rows(results: Mapping[str, Any], key: str) -> list[Any]:
    """Return a column, whatever is in it; raise if it is none."""
    try:
        return list(results[key])
    except TypeError:
        raise TypeError(
            f"initial_params: {key}={shown(results[key])} of this cv_results_ is no "
            "column. "
            "Pass the cv_results_ itself."
        ) from None


def _column(results: Mapping[str, Any], key: str) -> FloatArray:
    """Return a column of numbers; raise if it is none, or not as long as the others."""
    rows, n_candidates = _rows(results, key), len(results["params"])
    try:
        column = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        column = None
    if column is None or column.shape != (n_candidates,):
        raise ValueError(
            f"initial_params: {key}={shown(results[key])} of this cv_results_ is no "
            "column "
            f"of {n_candidates} numbers, one for each of its params. Pass the "
            "cv_results_ itself, or cut all of its columns alike."
        )
    return column


def _steering(metrics: Sequence[str], steering: str | None) -> str:
    # The name that `refit` has for a single metric does not matter.
    return metrics[0] if steering is None or steering not in metrics else steering


def _has_failed(results: Mapping[str, Any], metrics: Sequence[str]) -> BoolArray:
    """Tell which candidates may have a number as `error_score` for their scores.

    Only our own searches say so: those of scikit-learn have no column ``status``.
    """
    means = np.array([_column(results, f"mean_test_{name}") for name in metrics])
    status = list(results.get("status", ["ok"] * means.shape[1]))
    # Whatever went wrong: a fit or a scorer that raised, took too long, or died. Where
    # a score is NaN, its scorer has failed and the other scores are valid.
    has_failed = np.array([each != "ok" for each in status], dtype=bool)
    return np.asarray(np.isfinite(means).all(axis=0) & has_failed)


def _comparable_means(
    results: Mapping[str, Any], metric: str, has_failed: BoolArray
) -> FloatArray:
    """Return the mean scores that candidates are ranked by, NaN for failures.

    If all have failed, as where no fit of one of the splits went well, these are the
    means over the splits that some candidate has a score on.
    """
    means = np.where(has_failed, np.nan, _column(results, f"mean_test_{metric}"))
    if np.isfinite(means).any():
        return means
    keys = takewhile(
        results.__contains__, (f"split{split}_test_{metric}" for split in count())
    )
    folds = np.array([_column(results, key) for key in keys])
    is_shared = np.isfinite(folds).any(axis=1) if len(folds) else np.array([False])
    return folds[is_shared].mean(axis=0) if is_shared.any() else means
