"""What every executor does, wherever its tasks run.

An executor of `skopt_evo.executors.EXECUTORS` joins with a class::

    class TestFutures(ExecutorConformance):
        executor_class = Futures
        promises = Promises(...)

        @contextmanager
        def made(self, fit_timeout=None):
            yield Futures(...)
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import sklearn
from joblib.parallel import get_active_backend

from skopt_evo.executors._idle import end_idle_processes

PATIENCE = 120.0  # seconds after which something hangs
LIMIT = 0.5

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Needs signals.")


@dataclass(frozen=True)
class Promises:
    """What an executor promises beyond what every one does.

    Attributes
    ----------
    has_workers : bool
        Tasks run beside each other, and beside who submits them.
    has_processes : bool
        What tasks return or raise comes from another process.
    survives_death : bool
        When a task ends its process, this is known of this task, and others go on.
    limits_time : bool
        A task that takes too long is stopped.
    """

    has_workers: bool = True
    has_processes: bool = True
    survives_death: bool = False
    limits_time: bool = False


# ---- what tasks do


class OddError(ValueError):
    """Cannot be unpickled: its `args` are not what `__init__` takes."""

    def __init__(self, name, number):
        super().__init__(f"{name} is {number}")


class LockError(KeyError):
    """Cannot be pickled."""

    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class Unloadable:
    """Can be pickled, but not be unpickled."""

    def __reduce__(self):
        return int, ("no number",)


def double(number=0, scale=1, error=None):
    if error is not None:
        raise error
    return 2 * number * scale


def perform(action, **arguments):
    """Call what a task brings along."""
    return action(**arguments)


def raise_odd(name, number):
    raise OddError(name, number)


def raise_lock(name, number):
    raise LockError(f"{name} is {number}")


def return_lock(**arguments):
    return threading.Lock()


def return_unloadable(**arguments):
    return Unloadable()


def exit_process():
    os._exit(3)


def kill_process():
    os.kill(os.getpid(), signal.SIGKILL)


def hang():
    time.sleep(1000)


def wait_for(folder, name):
    """Leave a file, and wait until there is another one."""
    (folder / f"began-{name}").touch()
    wait_until((folder / "go").exists)
    return name


def sum_of(X, factor=1.0):
    return float(X.sum() * factor)


def surroundings():
    """Return what tasks know of where they were submitted."""
    # A filter that makes an error of it has not come from who opened the executor.
    with warnings.catch_warnings(record=True) as caught, suppress(FutureWarning):
        warnings.warn("a test", FutureWarning, stacklevel=1)
    return {
        "assume_finite": sklearn.get_config()["assume_finite"],
        "warns": len(caught),
        "backend": type(get_active_backend()[0]).__name__,
    }


# ---- helpers


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def next_done(executor):
    """Return what is done next."""
    done = executor.next_done(PATIENCE)
    assert done is not None
    return done


def results(executor, n):
    """Return what so many tasks return, by their keys."""
    done = [next_done(executor) for _ in range(n)]
    assert all(each.error is None and each.fault is None for each in done), done
    assert len({each.key for each in done}) == n
    return {each.key: each.result for each in done}


def _processes():
    """Return the processes that this one has started, and that are alive."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        is_tracker = b"resource_tracker" in command  # one for the life of this process
        if int(parent) == os.getpid() and state != "Z" and not is_tracker:
            found.add(path.parent.name)
    return found


def _files():
    """Return the semaphores and the files of this process, but not joblib's folder."""
    gc.collect()
    found = list(Path("/dev/shm").glob(f"*[-_]{os.getpid()}[-_]*"))
    found += [path for folder in found for path in folder.rglob("*")]
    return {path for path in found if not path.is_dir()}


def _threads():
    """Return the threads of Python that run, but not those that live for ever."""
    # That of the queue that feeds loky's resource tracker, and the like, are its own.
    return {thread for thread in threading.enumerate() if thread.is_alive()}


@contextmanager
def nothing_left():
    """Check that there is no more after a block than there was before it."""
    end_idle_processes()
    before = _processes(), _files(), _threads()
    yield
    end_idle_processes()
    wait_until(lambda: _processes() <= before[0] and _threads() <= before[2])
    assert len(_files()) <= len(before[1])


