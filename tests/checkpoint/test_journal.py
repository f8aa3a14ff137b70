"""Writing to journals, whatever happens meanwhile."""

import errno
import gc
import math
import os
import shutil
import subprocess
import sys
import warnings
import weakref
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest

from skopt_evo.checkpoint import Journal, _journal
from skopt_evo.exceptions import CheckpointWarning

has_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Clock:
    """A clock, and a disk that takes some of its time for each synchronisation."""

    def __init__(self, monkeypatch, cost=0.0):
        self.now, self.cost, self.n_syncs = 100.0, cost, 0
        monkeypatch.setattr(_journal, "_synchronise", self.synchronise)
        monkeypatch.setattr(
            _journal, "time", SimpleNamespace(monotonic=lambda: self.now)
        )

    def synchronise(self, descriptor):
        self.n_syncs += 1
        self.now += self.cost


class Faulty:
    """A file that takes the begin of a line only, and raises."""

    def __init__(self, file, error):
        self._file, self._error = file, error

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, line):
        self._file.write(line[:20])
        raise self._error


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "journal"


@pytest.fixture
def journal(path):
    path.parent.mkdir()
    with Journal(path, {"seed": 0}) as journal:
        assert journal.append({"first": 1})
        yield journal


def records_in(path):
    """Return the records of a file, which must be in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Journal(path, {}) as journal:
            return journal.records


def assert_gives_up(journal, words):
    """Check that there is one warning, and nothing else, for whatever is appended."""
    with pytest.warns(CheckpointWarning, match=f"{words}.*no longer safe") as caught:
        assert not journal.append({"lost": 0})
    assert [warning.filename for warning in caught] == [__file__]
    assert not journal.is_safe
    assert not journal.append({"lost": 1})
    journal.sync()
    journal.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.ESTALE])
def test_a_failing_write_leaves_the_lines_before(journal, path, number):
    journal._file = Faulty(journal._file, OSError(number, os.strerror(number)))
    assert_gives_up(journal, os.strerror(number))
    assert records_in(path) == [{"first": 1}]


@pytest.mark.skipif(os.name != "posix", reason="of POSIX")
def test_a_line_that_does_not_fit_is_cut_off_again(journal, path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))
    try:
        assert_gives_up(journal, "only a part of a line")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert records_in(path) == [{"first": 1}]


@contextmanager
def small_disk(folder):
    """Mount a disk of 64 kB, or skip the test."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(journal):
    """Append records until one is refused; return how many were taken."""
    return next(number for number in count() if not journal.append({"number": number}))


def test_a_full_disk_keeps_every_record_that_it_took(tmp_path):
    with small_disk(tmp_path):
        (tmp_path / "ballast").write_bytes(b"x" * 40_000)
        journal = Journal(tmp_path / "journal", {})
        with journal, pytest.warns(CheckpointWarning, match="no longer be written"):
            n_known = fill(journal)
        records = records_in(tmp_path / "journal")
        assert records == [{"number": number} for number in range(n_known)]
        assert n_known > 100


@pytest.mark.skipif(os.name != "posix", reason="an open file can be deleted")
def test_a_vanished_folder_is_noticed(journal, path):
    shutil.rmtree(path.parent)
    assert_gives_up(journal, "deleted")


@pytest.mark.skipif(os.name != "posix", reason="an open file can be moved")
def test_a_moved_folder_does_no_harm(journal, path, tmp_path):
    path.parent.rename(tmp_path / "moved")
    assert journal.append({"second": 2})
    journal.close()
    assert records_in(tmp_path / "moved" / "journal") == [{"first": 1}, {"second": 2}]


@pytest.mark.parametrize("change", [5, -5])
def test_what_another_program_did_to_the_file_is_noticed_and_left(
    journal, path, change
):
    size = path.stat().st_size + change
    os.truncate(path, size)
    assert_gives_up(journal, "another program")
    assert path.stat().st_size == size


def test_a_closed_descriptor_is_noticed(journal, path):
    os.close(journal._file.fileno())
    assert_gives_up(journal, os.strerror(errno.EBADF))
    assert records_in(path) == [{"first": 1}]


def test_a_descriptor_that_has_become_another_file_is_noticed(journal, path, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes())
    descriptor = os.open(other, os.O_RDWR | os.O_APPEND)
    os.dup2(descriptor, journal._file.fileno())
    os.close(descriptor)
    assert_gives_up(journal, "another program")
    assert other.read_bytes() == path.read_bytes()


