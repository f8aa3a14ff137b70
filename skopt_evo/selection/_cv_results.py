"""What is read of the ``cv_results_`` of any search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from typing import Any

import numpy as np

from skopt_evo._messages import did_you_mean, listed
from skopt_evo._typing import FloatArray


def fold_scores(results: Mapping[str, Any], metric: str) -> FloatArray:
    """Return the test scores as an array of shape (n_splits, n_candidates).

    Parameters
    ----------
    results : mapping
        ``cv_results_``.
    metric : str
        The metric.
    """
    columns = (f"split{number}_test_{metric}" for number in count())
    splits = takewhile(results.__contains__, columns)
    return np.array([results[column] for column in splits], dtype=np.float64)


def checked_metric(
    metric: str | None, metrics: Sequence[str], owner: str, purpose: str
) -> str:
    """Return a metric of a search; raise if it is unknown, or not given.

    Parameters
    ----------
    metric : str or None
        What the user has passed; None for the only one.
    metrics : sequence of str
        Those of the search.
    owner, purpose : str
        Who asks for it, and what it is to do with it, for the messages.
    """
    if metric is None and len(metrics) == 1:
        return metrics[0]
    if metric is None:
        raise ValueError(
            f"{owner}: metric=None, but the search has {len(metrics)} metrics: "
            f"{listed(metrics)}. Pass the one to {purpose} as metric=..."
        )
    if metric not in metrics:
        raise ValueError(
            f"{owner}: metric={metric!r} is not a metric of the search."
            f"{did_you_mean(metric, metrics)} Pass one of {listed(metrics)}; a search "
            "with one metric calls it 'score'."
        )
    return metric
