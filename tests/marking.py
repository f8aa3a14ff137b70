"""Marks most values of a parametrised test as slow, where a few stand for all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def quick(values: Iterable[Any], *representatives: Any) -> list[Any]:
    """Return the values of a parameter; all but the representatives are slow."""
    return [
        value
        if value in representatives
        else pytest.param(value, marks=pytest.mark.slow)
        for value in values
    ]