def test_a_failing_synchronisation_is_no_safety(journal, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(_journal, "_synchronise", fail)
    journal._wait = 0
    assert_gives_up(journal, os.strerror(errno.EIO))


def test_an_interrupt_leaves_no_part_of_a_line(journal, path):
    file = journal._file
    journal._file = Faulty(file, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        journal.append({"second": 2})
    journal._file = file
    assert journal.append({"third": 3})
    journal.close()
    assert records_in(path) == [{"first": 1}, {"third": 3}]


def test_a_warning_that_is_an_error_is_kept_for_later(journal, path):
    journal._file = Faulty(journal._file, OSError(errno.ENOSPC, "full"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not journal.append({"second": 2})
        assert not journal.append({"third": 3})
    [warning] = journal.postponed
    assert type(warning) is CheckpointWarning
    journal.close()
    assert records_in(path) == [{"first": 1}]


def test_a_record_that_is_no_plain_data_changes_nothing(journal, path):
    with pytest.raises(TypeError):
        journal.append({"second": object()})
    assert journal.append({"third": 3})
    journal.close()
    assert records_in(path) == [{"first": 1}, {"third": 3}]


def test_a_closed_journal_takes_nothing(journal):
    journal.close()
    journal.close()
    with pytest.raises(ValueError, match="is closed"):
        journal.append({"second": 2})


def test_a_forgotten_journal_gives_its_file_free(tmp_path):
    journal = Journal(tmp_path / "journal", {})
    identity = weakref.ref(journal)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del journal
        gc.collect()
    assert identity() is None
    Journal(tmp_path / "journal", {}).close()


@pytest.mark.parametrize("header", [{"version": 2}, {"format": "x", "a": 1}])
def test_a_header_cannot_pretend_to_be_of_another_format(tmp_path, header):
    with pytest.raises(ValueError, match="in its header"):
        Journal(tmp_path / "journal", header)


def test_a_header_is_the_same_when_written_and_when_read(tmp_path):
    with Journal(tmp_path / "journal", {"a": (1, 2), "b": math.inf}) as journal:
        written = journal.header
    with Journal(tmp_path / "journal", {}) as journal:
        assert journal.header == written == {"a": [1, 2], "b": math.inf}


@pytest.mark.parametrize("fsync", ["never", -1, True, None, math.nan, b"always"])
def test_another_policy_is_an_error_before_there_is_a_file(tmp_path, fsync):
    with pytest.raises(ValueError, match="fsync must be"):
        Journal(tmp_path / "journal", {}, fsync=fsync)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("fsync", "cost", "n_expected"),
    [
        ("always", 5.0, 1000),
        (0, 5.0, 1000),
        (2.5, 0.0, 10),
        (math.inf, 0.0, 0),
        ("auto", 0.0001, 1000),  # 0.5 % of 0.02 s
        ("auto", 0.00045, 200),  # a fifth of the fits are enough time
        ("auto", 1.0, 20),  # not less often than each second
    ],
)
def test_the_disk_is_forced_as_often_as_asked(
    tmp_path, monkeypatch, fsync, cost, n_expected
):
    clock = Clock(monkeypatch, cost)
    with Journal(tmp_path / "journal", {}, fsync=fsync) as journal:
        clock.n_syncs = 0
        for number in range(1000):
            clock.now += 0.025  # the time of a fit
            journal.append({"number": number})
        assert clock.n_syncs == pytest.approx(n_expected, rel=0.3)
        journal.append({"number": 1000})
    before = clock.n_syncs
    journal.close()
    assert clock.n_syncs == before


def test_closing_forces_what_was_written(tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    with Journal(tmp_path / "journal", {}, fsync=math.inf) as journal:
        journal.append({"a": 1})
        clock.n_syncs = 0
    assert clock.n_syncs == 1


def test_what_is_executed_does_not_inherit_the_file(journal):
    assert not os.get_inheritable(journal._file.fileno())


FORK = """
import os, signal, sys, time, warnings
from skopt_evo.checkpoint import Journal
warnings.simplefilter("error", UserWarning)
path = sys.argv[1]

# A child takes nothing and closes nothing but its own copy; it outlives the parent.
parent = os.fork()
if parent == 0:
    journal = Journal(path, {})
    journal.append({"before": 0})
    if os.fork() == 0:
        is_shut = journal._file.closed and not journal.append({"child": 0})
        journal.close()
        os.close(0)
        open(path + ".child", "w").write(str(is_shut))
        time.sleep(60)
    while not os.path.exists(path + ".child") or not os.path.getsize(path + ".child"):
        time.sleep(0.01)
    journal.append({"after": 0})
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(parent, 0)
with Journal(path, {}) as journal:
    print(journal.records, open(path + ".child").read())
os.killpg(0, signal.SIGKILL)
"""


@has_fork
@pytest.mark.slow
def test_a_forked_child_neither_writes_nor_holds_the_lock(tmp_path):
    run = subprocess.run(
        [sys.executable, "-u", "-c", FORK, tmp_path / "journal"],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
        start_new_session=True,
        env=ONE_THREAD,
    )
    assert run.stdout.strip() == "[{'before': 0}, {'after': 0}] True", run.stderr


KILLS = """
import os, random, signal, sys, time, warnings
from skopt_evo.checkpoint import Journal
path = sys.argv[1]
chance = random.Random(0)
n_acknowledged = 0
for _ in range(10):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        warnings.simplefilter("ignore")
        journal = Journal(path, {}, fsync=1.0)
        number = len(journal.records)
        os.write(write, b"open\\n")
        while True:
            journal.append({"number": number, "text": "x" * chance.randrange(5000)})
            os.write(write, b"%d\\n" % number)
            number += 1
    os.close(write)
    with os.fdopen(read, "rb") as acknowledged:
        acknowledged.readline()
        time.sleep(chance.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = acknowledged.read().split(b"\\n")
    if len(lines) > 1:
        n_acknowledged = int(lines[-2]) + 1
    warnings.simplefilter("ignore")
    with Journal(path, {}) as journal:
        numbers = [record["number"] for record in journal.records]
    assert numbers == list(range(len(numbers))), numbers
    # The last one may have been written, but not yet acknowledged.
    assert n_acknowledged <= len(numbers) <= n_acknowledged + 1
    n_acknowledged = len(numbers)
print(n_acknowledged)
"""


@has_fork
def test_ten_kills_lose_no_acknowledged_record(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", KILLS, tmp_path / "journal"],
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
        env=ONE_THREAD,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 10
