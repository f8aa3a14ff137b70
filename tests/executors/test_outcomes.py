"""What comes of a call gets back from another process, whatever it is."""

import pickle
import threading

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from skopt_evo.evaluation._outcomes import call_and_pack, unpack
from skopt_evo.evaluation._pool import Pool

from skopt_evo import GeneticSearchCV


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


class Unloadable:
    """Can be pickled, but not be unpickled."""

    def __reduce__(self):
        return int, ("no number",)


def fail(error):
    raise error


def fail_with_two(name, number):
    raise TwoArgumentsError(name, number)


def fail_with_lock(name, number):
    raise HasLockError(f"{name} is {number}")


def return_lock(**arguments):
    return threading.Lock()


def return_unloadable(**arguments):
    return Unloadable()


CASES = [
    (fail_with_two, ValueError, r"^TwoArgumentsError: alpha is 3$"),
    (fail_with_lock, KeyError, r"HasLockError: 'alpha is 3'"),
    (return_lock, TypeError, r"What a fit returned cannot be sent.*cannot pickle"),
    (return_unloadable, TypeError, r"What a fit returned cannot be unpickled.*no num"),
]


@pytest.mark.parametrize(("function", "kind", "text"), CASES)
@pytest.mark.parametrize(
    ("backend", "limit"), [("loky", None), ("loky", 600.0), ("multiprocessing", None)]
)
def test_what_cannot_be_pickled_comes_back_as_an_error_with_its_text(
    backend, limit, function, kind, text
):
    with joblib.parallel_backend(backend):
        pool = Pool(function, 2, "2*n_jobs", limit=limit)
    with pool:
        for _ in range(2):  # and the workers are still there
            pool.submit("key", lambda: {"name": "alpha", "number": 3})
            with pytest.raises(kind, match=text) as caught:
                pool.next_done()
            assert type(caught.value) is kind
            if function in (fail_with_two, fail_with_lock):
                assert f"in {function.__name__}" in str(caught.value.__cause__)


def returned(function, **arguments):
    return unpack(pickle.loads(pickle.dumps(call_and_pack(function, **arguments))))


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


def test_what_was_never_packed_is_a_result():
    assert unpack([1]) == [1]


class Failing(RegressorMixin, BaseEstimator):
    """Raises what cannot be unpickled."""

    def __init__(self, a=0.5):
        self.a = a

    def fit(self, X, y):
        raise TwoArgumentsError("a", self.a)


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
