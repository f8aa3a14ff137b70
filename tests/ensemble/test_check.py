"""Checks of the parameters of ensembles."""

import numpy as np
import pytest

from skopt_evo.ensemble._check import check_int, check_members


@pytest.mark.parametrize("value", [2, np.int64(3)])
def test_integers_from_the_least_on_are_taken(value):
    check_int("Owner", "name", value, 2)


@pytest.mark.parametrize("value", [1, -5])
def test_integers_below_the_least_are_refused(value):
    with pytest.raises(ValueError, match=f"Owner: name={value} is too small"):
        check_int("Owner", "name", value, 2)


@pytest.mark.parametrize("value", [2.0, True, "2", None])
def test_what_is_no_integer_is_refused(value):
    with pytest.raises(TypeError, match="Owner: name="):
        check_int("Owner", "name", value, 2)


def test_members_are_of_two_kinds():
    for members in ("folds", "refit"):
        check_members("Owner", members)
    with pytest.raises(ValueError, match="Owner: members='all' is not known"):
        check_members("Owner", "all")
