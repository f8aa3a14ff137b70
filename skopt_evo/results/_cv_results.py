"""The columns that a search adds to the ``cv_results_`` of scikit-learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skopt_evo.trials import Trial


def extra_columns(
    trials: Sequence[Trial], missing: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    """Return our columns of ``cv_results_``, one entry a candidate.

    Parameters
    ----------
    trials : sequence of Trial
        The evaluated candidates, in the order of their rows.
    missing : dict
        The further columns of this search, in order, with the value for candidates
        that have none.

    Returns
    -------
    columns : dict of str to ndarray of shape (n_candidates,)
    """
    columns: dict[str, NDArray[Any]] = {
        "iter": np.array([trial.iteration for trial in trials], dtype=np.int32),
        "origin": np.array([trial.origin for trial in trials], dtype=object),
        "n_splits_evaluated": np.array(
            [len(trial.folds) for trial in trials], dtype=np.int32
        ),
        "status": np.array([trial.status for trial in trials], dtype=object),
    }
    for name, value in missing.items():
        values = [trial.extras.get(name, value) for trial in trials]
        if isinstance(value, (int, float)):
            columns[name] = np.array(values, dtype=type(value))
        else:
            # An entry a candidate, even if they are arrays.
            columns[name] = np.empty(len(values), dtype=object)
            columns[name][:] = values
    return columns


def metrics_of(columns: Iterable[object]) -> list[str]:
    """Return the names of the metrics of a ``cv_results_``, in order.

    Parameters
    ----------
    columns : iterable
        The names of its columns.

    Examples
    --------
    >>> from skopt_evo.results import metrics_of
    >>> metrics_of(["params", "mean_test_r2", "std_test_r2"])
    ['r2']
    """
    prefix = "mean_test_"
    names = map(str, columns)
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
