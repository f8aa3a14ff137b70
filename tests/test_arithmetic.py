"""How the search computes, whatever is set for the models."""

import numpy as np
import pytest

from skopt_evo._arithmetic import own_arithmetic


def test_what_a_user_has_set_does_not_count_inside_and_is_back_afterwards():
    with np.errstate(all="raise"):
        with own_arithmetic():
            assert np.float64(1e-300) * 1e-300 == 0.0
        with pytest.raises(FloatingPointError):
            np.float64(1e-300) * np.float64(1e-300)


@pytest.mark.parametrize("setting", ["ignore", "raise", "warn"])
def test_it_is_as_by_default(setting):
    default = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    with np.errstate(all=setting), own_arithmetic():
        assert np.geterr() == default


def test_it_is_back_after_an_error_too():
    with np.errstate(all="raise"):
        before = np.geterr()
        with pytest.raises(ZeroDivisionError), own_arithmetic():
            raise ZeroDivisionError
        assert np.geterr() == before
