"""Warnings that a filter turns into errors wait."""

import warnings

import pytest

from skopt_evo._warnings import postponed
from skopt_evo.exceptions import CheckpointWarning


def test_a_warning_that_is_an_error_is_kept_and_ends_the_block():
    late, done = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with postponed(late):
            warnings.warn("no space", CheckpointWarning, stacklevel=1)
            done.append("after")
        with postponed(late):
            warnings.warn("once more", UserWarning, stacklevel=1)
    assert [(type(each), str(each)) for each in late] == [
        (CheckpointWarning, "no space"),
        (UserWarning, "once more"),
    ]
    assert done == []


def test_a_warning_that_is_none_is_shown_at_once():
    late, done = [], []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with postponed(late):
            warnings.warn("no space", CheckpointWarning, stacklevel=1)
            done.append("after")
    assert [str(each.message) for each in caught] == ["no space"]
    assert (late, done) == ([], ["after"])


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit()])
def test_errors_are_raised(error):
    late = []
    with pytest.raises(type(error)), postponed(late):
        raise error
    assert late == []