class ExecutorConformance:
    """The tests that every executor passes."""

    executor_class: type
    promises: Promises

    @contextmanager
    def started(self):
        """Start what takes long to start: it is `client` for all tests."""
        yield None

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _client(cls):
        with cls().started() as cls.client:
            yield
        del cls.client

    @contextmanager
    def made(self, fit_timeout=None):
        """Make an executor of two workers, if it has any, for the block."""
        raise NotImplementedError

    @contextmanager
    def opened(self, call, common=None, fit_timeout=None):
        with self.made(fit_timeout) as executor, executor.open(call, common or {}):
            yield executor

    def test_the_number_of_workers_is_known_from_the_beginning(self):
        with self.made() as executor:
            assert isinstance(executor, self.executor_class)
            assert executor.n_workers == (2 if self.promises.has_workers else 1)

    def test_every_task_is_handed_back_once_with_its_key(self):
        with self.opened(double, {"scale": 10}) as executor:
            for number in range(60):
                executor.submit(("key", number), {"number": number}, number % 3)
            found = results(executor, 60)
            assert found == {("key", number): 20 * number for number in range(60)}
            # Nobody waits when there is nothing to wait for.
            assert executor.next_done(None) is None

    def test_tasks_are_handed_back_in_the_order_in_which_they_end(self, tmp_path):
        if not self.promises.has_workers:
            pytest.skip("Tasks end in the order in which they begin.")
        with self.opened(perform) as executor:
            late = {"action": wait_for, "folder": tmp_path, "name": "late"}
            executor.submit("late", late)
            for number in range(5):
                executor.submit(number, {"action": double, "number": number})
                assert results(executor, 1) == {number: 2 * number}
            assert executor.next_done(0.01) is None
            assert executor.next_done(0.0) is None
            (tmp_path / "go").touch()
            assert results(executor, 1) == {"late": "late"}

    def test_errors_come_back_with_their_tasks(self):
        with self.opened(double) as executor:
            for number in range(40):
                error = OSError(number, "no disk") if number % 5 == 0 else None
                executor.submit(number, {"number": number, "error": error})
            done = {(each := next_done(executor)).key: each for _ in range(40)}
        for number, each in done.items():
            assert each.fault is None
            if number % 5 == 0:
                assert isinstance(each.error, OSError)
                assert each.error.args == (number, "no disk")
            else:
                assert (each.error, each.result) == (None, 2 * number)

    @pytest.mark.parametrize(
        ("action", "kind", "text"),
        [
            (raise_odd, OddError, "alpha is 3"),
            (raise_lock, LockError, "'alpha is 3'"),
            (return_lock, TypeError, "What a fit returned cannot be sent"),
            (return_unloadable, TypeError, "What a fit returned cannot be unpickled"),
        ],
    )
    def test_what_cannot_be_pickled_is_an_error_with_its_text(self, action, kind, text):
        with self.opened(perform) as executor:
            task = {"action": action, "name": "alpha", "number": 3}
            for key in range(2):  # and the workers are still there
                executor.submit(key, task)
                done = next_done(executor)
                assert (done.key, done.fault) == (key, None)
                if kind is TypeError and not self.promises.has_processes:
                    assert done.error is None
                    assert type(done.result).__name__ in ("lock", "Unloadable")
                    continue
                assert isinstance(done.error, kind.__base__)
                assert text in str(done.error)
                if self.promises.has_processes and kind is not TypeError:
                    assert type(done.error) is kind.__base__
                    assert f"in {action.__name__}" in str(done.error.__cause__)

    def test_one_bad_result_does_not_spoil_those_beside_it(self):
        """Short tasks travel together."""
        actions = [double, return_lock, return_unloadable, raise_odd, raise_lock]
        with self.opened(perform) as executor:
            for key in range(50):
                kwargs = {"name": "a", "number": 1} if key % 5 in (3, 4) else {}
                executor.submit(key, {"action": actions[key % 5], **kwargs})
            done = {(each := next_done(executor)).key: each for _ in range(50)}
        for key, each in done.items():
            is_good = key % 5 == 0
            is_fine = key % 5 < 3 and not self.promises.has_processes
            assert (each.error is None) == (is_good or is_fine)
            if is_good:
                assert each.result == 0

    def test_a_task_that_exits_has_crashed(self):
        with self.opened(perform) as executor:
            executor.submit("key", {"action": sys.exit})
            if not self.promises.has_workers:
                with pytest.raises(SystemExit):
                    executor.next_done(PATIENCE)
                return
            done = next_done(executor)
            assert (done.key, done.fault.kind, done.is_alone) == (
                "key",
                "crashed",
                True,
            )
            executor.submit("next", {"action": double, "number": 1})
            assert results(executor, 1) == {"next": 2}

    @needs_signals
    @pytest.mark.parametrize("death", [exit_process, kill_process])
    def test_a_task_that_ends_its_process_has_crashed_and_others_go_on(self, death):
        if not self.promises.survives_death:
            pytest.skip("It does not promise to survive that.")
        with self.opened(perform) as executor:
            executor.submit("dying", {"action": death})
            done = next_done(executor)
            assert (done.key, done.fault.kind) == ("dying", "crashed")
            assert done.is_alone
            assert 0.0 <= done.fault.seconds < PATIENCE
            for number in range(4):
                executor.submit(number, {"action": double, "number": number})
            assert results(executor, 4) == {n: 2 * n for n in range(4)}

    def test_a_task_that_hangs_is_stopped(self):
        if not self.promises.limits_time:
            pytest.skip("It does not promise to stop tasks.")
        with self.opened(perform, fit_timeout=LIMIT) as executor:
            executor.submit("hanging", {"action": hang})
            done = next_done(executor)
            assert (done.key, done.fault.kind) == ("hanging", "timeout")
            assert done.is_alone
            assert LIMIT <= done.fault.seconds < PATIENCE
            executor.submit("next", {"action": double, "number": 1})
            assert results(executor, 1) == {"next": 2}

    def test_what_has_not_begun_is_withdrawn(self, tmp_path):
        with self.opened(wait_for, {"folder": tmp_path}) as executor:
            for name in range(12):
                executor.submit(name, {"name": name}, name % 2)
            while self.promises.has_workers and len(list(tmp_path.iterdir())) < 2:
                assert executor.next_done(0.05) is None
            withdrawn = executor.withdraw()
            assert executor.withdraw() == []
            n_begun = 12 - len(withdrawn)
            assert withdrawn == list(range(n_begun, 12))
            assert bool(n_begun) == self.promises.has_workers
            (tmp_path / "go").touch()
            assert set(results(executor, n_begun)) == set(range(n_begun))
            executor.submit("next", {"name": "next"})
            assert results(executor, 1) == {"next": "next"}
            assert executor.next_done(0.0) is None
        began = {path.name for path in tmp_path.glob("began-*")}
        assert began == {f"began-{name}" for name in [*range(n_begun), "next"]}

    def test_large_arrays_are_common_to_all_tasks(self):
        X = np.ones(300_000)  # 2.4 MB, beyond joblib's max_nbytes
        with self.opened(sum_of, {"X": X}) as executor:
            for factor in range(8):
                executor.submit(factor, {"factor": factor})
            found = results(executor, 8)
        assert found == {factor: 300_000.0 * factor for factor in range(8)}

    def test_tasks_see_the_surroundings_of_who_opened_the_executor(self):
        with ExitStack() as stack:
            with sklearn.config_context(assume_finite=True), warnings.catch_warnings():
                warnings.simplefilter("always", FutureWarning)
                executor = stack.enter_context(self.opened(surroundings))
                if not self.promises.has_workers:
                    executor.submit(0, {})
                    found = results(executor, 1)[0]
                    assert found["assume_finite"]
                    return
            executor.submit(0, {})
            found = results(executor, 1)[0]
        assert found["assume_finite"]
        if hasattr(sklearn.utils.parallel, "_with_config_and_warning_filters"):
            assert found["warns"] == 1
        # No processes in processes, nor as many threads in each of many threads.
        assert found["backend"] != "LokyBackend"

    def test_an_executor_may_be_opened_again(self):
        with self.made() as executor:
            with executor.open(double, {"scale": 1}):
                for number in range(20):
                    executor.submit(number, {"number": number})
                next_done(executor)  # the others are dropped
            with executor.open(sum_of, {"X": np.ones(3)}):
                assert executor.next_done(0.0) is None
                executor.submit("key", {})
                assert results(executor, 1) == {"key": 3.0}

    def test_nothing_is_left_when_it_is_closed(self):
        self.warm_up()
        with nothing_left(), self.opened(sum_of, {"X": np.ones(300_000)}) as executor:
            for factor in range(5):
                executor.submit(factor, {"factor": factor})
            results(executor, 3)

    def warm_up(self):
        """Have the processes of a client start before they are counted."""
        with self.opened(double) as executor:
            for number in range(4):
                executor.submit(number, {"number": number})
            results(executor, 4)

    @needs_signals
    def test_nothing_is_left_after_an_interrupt(self, tmp_path):
        self.warm_up()
        with nothing_left(), self.made() as executor:
            with pytest.raises(KeyboardInterrupt), executor.open(perform, {}):
                self._be_interrupted(executor, tmp_path)
            # Threads, and the workers of others, go on to the end of their tasks.
            (tmp_path / "go").touch()

    def _be_interrupted(self, executor, folder):
        task = {"action": sum_of, "X": np.ones(300_000)}
        executor.submit("array", task)
        assert results(executor, 1) == {"array": 300_000.0}
        for name in range(6):
            executor.submit(name, {"action": wait_for, "folder": folder, "name": name})
        timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
        timer.daemon = True
        timer.start()
        while True:
            executor.next_done(None)
