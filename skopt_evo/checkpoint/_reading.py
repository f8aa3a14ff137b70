"""Reading a journal: as far as it is intact, and never as something else."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Callable, Iterator, Mapping
from io import FileIO
from reprlib import repr as shortened
from typing import Any, NamedTuple

from skopt_evo.checkpoint._lines import MAX_LINE, pack, unpack
from skopt_evo.exceptions import CheckpointError, CheckpointWarning

FORMAT = "skopt-evo-journal"
# What is written. Version 1 had no fidelity, and another name for the schema in the
# header, which nothing reads: its records are records of version 2.
VERSION = 2
READABLE = (1, 2)
# Every journal begins with these bytes; a file that does not is left alone.
START = b'{"data":{"format":"skopt-evo-journal","version":'


class Contents(NamedTuple):
    """What a journal holds.

    Attributes
    ----------
    header : dict
        What its creator put into its first line.
    records : list of dict
        The other lines, unless they were handed on.
    n_lines : int
        The number of lines; 0 for a file without a header.
    end : tuple of (int, bytes)
        The length of the file, and the hash of its last line.
    """

    header: dict[str, Any]
    records: list[dict[str, Any]]
    n_lines: int
    end: tuple[int, bytes]


def pack_header(header: Mapping[str, Any]) -> tuple[bytes, bytes, dict[str, Any]]:
    """Return the first line of a journal, its hash, and the header as it is read."""
    if taken := {"format", "version"} & header.keys():
        raise ValueError(f"A journal has these keys in its header: {sorted(taken)}.")
    line, digest = pack({"format": FORMAT, "version": VERSION, **header}, b"")
    return line, digest, _without_format(unpack(line, b"")[0])


def read(
    file: FileIO, path: str, take: Callable[[dict[str, Any]], None] | None = None
) -> Contents:
    """Return what a journal holds, and cut a torn last line off, with a warning.

    Parameters
    ----------
    file : FileIO
        The file, open for reading and writing.
    path : str
        What messages call it.
    take : callable, default=None
        Gets each record as soon as it is read, in place of a list of all of them. By a
        KeyError, TypeError, ValueError or OverflowError it says that no search writes
        such a record.

    Raises
    ------
    CheckpointError
        If it is no journal, of another version, or damaged, or if `take` says so.
    """
    header: dict[str, Any] = {}
    records: list[dict[str, Any]] = []
    n_lines, end = 0, (0, b"")
    for line in _lines(file):
        if not n_lines and not START.startswith(line[: len(START)]):
            raise CheckpointError(
                f"The file {path!r} is no checkpoint of skopt_evo. Pass the path of "
                "one, or of a file that is not there yet."
            )
        if not line.endswith(b"\n") and len(line) <= MAX_LINE:
            _drop_torn_line(file, path, n_lines, end[0])
            break
        try:
            if len(line) > MAX_LINE:
                raise ValueError(f"it is longer than {MAX_LINE} bytes")
            record, digest = unpack(line, end[1])
        except (ValueError, RecursionError) as error:
            raise _damage(path, n_lines, end[0], error) from error
        if not n_lines:
            header = _header_of(record, path)
        else:
            try:
                (take or records.append)(record)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise _nonsense(path, n_lines, end[0], error) from error
        n_lines, end = n_lines + 1, (end[0] + len(line), digest)
    return Contents(header, records, n_lines, end)


def _lines(file: FileIO) -> Iterator[bytes]:
    """Iterate over the lines; of one that is too long there is only the begin."""
    with open(file.fileno(), "rb", closefd=False) as lines:
        lines.seek(0)
        while line := lines.readline(MAX_LINE + 1):
            yield line


def _header_of(record: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the header that the first line holds, if this version can read it."""
    version = record["version"]
    if type(version) is not int or version not in READABLE:
        is_newer = type(version) is int and version > VERSION
        raise CheckpointError(
            f"The checkpoint {path!r} has version {shortened(version)} of the format; "
            f"this skopt_evo reads the versions {READABLE[0]} to {VERSION}. "
            + ("Update skopt_evo" if is_newer else "Go on with the one that wrote it")
            + ", or pass another path to start afresh."
        )
    return _without_format(record)


def _without_format(header: dict[str, Any]) -> dict[str, Any]:
    return {key: header[key] for key in header if key not in ("format", "version")}


def _drop_torn_line(file: FileIO, path: str, n_lines: int, offset: int) -> None:
    file.truncate(offset)
    warnings.warn(
        f"The checkpoint {path!r} ends in the middle of line {n_lines + 1}, which "
        f"begins at byte {offset} and was being written when its search was cut short. "
        "That line is dropped.",
        CheckpointWarning,
        stacklevel=4,
    )


def _damage(path: str, n_lines: int, offset: int, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint {path!r} is damaged in line {n_lines + 1}, which begins at "
        f"byte {offset}: {error}. {_remedy(path, n_lines)}"
    )


def _nonsense(
    path: str, n_lines: int, offset: int, error: Exception
) -> CheckpointError:
    return CheckpointError(
        f"The checkpoint {path!r} has a record that no search writes in line "
        f"{n_lines + 1}, which begins at byte {offset}: {error}. "
        f"{_remedy(path, n_lines)}"
    )


def _remedy(path: str, n_lines: int) -> str:
    if not n_lines:
        return "Nothing of it can be salvaged: pass another path to start afresh."
    old, new = shlex.quote(path), shlex.quote(f"{path}.salvaged")
    return (
        f"The lines before it are intact. To go on from them, copy them with "
        f"`head -n {n_lines} {old} > {new}` and pass that path."
    )
