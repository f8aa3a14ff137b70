"""A hash of what an object holds, the same in every process."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

import numpy as np

from skopt_evo._sklearn_compat import clones_itself
from skopt_evo.checkpoint._contents import Unordered, contents

DIGEST_SIZE = 16

# Deeper than this only the types count: it ends what has no end.
MAX_DEPTH = 100

NUMPY_SCALARS = (np.bool_, np.number, np.character)


def fingerprint(value: Any) -> str:
    """Return a hash of what an object holds.

    Two objects of the same contents have the same one in every process, on every
    machine, and mostly with every version of the libraries as well. Arrays may be laid
    out in memory in any way. They are read a part at a time, never copied as a whole;
    sparse matrices in other formats than CSR are converted.

    Parameters
    ----------
    value : object
        Numbers, strings, None, lists, tuples, dicts and sets; arrays, sparse matrices,
        frames and series of pandas and polars; estimators, splitters, scorers,
        distributions of scipy; random generators, by their state; functions and
        classes. Anything else counts by what pickle would store of it.

    Returns
    -------
    digest : str
        32 hexadecimal digits.

    Notes
    -----
    - Estimators count by their class, by those parameters that differ from the
      defaults, and by what `set_output` and ``set_fit_request`` and its like have set;
      not by what they have learnt, but those which ``clone`` keeps fitted
      (`FrozenEstimator`) by that too.
    - Functions and classes count by their names where they can be imported: a change
      of their code does not show. Those of a script or notebook (``__main__``), local
      ones and lambdas count by their code as well, as this version of Python compiles
      it; what they call is not followed.
    - What cannot be pickled counts by its type alone, so that two such objects cannot
      be told apart.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_evo.checkpoint import fingerprint
    >>> X = np.arange(6.0).reshape(2, 3)
    >>> fingerprint(X)
    '...'
    >>> fingerprint(X) == fingerprint(np.asfortranarray(X))
    True
    >>> fingerprint(X) == fingerprint(X.T)
    False
    """
    return blake2b(_Walk().token(value), digest_size=DIGEST_SIZE).hexdigest()


class _Walk:
    """A walk through an object and all that it is made of."""

    def __init__(self) -> None:
        self._above: set[int] = set()
        # Objects are kept along with their hashes: an id is theirs only as long.
        self._known: dict[tuple[int, bool], tuple[Any, bytes]] = {}
        self._is_fitted = False

    def token(self, value: Any) -> bytes:
        """Return bytes that stand for a value, none of them the begin of others."""
        if isinstance(value, NUMPY_SCALARS):
            value = value.item()  # stays what it is if Python has no such number
        kind = type(value)
        if kind in SCALARS:
            return SCALARS[kind](value)
        is_fitted = self._is_fitted or clones_itself(kind)
        key = id(value), is_fitted
        if key in self._known:
            return self._known[key][1]
        if key[0] in self._above or len(self._above) > MAX_DEPTH:
            return self._composite(f"inside itself {kind.__qualname__}", ())
        self._above.add(key[0])
        was_fitted = self._is_fitted
        try:
            self._is_fitted = is_fitted
            name, parts, is_shared = contents(value, is_fitted=is_fitted)
            token = self._composite(name, parts)
        finally:
            self._is_fitted = was_fitted
            self._above.remove(key[0])
        if is_shared:
            self._known[key] = value, token
        return token

    def _composite(self, name: str, parts: Iterable[Any]) -> bytes:
        state = blake2b(_text(name), digest_size=DIGEST_SIZE)
        for part in parts:
            if isinstance(part, memoryview):
                state.update(part)
            elif isinstance(part, Unordered):
                state.update(b"u%d:" % len(part))
                state.update(b"".join(sorted(map(self.token, part))))
            else:
                state.update(self.token(part))
        return b"#" + state.digest()


def _text(value: str) -> bytes:
    encoded = value.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(encoded), encoded)


def _float(value: float) -> bytes:
    return b"nan;" if value != value else b"f" + struct.pack("<d", value)


SCALARS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: lambda value: b"i%x;" % value,
    float: _float,
    complex: lambda value: b"c" + struct.pack("<dd", value.real, value.imag),
    str: _text,
    bytes: lambda value: b"b%d:%b" % (len(value), value),
}
