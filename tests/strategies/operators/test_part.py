"""What mutations of single kinds of genes share."""

from __future__ import annotations

import numpy as np
import pytest

from skopt_evo.strategies.operators._part import at_least_one_level


@pytest.mark.parametrize(
    ("move", "n_levels", "expected"),
    [
        (0.01, 10, 0.1),
        (-0.01, 10, -0.1),
        (0.3, 10, 0.3),
        (-0.3, 10, -0.3),
        (0.1, 10, 0.1),
        # To both sides of a gene that does not move.
        (0.0, 4, 0.25),
        (-0.0, 4, -0.25),
        # A continuum has no levels.
        (1e-9, 0, 1e-9),
        (0.0, 0, 0.0),
        (0.4, 1, 1.0),
    ],
)
def test_moves_of_levels_are_lengthened_to_one(
    move: float, n_levels: int, expected: float
) -> None:
    found = at_least_one_level(np.array([move]), np.array([n_levels]))
    np.testing.assert_array_equal(found, [expected])
