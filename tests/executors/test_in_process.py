"""Tasks in this thread, one after the other, when somebody waits for them."""

import math
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from skopt_evo.executors import Done, InProcess
from skopt_evo.executors._protocol import Request


def double(number, scale=1):
    return 2 * number * scale


def root_of(number):
    return math.sqrt(number)


def test_a_task_runs_when_it_is_waited_for_and_not_before():
    seen = []
    executor = InProcess()
    with executor.open(lambda number: seen.append(number), {}):
        for number in range(3):
            executor.submit(number, {"number": number})
        for number in range(3):
            assert seen == list(range(number))
            # However short the time.
            assert executor.next_done(0.0) == Done(number)
        assert executor.next_done(None) is None


def test_arguments_of_all_tasks_and_of_one_come_together():
    with InProcess().open(double, {"scale": 10}) as executor:
        executor.submit("a", {"number": 3}, affinity="ignored")
        assert executor.next_done(None) == Done("a", 60)


@pytest.mark.parametrize("error", [ValueError("no"), ZeroDivisionError()])
def test_an_error_is_that_of_its_task(error):
    def fail(is_bad):
        if is_bad:
            raise error

    with InProcess().open(fail, {}) as executor:
        for key, is_bad in enumerate([True, False]):
            executor.submit(key, {"is_bad": is_bad})
        assert executor.next_done(None) == Done(0, error=error)
        assert executor.next_done(None) == Done(1)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_this_process_is_raised(kind):
    def leave():
        raise kind

    with InProcess().open(leave, {}) as executor:
        executor.submit(0, {})
        with pytest.raises(kind):
            executor.next_done(None)


def test_the_guard_is_around_each_task_and_sees_its_error():
    events = []

    @contextmanager
    def guard():
        events.append("before")
        try:
            yield
        except ValueError:
            events.append("error")
            raise
        events.append("after")

    with InProcess(guard).open(root_of, {}) as executor:
        for number in (4, -1):
            executor.submit(number, {"number": number})
        assert executor.next_done(None) == Done(4, 2.0)
        assert events == ["before", "after"]
        assert isinstance(executor.next_done(None).error, ValueError)
    assert events == ["before", "after", "before", "error"]


def test_what_waits_is_withdrawn_in_order_and_never_done():
    seen = []
    with InProcess().open(seen.append, {}) as executor:
        for key in "abc":
            executor.submit(key, {})
        assert executor.withdraw() == ["a", "b", "c"]
        assert executor.withdraw() == []
        assert executor.next_done(None) is None
    assert seen == []


def test_nothing_is_kept_when_it_is_closed():
    executor = InProcess()
    with executor.open(double, {"scale": 1}):
        executor.submit(0, {"number": 1})
    assert not {"_call", "_common"} & vars(executor).keys()
    with executor.open(double, {"scale": 2}):
        assert executor.next_done(None) is None  # that of before is gone
        executor.submit(1, {"number": 1})
        assert executor.next_done(None) == Done(1, 4)


@pytest.mark.parametrize(
    ("is_single", "fit_timeout", "expected"),
    [(True, None, InProcess), (True, 1.0, type(None)), (False, None, type(None))],
)
def test_it_is_for_a_single_job_that_nobody_has_to_stop(
    is_single, fit_timeout, expected
):
    backend = SimpleNamespace(is_single=is_single)
    request = Request(backend, fit_timeout, contextmanager)
    found = InProcess.from_request(request)
    assert type(found) is expected
    assert found is None or found._guard is contextmanager
