"""What the journal of a search costs: while it is written, and when it is read."""

import statistics
import time
from contextlib import contextmanager
from unittest.mock import patch

from skopt_evo import _preparation
from skopt_evo.checkpoint import Checkpoint, Journal
from tests.faults.searches import X, make, y

SECONDS, N_CANDIDATES, N_SPLITS = 0.02, 100, 5
N_RECORDS = 100_000


class Clock:
    """Adds up the time of calls, those within others once."""

    def __init__(self):
        self.seconds = 0.0
        self._is_running = False

    def timed(self, function):
        def call(*args, **kwargs):
            if self._is_running:
                return function(*args, **kwargs)
            self._is_running, start = True, time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start
                self._is_running = False

        return call


@contextmanager
def clock_of_checkpoints():
    """Have all that a search does for its checkpoint timed."""
    clock = Clock()
    methods = ("__init__", "__exit__", "extend", "recall", "note")
    timed = {name: clock.timed(getattr(Checkpoint, name)) for name in methods}
    header = clock.timed(_preparation.make_header)
    with (
        patch.multiple(Checkpoint, **timed),
        patch.object(_preparation, "make_header", header),
    ):
        yield clock


def seconds_of(n_jobs, checkpoint=None):
    search = make(
        "genetic",
        seconds=SECONDS,
        n_iter=N_CANDIDATES,
        cv=N_SPLITS,
        refit=False,
        n_jobs=n_jobs,
        checkpoint=checkpoint,
    )
    start = time.perf_counter()
    search.fit(X, y)
    return time.perf_counter() - start


def cost(folder, share):
    """Yield titles, headers and rows."""
    rows = []
    for n_jobs in (1, 2):
        seconds_of(n_jobs)  # starts the workers
        shares, ratios = [], []
        for number in range(max(1, round(5 * share))):
            without = seconds_of(n_jobs)
            with clock_of_checkpoints() as clock:
                seconds = seconds_of(n_jobs, folder / f"{n_jobs} {number}")
            shares.append(100 * clock.seconds / seconds)
            ratios.append(seconds / without)
        rows.append(
            [
                f"n_jobs={n_jobs}",
                len(shares),
                f"{statistics.median(shares):.2f} %",
                f"{max(shares):.2f} %",
                f"{statistics.median(ratios):.3f}",
                f"{min(ratios):.3f} to {max(ratios):.3f}",
            ]
        )
    yield (
        f"Writing, fits of {1000 * SECONDS:.0f} ms",
        ["", "pairs of searches", "share", "largest", "with / without", "range"],
        rows,
    )
    yield reading(folder, round(N_RECORDS * share))


def reading(folder, n_records):
    """Return a title, a header and rows: how long a long journal takes to be read."""
    seconds_of(1, folder / "short")
    with Journal(folder / "short", {}) as journal:
        header, records = journal.header, journal.records
    budget, candidate = records[:2]
    fold = next(record for record in records if "fold" in record)
    with Journal(folder / "long", header, fsync=1.0) as journal:
        journal.append({**budget, "n_iter": n_records})
        for number in range(n_records):
            which, split = divmod(number, N_SPLITS + 1)
            entry = {**fold, "split": split - 1} if split else candidate
            journal.append({**entry, "candidate": which})
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        Checkpoint(folder / "long", header).__exit__(None, None, None)
        seconds.append(time.perf_counter() - start)
    size = (folder / "long").stat().st_size / 2**20
    return (
        "Reading",
        ["records", "MB", "seconds", "longest"],
        [
            [
                n_records,
                f"{size:.0f}",
                f"{statistics.median(seconds):.2f}",
                f"{max(seconds):.2f}",
            ]
        ],
    )
