"""What comes of a call gets back from another process, whatever it is."""

import pickle
import threading
import time

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin

from skopt_evo import GeneticSearchCV
from skopt_evo.executors._outcomes import (
    Outcome,
    call_and_keep,
    call_and_pack,
    unpack,
)


class TwoArgumentsError(ValueError):
    """Cannot be unpickled: its `args` are not what `__init__` takes."""

    def __init__(self, name, number):
        super().__init__(f"{name} is {number}")


class HasLockError(KeyError):
    """Cannot be pickled."""

    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class ManyArgumentsError(UnicodeDecodeError):
    """Cannot be unpickled, nor be made of a text."""

    def __init__(self):
        super().__init__("ascii", b"x", 0, 1, "of the disk")

    def __reduce__(self):
        return TwoArgumentsError, ()


class MuteError(OSError):
    """Has no text, and cannot be pickled."""

    def __str__(self):
        raise RuntimeError

    def __reduce__(self):
        raise TypeError


def wait(seconds):
    time.sleep(seconds)


def fail(error):
    raise error


def returned(function, **arguments):
    packed = pickle.loads(pickle.dumps(call_and_pack(function, **arguments)))
    outcome = unpack(packed)
    assert outcome.seconds == packed.seconds
    if outcome.error is not None:
        raise outcome.error
    return outcome.result


def test_results_and_errors_are_what_they_were():
    assert returned(dict, a=[1, 2.5]) == {"a": [1, 2.5]}
    error = OSError(28, "No space left")
    error.add_note("of the disk")
    with pytest.raises(OSError, match="No space left") as caught:
        returned(fail, error=error)
    assert caught.value.args == error.args
    assert caught.value.__notes__ == ["of the disk"]


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ManyArgumentsError(), UnicodeError, "ManyArgumentsError: .*of the disk"),
        (MuteError(), OSError, "^MuteError$"),
    ],
)
def test_an_error_of_any_kind_has_a_substitute(error, kind, text):
    with pytest.raises(kind, match=text):
        returned(fail, error=error)


def test_the_cause_of_an_error_is_its_traceback_in_the_other_process():
    with pytest.raises(OSError, match="disk") as caught:
        returned(fail, error=OSError("disk"))
    assert "in fail" in str(caught.value.__cause__)


def test_what_was_never_packed_is_as_it_was():
    lock = threading.Lock()
    outcome = unpack(call_and_keep(lambda: lock))
    assert outcome.result is lock
    error = HasLockError("text")
    outcome = unpack(call_and_keep(fail, error=error))
    assert outcome.error is error


def test_a_call_is_timed():
    for call in (call_and_keep, call_and_pack):
        assert 0.02 <= unpack(call(wait, seconds=0.02)).seconds < 5


def test_arguments_may_have_any_name():
    assert call_and_keep(dict, function=1).result == {"function": 1}
    assert isinstance(unpack(call_and_pack(dict, function=1)), Outcome)


class Failing(RegressorMixin, BaseEstimator):
    """Raises what cannot be unpickled."""

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        raise TwoArgumentsError("a", self.a)


@pytest.mark.slow
@pytest.mark.parametrize("fit_timeout", [None, 600.0])
def test_a_search_that_is_to_raise_says_what_a_fit_in_a_worker_has_raised(fit_timeout):
    search = GeneticSearchCV(
        Failing(),
        {"a": [0.25, 0.75]},
        n_jobs=2,
        cv=2,
        error_score="raise",
        fit_timeout=fit_timeout,
    )
    with pytest.raises(ValueError, match=r"^TwoArgumentsError: a is 0\.[27]5$"):
        search.fit(np.ones((8, 1)), np.arange(8.0))
