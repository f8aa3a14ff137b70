"""Opening a file, locking it, and knowing it again."""

from __future__ import annotations

import errno
import os
import stat
import sys
from io import FileIO

from skopt_evo.exceptions import CheckpointError

# What the systems say when somebody else has the lock.
TAKEN = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    # Windows keeps others from reading what is locked: a byte beyond the contents.
    PLACE = 2**31 - 2

    def _lock(file: FileIO) -> None:
        file.seek(PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def unlock(file: FileIO) -> None:
        """Give a file free before it is closed."""
        file.seek(PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock(file: FileIO) -> None:
        """Give a file free before it is closed, copies of its descriptor or not."""
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def lock(file: FileIO) -> bool:
    """Lock a file against all others that ask, in this process too.

    Parameters
    ----------
    file : FileIO
        An open file; its position may change.

    Returns
    -------
    is_ours : bool
        False if another has it.

    Raises
    ------
    OSError
        If the file system has no locks.
    """
    try:
        _lock(file)
    except OSError as error:
        if error.errno in TAKEN:
            return False
        raise
    return True


def open_file(path: str) -> FileIO:
    """Open a file for reading and appending; create it if it is not there."""
    try:
        # A device may do something as soon as it is opened.
        if os.path.exists(path) and not os.path.isfile(path):
            raise OSError(0, "it is no regular file")
        # Unbuffered, at the end whatever happens, and closed in what is executed.
        file = FileIO(path, "a+")
    except (OSError, ValueError) as error:
        raise cannot_open(path, error) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise cannot_open(path, OSError(0, "it is no regular file"))
    return file


def cannot_open(path: str, error: Exception) -> CheckpointError:
    """Return the error for a file that cannot be opened."""
    return CheckpointError(
        f"The checkpoint {path!r} cannot be opened: "
        f"{getattr(error, 'strerror', None) or error}. Pass the path of a file that "
        "can be read and written, in a folder that is there."
    )


def identity(status: os.stat_result) -> tuple[int, int, bool]:
    """Return what changes when an open file is deleted or another one."""
    return status.st_dev, status.st_ino, status.st_nlink > 0
