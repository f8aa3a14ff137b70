from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from skopt_evo._checks import (
    check_count,
    check_finite,
    check_flag,
    check_fraction,
    check_not_negative,
    check_positive,
)

CHECKS: dict[Callable[..., None], tuple[list[Any], list[Any]]] = {
    check_count: ([1, np.int64(7)], [0, -1]),
    check_fraction: ([0, 0.5, np.float32(0.9)], [-0.1, 1.0, np.nan]),
    check_positive: ([1e-300, 3], [0.0, np.inf, np.nan]),
    check_not_negative: ([0, 1e300], [-1e-9, np.inf, np.nan]),
    check_finite: ([-5.5, 0], [np.inf, -np.inf, np.nan]),
}
every_check = pytest.mark.parametrize("check", CHECKS)


@every_check
def test_numbers_in_the_range_pass(check: Callable[..., None]) -> None:
    for value in CHECKS[check][0]:
        check("size", value, usual=1)


@every_check
def test_other_numbers_are_refused_with_an_example(check: Callable[..., None]) -> None:
    for value in CHECKS[check][1]:
        with pytest.raises(ValueError, match=r"^A: size=.*, for instance size=1\.$"):
            check("A: size", value, usual=1)


@every_check
@pytest.mark.parametrize("value", ["1", None, True, [1]], ids=repr)
def test_what_is_no_number_is_refused(check: Callable[..., None], value: Any) -> None:
    with pytest.raises(TypeError, match=r"^size=.* is not allowed: pass an? "):
        check("size", value, usual=1)


def test_a_number_with_a_fraction_is_no_count() -> None:
    with pytest.raises(TypeError, match=r"^size=2\.0 is not allowed: pass an int >= 1"):
        check_count("size", 2.0, usual=1)


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_flags_pass(value: Any) -> None:
    check_flag("nesterov", value)


@pytest.mark.parametrize("value", [1, 0, None, "yes"])
def test_what_is_no_flag_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^nesterov=.* pass True or False\.$"):
        check_flag("nesterov", value)
