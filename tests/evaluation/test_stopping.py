"""Ctrl-C, taken at the right moment."""

import signal
import time
from contextlib import suppress

import pytest

from skopt_evo.evaluation import Interruption


@pytest.fixture(autouse=True)
def default_handler():
    """Have Ctrl-C raise, which it does not in pytest's workers."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_until_somebody_asks_for_it():
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
    assert interruption.n == 1


def test_a_second_ctrl_c_is_raised_at_once():
    with Interruption():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def interrupt_at_once(interruption):
    with interruption.at_once():
        signal.raise_signal(signal.SIGINT)
        time.sleep(60)


def swallow_at_once(interruption):
    with interruption.at_once(), suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        time.sleep(60)


@pytest.mark.parametrize("block", [interrupt_at_once, swallow_at_once])
def test_ctrl_c_ends_a_block_that_nothing_is_needed_of(block):
    with Interruption() as interruption:
        with pytest.raises(KeyboardInterrupt):
            block(interruption)
        assert interruption.n == 1


def test_the_handler_of_others_is_left_alone():
    taken = []
    former = signal.signal(signal.SIGINT, lambda *args: taken.append(args))
    try:
        with Interruption() as interruption:
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, former)
    assert len(taken) == 1
    assert interruption.n == 0


def test_a_handler_that_others_have_set_meanwhile_stays():
    def other(*args):
        return None

    with Interruption():
        signal.signal(signal.SIGINT, other)
    assert signal.getsignal(signal.SIGINT) is other


def test_python_has_its_handler_back_afterwards():
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
