"""Who may be selected: failures only if there is nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies.operators._candidates import candidates

NAN = np.nan


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([3.0, 1.0, 2.0], [0, 1, 2]),
        ([NAN, 1.0, NAN, -2.0], [1, 3]),
        # The worst loss is a loss.
        ([np.inf, NAN, -np.inf], [0, 2]),
        ([NAN], [0]),
        ([NAN, NAN, NAN], [0, 1, 2]),
        ([], []),
    ],
)
def test_failures_count_only_among_themselves(
    losses: list[float], expected: list[int]
) -> None:
    rows = candidates(np.array(losses))
    assert rows.tolist() == expected
    assert rows.dtype.kind == "i"
