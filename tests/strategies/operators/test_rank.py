"""Linear ranking against Baker's formula, with ranks counted by scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from skopt_evo.strategies.operators import RankSelection
from tests.strategies.operators.laws import assert_shares, selected


def baker(losses: Any, pressure: float) -> np.ndarray:
    """Return the chances: from `pressure` for the best to 2 - `pressure`, over n."""
    n = len(losses)
    place = (n - stats.rankdata(losses, method="average")) / (n - 1)
    chances: np.ndarray = (2 - pressure + 2 * (pressure - 1) * place) / n
    return chances


@pytest.mark.parametrize("pressure", [1, 1.2, 1.5, 2])
@pytest.mark.parametrize(
    "losses",
    [
        [3.0, -1.0, 100.0, 0.5, 7.0],
        [1.0, 2.0],
        [1.0, 1.0, 0.0, 2.0, 2.0, 2.0],
        [np.inf, 0.0, -np.inf],
    ],
    ids=["different", "two", "ties", "infinite"],
)
def test_chances_are_linear_in_the_rank(losses: list[float], pressure: float) -> None:
    assert_shares(selected(RankSelection(pressure), losses), baker(losses, pressure))


@pytest.mark.parametrize("loss", [1.0, np.nan, np.inf])
def test_equal_members_have_equal_chances(loss: float) -> None:
    assert_shares(selected(RankSelection(2.0), [loss] * 4), [0.25] * 4)


def test_a_failed_member_is_no_parent_while_there_are_others() -> None:
    found = selected(RankSelection(1.5), [np.nan, 1.0, np.nan, 0.5])
    assert_shares(found, [0, 0.25, 0, 0.75])


@pytest.mark.parametrize("loss", [1.0, np.nan])
def test_the_only_member_is_the_parent(loss: float) -> None:
    assert selected(RankSelection(2.0), [loss]).tolist() == [1.0]


@pytest.mark.parametrize("pressure", [0.9, 2.1, np.nan])
def test_a_pressure_out_of_range_is_refused(pressure: float) -> None:
    with pytest.raises(ValueError, match=r"RankSelection: pressure=.* in \[1, 2\]"):
        RankSelection(pressure)


@pytest.mark.parametrize("pressure", ["1.5", None, True])
def test_a_pressure_that_is_no_number_is_refused(pressure: Any) -> None:
    with pytest.raises(TypeError, match=r"RankSelection: pressure=.* pass a float"):
        RankSelection(pressure)
