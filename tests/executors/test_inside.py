"""What a worker process does, done in this one."""

import pickle
import signal

import pytest

from skopt_evo._loky_compat import pickled
from skopt_evo.executors import _inside
from skopt_evo.executors._inside import begin_process, call, forget, load
from skopt_evo.executors._outcomes import unpack


@pytest.fixture(autouse=True)
def nothing_kept():
    yield
    forget()


def divide(number, by=1):
    return number / by


def of_tasks(*arguments):
    """Return what comes of the calls of a task with these arguments."""
    return [unpack(each) for each in call(pickled(list(arguments)))]


def test_each_call_of_a_task_has_an_outcome_of_its_own():
    assert unpack(load(pickled(divide))).error is None
    good, bad, last = of_tasks(
        {"number": 6, "by": 2}, {"number": 1, "by": 0}, {"number": 2}
    )
    assert (good.result, last.result) == (3.0, 2.0)
    assert isinstance(bad.error, ZeroDivisionError)


def test_a_task_may_have_no_calls():
    load(pickled(divide))
    assert of_tasks() == []


class Raising:
    """Raises an error when it is unpickled."""

    def __reduce__(self):
        return divide, (1, 0)


def test_a_task_that_cannot_be_unpickled_is_one_outcome():
    load(pickled(divide))
    outcome = unpack(call(pickled([{"number": Raising()}])))
    assert isinstance(outcome.error, ZeroDivisionError)
    assert of_tasks({"number": 1})[0].result == 1.0


def test_what_is_loaded_takes_the_place_of_what_was_before():
    load(pickled(divide))
    load(pickled(dict))
    assert of_tasks({"number": 1})[0].result == {"number": 1}


def test_what_cannot_be_loaded_is_told_and_nothing_is_kept():
    load(pickled(divide))
    assert isinstance(unpack(load(pickled(Raising()))).error, ZeroDivisionError)
    assert _inside._function is None
    with pytest.raises(AssertionError):
        call(pickle.dumps([]))


def test_what_was_loaded_is_forgotten():
    load(pickled(divide))
    forget()
    assert _inside._function is None


@pytest.mark.parametrize("has_initializer", [True, False])
def test_a_process_is_tied_to_its_parent_before_the_user_comes_in(
    has_initializer, monkeypatch
):
    events = []
    monkeypatch.setattr(signal, "signal", lambda *args: events.append(args))
    monkeypatch.setattr(_inside, "end_with", lambda parent: events.append(parent))
    monkeypatch.setattr(
        _inside, "end_with_thread_of_parent", lambda: events.append("thread")
    )
    begin_process(77, events.append if has_initializer else None, ("initialized",))
    assert events == [
        (signal.SIGINT, signal.SIG_IGN),
        77,
        "thread",
        *["initialized"] * has_initializer,
    ]
