"""How to descend: which gradients take candidates of their own."""

from __future__ import annotations

from typing import Any

import pytest

from skopt_evo.descent import GRADIENTS, SPSA, FiniteDifference, resolve_gradient
from skopt_evo.proposers import Settings


@pytest.mark.parametrize(
    ("gradient", "expected"),
    [
        (SPSA(), True),
        (FiniteDifference(), True),
        ("auto", False),
        ("exact", False),
        ("model", False),
    ],
    ids=str,
)
def test_gradients_by_differences_have_probes(gradient: Any, expected: bool) -> None:
    assert Settings(resolve_gradient(gradient)).has_probes is expected


def test_every_gradient_of_the_table_has_probes_or_not() -> None:
    has_probes = {
        name: Settings(resolve_gradient(name)).has_probes for name in GRADIENTS
    }
    assert set(has_probes.values()) == {True, False}


def test_the_settings_are_those_of_a_search_without_any() -> None:
    assert Settings(resolve_gradient("auto")) == Settings(
        resolve_gradient("auto"), "auto", None, None, 0.0, False, False
    )
