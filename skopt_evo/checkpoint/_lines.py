"""A record as a line of text, and back: exactly, and safely for whatever comes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from hashlib import blake2b
from json import JSONDecoder, JSONEncoder
from reprlib import repr as shortened
from typing import Any

# No line of a journal is longer, in bytes. That bounds what a file of another origin
# can make Python allocate before it is refused: about 25 times as much.
MAX_LINE = 4 * 2**20

# How many lists and dicts may be nested in a record, itself included.
MAX_DEPTH = 50

# JSON has no NaN and no infinity. A dict with this one key stands for them; keys of
# records that begin with its first character get one more of it.
TAG = "$"
FLOAT = "$float"
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

BEFORE, BETWEEN, AFTER = b'{"data":', b',"hash":"', b'"}\n'
DIGEST_SIZE = 8
N_HASH_BYTES = len(BETWEEN) + 2 * DIGEST_SIZE + len(AFTER)

_BRACKETS = re.compile(rb'\\.|["\[\]{}]')


def pack(record: Mapping[str, Any], previous: bytes) -> tuple[bytes, bytes]:
    """Return the line of a record, and its hash.

    Parameters
    ----------
    record : mapping of str to object
        Plain data: None, bool, int, float, str, and lists, tuples and dicts of such;
        the keys of dicts are strings. Tuples come back as lists, all else as it was.
    previous : bytes
        The hash of the line before, empty for the first line.

    Returns
    -------
    line : bytes
        ASCII, and strict JSON: ``{"data": record, "hash": "16 hexadecimal digits"}``
        and a newline.
    digest : bytes
        The hash of this line and, through `previous`, of all the lines before.

    Raises
    ------
    TypeError
        If something in the record is no plain data.
    ValueError
        If it is nested too deeply, or if the line gets too long.
    """
    text = _ENCODER.encode(_strict(record, 1)).encode("ascii")
    digest = _digest(text, previous)
    line = BEFORE + text + BETWEEN + digest.hex().encode("ascii") + AFTER
    if len(line) > MAX_LINE:
        raise ValueError(
            f"A record of a journal takes up to {MAX_LINE} bytes, got {len(line)}."
        )
    return line, digest


def unpack(line: bytes, previous: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the record of a line, and its hash.

    Nothing is made of the text before its hash is known to be right.

    Parameters
    ----------
    line : bytes
        A line, the newline included, of bounded length.
    previous : bytes
        The hash of the line before, empty for the first line.

    Raises
    ------
    ValueError
        If it is not what `pack` would have written after that line.
    """
    text, end = line[len(BEFORE) : -N_HASH_BYTES], line[-N_HASH_BYTES:]
    digest = _digest(text, previous)
    if line[: len(BEFORE)] + end != (
        BEFORE + BETWEEN + digest.hex().encode("ascii") + AFTER
    ):
        raise ValueError(
            "its hash is not that of this text after the lines before it: a part of "
            "the file was changed, removed, repeated or moved"
        )
    if _is_deep(text):
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    record = _DECODER.decode(text.decode("ascii"))
    if not isinstance(record, dict):
        raise ValueError("it holds no record")
    return record, digest


def _digest(text: bytes, previous: bytes) -> bytes:
    return blake2b(previous + text, digest_size=DIGEST_SIZE).digest()


def _strict(value: Any, depth: int) -> Any:
    """Return what strict JSON can hold, and `_from_pairs` takes back."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {FLOAT: str(float(value))}
    if depth > MAX_DEPTH:
        raise ValueError(f"A record of a journal has up to {MAX_DEPTH} levels.")
    if isinstance(value, (list, tuple)):
        return [_strict(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(
                f"The keys in a record of a journal must be strings, got {list(value)}."
            )
        return {
            TAG + key if key.startswith(TAG) else key: _strict(item, depth + 1)
            for key, item in value.items()
        }
    raise TypeError(
        "A record of a journal is made of None, bool, int, float, str, list, tuple and "
        f"dict, got {value!r} of type {type(value).__name__}."
    )


def _from_pairs(pairs: list[tuple[str, Any]]) -> Any:
    """Return the dict, or the float, that an object of JSON stands for."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key is there twice")
    if not any(key.startswith(TAG) for key in record):
        return record
    if record.keys() == {FLOAT} and isinstance(record[FLOAT], str):
        if record[FLOAT] in NOT_FINITE:
            return NOT_FINITE[record[FLOAT]]
    elif all(key[:1] != TAG or key[:2] == 2 * TAG for key in record):
        return {key.removeprefix(TAG): item for key, item in record.items()}
    raise ValueError(f"it has an unknown key among {shortened(list(record))}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_deep(text: bytes) -> bool:
    """Tell whether text is nested too deeply for a parser that calls itself."""
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    depth, is_quoted = 0, False
    for match in _BRACKETS.finditer(text):
        token = match[0]
        if token == b'"':
            is_quoted = not is_quoted
        elif not is_quoted and token in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif not is_quoted and token in b"]}":
            depth -= 1
    return False


_ENCODER = JSONEncoder(separators=(",", ":"), allow_nan=False)
_DECODER = JSONDecoder(object_pairs_hook=_from_pairs, parse_constant=_refuse)
