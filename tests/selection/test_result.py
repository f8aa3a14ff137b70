"""A score with an interval."""

from dataclasses import FrozenInstanceError

import pytest

from skopt_evo.selection import CorrectedScore


def test_it_is_a_value():
    score = CorrectedScore(0.51234, 0.25, 0.75, "bbc-cv")
    assert score == CorrectedScore(0.51234, 0.25, 0.75, "bbc-cv", reason="")
    assert float(score) == 0.51234
    assert repr(score) == "0.512 (0.25 to 0.75)"
    assert str(score) == "0.5123 (0.25 to 0.75, bbc-cv)"
    with pytest.raises(FrozenInstanceError):
        score.score = 1.0
