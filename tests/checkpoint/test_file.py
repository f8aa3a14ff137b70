"""Opening files, and who may have them."""

import errno
import os
import subprocess
import sys

import pytest

from skopt_evo.checkpoint import Journal, _file
from skopt_evo.exceptions import (
    CheckpointError,
    CheckpointLockedError,
    CheckpointWarning,
)

is_posix = pytest.mark.skipif(os.name != "posix", reason="of POSIX")

HOLDER = """
import sys
from skopt_evo.checkpoint import Journal
journal = Journal(sys.argv[1], {})
print("open", flush=True)
sys.stdin.read()
"""


def test_a_journal_of_this_process_keeps_others_out(tmp_path):
    path = tmp_path / "journal"
    with Journal(path, {}) as journal:
        journal.append({"a": 1})
        size = path.stat().st_size
        with pytest.raises(CheckpointLockedError, match="Another search is using"):
            Journal(path, {})
        assert path.stat().st_size == size
        assert journal.append({"a": 2})  # the attempt does not give it free
        with pytest.raises(CheckpointLockedError):
            Journal(path, {})
    Journal(path, {}).close()


@pytest.mark.slow
def test_a_journal_of_another_process_keeps_us_out_until_it_is_killed(tmp_path):
    path = tmp_path / "journal"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline().strip() == b"open"
        with pytest.raises(CheckpointLockedError):
            Journal(path, {})
        holder.kill()
        holder.wait()
        Journal(path, {}).close()


def test_a_file_system_without_locks_is_said_and_used(tmp_path, monkeypatch):
    def fail(file):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(_file, "_lock", fail)
    with pytest.warns(CheckpointWarning, match="cannot be locked") as caught:
        journal = Journal(tmp_path / "journal", {})
    assert caught[0].filename == __file__
    with journal:
        assert journal.append({"a": 1})


@is_posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_usual_permissions_of_the_user(tmp_path, mask):
    old = os.umask(mask)
    try:
        Journal(tmp_path / "journal", {}).close()
    finally:
        os.umask(old)
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o666 & ~mask


def test_an_existing_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "journal"
    Journal(path, {}).close()
    path.chmod(0o640)
    before = path.stat().st_mode
    Journal(path, {}).close()
    assert path.stat().st_mode == before


@pytest.mark.parametrize("place", [".", "missing/journal", "nul\0byte", "x" * 300])
def test_what_cannot_be_opened_is_a_clear_error(tmp_path, place):
    with pytest.raises(CheckpointError, match=r"cannot be opened: .*Pass the path"):
        Journal(os.path.join(tmp_path, place), {})


@is_posix
def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="cannot be opened"):
        Journal(tmp_path / "pipe", {})
    with pytest.raises(CheckpointError, match="cannot be opened"):
        Journal("/dev/null", {})


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write everything"
)
def test_a_read_only_file_is_refused(tmp_path):
    path = tmp_path / "journal"
    Journal(path, {}).close()
    path.chmod(0o444)
    with pytest.raises(CheckpointError, match="Permission denied"):
        Journal(path, {})


@pytest.mark.parametrize("kind", [str, os.fsencode, lambda path: path])
def test_paths_of_every_kind_are_taken(tmp_path, kind):
    path = tmp_path / "journal é"
    Journal(kind(path), {}).close()
    assert path.stat().st_size > 0


def test_an_error_on_opening_gives_the_file_free(tmp_path):
    path = tmp_path / "journal"
    path.write_bytes(b"something else")
    for _ in range(2):  # not: another search is using it
        with pytest.raises(CheckpointError, match="is no checkpoint"):
            Journal(path, {})
