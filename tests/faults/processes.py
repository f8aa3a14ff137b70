"""Searches in processes of their own, seen and struck from outside."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path

from tests.faults.searches import EVENTS, N_ITER, N_SPLITS

N_LINES = 2 + N_ITER + N_ITER * N_SPLITS  # header, budget, candidates, splits
PATIENCE = 120.0  # seconds after which something hangs
ROOT = Path(__file__).parents[2]


@cache
def _server():
    """Return the process that starts all others; it ends with this one."""
    return subprocess.Popen(
        [sys.executable, "-c", "from tests.faults.searches import serve; serve()"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


class SearchProcess:
    """A process that runs a search.

    Parameters
    ----------
    folder : Path
        See `run`; made if it is not there.
    search : search
        The search, perhaps with a checkpoint.
    backend : str, default=None
        joblib's.
    stays : bool, default=False
        Whether the process lives on after the search, until `leave` is called.
    """

    def __init__(self, folder, search, *, backend=None, stays=False):
        folder.mkdir(exist_ok=True)
        (folder / "outcome").unlink(missing_ok=True)
        self.folder = folder
        self.n_old_events = len(self.all_events())
        pickle.dump((folder, search, backend, stays), _server().stdin)
        _server().stdin.flush()
        self.pid = int(_server().stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.kill_group()

    # ---- what is seen

    @property
    def has_ended(self):
        return not _is_alive(self.pid)

    @property
    def outcome(self):
        """What came of the search, None as long as it runs, or if it never ended."""
        with suppress(FileNotFoundError):
            return pickle.loads((self.folder / "outcome").read_bytes())

    def all_events(self):
        return complete_lines(self.folder / "events")

    def events(self, kind=""):
        """Return what this process, not an earlier one, has begun."""
        events = self.all_events()[self.n_old_events :]
        lines = [event.decode().split() for event in events]
        return [words for words in lines if words[0].startswith(kind)]

    def wait_until(self, condition, pause=0.001):
        """Wait for something; return whether it was there before the search ended."""

        def is_over():
            return self.has_ended or (self.folder / "outcome").exists()

        _wait_for(lambda: condition() or is_over(), self.folder, pause)
        return condition()

    def wait_for_outcome(self):
        """Return the outcome, None if the process died before there was one."""
        self.wait_until(lambda: self.outcome is not None)
        return self.outcome

    # ---- what is done

    def signal(self, number, *, group=False):
        """Send a signal: to the process, or to its workers too as a terminal does.

        Returns
        -------
        when : float
            The time just before that.
        """
        when = time.monotonic()
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, number)
        return when

    def leave(self):
        """Let a process that stays come to its end."""
        (self.folder / "leave").touch()
        self.join()

    def join(self):
        """Wait for the end of the process."""
        _wait_for(lambda: self.has_ended, self.folder)

    def kill_group(self):
        """End the process and all that is left of it."""
        self.signal(signal.SIGKILL, group=True)
        for pid in self.relatives():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.join()

    # ---- what is left

    def relatives(self):
        """Return the processes that it has started and that are alive."""
        mark = f"{EVENTS}={self.folder / 'events'}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parts[2]))
        return [pid for pid in found if pid != self.pid]

    def workers(self):
        """Return its relatives but the one that looks after the resources of loky."""
        found = []
        for pid in self.relatives():
            with suppress(OSError):
                if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def temporary_files(self):
        """Return the files and folders that it has left behind."""
        return list((self.folder / "temporary").rglob("*"))

    def semaphores(self):
        """Return its semaphores, and whatever else it has in shared memory."""
        return list(Path("/dev/shm").glob(f"*[-_]{self.pid}[-_]*"))


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(condition, folder, pause=0.001):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The search in {folder} hangs.")
        time.sleep(pause)


def n_after(seconds, look):
    """Return how much is left after some seconds; nothing is nothing at once."""
    deadline = time.monotonic() + seconds
    while (n_left := len(look())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return n_left


# ---- journals


def complete_lines(path):
    """Return the lines of a file that are there to their end."""
    try:
        contents = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    return contents[: contents.rfind(b"\n") + 1].splitlines(keepends=True)


def size(path):
    with suppress(FileNotFoundError):
        return os.stat(path).st_size
    return 0


def n_evaluations(path):
    return sum(b'"fold"' in line for line in complete_lines(path))


def evaluations(lines):
    """Return the (candidate, split) that the lines of a journal are about."""
    records = [json.loads(line)["data"] for line in lines]
    return [
        (record["candidate"], record["split"]) for record in records if "fold" in record
    ]


def n_complete_candidates(lines):
    """Return how many candidates have all of their splits."""
    counts = Counter(candidate for candidate, _ in evaluations(lines))
    return sum(count == N_SPLITS for count in counts.values())
