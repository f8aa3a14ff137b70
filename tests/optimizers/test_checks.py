"""Settings are checked, with the name, the value, the range and a remedy."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

from skopt_evo.optimizers._checks import (
    check_count,
    check_finite,
    check_flag,
    check_fraction,
    check_positive,
)

CHECKS: dict[str, Callable[[str, Any], None]] = {
    "fraction": partial(check_fraction, usual=0.5),
    "positive": partial(check_positive, usual=0.5),
    "finite": partial(check_finite, usual=0.5),
    "count": partial(check_count, usual=5),
    "flag": check_flag,
}
SMALLEST, LARGEST = 5e-324, 1.7976931348623157e308
BELOW_ONE, THIRD = 1 - 2**-53, Fraction(1, 3)

GOOD: dict[str, list[Any]] = {
    "fraction": [
        0,
        0.0,
        -0.0,
        SMALLEST,
        0.5,
        BELOW_ONE,
        np.float32(0.5),
        Fraction(1, 3),
    ],
    "positive": [SMALLEST, 1, 2.5, LARGEST, np.float16(1.0), np.int8(3), 10**300],
    "finite": [0, -1, -LARGEST, LARGEST, np.float64(-0.5), 10**300],
    "count": [1, 7, 10**30, np.int64(3), np.uint8(1)],
    "flag": [True, False, np.True_, np.False_],
}
OUT_OF_RANGE: dict[str, list[Any]] = {
    "fraction": [-SMALLEST, 1, 1.0, np.float64(1.0), math.nan, math.inf, -math.inf],
    "positive": [0, 0.0, -0.0, -1, math.nan, math.inf, -math.inf],
    "finite": [math.nan, math.inf, -math.inf, np.float32(np.inf)],
    "count": [0, -1, np.int64(0), -(10**30)],
    "flag": [],
}
NOT_REAL = [True, False, np.True_, "0.5", None, [0.5], np.array([0.5]), 0.5j, {}]
OF_ANOTHER_TYPE: dict[str, list[Any]] = {
    "fraction": NOT_REAL,
    "positive": NOT_REAL,
    "finite": NOT_REAL,
    "count": [*NOT_REAL, 1.0, np.float64(1.0), math.nan],
    "flag": [0, 1, "True", None, np.array(True), [True]],
}


def cases(table: dict[str, list[Any]]) -> list[Any]:
    return [
        pytest.param(kind, value, id=f"{kind}-{value!r}")
        for kind, values in table.items()
        for value in values
    ]


@pytest.mark.parametrize(("kind", "value"), cases(GOOD))
def test_what_is_in_range_is_taken(kind: str, value: Any) -> None:
    CHECKS[kind]("rate", value)


@pytest.mark.parametrize(("kind", "value"), cases(OUT_OF_RANGE))
def test_what_is_out_of_range_is_named_with_a_remedy(kind: str, value: Any) -> None:
    usual = 5 if kind == "count" else 0.5
    with pytest.raises(ValueError, match=r"^rate must be ") as caught:
        CHECKS[kind]("rate", value)
    assert f"got {value!r}; pass for instance rate={usual}." in str(caught.value)


@pytest.mark.parametrize(("kind", "value"), cases(OF_ANOTHER_TYPE))
def test_another_type_is_named(kind: str, value: Any) -> None:
    with pytest.raises(TypeError, match=r"^rate must be ") as caught:
        CHECKS[kind]("rate", value)
    assert f" of type {type(value).__name__}; pass " in str(caught.value)


def test_a_long_value_makes_no_long_message() -> None:
    with pytest.raises(TypeError) as caught:
        check_fraction("rate", list(range(10_000)), usual=0.5)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 1000
