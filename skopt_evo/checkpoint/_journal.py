"""An append-only file of records that survives what befalls its writer."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any
from weakref import WeakSet

from skopt_evo._warnings import postponed
from skopt_evo.checkpoint._file import (
    cannot_open,
    identity,
    lock,
    open_file,
    unlock,
)
from skopt_evo.checkpoint._lines import pack
from skopt_evo.checkpoint._reading import pack_header, read
from skopt_evo.exceptions import CheckpointLockedError, CheckpointWarning

# "auto": of the time since it last did that, a journal spends at most this share on
# forcing what it wrote to the disk, and waits for at most these seconds.
SHARE, SECONDS = 0.005, 1.0

# Data and length of a file are enough; there is no such call on macOS and Windows.
_synchronise = getattr(os, "fdatasync", os.fsync)


class Journal:
    """A file that records are appended to, one line each.

    The file is plain text: a line is strict JSON, holds a hash of itself and of all the
    lines before it, and is written by a single call of the system. So a process can be
    killed at any moment, and any damage to the file shows. Nothing in it is ever
    executed, and a damaged or hostile file is refused before it takes much memory.

    Opening creates the file if it is not there or empty, with the usual permissions of
    the user. Otherwise it reads what the file holds. One journal at a time has the
    file. It is for a single thread.

    Parameters
    ----------
    path : str or path-like
        The file.
    header : dict
        What a new file begins with: plain data, as a record is.
    fsync : "auto", "always" or float, default="auto"
        When what is written is forced to the disk: with each record ("always"), or with
        the first one after that many seconds; and on closing. "auto" is with each
        record where that costs at most 0.5 % of the time, else as often as that allows,
        but after no more than a second. Only a failure of the machine, such as a power
        cut, can lose what was written but not forced; the end of the process, however
        violent, cannot.
    take : callable, default=None
        Gets each record of an existing file as soon as it is read, in place of
        `records`, so that they are never all in memory. By a KeyError, TypeError,
        ValueError or OverflowError it refuses the file.

    Attributes
    ----------
    header : dict
        The header in the file: for an existing file, that of the one who created it.
    records : list of dict
        The records that the file held when it was opened, unless `take` got them.
    is_safe : bool
        Whether records still reach the file.
    postponed : list of Warning
        Warnings that a filter has turned into errors, for when the search is over.

    Raises
    ------
    skopt_evo.exceptions.CheckpointLockedError
        If another journal, in this or another process, has the file.
    skopt_evo.exceptions.CheckpointError
        If the file cannot be opened, is no journal, is damaged, or if `take` refuses
        it.

    Warns
    -----
    skopt_evo.exceptions.CheckpointWarning
        If the last line is torn, which is what a crash while it was written leaves: it
        is dropped. If the file system has no locks. Later, once, if a record cannot be
        written.

    Examples
    --------
    >>> import os, tempfile
    >>> from skopt_evo.checkpoint import Journal
    >>> path = os.path.join(tempfile.mkdtemp(), "search.journal")
    >>> with Journal(path, {"seed": 0}) as journal:
    ...     journal.append({"candidate": 0, "scores": [0.5, float("nan")]})
    True
    >>> with Journal(path, {"seed": 1}) as journal:
    ...     journal.header, journal.records
    ({'seed': 0}, [{'candidate': 0, 'scores': [0.5, nan]}])
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        header: Mapping[str, Any],
        *,
        fsync: str | float = "auto",
        take: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.path = os.fsdecode(path)
        self._fsync, self._wait = fsync, _seconds(fsync)
        self._file = open_file(self.path)
        try:
            self._lock()
            self._last_sync = time.monotonic()
            self._identity = identity(os.fstat(self._file.fileno()))
            self._is_synced = True
            contents = read(self._file, self.path, take)
            self.header, self.records = contents.header, contents.records
            self._n_lines, self._end = contents.n_lines, contents.end
            if self._n_lines == 0:
                self._create(header)
        except OSError as error:
            self._file.close()
            raise cannot_open(self.path, error) from error
        except BaseException:
            self._file.close()
            raise
        self.is_safe = True
        self.postponed: list[Warning] = []
        _journals.add(self)

    def __enter__(self) -> Journal:
        """Return the journal, which is open already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def append(self, record: Mapping[str, Any]) -> bool:
        """Write a record.

        If that fails, e.g. because the disk is full or the record is longer than a line
        may be, there is a warning, and this and all later records are left out: the
        file then ends with the record before.
        It is the same, without a warning, in a child process that was forked.

        Parameters
        ----------
        record : dict
            Plain data: None, bool, int, float (NaN and infinities too), str, and lists
            and dicts of such with strings as keys. All of it comes back as it was, but
            tuples as lists.

        Returns
        -------
        is_known : bool
            Whether the record is in the file.

        Raises
        ------
        TypeError
            If the record is not such data.
        ValueError
            If the journal is closed.
        """
        if self._file.closed and self.is_safe:
            raise ValueError(f"The checkpoint {self.path!r} is closed.")
        if not self.is_safe:
            return False
        try:
            line, digest = pack(record, self._end[1])
            self._check_unchanged()
            self._write(line, digest)
            if time.monotonic() - self._last_sync >= self._wait:
                self._synchronise()
        except (OSError, ValueError) as error:
            self._give_up(error)
        return self.is_safe

    def sync(self) -> None:
        """Force what was written to the disk now."""
        if self.is_safe and not self._is_synced:
            try:
                self._synchronise()
            except OSError as error:
                self._give_up(error)

    def close(self) -> None:
        """Force what was written to the disk, and let others have the file."""
        if self._file.closed:
            return
        try:
            self.sync()
        finally:
            with suppress(OSError):
                unlock(self._file)
            with suppress(OSError):
                self._file.close()

    def _lock(self) -> None:
        try:
            is_ours = lock(self._file)
        except OSError as error:
            warnings.warn(
                f"The checkpoint {self.path!r} cannot be locked ({error.strerror}): "
                "make sure that no other search uses it at the same time.",
                CheckpointWarning,
                stacklevel=3,
            )
            return
        if not is_ours:
            raise CheckpointLockedError(
                f"Another search is using the checkpoint {self.path!r}. Wait until it "
                "has ended, or pass another path."
            )

    def _create(self, header: Mapping[str, Any]) -> None:
        """Write the header of a new file, and force it and its name to the disk."""
        line, digest, self.header = pack_header(header)
        self._write(line, digest)
        self._synchronise()
        with suppress(OSError):  # not every system can do that with a directory
            folder = os.open(os.path.dirname(self.path) or ".", os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _synchronise(self) -> None:
        start = time.monotonic()
        _synchronise(self._file.fileno())
        self._is_synced, self._last_sync = True, time.monotonic()
        if self._fsync == "auto":
            self._wait = min(SECONDS, (self._last_sync - start) / SHARE)

    def _check_unchanged(self) -> None:
        """Raise if the file is gone, or if somebody else has written to it."""
        status = os.fstat(self._file.fileno())
        if (identity(status), status.st_size) != (self._identity, self._end[0]):
            raise OSError(0, "it was deleted, or another program has changed it")

    def _write(self, line: bytes, digest: bytes) -> None:
        """Append a line, all of it or nothing."""
        try:
            if self._file.write(line) != len(line):
                raise OSError(0, "the disk took only a part of a line, it may be full")
            self._is_synced = False
            # At once: an interrupt finds both as they were, or both new.
            self._end = self._end[0] + len(line), digest
            self._n_lines += 1
        except BaseException:
            with suppress(OSError):
                self._file.truncate(self._end[0])
            raise

    def _give_up(self, error: OSError | ValueError) -> None:
        self.is_safe = False
        reason = str(getattr(error, "strerror", None) or error).removesuffix(".")
        with postponed(self.postponed):
            warnings.warn(
                f"The checkpoint {self.path!r} can no longer be written: {reason}. The "
                "search goes on, but is no longer safe: if it is cut short, the file "
                f"has no more than its first {self._n_lines} lines.",
                CheckpointWarning,
                stacklevel=3,
            )


def _seconds(fsync: Any) -> float:
    if fsync in ("auto", "always"):
        return 0.0
    if isinstance(fsync, (int, float)) and not isinstance(fsync, bool) and fsync >= 0:
        return float(fsync)
    raise ValueError(
        "fsync must be 'auto', 'always' or a number of seconds that is >= 0, got "
        f"{fsync!r}."
    )


_journals: WeakSet[Journal] = WeakSet()


def _leave_to_parent() -> None:
    """Close, in a child that was forked, what its parent has open."""
    for journal in _journals:
        journal.is_safe = False
        with suppress(OSError):
            journal._file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
