"""Ctrl-C, taken at the right moment."""

import signal
import threading
import time
from contextlib import suppress

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_val_score

from skopt_evo._interruption import Interruption, is_part_of_more


@pytest.fixture(autouse=True)
def default_handler():
    """Have Ctrl-C raise, which it does not in pytest's workers."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_until_somebody_asks_for_it():
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
    assert interruption.n == 1


def test_without_ctrl_c_there_is_no_reason_to_stop():
    with Interruption() as interruption:
        assert interruption.n == 0
        with interruption.at_once():
            pass


def test_a_block_that_nothing_is_needed_of_does_not_begin_after_ctrl_c():
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), interruption.at_once():
            raise AssertionError("it began")


def test_after_a_block_ctrl_c_waits_again():
    with Interruption() as interruption:
        with interruption.at_once():
            pass
        signal.raise_signal(signal.SIGINT)
        assert interruption.n == 1


def test_other_threads_leave_the_handler_alone():
    def enter():
        with Interruption():
            handlers.append(signal.getsignal(signal.SIGINT))

    handlers = []
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]


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


# ---- what a search is a part of


class Search(BaseEstimator):
    """Tells whether its `fit` is called by something larger."""

    def fit(self, X, y=None):
        self.is_part_ = is_part_of_more(self)
        return self

    def predict(self, X):
        return X[:, 0]


class Around(BaseEstimator):
    """An estimator that has another one."""

    def __init__(self, inner=None):
        self.inner = inner

    def fit(self, X, y=None):
        self.inner.fit(X, y)
        return self


def in_a_function(search):
    return search.fit([[0.0]], [0.0])


def test_a_fit_of_its_own_is_part_of_nothing():
    assert not Search().fit(None).is_part_
    assert not in_a_function(Search()).is_part_


def test_a_fit_of_another_estimator_is_more():
    search = Search()
    Around(search).fit(None)
    assert search.is_part_


def test_a_method_of_a_class_that_is_no_estimator_is_not():
    class Notebook:
        def run(self, search):
            return in_a_function(search)

    assert not Notebook().run(Search()).is_part_


def test_a_function_of_scikit_learn_is_more():
    seen = []

    class Noted(Search):
        def fit(self, X, y=None):
            seen.append(is_part_of_more(self))
            return self

    X = np.arange(8.0).reshape(4, 2)
    cross_val_score(Noted(), X, X[:, 0], cv=2, scoring="neg_mean_squared_error")
    assert seen == [True, True]
