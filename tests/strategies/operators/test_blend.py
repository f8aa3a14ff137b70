"""Blend crossover against uniform distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from skopt_evo.strategies import GeneLayout
from skopt_evo.strategies.operators import BlendCrossover
from tests.strategies.operators.laws import N_DRAWS, assert_law, children


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5])
def test_children_are_uniform_on_the_widened_interval(alpha: float) -> None:
    crossover, layout = BlendCrossover(alpha), GeneLayout.continuous(2)
    found = children(crossover, [0.4, 0.62], [0.6, 0.38], layout)
    for gene, (low, high) in enumerate([(0.4, 0.6), (0.38, 0.62)]):
        margin = alpha * (high - low)
        law = stats.uniform(low - margin, high - low + 2 * margin)
        assert_law(found[:, gene], law.cdf)
    assert abs(np.corrcoef(found.T)[0, 1]) < 4 / np.sqrt(N_DRAWS)


def test_children_are_reflected_at_the_bounds() -> None:
    found = children(BlendCrossover(0.5), [0.0], [0.4], GeneLayout.continuous(1))
    # Uniform on [-0.2, 0.6], the part below 0 folded onto [0, 0.2].
    thirds = np.histogram(found, [0.0, 0.2, 0.4, 0.6])[0]
    expected = N_DRAWS * np.array([0.5, 0.25, 0.25])
    assert stats.chisquare(thirds, expected).pvalue > 1e-4
    assert np.mean(found == 0.0) < 0.01


@pytest.mark.parametrize("alpha", [-0.1, np.inf, np.nan])
def test_an_alpha_that_makes_no_interval_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match=r"BlendCrossover: alpha=.* a finite float"):
        BlendCrossover(alpha)


@pytest.mark.parametrize("alpha", ["0.3", None, True, [0.3]])
def test_an_alpha_that_is_no_number_is_refused(alpha: Any) -> None:
    with pytest.raises(TypeError, match=r"BlendCrossover: alpha=.* a finite float"):
        BlendCrossover(alpha)
