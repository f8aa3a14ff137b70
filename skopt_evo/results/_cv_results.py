"""The columns that a search adds to the ``cv_results_`` of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
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
