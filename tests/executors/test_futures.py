"""Tasks as the futures of a client."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor

import pytest

from skopt_evo.executors import Done, Futures

PATIENCE = 120.0


class Client:
    """Notes what it is asked for; tasks run when a test says so."""

    def __init__(self, **attributes):
        self.calls = []
        self.__dict__.update(attributes)

    def submit(self, function, *args, **options):
        future = Future()
        self.calls.append((future, function, args, options))
        return future

    def run(self):
        """Run the oldest task."""
        future, function, args, _ = self.calls.pop(0)
        future.set_result(function(*args))


def double(number, scale=1):
    return 2 * number * scale


def test_no_two_tasks_are_the_same_to_a_client():
    client = Client()
    executor = Futures(client, 2, options={"priority": 3})
    names = []
    for _ in range(2):
        with executor.open(double, {}):
            for key in range(3):
                executor.submit(key, {"number": 1})
        names += [args[0] for _, _, args, _ in client.calls]
    assert len(set(names)) == 6
    assert all(options == {"priority": 3} for *_, options in client.calls)


def test_the_common_arguments_are_scattered_once_if_a_client_can_do_that():
    scattered = []

    def scatter(data, hash):
        scattered.extend(data)
        return data

    client = Client(scatter=scatter, ncores=lambda: {"a": 2, "b": 3})
    executor = Futures(client)
    assert executor.n_workers == 5
    with executor.open(double, {"scale": 10}):
        for key in range(3):
            executor.submit(key, {"number": key})
        assert [args[1] for _, _, args, _ in client.calls] == scattered * 3
        client.run()
        assert executor.next_done(PATIENCE) == Done(0, 0)
        client.run()
        assert executor.next_done(PATIENCE) == Done(1, 20)


def test_what_is_under_way_is_cancelled_at_the_end():
    client = Client()
    with Futures(client, 2).open(double, {}) as executor:
        for key in range(9):
            executor.submit(key, {"number": key})
    assert len(client.calls) == 4  # two for each worker
    assert all(future.cancelled() for future, *_ in client.calls)


def test_an_error_of_the_client_is_of_all_tasks_of_a_batch():
    client = Client()
    with Futures(client, 1).open(double, {}) as executor:
        executor.submit(0, {"number": 0})
        error = OSError("no network")
        client.calls[0][0].set_exception(error)
        assert executor.next_done(PATIENCE) == Done(0, error=error)


def test_when_a_client_has_lost_what_runs_it_is_shared_anew_and_one_runs_at_a_time():
    scattered = []

    def scatter(data, hash):
        scattered.append(data)
        if len(scattered) == 2:
            raise OSError("this worker is about to end")
        return data

    client = Client(scatter=scatter)
    with Futures(client, 2).open(double, {}) as executor:
        for key in range(6):
            executor.submit(key, {"number": key})
        calls, client.calls = client.calls, []
        for future, *_ in calls:
            future.cancel()
        done = [executor.next_done(PATIENCE) for _ in calls]
        assert [each.key for each in done] == [0, 1, 2, 3]
        assert all(each.fault.kind == "crashed" for each in done)
        assert not any(each.is_alone for each in done)
        assert len(scattered) == 3
        assert executor.next_done(0.0) is None
        assert len(client.calls) == 1
        client.calls.pop()[0].cancel()
        done = executor.next_done(PATIENCE)
        assert (done.key, done.fault.kind, done.is_alone) == (4, "crashed", True)


def meet(name, folder, dies, stays):
    """Wait until two tasks are at it; die, stay or go then."""
    (folder / name).touch()
    deadline = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    if dies:
        os._exit(1)
    if stays:
        time.sleep(1000)


@pytest.mark.slow
def test_a_pool_that_breaks_ends_all_that_is_under_way_and_takes_no_more(tmp_path):
    context = multiprocessing.get_context("spawn")
    for name in "12":
        (tmp_path / name).mkdir()
    with ProcessPoolExecutor(2, mp_context=context) as client:
        executor = Futures(client, 2, most_ahead=2)
        with executor.open(meet, {}):
            # A pool may overlook the death of a process that has only just started.
            for name in "ab":
                task = {"folder": tmp_path / "1", "dies": False, "stays": False}
                executor.submit(name, {"name": name, **task})
            assert all(executor.next_done(PATIENCE).error is None for _ in "ab")
            for name in "abcd":
                task = {"folder": tmp_path / "2", "dies": name == "a", "stays": True}
                executor.submit(name, {"name": name, **task})
            done = executor.next_done(PATIENCE)
            assert (done.fault.kind, done.is_alone) == ("crashed", False)
            assert executor.withdraw() == ["c", "d"]
            assert executor.next_done(PATIENCE).fault.kind == "crashed"
            with pytest.raises(BrokenExecutor) as caught:
                executor.submit("e", {})
            assert "died of a fit" in caught.value.__notes__[0]


def test_a_task_that_cannot_be_pickled_is_told_at_once():
    client = Client()
    with (
        Futures(client, 1).open(double, {}) as executor,
        pytest.raises(TypeError, match="pickle"),
    ):
        executor.submit(0, {"number": threading.Lock()})
